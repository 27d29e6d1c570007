/** Probabilities of logits: a softmax to base 2, docs/ARITHMETIC.md, "Losses". */
import { shiftRight } from "./arithmetic.js";

/** 1 as a probability. */
export const CERTAIN = 16384;
/** The largest distance of a logit from the highest. */
export const FAR = 2 ** 20;

/**
 * p a class, 2^14 is probability 1.
 *
 * @param distances how far each logit is below the highest, 0 … 2^20, 1024 is a factor of 2
 */
export function probabilities(distances: ArrayLike<number>): Float64Array {
  const powers = Float64Array.from(distances, negativePower);
  const reciprocal = Math.floor(2 ** 44 / powers.reduce((a, b) => a + b));
  return powers.map((e) => shiftRight(e * reciprocal + 2 ** 29, 30));
}

/** `2^15 · 2^(−d/1024)`, within 4 units; 0 from d = 15·1024. */
export function negativePower(d: number): number {
  if (d >= 15 * 1024) return 0;
  const f = d % 1024;
  const cubic = 7600 - ((f * 1316) >> 10);
  const square = 22670 - ((f * cubic) >> 10);
  return (32768 - ((f * square) >> 10)) >> (d >> 10);
}
