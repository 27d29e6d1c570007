/** The ways of learning that the example compares, and the figures of floating point beside them. */
import type { Way } from "./adapt.js";

/** The best of tune.ts for all layers, and within .002 of the best for the readout: session 2, other seeds than those of main.ts. */
const LEARNING = { rate: 3e-5, annealing: 0.7 };

export const WAYS: { name: string; way: Way }[] = [
  { name: "all layers", way: { layers: "all", replay: false, ...LEARNING } },
  { name: "readout", way: { layers: "readout", replay: false, ...LEARNING } },
  { name: "all, replay", way: { layers: "all", replay: true, ...LEARNING } },
  { name: "readout, replay", way: { layers: "readout", replay: true, ...LEARNING } },
];

/** Balanced accuracy on session 3, mean of the six, with floats; measured elsewhere when the nets were trained. */
export const REFERENCES = [
  "spiking net, unseen                             .48",
  "  after e-prop, all layers                      .834",
  "  after e-prop, readout alone                   .826",
  "logistic regression on 32 features, unseen      .33",
  "  trained on the user's session 1 alone         .80",
];
