/** What each layer of a Program is and costs. */
import { isSynapses, padded } from "../program.js";
import type { Population, Program, Synapses } from "../program.js";

export interface LayerReport {
  name: string;
  kind: "lif" | "li";
  neurons: number;
  /** synapses, padding left out */
  synapses: number;
  weightBits: number;
  stateBits: number;
  /** fractional bits k of the membrane */
  shift: number;
  /** weights, decays, thresholds and biases */
  flashBytes: number;
  /** membranes and spike lists, and what learning keeps of the weights */
  ramBytes: number;
  /** the signal that its synapses learn with, null where they do not learn */
  learns: "readout" | "symmetric" | null;
}

/** One entry a population, the synapses into it included. */
export function layersOf(program: Program): LayerReport[] {
  const layers: LayerReport[] = [];
  let from = 0;
  program.operations.forEach((op, index) => {
    if (isSynapses(op)) return;
    const synapses = program.operations.slice(from, index) as Synapses[];
    layers.push(layerOf(program, op, synapses, from));
    from = index + 1;
  });
  return layers;
}

function layerOf(program: Program, op: Population, synapses: Synapses[], first: number): LayerReport {
  const rule = program.learning?.rules.find(
    ({ synapse }) => synapse >= first && synapse < first + synapses.length,
  );
  const all = padded(op.neurons);
  const rows = synapses.reduce((sum, { inputs }) => sum + inputs * all, 0);
  const constants =
    (op.decay ? 2 * all : 0) + (op.threshold ? (op.bits === 32 ? 4 : 2) * all : 0) + (op.bias ? 4 * all : 0);
  const list = op.kind === "lif" ? 2 * op.neurons : 0;
  return {
    name: op.name,
    kind: op.kind,
    neurons: op.neurons,
    synapses: synapses.reduce((sum, { inputs }) => sum + inputs * op.neurons, 0),
    weightBits: 8,
    stateBits: op.bits,
    shift: op.shift,
    flashBytes: rows + constants,
    // a layer that learns keeps a copy of its weights and a residual byte each
    ramBytes: (all * op.bits) / 8 + list + (rule ? 2 * rows : 0),
    learns: rule?.signal ?? null,
  };
}

/** Names of the operations as metadata gives them, put back where a blob was read. */
export function withNames(program: Program, names: unknown): Program {
  if (!Array.isArray(names)) return program;
  const operations = program.operations.map((op, index) => {
    const name: unknown = names[index];
    return typeof name === "string" && name !== "" ? { ...op, name } : op;
  });
  return { ...program, operations };
}
