/** Neurons that cannot do anything: they never reach their threshold, or pass it without being asked. */
import type { Layer, Model } from "../model.js";
import { quoted } from "../text.js";

/**
 * Looks for neurons that can never fire, and for such as fire whatever happens. Bounds, not simulations: a neuron
 * that is named never fires (or fires); one that is not named may still be silent on real data.
 *
 * The largest membrane is the steady state with every excitatory source active in every step and every inhibitory
 * one silent, (Σ max(w, 0)·x_max + bias) / (1 − β), over (1 − α) too where there is a current; resets, lower bounds and adaptive
 * thresholds only keep a neuron further from it. Layers behind are taken to fire at will.
 *
 * @param inputRange largest input, or lowest and largest; spikes are 0 … 1
 * @returns one line a layer and kind of trouble
 */
export function deadOrStuck(model: Model, inputRange: number | readonly [number, number] = 1): string[] {
  const [lowest, largest] =
    typeof inputRange === "number" ? [Math.min(0, inputRange), inputRange] : inputRange;
  const warnings: string[] = [];
  /** largest output of each neuron of each layer: a neuron that never fires drives nothing */
  const reach: Float64Array[] = [];
  for (const layer of model.layers) {
    const most = layer.bias.slice();
    const least = layer.bias.slice();
    for (const { source, inputs, weights } of layer.connections) {
      for (let i = 0; i < inputs; i++) {
        const high = source < 0 ? largest : (reach[source]?.[i] ?? 1);
        const low = source < 0 ? lowest : 0;
        for (let j = 0; j < layer.neurons; j++) {
          const w = weights[i * layer.neurons + j];
          most[j] += Math.max(w * high, w * low);
          least[j] += Math.min(w * high, w * low);
        }
      }
    }
    const live = new Float64Array(layer.neurons).fill(1);
    reach.push(live);
    if (layer.kind === "li") continue;
    let always = 0;
    let unasked = 0;
    for (let j = 0; j < layer.neurons; j++) {
      if (!passes(layer, j, most[j])) live[j] = 0;
      else if (passes(layer, j, least[j])) always++;
      else if (passes(layer, j, layer.bias[j])) unasked++;
    }
    const dead = live.filter((x) => x === 0).length;
    const of = `of ${layer.neurons} neurons of layer ${quoted(layer.name)}`;
    if (dead > 0)
      warnings.push(`${dead} ${of} can never reach their threshold; check the time step, r and the weights`);
    if (always > 0) warnings.push(`${always} ${of} fire whatever the input is; check v_leak and the biases`);
    if (unasked > 0) warnings.push(`${unasked} ${of} fire without any input; check v_leak and the biases`);
  }
  return warnings;
}

/** Whether a constant drive takes the membrane from 0 past the threshold sooner or later. */
function passes(layer: Layer, j: number, drive: number): boolean {
  const beta = layer.decay[j];
  const alpha = layer.current?.decay[j] ?? 0;
  const threshold = layer.threshold[j];
  if (alpha === 1 || beta === 1) return drive > 0;
  const steady = drive / (1 - alpha) / (1 - beta);
  // With a decay the steady state is approached and never reached.
  return steady > threshold || (layer.orEqual && alpha === 0 && beta === 0 && steady === threshold);
}
