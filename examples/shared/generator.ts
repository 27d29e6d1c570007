/** Random numbers of an example, from a seed. */
import { uniformFrom } from "../../host/random.js";

export class Generator {
  /** 0 ≤ x < 1 */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = uniformFrom(seed);
  }

  /** Uniform, −most … most. */
  uniform(most: number): number {
    return (2 * this.next() - 1) * most;
  }

  /** Normal, of mean 0 and spread 1. */
  gaussian(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}
