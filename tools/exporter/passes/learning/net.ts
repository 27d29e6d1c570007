/** A Program as the learning pass looks at it: layers with their units, and the synapses between them. */
import type { Layer, Model } from "../../model.js";
import { isSynapses } from "../../program.js";
import type { Population, Program, Synapses } from "../../program.js";
import type { InputForm, LayerScale } from "../quantise.js";

export interface Node {
  layer: Layer;
  population: Population;
  /** index of the population among the operations */
  operation: number;
  /** what one unit of a weight stands for, in units of the model's membrane */
  unit: number;
  /** the synapses into it, in order */
  into: Link[];
}

/** One synapse operation. */
export interface Link {
  operation: number;
  synapses: Synapses;
  /** index of the layer that the spikes come from, −1 for the input */
  from: number;
  /** index of the layer that it feeds */
  to: number;
}

export interface Net {
  nodes: Node[];
  links: Link[];
  /** index of the last layer */
  last: number;
  input: InputForm;
  maxSteps: number;
}

/** One node a layer, in the order of the model. */
export function netOf(model: Model, program: Program, scales: LayerScale[], input: InputForm): Net {
  const { operations, maxSteps } = program;
  const layerAt = new Map(scales.map(({ operation }, layer) => [operation, layer]));
  const links: Link[] = [];
  const nodes = scales.map(({ operation, unit }, to): Node => {
    const into: Link[] = [];
    for (let at = to === 0 ? 0 : scales[to - 1].operation + 1; at < operation; at++) {
      const synapses = operations[at];
      if (!isSynapses(synapses)) continue;
      const from = synapses.source === 0 ? -1 : layerAt.get(synapses.source - 1)!;
      into.push({ operation: at, synapses, from, to });
    }
    links.push(...into);
    const population = operations[operation] as Population;
    return { layer: model.layers[to], population, operation, unit: unit[0], into };
  });
  return { nodes, links, last: nodes.length - 1, input, maxSteps };
}

/** Carries spikes of the step before. */
export function isRecurrent({ from, to }: Link): boolean {
  return from >= to;
}

/** Steps that a decay remembers, at most the longest window. */
export function memory(decay: Uint16Array | null, maxSteps: number): number {
  if (!decay) return maxSteps;
  return Math.min(maxSteps, 65536 / (65536 - decay.reduce((a, b) => Math.max(a, b), 0)));
}
