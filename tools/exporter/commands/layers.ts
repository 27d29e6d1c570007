/** What each layer of a Program is and costs. */
import { isSynapses, padded } from "../program.js";
import type { Path, Population, Program, Signal, Synapses } from "../program.js";

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
  /** weights, and what a neuron has: decays, thresholds, biases */
  flashBytes: number;
  /** membranes and other states, spike lists, and what learning keeps of the weights */
  ramBytes: number;
  /** the signal that its synapses learn from, null where they do not learn */
  learns: Signal | null;
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
  const population = first + synapses.length;
  const rule = program.learning?.rules.find((candidate) => candidate.population === population);
  const paths =
    program.learning?.paths.filter((path) => path.learns && inside(path, first, population)) ?? [];
  const all = padded(op.neurons);
  const rows = synapses.reduce((sum, { inputs }) => sum + inputs * all, 0);
  const constants =
    (op.decay ? 2 : 0) +
    (op.threshold ? (op.bits === 32 ? 4 : 2) : 0) +
    (op.bias ? 4 : 0) +
    (op.adaptation ? 4 : 0) +
    (op.current ? 2 : 0);
  const states = op.bits / 8 + (op.adaptation ? 4 : 0) + (op.current ? 4 : 0);
  const learnt = paths.reduce(
    (sum, path) => sum + synapses[path.synapse - first].inputs * all * bytesOf(path),
    0,
  );
  const list = op.kind === "lif" ? 2 * op.neurons : 0;
  return {
    name: op.name,
    kind: op.kind,
    neurons: op.neurons,
    synapses: synapses.reduce((sum, { inputs }) => sum + inputs * op.neurons, 0),
    weightBits: 8,
    stateBits: op.bits,
    shift: op.shift,
    flashBytes: rows + constants * all,
    ramBytes: states * all + list + learnt,
    learns: (paths.length > 0 && rule?.signal) || null,
  };
}

function inside({ synapse }: Path, from: number, to: number): boolean {
  return synapse >= from && synapse < to;
}

/** Bytes of RAM that each weight of a path which learns takes: a copy, a residual, what momentum remembers. */
export function bytesOf({ residuals, update }: Path): number {
  return 1 + (residuals ? 1 : 0) + (update.kind === "momentum" ? 2 : 0);
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
