/** Work that must not overlap: one after the other, in the order in which it was asked for. */
export class Turns {
  /** The last work of each key that has some; it never fails, so that the next one is not kept from its turn. */
  readonly #last = new Map<string, Promise<void>>();

  /** @returns what `work` does once all earlier work of the same key has ended, well or not */
  take(key: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    this.#last.set(key, settled);
    void settled.then(() => this.#last.get(key) === settled && this.#last.delete(key));
    return turn;
  }
}
