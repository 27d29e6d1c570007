/** ψ of a step and the cuts of its resets, docs/ARITHMETIC.md, "What a recorded step leaves behind". */
import type { Rule, Shape } from "../../program.js";
import { shiftRight } from "./arithmetic.js";
import type { PopulationState } from "./population.js";
import { negativePower } from "./probabilities.js";

const MOST = 32767;
/** A width of the surrogate, in units of the distance. */
const WIDTH = 2048;

/**
 * The surrogate derivative at the membranes before a reset that acts now.
 *
 * @returns ψ a neuron, 0 … 32767
 */
export function surrogates(rule: Rule, { unreset, thresholds }: PopulationState): Int32Array {
  const { shape, shift, width, factor, height } = rule.surrogate!;
  return Int32Array.from(unreset, (membrane, j) => {
    const inside = Math.max(0, width[j] - shiftRight(Math.abs(membrane - thresholds[j]), shift));
    const near = Math.min(MOST, shiftRight(inside * factor[j], 15));
    if (shape === "triangle" || near === 0) return near;
    return shiftRight(Math.min(MOST, bump(shape, MOST - near)) * height![j], 15);
  });
}

/**
 * h of a shape.
 *
 * @param x distance from the threshold, 0 … 32766
 * @returns 0 … 32768
 */
export function bump(shape: Exclude<Shape, "triangle">, x: number): number {
  switch (shape) {
    case "fast-sigmoid":
      return Math.floor(2 ** 37 / (WIDTH + x) ** 2);
    case "sigmoid": {
      const e = negativePower(shiftRight(x * 1477, 11));
      return Math.floor((e * 2 ** 32) / (32768 + e) ** 2);
    }
    case "arctan":
      return Math.floor(2 ** 37 / (WIDTH ** 2 + x ** 2));
    case "straight-through":
      return x <= WIDTH ? MOST : 0;
  }
}

/** 1 a neuron whose membrane forgot: where it reset to zero, or where zero took the place of this step's sum. */
export function cuts({ op, due, fired }: PopulationState): Uint8Array {
  if (op.reset === "zero") return fired.slice();
  if (op.reset === "zero-step") return due.slice();
  return new Uint8Array(op.neurons);
}
