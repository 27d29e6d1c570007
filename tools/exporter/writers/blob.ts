/** Turns a Program into a blob, docs/FORMAT.md. The bytes are a pure function of the arguments. */
import * as layout from "../../../assembly/layout.js";
import { crc32 } from "../../../host/crc32.js";
import type { Reset } from "../model.js";
import { isSynapses, padded } from "../program.js";
import type { Code, Learning, Operation, Population, Program, Rule, Synapses } from "../program.js";

/** Numbers of the output codes in the header. */
export const CODE_NUMBERS: Record<Code, number> = {
  count: layout.CODE_COUNT,
  first: layout.CODE_FIRST,
  population: layout.CODE_POPULATION,
  "membrane-last": layout.CODE_MEMBRANE_LAST,
  "membrane-max": layout.CODE_MEMBRANE_MAX,
  "membrane-sum": layout.CODE_MEMBRANE_SUM,
};

/** Numbers of the resets in a population's record. */
export const RESET_NUMBERS: Record<Reset, number> = {
  none: layout.RESET_NONE,
  subtract: layout.RESET_SUBTRACT,
  "subtract-scaled": layout.RESET_SUBTRACT_SCALED,
  zero: layout.RESET_ZERO,
  "zero-step": layout.RESET_ZERO_STEP,
};

interface Section {
  kind: number;
  critical: boolean;
  bytes: Uint8Array;
}

/**
 * The blob of a program in which nothing was learnt yet.
 *
 * @param program numbers within the ranges of docs/FORMAT.md; the core's `plan` checks them, not this function
 * @param arenaBytes what the core says it needs for this blob; 0 before it was asked
 * @returns a buffer of its own, a multiple of 16 bytes, CRC set
 */
export function writeBlob(program: Program, arenaBytes: number): Uint8Array<ArrayBuffer> {
  const count = program.learning === null ? 3 : 5;
  const directoryEnd = layout.HEADER_BYTES + count * layout.SECTION_BYTES;
  const sections = makeSections(program, directoryEnd);
  const end = sections.reduce((at, section) => at + padded(section.bytes.length), directoryEnd);

  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  writeHeader(view, program, count);
  let at = directoryEnd;
  sections.forEach((section, index) => {
    writeEntry(view, index, section, at);
    bytes.set(section.bytes, at);
    at += padded(section.bytes.length);
  });
  if (program.learning !== null) {
    const nothing = { kind: layout.SECTION_LEARNT, critical: false, bytes: new Uint8Array(0) };
    writeEntry(view, count - 1, nothing, end);
  }
  setArenaBytes(bytes, arenaBytes);
  return bytes;
}

/** Computes a blob's CRC and stores it. Changes `bytes` in place; the header must be there. */
export function sealBlob(bytes: Uint8Array): void {
  const crc = crc32(bytes, layout.HEADER_CRC, layout.HEADER_CRC + 4);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(layout.HEADER_CRC, crc, true);
}

/** Stores the bytes of arena that the core asks for, 0 … 2^32 − 1, and seals the blob again, in place. */
export function setArenaBytes(bytes: Uint8Array, arenaBytes: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(layout.HEADER_ARENA, arenaBytes, true);
  sealBlob(bytes);
}

/** All sections that have bytes, in the order of the blob. */
function makeSections(program: Program, start: number): Section[] {
  const pool = new Pool(start + program.operations.length * layout.OPERATION_BYTES);
  const operations = concatenate(program.operations.map((op) => operationRecord(op, pool)));
  const learning = program.learning && learningSection(program.learning, pool);
  const sections: Section[] = [
    { kind: layout.SECTION_OPERATIONS, critical: true, bytes: operations },
    { kind: layout.SECTION_PARAMETERS, critical: true, bytes: concatenate(pool.chunks) },
  ];
  if (learning !== null) sections.push({ kind: layout.SECTION_LEARNING, critical: true, bytes: learning });
  sections.push({ kind: layout.SECTION_METADATA, critical: false, bytes: metadataBytes(program.metadata) });
  return sections;
}

/** The parameters section while it grows: arrays one after the other, each at a multiple of 16. */
class Pool {
  readonly chunks: Uint8Array[] = [];

  /** @param end where the next array goes, from the blob's start */
  constructor(private end: number) {}

  /** @returns the array's offset from the blob's start */
  add(bytes: Uint8Array): number {
    const offset = this.end;
    this.chunks.push(bytes);
    this.end += bytes.length;
    return offset;
  }
}

function writeHeader(view: DataView, program: Program, sections: number): void {
  const last = program.operations[program.operations.length - 1] as Population;
  const kind = program.inputKind === "spikes" ? layout.INPUT_SPIKES : layout.INPUT_ANALOGUE;
  view.setUint32(layout.HEADER_MAGIC, layout.MAGIC, true);
  view.setUint16(layout.HEADER_VERSION, layout.FORMAT_VERSION, true);
  view.setUint32(layout.HEADER_LENGTH, view.byteLength, true);
  view.setUint32(layout.HEADER_STEPS, program.maxSteps, true);
  view.setUint32(layout.HEADER_INPUTS, program.inputs, true);
  view.setUint32(layout.HEADER_OUTPUTS, last.neurons, true);
  view.setUint16(layout.HEADER_CLASSES, program.classes, true);
  view.setUint16(layout.HEADER_CODE, CODE_NUMBERS[program.code], true);
  view.setUint16(layout.HEADER_INPUT_KIND, kind, true);
  view.setUint16(layout.HEADER_SECTIONS, sections, true);
  view.setUint32(layout.HEADER_INPUT_RANGE, program.inputRange, true);
  view.setUint32(layout.HEADER_EVENTS, program.events, true);
}

function writeEntry(view: DataView, index: number, section: Section, offset: number): void {
  const at = layout.HEADER_BYTES + index * layout.SECTION_BYTES;
  view.setUint16(at + layout.SECTION_KIND, section.kind, true);
  view.setUint16(at + layout.SECTION_FLAGS, section.critical ? layout.SECTION_CRITICAL : 0, true);
  view.setUint32(at + layout.SECTION_OFFSET, offset, true);
  view.setUint32(at + layout.SECTION_LENGTH, section.bytes.length, true);
}

function operationRecord(op: Operation, pool: Pool): Uint8Array {
  return isSynapses(op) ? synapseRecord(op, pool) : populationRecord(op, pool);
}

function synapseRecord(op: Synapses, pool: Pool): Uint8Array {
  const record = new Uint8Array(layout.OPERATION_BYTES);
  const view = new DataView(record.buffer);
  view.setUint16(layout.OP_CODE, op.kind === "dense" ? layout.OP_DENSE : layout.OP_ANALOGUE, true);
  view.setUint16(layout.OP_FLAGS, op.adds ? layout.SYNAPSE_ADDS : 0, true);
  view.setUint16(layout.SYNAPSE_SOURCE, op.source, true);
  view.setUint16(layout.SYNAPSE_BITS, 8, true);
  view.setUint32(layout.SYNAPSE_INPUTS, op.inputs, true);
  view.setUint32(layout.SYNAPSE_OUTPUTS, op.outputs, true);
  view.setUint32(layout.SYNAPSE_WEIGHTS, pool.add(weightRows(op)), true);
  view.setUint32(layout.SYNAPSE_STRIDE, padded(op.outputs), true);
  return record;
}

/** `inputs` rows of `stride` bytes, each weight + 128, so that the padding is a weight of 0. */
function weightRows(op: Synapses): Uint8Array {
  const stride = padded(op.outputs);
  const rows = new Uint8Array(op.inputs * stride).fill(128);
  for (let i = 0; i < op.inputs; i++) {
    for (let j = 0; j < op.outputs; j++) rows[i * stride + j] = op.weights[i * op.outputs + j] + 128;
  }
  return rows;
}

function populationRecord(op: Population, pool: Pool): Uint8Array {
  const record = new Uint8Array(layout.OPERATION_BYTES);
  const view = new DataView(record.buffer);
  const wide = op.bits === 32 ? 4 : 2;
  view.setUint16(layout.OP_CODE, op.kind === "lif" ? layout.OP_LIF : layout.OP_LI, true);
  view.setUint16(layout.OP_FLAGS, populationFlags(op), true);
  view.setUint8(layout.POPULATION_RESET, RESET_NUMBERS[op.reset]);
  view.setUint8(layout.POPULATION_BITS, op.bits);
  view.setInt8(layout.POPULATION_SHIFT, op.shift);
  view.setUint32(layout.POPULATION_NEURONS, op.neurons, true);
  view.setUint32(layout.POPULATION_DECAY, op.decay ? pool.add(array(op.decay, 2, 0)) : 0, true);
  view.setUint32(
    layout.POPULATION_THRESHOLD,
    op.threshold ? pool.add(array(op.threshold, wide, 1)) : 0,
    true,
  );
  view.setUint32(layout.POPULATION_BIAS, op.bias ? pool.add(array(op.bias, 4, 0)) : 0, true);
  view.setInt32(layout.POPULATION_LOWER, op.lower, true);
  view.setInt32(layout.POPULATION_V_RESET, op.vReset, true);
  return record;
}

function populationFlags(op: Population): number {
  return (
    (op.orEqual ? layout.POPULATION_OR_EQUAL : 0) |
    (op.decay === null ? layout.POPULATION_NO_DECAY : 0) |
    (op.resetAt === "now" ? layout.POPULATION_RESET_NOW : 0)
  );
}

/** An array of a population in numbers of 2 or 4 bytes, rounded up to a multiple of 16 neurons with `padding`. */
function array(values: ArrayLike<number>, width: 2 | 4, padding: number): Uint8Array {
  const numbers = new (width === 2 ? Uint16Array : Uint32Array)(padded(values.length)).fill(padding);
  numbers.set(values);
  return littleEndian(numbers);
}

function littleEndian(numbers: Uint16Array | Uint32Array): Uint8Array {
  const bytes = new Uint8Array(numbers.byteLength);
  const view = new DataView(bytes.buffer);
  numbers.forEach((value, index) => {
    if (numbers.BYTES_PER_ELEMENT === 2) view.setUint16(index * 2, value, true);
    else view.setUint32(index * 4, value, true);
  });
  return bytes;
}

function learningSection(learning: Learning, pool: Pool): Uint8Array {
  const header = new Uint8Array(layout.LEARNING_BYTES);
  const view = new DataView(header.buffer);
  const step = learning.schedules.includes("step") ? layout.SCHEDULE_STEP : 0;
  const window = learning.schedules.includes("window") ? layout.SCHEDULE_WINDOW : 0;
  view.setUint16(layout.LEARNING_LOSS, layout.LOSS_CROSS_ENTROPY, true);
  view.setUint16(layout.LEARNING_SCHEDULES, step | window, true);
  view.setUint16(layout.LEARNING_COUNT, learning.rules.length, true);
  view.setUint32(layout.LEARNING_LOGIT, learning.logit, true);
  view.setUint8(layout.LEARNING_LOGIT_SHIFT, learning.logitShift);
  view.setUint32(layout.LEARNING_SEED, learning.seed, true);
  return concatenate([header, ...learning.rules.map((rule) => ruleRecord(rule, pool))]);
}

function ruleRecord(rule: Rule, pool: Pool): Uint8Array {
  const record = new Uint8Array(layout.RULE_BYTES);
  const view = new DataView(record.buffer);
  const signal = rule.signal === "readout" ? layout.SIGNAL_READOUT : layout.SIGNAL_SYMMETRIC;
  const flags = (rule.filtered ? layout.RULE_FILTERED : 0) | (rule.learnsBias ? layout.RULE_BIAS : 0);
  view.setUint16(layout.RULE_SYNAPSE, rule.synapse, true);
  view.setUint16(layout.RULE_SIGNAL, signal, true);
  view.setUint16(layout.RULE_FLAGS, flags, true);
  view.setUint8(layout.RULE_ERROR_SHIFT, rule.errorShift);
  view.setUint8(layout.RULE_SIGNAL_SHIFT, rule.signalShift);
  view.setUint16(layout.RULE_RATE, rule.rate, true);
  view.setUint8(layout.RULE_RATE_SHIFT, rule.rateShift);
  view.setUint8(layout.RULE_CARRY_SHIFT, rule.carryShift);
  view.setUint8(layout.RULE_VIEW_SHIFT, rule.viewShift);
  view.setUint8(layout.RULE_TRACE_SHIFT, rule.traceShift);
  view.setUint32(layout.RULE_SURROGATE, rule.surrogate ? addSurrogate(rule.surrogate, pool) : 0, true);
  view.setUint16(layout.RULE_STEP_RATE, rule.stepRate, true);
  view.setUint8(layout.RULE_STEP_RATE_SHIFT, rule.stepRateShift);
  view.setUint8(layout.RULE_TRACE_VIEW, rule.traceView);
  view.setUint16(layout.RULE_BIAS_SCALE, rule.biasScale, true);
  return record;
}

/** The widths and then the factors, one array in the record's eyes. */
function addSurrogate(surrogate: NonNullable<Rule["surrogate"]>, pool: Pool): number {
  const widths = pool.add(array(surrogate.width, 4, 0));
  pool.add(array(surrogate.factor, 4, 0));
  return widths;
}

/** JSON with the keys of every object sorted, so that equal metadata gives equal bytes. */
function metadataBytes(metadata: Record<string, unknown>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(metadata, (_, value: unknown) => sortKeys(value)));
}

function sortKeys(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

function concatenate(chunks: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
