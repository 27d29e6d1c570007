/** Operations of a valid blob, docs/FORMAT.md, "Operations". */
import * as layout from "../../../assembly/layout.js";
import { padded } from "../program.js";
import type { Operation, Population, Synapses } from "../program.js";
import { RESET_NUMBERS } from "../writers/blob-numbers.js";
import { nameOf, readInt32, readUint16 } from "./blob-fields.js";
import type { Opened } from "./blob-fields.js";

/** Names are not part of a blob: operations are called by kind and index, as in `lif1`. */
export function readOperations({ view, directory }: Opened): Operation[] {
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
    decay: flags & layout.POPULATION_NO_DECAY ? null : readUint16(view, decayAt, neurons),
    threshold: thresholdAt === 0 ? null : readThresholds(view, thresholdAt, neurons, bits),
    bias: biasAt === 0 ? null : readInt32(view, biasAt, neurons),
    lower: view.getInt32(at + layout.POPULATION_LOWER, true),
    vReset: view.getInt32(at + layout.POPULATION_V_RESET, true),
    ...(flags & layout.POPULATION_ADAPTS ? { adaptation: readAdaptation(view, at, neurons) } : {}),
    ...(flags & layout.POPULATION_CURRENTS ? { current: readCurrent(view, at, neurons) } : {}),
  };
}

/** 16-bit numbers for membranes of 8 and 16 bits, 32-bit ones for 32. */
function readThresholds(view: DataView, at: number, neurons: number, bits: number): Int32Array {
  if (bits === 32) return readInt32(view, at, neurons);
  return Int32Array.from({ length: neurons }, (_, j) => view.getInt16(at + 2 * j, true));
}

function readAdaptation(view: DataView, at: number, neurons: number): Population["adaptation"] {
  const decayAt = view.getUint32(at + layout.POPULATION_ADAPTATION, true);
  return {
    decay: readUint16(view, decayAt, neurons),
    strength: readUint16(view, decayAt + 2 * padded(neurons), neurons),
  };
}

function readCurrent(view: DataView, at: number, neurons: number): Population["current"] {
  const decayAt = view.getUint32(at + layout.POPULATION_CURRENT, true);
  return { decay: readUint16(view, decayAt, neurons), fine: view.getUint8(at + layout.POPULATION_FINE) };
}
