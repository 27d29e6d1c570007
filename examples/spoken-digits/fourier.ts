/** Power spectrum of a short frame: the fast Fourier transform of Cooley and Tukey, radix 2, decimation in time. */

/** Frames of one length; holds its twiddle factors and its working memory. */
export class Fourier {
  readonly #size: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  /** where each sample goes: its index with the bits in reverse */
  readonly #order: Uint16Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  /** @param size a power of two, 2 … 65536 */
  constructor(size: number) {
    const bits = Math.log2(size);
    this.#size = size;
    this.#cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
    this.#order = Uint16Array.from({ length: size }, (_, i) => reversed(i, bits));
    this.#re = new Float64Array(size);
    this.#im = new Float64Array(size);
  }

  /**
   * @param frame at most `size` samples; what is missing is 0
   * @returns |X[k]|², k = 0 … size/2
   */
  power(frame: Float64Array): Float64Array {
    const [re, im] = [this.#re, this.#im];
    for (let i = 0; i < this.#size; i++) {
      const from = this.#order[i];
      re[i] = from < frame.length ? frame[from] : 0;
    }
    im.fill(0);
    for (let half = 1; half < this.#size; half *= 2) this.#butterflies(half);
    return Float64Array.from({ length: this.#size / 2 + 1 }, (_, k) => re[k] ** 2 + im[k] ** 2);
  }

  /** Joins neighbouring transforms of `half` points each into ones of twice as many. */
  #butterflies(half: number): void {
    const [re, im] = [this.#re, this.#im];
    const stride = this.#size / (2 * half);
    for (let start = 0; start < this.#size; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const cos = this.#cos[k * stride];
        const sin = this.#sin[k * stride];
        const even = start + k;
        const odd = even + half;
        const turnedRe = re[odd] * cos - im[odd] * sin;
        const turnedIm = re[odd] * sin + im[odd] * cos;
        re[odd] = re[even] - turnedRe;
        im[odd] = im[even] - turnedIm;
        re[even] += turnedRe;
        im[even] += turnedIm;
      }
    }
  }
}

function reversed(index: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result |= ((index >> bit) & 1) << (bits - 1 - bit);
  return result;
}
