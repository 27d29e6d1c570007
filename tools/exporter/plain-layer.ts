/** Parts of models that are made in code, where no file brings them. */
import type { Connection, Layer } from "./model.js";

/** @param weight of each synapse, in the order of the array: input-major */
export function connection(
  name: string,
  source: number,
  inputs: number,
  neurons: number,
  weight: () => number,
): Connection {
  return { name, source, inputs, weights: Float64Array.from({ length: inputs * neurons }, weight) };
}

/** Neurons of one decay with thresholds of 1, no bias, and a reset by subtraction where they spike. */
export function plainLayer(
  name: string,
  kind: Layer["kind"],
  neurons: number,
  decay: number,
  connections: Connection[],
): Layer {
  const all = (x: number): Float64Array => new Float64Array(neurons).fill(x);
  return {
    ...{ name, kind, neurons, connections, bias: all(0), decay: all(decay), threshold: all(1) },
    ...{ vReset: all(0), lower: -Infinity, orEqual: false, resetAt: "next" },
    reset: kind === "lif" ? "subtract" : "none",
  };
}
