/** The random bits of stochastic rounding: four xorshift lanes, docs/ARITHMETIC.md, "The generator". */
import { padded } from "../../program.js";

export class Generator {
  /** g_0 … g_3 */
  readonly lanes = new Uint32Array(4);

  /** @param seed 0 … 2^32 − 1 */
  constructor(seed: number) {
    for (let i = 0; i < 4; i++) this.lanes[i] = mix((seed + (i + 1) * 0x9e3779b9) >>> 0) || 1;
  }

  /** A draw a neuron: as many as the population has neurons, rounded up to a multiple of 16. */
  draws(neurons: number): Uint32Array {
    const draws = new Uint32Array(padded(neurons));
    for (let j = 0; j < draws.length; j++) draws[j] = this.next(j & 3);
    return draws;
  }

  private next(lane: number): number {
    let g = this.lanes[lane];
    g ^= g << 13;
    g ^= g >>> 17;
    g ^= g << 5;
    this.lanes[lane] = g;
    return g;
  }
}

/**
 * Feedback that is drawn, not stored: a row of bytes a neuron (weight + 128), as `weights` of synapses are.
 *
 * @param columns what the rows are padded from, to a multiple of 16; the padding is drawn too
 */
export function drawFeedback(seed: number, neurons: number, columns: number): Uint8Array {
  const rows = new Uint8Array(neurons * padded(columns));
  new Generator(seed).draws(rows.length / 4).forEach((word, index) => {
    for (let byte = 0; byte < 4; byte++) rows[4 * index + byte] = word >>> (8 * byte);
  });
  return rows;
}

function mix(seed: number): number {
  let h = seed;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}
