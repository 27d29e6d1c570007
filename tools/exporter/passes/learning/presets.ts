/** Learning rules of the literature, as choices of the one learner. docs/LEARNING.md has them as a table. */
import { UsageError } from "../../errors.js";
import type { Model } from "../../model.js";
import type { LearnOptions } from "./options.js";

export interface Preset {
  source: string;
  /** where the gradient is that of backpropagation through time (with the reset and, where it says so, other paths held constant) */
  exact: string;
  options: Pick<LearnOptions, "signal" | "through" | "recurrent" | "filtered">;
}

export const PRESETS: Readonly<Record<string, Preset>> = {
  /** Bellec et al. 2020. Where a layer does not feed the readout, its signal comes through fixed random weights, as there. */
  "e-prop": {
    source: "Bellec et al. 2020, doi:10.1038/s41467-020-17236-y",
    exact:
      "one spiking layer below the readout, without recurrence; with it, but for the way through other neurons' spikes",
    options: { signal: "symmetric", recurrent: false, filtered: true },
  },
  /** What real-time recurrent learning computes forwards, computed backwards at the end of the window. */
  rtrl: {
    source: "Williams & Zipser 1989, doi:10.1162/neco.1989.1.2.270",
    exact: "every net",
    options: { signal: "spatial", through: "carried", recurrent: true, filtered: true },
  },
  /** Every layer's own memory and recurrence, and of the layers above this step alone. */
  ostl: {
    source: "Bohnstingl et al. 2022, arXiv:2007.12723",
    exact: "one spiking layer, with or without recurrence, below a readout without memory",
    options: { signal: "spatial", through: "present", recurrent: true, filtered: false },
  },
  /** The target in the place of the error, through fixed random weights, in nets with recurrence. */
  osttp: {
    source: "Ortner et al. 2023, arXiv:2304.05124",
    exact: "none",
    options: { signal: "target", recurrent: true, filtered: false },
  },
  /** The same with traces a neuron. */
  etlp: {
    source: "Quintana et al. 2024, arXiv:2301.08281",
    exact: "none",
    options: { signal: "target", recurrent: false, filtered: false },
  },
  /** Every layer learns to answer through a fixed random readout of its own. */
  decolle: {
    source: "Kaiser et al. 2020, doi:10.3389/fnins.2020.00424",
    exact: "the loss of each layer's own readout, without recurrence",
    options: { signal: "local", recurrent: false, filtered: false },
  },
  /** The loss of each step with the membranes' own memory. The running mean of the weights is not there yet. */
  fptt: {
    source: "Yin et al. 2023, arXiv:2112.11231",
    exact: "none",
    options: { signal: "spatial", through: "present", recurrent: false, filtered: false },
  },
  /** Pairs of spikes times the reward of the lesson. */
  "r-stdp": {
    source: "Izhikevich 2007, doi:10.1093/cercor/bhl152",
    exact: "none",
    options: { signal: "stdp" },
  },
  /** Pairs of spikes, all to all. */
  stdp: {
    source: "Song et al. 2000, doi:10.1038/78829",
    exact: "none",
    options: { signal: "stdp" },
  },
};

/**
 * @param name of a preset
 * @param layers that learn
 * @throws UsageError where there is none of this name
 */
export function presetOf(name: string, model: Model, layers: LearnOptions["layers"]): Preset["options"] {
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (preset === undefined) {
    throw new UsageError(`--learn: found ${name}, expected ${Object.keys(PRESETS).join(", ")}`);
  }
  if (preset.options.signal !== "symmetric" || allFeedReadout(model, layers)) return preset.options;
  return { ...preset.options, signal: "random" };
}

function allFeedReadout({ layers }: Model, learning: LearnOptions["layers"]): boolean {
  const last = layers.length - 1;
  const feeding = new Set(layers[last].connections.map(({ source }) => source));
  return layers.every(({ name }, l) => {
    const learns = learning === "all" || (learning !== "readout" && learning.includes(name));
    return l === last || !learns || feeding.has(l);
  });
}
