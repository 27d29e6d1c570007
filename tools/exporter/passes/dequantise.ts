/**
 * Dequantise: a Program as a Model in its own integer units, so that the float simulator runs the same weights, thresholds and
 * decays without rounding or saturating a state. What the core then does otherwise is the price of its arithmetic alone.
 */
import type { Connection, Layer, Model } from "../model.js";
import { isSynapses } from "../program.js";
import type { Population, Program, Synapses } from "../program.js";

/**
 * @returns a model whose membranes are in units of the integer membranes and whose input are the integers that the core gets
 */
export function dequantise(program: Program): Model {
  const layers: Layer[] = [];
  /** layer of the population at an operation */
  const populations = program.operations.flatMap((op, index) => (isSynapses(op) ? [] : [index]));
  const layerAt = new Map(populations.map((index, layer) => [index, layer]));
  let synapses: Synapses[] = [];
  program.operations.forEach((op) => {
    if (isSynapses(op)) {
      synapses.push(op);
      return;
    }
    layers.push(layerOf(op, synapses, layerAt));
    synapses = [];
  });
  return { inputs: program.inputs, inputShape: [program.inputs], layers, dt: 1 };
}

function layerOf(op: Population, synapses: Synapses[], layerAt: Map<number, number>): Layer {
  const { neurons, adaptation, current } = op;
  const filled = (value: number): Float64Array => new Float64Array(neurons).fill(value);
  const decays = (decay: Uint16Array): Float64Array => Float64Array.from(decay, (b) => b / 65536);
  return {
    name: op.name,
    kind: op.kind,
    neurons,
    connections: synapses.map((synapse) => connectionOf(synapse, op.shift, layerAt)),
    bias: op.bias === null ? filled(0) : Float64Array.from(op.bias),
    decay: op.decay === null ? filled(1) : decays(op.decay),
    threshold: op.threshold === null ? filled(1) : Float64Array.from(op.threshold),
    vReset: filled(op.vReset),
    lower: op.lower,
    reset: op.reset,
    resetAt: op.resetAt,
    orEqual: op.orEqual,
    ...(adaptation && {
      adaptation: { decay: decays(adaptation.decay), strength: Float64Array.from(adaptation.strength) },
    }),
    ...(current && { current: { decay: decays(current.decay) } }),
  };
}

function connectionOf(op: Synapses, shift: number, layerAt: Map<number, number>): Connection {
  return {
    name: op.name,
    source: op.source === 0 ? -1 : layerAt.get(op.source - 1)!,
    inputs: op.inputs,
    weights: Float64Array.from(op.weights, (w) => w * 2 ** shift),
  };
}
