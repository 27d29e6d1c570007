import { uniformFrom } from "./random.js";

/** A fair choice of all that was offered, of bounded size (algorithm R; Vitter 1985). */
export class Reservoir<T> {
  readonly #kept: T[] = [];
  #offered = 0;
  readonly #next: () => number;

  /** @param capacity how many are kept; 0 keeps none */
  constructor(
    private readonly capacity: number,
    seed: number,
  ) {
    this.#next = uniformFrom(seed);
  }

  get size(): number {
    return this.#kept.length;
  }

  /** Takes one in, perhaps in the place of another; typed arrays in it are copied. */
  offer(item: T): void {
    this.#offered++;
    if (this.capacity === 0) return;
    if (this.#kept.length < this.capacity) this.#kept.push(structuredClone(item));
    else {
      const place = Math.floor(this.#next() * this.#offered);
      if (place < this.capacity) this.#kept[place] = structuredClone(item);
    }
  }

  /** @returns `count` of those that are kept, each draw from all of them; none where there are none */
  pick(count: number): T[] {
    if (this.#kept.length === 0) return [];
    return Array.from({ length: count }, () => this.#kept[Math.floor(this.#next() * this.#kept.length)]);
  }
}
