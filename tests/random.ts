import { uniformFrom } from "../host/random.js";

/** A small seeded generator for tests. The same seed gives the same numbers everywhere. */
export class Random {
  /** 0 ≤ x < 1, 32 bits of it random. */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = uniformFrom(seed);
  }

  /** A whole number, `low` … `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** A whole number, 1 … `high`; every order of magnitude is as likely as the other. */
  magnitude(high: number): number {
    return Math.min(high, Math.floor(2 ** (this.next() * Math.log2(high + 1))));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)];
  }
}
