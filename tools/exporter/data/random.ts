/** Random choices of samples; the same seed gives the same ones everywhere. */

import { uniformFrom } from "../../../host/random.js";

/** The numbers 0 … count − 1 in an order that the seed decides. */
export function shuffled(count: number, seed: number): number[] {
  const next = uniformFrom(seed);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/**
 * Which samples to take.
 *
 * @param limit at most so many; all without it
 * @param seed draws them at random, without it the first ones
 * @returns indices, ascending
 */
export function chosen(count: number, limit: number | undefined, seed: number | undefined): number[] {
  const order = seed === undefined ? Array.from({ length: count }, (_, i) => i) : shuffled(count, seed);
  return order.slice(0, limit ?? count).sort((a, b) => a - b);
}
