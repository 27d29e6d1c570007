/**
 * Calibration: the float model runs on the user's samples, and what its membranes reach decides how many fractional bits they get.
 */
import type { Layer, Model } from "../model.js";
import { FloatNetwork } from "../simulate/float.js";
import type { Window } from "../simulate/float.js";
import { addMoments, emptyMoments, MOST_INPUTS } from "./round.js";
import type { Moments } from "./round.js";

/** What a layer did on the calibration samples. */
export interface LayerRange {
  /** largest |U| of each neuron, before a reset that acts now */
  peaks: Float64Array;
  /** largest threshold of each neuron, adaptation included, and largest |I|; θ and 0 where there is neither */
  levels: Float64Array;
  currents: Float64Array;
  /** spikes a neuron and step, mean */
  rate: number;
  /** neurons that never fired, and neurons that fired in every step (0 for a readout) */
  silent: number;
  stuck: number;
  /** of the inputs of all its connections, one after the other; null where there are too many, or nothing was measured */
  moments: Moments | null;
}

/**
 * @param windows samples as the model takes them
 * @param onSample called after each sample, for progress
 * @returns one entry a layer
 */
export function calibrate(model: Model, windows: Iterable<Window>, onSample?: () => void): LayerRange[] {
  const network = new FloatNetwork(model);
  const zeros = (): Float64Array[] => model.layers.map((layer) => new Float64Array(layer.neurons));
  const [peaks, currents] = [zeros(), zeros()];
  const levels = model.layers.map((layer) => layer.threshold.slice());
  const counts = model.layers.map((layer) => new Float64Array(layer.neurons));
  const moments = model.layers.map((layer) => {
    const inputs = layer.connections.reduce((sum, connection) => sum + connection.inputs, 0);
    return inputs > MOST_INPUTS ? null : emptyMoments(inputs);
  });
  let steps = 0;
  for (const window of windows) {
    const run = network.run(window, {}, (l, { peak, level, current }) => {
      raise(peaks[l], peak);
      if (model.layers[l].adaptation) raise(levels[l], level);
      if (model.layers[l].current) raise(currents[l], current);
    });
    run.counts.forEach((count, l) => count.forEach((n, j) => (counts[l][j] += n)));
    moments.forEach((sums, l) => sums && addMoments(sums, meanInputs(model.layers[l], window, run.counts)));
    steps += window.steps;
    onSample?.();
  }
  return model.layers.map((layer, l) => {
    const spiking = layer.kind === "lif" && steps > 0;
    return {
      peaks: peaks[l],
      levels: levels[l],
      currents: currents[l],
      rate: steps ? counts[l].reduce((a, b) => a + b, 0) / (steps * layer.neurons) : 0,
      silent: spiking ? counts[l].filter((n) => n === 0).length : 0,
      stuck: spiking ? counts[l].filter((n) => n === steps).length : 0,
      moments: steps > 0 ? moments[l] : null,
    };
  });
}

/** Mean over the window of what each input of a layer brought: values of the frame, or spikes a step. */
function meanInputs(layer: Layer, { frames, steps, hold }: Window, counts: Uint32Array[]): Float64Array {
  const means = layer.connections.map(({ source, inputs }) => {
    if (source >= 0) return Float64Array.from(counts[source], (n) => n / steps);
    if (hold) return Float64Array.from(frames);
    const mean = new Float64Array(inputs);
    frames.forEach((x, at) => (mean[at % inputs] += x / steps));
    return mean;
  });
  return Float64Array.from(means.flatMap((mean) => [...mean]));
}

function raise(peaks: Float64Array, values: Float64Array): void {
  for (let j = 0; j < peaks.length; j++) peaks[j] = Math.max(peaks[j], Math.abs(values[j]));
}

/** Steps that a decay remembers, where nothing says for how long the net will run. */
function memory(decay: number): number {
  return Math.min(20, 1 / Math.max(1e-9, 1 - decay));
}

/**
 * Without samples: the most that a neuron could reach, taking half of its sources for active; a guess that errs on the wide side.
 *
 * @param inputPeak largest magnitude of an input, in the model's units
 */
export function guessRanges(model: Model, inputPeak: number): LayerRange[] {
  return model.layers.map((layer) => {
    const peaks = Float64Array.from(layer.bias, Math.abs);
    for (const { source, inputs, weights } of layer.connections) {
      const most = source < 0 ? inputPeak : 1;
      for (let i = 0; i < inputs; i++) {
        for (let j = 0; j < layer.neurons; j++)
          peaks[j] += 0.5 * most * Math.abs(weights[i * layer.neurons + j]);
      }
    }
    const { current, adaptation } = layer;
    const currents = new Float64Array(layer.neurons);
    const levels = layer.threshold.slice();
    for (let j = 0; j < layer.neurons; j++) {
      // inputs partly cancel: the sum over the neuron's memory grows with its square root
      if (current) peaks[j] = currents[j] = peaks[j] * Math.sqrt(memory(current.decay[j]));
      peaks[j] *= Math.sqrt(memory(layer.decay[j]));
      // a spike every other step
      if (adaptation) levels[j] += 0.5 * adaptation.strength[j] * memory(adaptation.decay[j]);
    }
    return { peaks, levels, currents, rate: 0, silent: 0, stuck: 0, moments: null };
  });
}
