/**
 * Nets and lessons in float64, as general as docs/FORMAT.md allows: populations in order, the last of them the output, each fed by
 * dense paths. All membranes of a population are in one unit; matrices are input-major as in a Model.
 */
import type { Reset, ResetAt } from "../../tools/exporter/model.js";
import type { Loss, Path as ProgramPath, Shape } from "../../tools/exporter/program.js";

export type { Shape };

/** A dense connection and what its source hears through it. */
export interface Path {
  /** −1: the input; else a population: an earlier one's spikes of this step, its own or a later one's of the step before */
  source: number;
  inputs: number;
  weights: Float64Array;
  returns: ProgramPath["returns"];
}

export interface Population {
  kind: "lif" | "li";
  neurons: number;
  paths: Path[];
  bias: Float64Array;
  decay: Float64Array;
  threshold: Float64Array;
  vReset: Float64Array;
  lower: number;
  upper: number;
  reset: Reset;
  resetAt: ResetAt;
  orEqual: boolean;
  adaptation?: { decay: Float64Array; strength: Float64Array };
  current?: { decay: Float64Array };
  /** null for `li` */
  surrogate: Surrogate | null;
  feedback: Feedback | null;
  regulariser: Regulariser | null;
}

/** ψ = height · h((U − A) / width) */
export interface Surrogate {
  shape: Shape;
  width: Float64Array;
  height: Float64Array;
}

/** A learning signal through a fixed matrix, a row a neuron, beside what paths return. */
export interface Feedback {
  signal: "random" | "target" | "local" | "reward";
  weights: Float64Array;
  columns: number;
  /** random: of the error that the readout's leak carries back */
  filtered: boolean;
  /** local: logits are so many times the weights of the spikes of the step */
  logit: number;
}

/** Rates are spikes a step; docs/ARITHMETIC.md, "the regulariser". */
export interface Regulariser {
  lower: number | null;
  rate: number | null;
  upper: { bound: number; norm: "l1" | "l2" | "each" } | null;
  strength: number;
}

export interface Net {
  inputs: number;
  populations: Population[];
}

export type LossKind = WithoutShift<Loss>;
type WithoutShift<T> = T extends unknown ? Omit<T, "timeShift"> : never;

export interface Lesson {
  /** a row a step */
  inputs: Float64Array[];
  loss: LossKind;
  /** what multiplies membranes, counts or times before they are logits or are compared */
  scale: number;
  target: number;
  /** of mean squares: what the right class and the others should come to */
  on: number;
  off: number;
  /** a row of targets a step, in the place of the class */
  rows?: Float64Array[];
  /** the steps from < t ≤ to count, t from 1 */
  from: number;
  to: number;
  reward: number;
}

/** What a population did in a window, a row a step; a given one takes the place of what it would do by itself. */
export interface Trail {
  /** before a reset that acts now; of an `li` its output */
  membranes: Float64Array[];
  /** 0 or 1 */
  spikes: Float64Array[];
  /** of each path, the weights that its source hears through, where they move within the window */
  weights?: Float64Array[][];
}

export interface PopulationGradients {
  /** in the order of the paths */
  paths: Float64Array[];
  bias: Float64Array;
}

/** The part of L1 regularisation that does not depend on how far the rate is above its bound: 2^12 in Q0.16. */
const L1_PUSH = 2 ** -4;

/** L of the regulariser, the same in every step of the window. */
export function regularised({ regulariser, neurons }: Population, spikes: Float64Array[]): Float64Array {
  const rates = new Float64Array(neurons);
  for (const row of spikes) row.forEach((z, j) => (rates[j] += z / spikes.length));
  if (!regulariser) return rates.fill(0);
  const { lower, rate, upper, strength } = regulariser;
  const mean = rates.reduce((a, b) => a + b) / neurons;
  return rates.map((f) => {
    let push = 0;
    if (lower !== null) push -= Math.max(0, lower - f);
    if (rate !== null) push += f - rate;
    if (upper?.norm === "l1" && mean > upper.bound) push += L1_PUSH;
    if (upper?.norm === "l2") push += Math.max(0, mean - upper.bound);
    if (upper?.norm === "each") push += Math.max(0, f - upper.bound);
    return strength * push;
  });
}

export function isRecurrent(population: number, { source }: Path): boolean {
  return source >= population;
}

/** Whether a spike of a threshold `a` comes of the membrane `u`. */
export function fires({ orEqual }: Population, u: number, a: number): boolean {
  return orEqual ? u >= a : u > a;
}
