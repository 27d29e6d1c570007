/** Random models whose layers fire at a rate of 1 … 20 % on a given window. Pure functions of the seed. */
import type { Connection, Layer, Model } from "../../tools/exporter/model.js";
import { FloatNetwork } from "../../tools/exporter/simulate/float.js";
import type { Window } from "../../tools/exporter/simulate/float.js";
import type { Random } from "../random.js";
import { gaussian } from "./random-net.js";
import type { Wish } from "./wish.js";

/** @param sizes neurons of the layers */
export function randomModel(
  random: Random,
  inputs: number,
  sizes: number[],
  wish: Wish,
  window: Window,
): Model {
  const layers: Layer[] = [];
  sizes.forEach((neurons, l) => {
    const last = l === sizes.length - 1;
    const layer = randomLayer(random, last && !wish.spiking ? "li" : "lif", neurons, l, wish);
    layer.connections = sourcesOf(l, sizes.length, wish).map((source): Connection => {
      const width = source < 0 ? inputs : sizes[source];
      // of what comes back, less, so that it does not take over
      const size = source >= l ? 0.4 : 1;
      return {
        ...{ name: `from ${source} into ${l}`, source, inputs: width },
        weights: gaussians(random, width * neurons, size, source >= l ? -0.2 : random.pick([0, 0.2, 0.5])),
      };
    });
    layers.push(layer);
    const known = { inputs, inputShape: [inputs], layers: withoutLater(layers), dt: 0.001 };
    if (layer.kind === "lif") scaleToFire(layer, known, window, 0.02 * 7 ** random.next());
    else scaleToSpread(layer, known, window, wish.spread);
  });
  return { inputs, inputShape: [inputs], layers, dt: 0.001 };
}

function sourcesOf(l: number, layers: number, { recurrent, skips, spiking }: Wish): number[] {
  const last = l === layers - 1;
  const sources = [l - 1];
  if (skips && last) for (let source = 0; source < l - 1; source++) sources.push(source);
  if (recurrent && (!last || spiking)) sources.push(l);
  const top = spiking ? layers - 1 : layers - 2;
  if (recurrent && l === 0 && top > 0) sources.push(top);
  return sources;
}

/** Connections from layers that are not drawn yet do nothing so far. */
function withoutLater(layers: Layer[]): Layer[] {
  return layers.map((layer) => ({
    ...layer,
    connections: layer.connections.filter(({ source }) => source < layers.length),
  }));
}

function scale(layer: Layer, factor: number): void {
  for (const { weights } of layer.connections) weights.forEach((w, at) => (weights[at] = w * factor));
  layer.bias.forEach((b, j) => (layer.bias[j] = b * factor));
}

function scaleToFire(layer: Layer, known: Model, window: Window, wanted: number): void {
  const l = known.layers.length - 1;
  let [low, high, now] = [-14, 6, 0];
  for (let n = 0; n < 14; n++) {
    const size = (low + high) / 2;
    scale(layer, 2 ** (size - now));
    now = size;
    const { counts } = new FloatNetwork(known).run(window);
    const rate = counts[l].reduce((a, b) => a + b, 0) / (layer.neurons * window.steps);
    if (rate > wanted) high = size;
    else low = size;
  }
}

function scaleToSpread(layer: Layer, known: Model, window: Window, spread: number): void {
  const { outputs } = new FloatNetwork(known).run(window);
  let most = 1e-9;
  for (let t = 0; t < window.steps; t++) {
    const row = outputs.subarray(t * layer.neurons, (t + 1) * layer.neurons);
    most = Math.max(most, Math.max(...row) - Math.min(...row));
  }
  scale(layer, spread / most);
}

function gaussians(random: Random, length: number, size: number, mean: number): Float64Array {
  return Float64Array.from({ length }, () => size * (gaussian(random) + mean));
}

/** Without connections. */
function randomLayer(random: Random, kind: "lif" | "li", neurons: number, l: number, wish: Wish): Layer {
  const lif = kind === "lif";
  const { beta, kappa, reset, resetAt, seed, neuron } = wish;
  const between = (low: number, high: number): Float64Array =>
    Float64Array.from({ length: neurons }, () => low + (high - low) * random.next());
  const decay = typeof beta === "number" ? between(beta, beta) : between(...beta);
  return {
    ...{ name: `${kind} ${l}`, kind, neurons, orEqual: seed % 2 === 1, lower: -Infinity, connections: [] },
    bias: gaussians(random, neurons, 0.1, 0),
    decay: lif ? decay : between(kappa, kappa),
    threshold: lif ? between(0.8, 1.2) : between(1, 1),
    vReset: new Float64Array(neurons),
    ...{ reset: lif ? reset : "none", resetAt: lif ? resetAt : "next" },
    ...(lif &&
      neuron === "alif" && { adaptation: { decay: between(0.8, 0.998), strength: between(0.02, 0.3) } }),
    ...(lif && neuron === "cuba" && { current: { decay: between(0.2, 0.95) } }),
  };
}
