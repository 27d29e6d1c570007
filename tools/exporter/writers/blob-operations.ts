/** Records of operations, docs/FORMAT.md, "Operations". */
import * as layout from "../../../assembly/layout.js";
import { isSynapses, padded } from "../program.js";
import type { Operation, Population, Synapses } from "../program.js";
import { concatenate } from "./blob-arrays.js";
import type { Pool } from "./blob-arrays.js";
import { RESET_NUMBERS } from "./blob-numbers.js";

/** One record an operation; their arrays go into `pool` in the order of the fields that name them. */
export function operationsSection(operations: Operation[], pool: Pool): Uint8Array {
  return concatenate(operations.map((op) => (isSynapses(op) ? synapses(op, pool) : population(op, pool))));
}

function synapses(op: Synapses, pool: Pool): Uint8Array {
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

function population(op: Population, pool: Pool): Uint8Array {
  const record = new Uint8Array(layout.OPERATION_BYTES);
  const view = new DataView(record.buffer);
  view.setUint16(layout.OP_CODE, op.kind === "lif" ? layout.OP_LIF : layout.OP_LI, true);
  view.setUint16(layout.OP_FLAGS, populationFlags(op), true);
  view.setUint8(layout.POPULATION_RESET, RESET_NUMBERS[op.reset]);
  view.setUint8(layout.POPULATION_BITS, op.bits);
  view.setInt8(layout.POPULATION_SHIFT, op.shift);
  view.setUint8(layout.POPULATION_FINE, op.current?.fine ?? 0);
  view.setUint32(layout.POPULATION_NEURONS, op.neurons, true);
  view.setUint32(layout.POPULATION_DECAY, pool.addNumbers(op.decay, 2), true);
  const wide = op.bits === 32 ? 4 : 2;
  view.setUint32(layout.POPULATION_THRESHOLD, pool.addNumbers(op.threshold, wide, 1), true);
  view.setUint32(layout.POPULATION_BIAS, pool.addNumbers(op.bias, 4), true);
  view.setInt32(layout.POPULATION_LOWER, op.lower, true);
  view.setInt32(layout.POPULATION_V_RESET, op.vReset, true);
  view.setUint32(layout.POPULATION_ADAPTATION, pool.addNumbers(op.adaptation?.decay, 2), true);
  pool.addNumbers(op.adaptation?.strength, 2);
  view.setUint32(layout.POPULATION_CURRENT, pool.addNumbers(op.current?.decay, 2), true);
  return record;
}

function populationFlags(op: Population): number {
  return (
    (op.orEqual ? layout.POPULATION_OR_EQUAL : 0) |
    (op.decay === null ? layout.POPULATION_NO_DECAY : 0) |
    (op.resetAt === "now" ? layout.POPULATION_RESET_NOW : 0) |
    (op.adaptation ? layout.POPULATION_ADAPTS : 0) |
    (op.current ? layout.POPULATION_CURRENTS : 0)
  );
}
