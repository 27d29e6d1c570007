/** Parses a valid blob (docs/FORMAT.md) back into a Program. Whether its numbers are legal is the core's to say. */
import * as layout from "../../../assembly/layout.js";
import { crc32 } from "../../../host/crc32.js";
import { padded } from "../program.js";
import type { Learning, Operation, Population, Program, Rule, Synapses } from "../program.js";
import { CODE_NUMBERS, RESET_NUMBERS } from "../writers/blob.js";

/** What a snapshot adds to a blob. */
export interface Learnt {
  /** the generator's four lanes */
  lanes: Uint32Array;
  /** a rule, in the order of the learning section */
  rules: LearntRule[];
}

export interface LearntRule {
  /** ρ, `inputs` rows of `stride` bytes */
  residuals: Uint8Array;
  /** φ, neurons rounded up to a multiple of 16; null where the bias does not learn */
  biasFine: Int8Array | null;
}

export interface BlobProgram extends Program {
  /** bytes of arena that the header asks for */
  arenaBytes: number;
  /** absent in a blob in which nothing was learnt */
  learnt?: Learnt;
}

/** A directory entry; lengths and offsets in bytes from the blob's start. */
export interface SectionEntry {
  /** where the entry itself stands */
  entry: number;
  offset: number;
  length: number;
}

/**
 * Reads a blob. Names are not part of it: operations are called by kind and index, as in `lif1`.
 *
 * @param bytes one whole blob, at any address
 * @throws Error where magic, version, length or CRC are wrong, or a critical section is unknown or missing
 */
export function readBlob(bytes: Uint8Array): BlobProgram {
  checkFrame(bytes);
  const view = viewOf(bytes);
  const directory = readDirectory(bytes);
  const operations = readOperations(view, directory);
  const learning = readLearning(view, directory);
  const program: BlobProgram = {
    inputs: view.getUint32(layout.HEADER_INPUTS, true),
    inputKind: view.getUint16(layout.HEADER_INPUT_KIND, true) === layout.INPUT_SPIKES ? "spikes" : "analogue",
    inputRange: view.getUint32(layout.HEADER_INPUT_RANGE, true),
    events: view.getUint32(layout.HEADER_EVENTS, true),
    maxSteps: view.getUint32(layout.HEADER_STEPS, true),
    classes: view.getUint16(layout.HEADER_CLASSES, true),
    code: nameOf(CODE_NUMBERS, view.getUint16(layout.HEADER_CODE, true), "output code"),
    operations,
    learning,
    metadata: readMetadata(bytes, directory),
    arenaBytes: view.getUint32(layout.HEADER_ARENA, true),
  };
  const learnt = readLearnt(bytes, directory, operations, learning);
  if (learnt !== null) program.learnt = learnt;
  return program;
}

/**
 * The sections of a blob by kind, those of length 0 included.
 *
 * @throws Error where a critical section's kind is unknown
 */
export function readDirectory(bytes: Uint8Array): Map<number, SectionEntry> {
  const view = viewOf(bytes);
  const directory = new Map<number, SectionEntry>();
  for (let index = 0; index < view.getUint16(layout.HEADER_SECTIONS, true); index++) {
    const entry = layout.HEADER_BYTES + index * layout.SECTION_BYTES;
    const kind = view.getUint16(entry + layout.SECTION_KIND, true);
    const flags = view.getUint16(entry + layout.SECTION_FLAGS, true);
    const known = kind >= layout.SECTION_OPERATIONS && kind <= layout.SECTION_LEARNT;
    if (!known && flags & layout.SECTION_CRITICAL) {
      throw new Error(`blob: found critical section ${kind}, expected kinds 1 … ${layout.SECTION_LEARNT}`);
    }
    directory.set(kind, {
      entry,
      offset: view.getUint32(entry + layout.SECTION_OFFSET, true),
      length: view.getUint32(entry + layout.SECTION_LENGTH, true),
    });
  }
  return directory;
}

function checkFrame(bytes: Uint8Array): void {
  if (bytes.length < layout.HEADER_BYTES) {
    throw new Error(`blob: found ${bytes.length} bytes, expected a header of ${layout.HEADER_BYTES}`);
  }
  const view = viewOf(bytes);
  expectEqual("magic", view.getUint32(layout.HEADER_MAGIC, true), layout.MAGIC, hex);
  expectEqual("format version", view.getUint16(layout.HEADER_VERSION, true), layout.FORMAT_VERSION, String);
  expectEqual("length", bytes.length, view.getUint32(layout.HEADER_LENGTH, true), (n) => `${n} bytes`);
  const crc = crc32(bytes, layout.HEADER_CRC, layout.HEADER_CRC + 4);
  expectEqual("CRC", crc, view.getUint32(layout.HEADER_CRC, true), hex);
}

function expectEqual(what: string, found: number, expected: number, text: (n: number) => string): void {
  if (found !== expected) throw new Error(`blob: ${what}: found ${text(found)}, expected ${text(expected)}`);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

function readOperations(view: DataView, directory: Map<number, SectionEntry>): Operation[] {
  const section = directory.get(layout.SECTION_OPERATIONS);
  if (!section?.length) throw new Error("blob: found no section of operations, expected one");
  return Array.from({ length: section.length / layout.OPERATION_BYTES }, (_, index) => {
    const at = section.offset + index * layout.OPERATION_BYTES;
    const code = view.getUint16(at + layout.OP_CODE, true);
    switch (code) {
      case layout.OP_DENSE:
        return readSynapses(view, at, "dense", index);
      case layout.OP_ANALOGUE:
        return readSynapses(view, at, "analogue", index);
      case layout.OP_LIF:
        return readPopulation(view, at, "lif", index);
      case layout.OP_LI:
        return readPopulation(view, at, "li", index);
    }
    throw new Error(`blob: operation ${index}: found code ${code}, expected 1, 2, 16 or 17`);
  });
}

function readSynapses(view: DataView, at: number, kind: Synapses["kind"], index: number): Synapses {
  const inputs = view.getUint32(at + layout.SYNAPSE_INPUTS, true);
  const outputs = view.getUint32(at + layout.SYNAPSE_OUTPUTS, true);
  const stride = view.getUint32(at + layout.SYNAPSE_STRIDE, true);
  const rows = view.getUint32(at + layout.SYNAPSE_WEIGHTS, true);
  const weights = new Int8Array(inputs * outputs);
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < outputs; j++) weights[i * outputs + j] = view.getUint8(rows + i * stride + j) - 128;
  }
  return {
    kind,
    name: `${kind}${index}`,
    source: view.getUint16(at + layout.SYNAPSE_SOURCE, true),
    adds: (view.getUint16(at + layout.OP_FLAGS, true) & layout.SYNAPSE_ADDS) !== 0,
    inputs,
    outputs,
    weights,
  };
}

function readPopulation(view: DataView, at: number, kind: Population["kind"], index: number): Population {
  const flags = view.getUint16(at + layout.OP_FLAGS, true);
  const neurons = view.getUint32(at + layout.POPULATION_NEURONS, true);
  const bits = view.getUint8(at + layout.POPULATION_BITS) as Population["bits"];
  const decayAt = view.getUint32(at + layout.POPULATION_DECAY, true);
  const thresholdAt = view.getUint32(at + layout.POPULATION_THRESHOLD, true);
  const biasAt = view.getUint32(at + layout.POPULATION_BIAS, true);
  return {
    kind,
    name: `${kind}${index}`,
    neurons,
    bits,
    shift: view.getInt8(at + layout.POPULATION_SHIFT),
    reset: nameOf(RESET_NUMBERS, view.getUint8(at + layout.POPULATION_RESET), "reset"),
    resetAt: flags & layout.POPULATION_RESET_NOW ? "now" : "next",
    orEqual: (flags & layout.POPULATION_OR_EQUAL) !== 0,
    decay:
      flags & layout.POPULATION_NO_DECAY
        ? null
        : Uint16Array.from({ length: neurons }, (_, j) => view.getUint16(decayAt + 2 * j, true)),
    threshold: thresholdAt === 0 ? null : readThresholds(view, thresholdAt, neurons, bits),
    bias: biasAt === 0 ? null : readInt32(view, biasAt, neurons),
    lower: view.getInt32(at + layout.POPULATION_LOWER, true),
    vReset: view.getInt32(at + layout.POPULATION_V_RESET, true),
  };
}

/** 16-bit numbers for membranes of 8 and 16 bits, 32-bit ones for 32. */
function readThresholds(view: DataView, at: number, neurons: number, bits: number): Int32Array {
  if (bits === 32) return readInt32(view, at, neurons);
  return Int32Array.from({ length: neurons }, (_, j) => view.getInt16(at + 2 * j, true));
}

function readInt32(view: DataView, at: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, j) => view.getInt32(at + 4 * j, true));
}

function readUint32(view: DataView, at: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, j) => view.getUint32(at + 4 * j, true));
}

function readLearning(view: DataView, directory: Map<number, SectionEntry>): Learning | null {
  const section = directory.get(layout.SECTION_LEARNING);
  if (!section?.length) return null;
  const at = section.offset;
  const schedules = view.getUint16(at + layout.LEARNING_SCHEDULES, true);
  const count = view.getUint16(at + layout.LEARNING_COUNT, true);
  const operationsAt = directory.get(layout.SECTION_OPERATIONS)!.offset;
  return {
    schedules: [
      ...(schedules & layout.SCHEDULE_STEP ? (["step"] as const) : []),
      ...(schedules & layout.SCHEDULE_WINDOW ? (["window"] as const) : []),
    ],
    logit: view.getUint32(at + layout.LEARNING_LOGIT, true),
    logitShift: view.getUint8(at + layout.LEARNING_LOGIT_SHIFT),
    seed: view.getUint32(at + layout.LEARNING_SEED, true),
    rules: Array.from({ length: count }, (_, index) =>
      readRule(view, at + layout.LEARNING_BYTES + index * layout.RULE_BYTES, operationsAt),
    ),
  };
}

function readRule(view: DataView, at: number, operationsAt: number): Rule {
  const flags = view.getUint16(at + layout.RULE_FLAGS, true);
  const synapse = view.getUint16(at + layout.RULE_SYNAPSE, true);
  const surrogateAt = view.getUint32(at + layout.RULE_SURROGATE, true);
  const neuronsAt = operationsAt + synapse * layout.OPERATION_BYTES + layout.SYNAPSE_OUTPUTS;
  return {
    synapse,
    signal: view.getUint16(at + layout.RULE_SIGNAL, true) === layout.SIGNAL_READOUT ? "readout" : "symmetric",
    filtered: (flags & layout.RULE_FILTERED) !== 0,
    learnsBias: (flags & layout.RULE_BIAS) !== 0,
    errorShift: view.getUint8(at + layout.RULE_ERROR_SHIFT),
    signalShift: view.getUint8(at + layout.RULE_SIGNAL_SHIFT),
    carryShift: view.getUint8(at + layout.RULE_CARRY_SHIFT),
    viewShift: view.getUint8(at + layout.RULE_VIEW_SHIFT),
    traceShift: view.getUint8(at + layout.RULE_TRACE_SHIFT),
    rate: view.getUint16(at + layout.RULE_RATE, true),
    rateShift: view.getUint8(at + layout.RULE_RATE_SHIFT),
    stepRate: view.getUint16(at + layout.RULE_STEP_RATE, true),
    stepRateShift: view.getUint8(at + layout.RULE_STEP_RATE_SHIFT),
    traceView: view.getUint8(at + layout.RULE_TRACE_VIEW),
    biasScale: view.getUint16(at + layout.RULE_BIAS_SCALE, true),
    surrogate: surrogateAt === 0 ? null : readSurrogate(view, surrogateAt, view.getUint32(neuronsAt, true)),
  };
}

function readSurrogate(view: DataView, at: number, neurons: number): Rule["surrogate"] {
  return {
    width: readUint32(view, at, neurons),
    factor: readUint32(view, at + 4 * padded(neurons), neurons),
  };
}

/** The core never reads metadata, so it may be damaged in meaning: then there is none. */
function readMetadata(bytes: Uint8Array, directory: Map<number, SectionEntry>): Record<string, unknown> {
  const section = directory.get(layout.SECTION_METADATA);
  if (!section?.length) return {};
  const text = new TextDecoder().decode(bytes.subarray(section.offset, section.offset + section.length));
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function readLearnt(
  bytes: Uint8Array,
  directory: Map<number, SectionEntry>,
  operations: Operation[],
  learning: Learning | null,
): Learnt | null {
  const section = directory.get(layout.SECTION_LEARNT);
  if (!section?.length || learning === null) return null;
  let at = section.offset + 16;
  const take = (length: number) => Uint8Array.from(bytes.subarray(at, (at += length)));
  return {
    lanes: readUint32(viewOf(bytes), section.offset, 4),
    rules: learning.rules.map((rule) => {
      const { inputs, outputs } = operations[rule.synapse] as Synapses;
      const residuals = take(inputs * padded(outputs));
      return { residuals, biasFine: rule.learnsBias ? new Int8Array(take(padded(outputs)).buffer) : null };
    }),
  };
}

/** The key of a table of numbers. */
function nameOf<Name extends string>(table: Record<Name, number>, number: number, what: string): Name {
  const found = (Object.keys(table) as Name[]).find((name) => table[name] === number);
  if (found === undefined) {
    throw new Error(`blob: found ${what} ${number}, expected one of ${Object.values(table).join(", ")}`);
  }
  return found;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
