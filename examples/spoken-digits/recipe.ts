/** How the core learns a new speaker, and the figures of floating point beside it. */
import type { Recipe } from "./adapt.js";

/** One for all numbers of takes, with and without replay; what tune.ts found on takes that nothing else is tested on. */
export const RECIPE: Omit<Recipe, "replayed"> = { rate: 1, annealing: 0.85, passes: 30 };
/** Windows of the speakers that the net knows, 5 kB each as bytes, 640 as bits. */
export const REPLAYED = 300;

/** Takes a digit that the new speaker is asked for. */
export const LESSONS = [1, 3, 10];

/**
 * The same nets in floating point, nothing replayed, ten passes of plain gradient descent at one rate, a sample at a time; means of
 * the four, measured elsewhere when the nets were trained. Unseen, then after 1, 3 and 10 takes a digit.
 */
export const REFERENCES: { name: string; shares: number[] }[] = [
  { name: "floats, e-prop", shares: [0.83, 0.905, 0.935, 0.967] },
  { name: "floats, backpropagation through time", shares: [0.83, 0.907, 0.944, 0.973] },
];
