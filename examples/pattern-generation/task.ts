/**
 * Pattern generation (Bellec et al. 2020, supplementary note 1): from noise that is the same in every trial a net learns to produce a sum of
 * sines. Steps of 1 ms.
 */
import type { SpikeLists } from "../../host/node/index.js";
import type { Generator } from "../shared/generator.js";

export const INPUTS = 50;
export const STEPS = 1000;
/** Spikes a step of an input: 50 Hz. */
const NOISE = 0.05;
/** Periods a trial, each with a random phase and an amplitude of .5 … 2. */
const PERIODS = [1, 2, 3, 5];

export interface Task {
  noise: SpikeLists;
  /** a step each, the mean 0, at most 1 */
  pattern: Float64Array;
}

export function taskOf(random: Generator): Task {
  const offsets = new Uint32Array(STEPS + 1);
  const events: number[] = [];
  for (let t = 0; t < STEPS; t++) {
    for (let i = 0; i < INPUTS; i++) if (random.next() < NOISE) events.push(i);
    offsets[t + 1] = events.length;
  }
  return { noise: { offsets, events: Uint16Array.from(events) }, pattern: patternOf(random) };
}

function patternOf(random: Generator): Float64Array {
  const pattern = new Float64Array(STEPS);
  for (const periods of PERIODS) {
    const amplitude = 0.5 + 1.5 * random.next();
    const phase = 2 * Math.PI * random.next();
    pattern.forEach(
      (y, t) => (pattern[t] = y + amplitude * Math.sin((2 * Math.PI * periods * t) / STEPS + phase)),
    );
  }
  const most = pattern.reduce((a, y) => Math.max(a, Math.abs(y)), 0);
  return pattern.map((y) => y / most);
}

/** Σ (y − y*)² / Σ y*²: 1 says no more than silence. */
export function normalisedError(y: ArrayLike<number>, unit: number, pattern: Float64Array): number {
  let [error, all] = [0, 0];
  pattern.forEach((wanted, t) => {
    error += (y[t] * unit - wanted) ** 2;
    all += wanted ** 2;
  });
  return error / all;
}
