/** Surrogate derivatives h(u), u in widths from the threshold, and the smooth steps that have them for a slope. */
import type { Shape, Surrogate } from "./net.js";

/** Beyond so many widths all is 0. */
const REACH = 16;

const sigmoid = (u: number): number => 1 / (1 + Math.exp(-u));

const SLOPES: Record<Shape, (u: number) => number> = {
  triangle: (u) => Math.max(0, 1 - Math.abs(u)),
  "fast-sigmoid": (u) => 1 / (1 + Math.abs(u)) ** 2,
  sigmoid: (u) => 4 * sigmoid(u) * (1 - sigmoid(u)),
  arctan: (u) => 1 / (1 + u * u),
  "straight-through": (u) => (Math.abs(u) <= 1 ? 1 : 0),
};

/** Odd functions of u. */
const STEPS: Record<Shape, (u: number) => number> = {
  triangle: (u) => {
    const x = Math.min(1, Math.abs(u));
    return Math.sign(u) * (x - (x * x) / 2);
  },
  "fast-sigmoid": (u) => u / (1 + Math.abs(u)),
  sigmoid: (u) => 4 * (sigmoid(u) - 0.5),
  arctan: Math.atan,
  "straight-through": (u) => Math.max(-1, Math.min(1, u)),
};

/** ψ of every neuron. */
export function slopesOf(
  { shape, width, height }: Surrogate,
  u: Float64Array,
  a: Float64Array,
): Float64Array {
  return u.map((x, j) => {
    const away = (x - a[j]) / width[j];
    return Math.abs(away) < REACH ? height[j] * SLOPES[shape](away) : 0;
  });
}

/** In the place of spikes, numbers whose derivative ψ is. */
export function smoothSpikes(
  { shape, width, height }: Surrogate,
  u: Float64Array,
  a: Float64Array,
): Float64Array {
  return u.map((x, j) => {
    const away = Math.max(-REACH, Math.min(REACH, (x - a[j]) / width[j]));
    return 0.5 + height[j] * width[j] * STEPS[shape](away);
  });
}
