/**
 * Rounding with feedback: the error of each rounded weight is taken up by the weights that are still to be rounded, as the inputs that
 * go together on calibration data allow (optimal brain quantisation in a fixed order: Frantar et al. 2023, "GPTQ"). The bias, which is
 * fine, comes last and takes what is left. Neighbouring pixels, which are nearly the same, so cancel each other's errors.
 */

/** Second moments of a layer's inputs, a constant 1 the last of them: `sums[i * size + j] = Σ x_i · x_j`. */
export interface Moments {
  /** inputs + 1 */
  size: number;
  sums: Float64Array;
}

/** Beyond this many inputs the feedback's cube of a cost is not worth it, and weights are rounded to the nearest. */
export const MOST_INPUTS = 1500;

export function emptyMoments(inputs: number): Moments {
  return { size: inputs + 1, sums: new Float64Array((inputs + 1) ** 2) };
}

/** Adds one sample of inputs (without the constant). */
export function addMoments({ size, sums }: Moments, sample: ArrayLike<number>): void {
  const active: number[] = [];
  for (let i = 0; i < size - 1; i++) if (sample[i] !== 0) active.push(i);
  const value = (i: number): number => (i === size - 1 ? 1 : sample[i]);
  active.push(size - 1);
  for (const i of active) {
    const x = value(i);
    for (const j of active) sums[i * size + j] += x * value(j);
  }
}

/** Inputs that never were active get this share of the mean moment, so that nothing divides by 0. */
const DAMPING = 0.01;

/**
 * The upper triangular U with `(M + damping)^−1 = Uᵀ·U`: row i says how the error of weight i is spread over the weights after it.
 *
 * @returns size × size, row-major
 */
export function feedback({ size, sums }: Moments): Float64Array {
  const m = sums.slice();
  let mean = 0;
  for (let i = 0; i < size; i++) mean += m[i * size + i] / size;
  for (let i = 0; i < size; i++) m[i * size + i] += DAMPING * (mean || 1);
  return invertUpper(upperFactor(m, size), size);
}

/** The upper triangular R with `m = R·Rᵀ`, in place, from the last row up. */
function upperFactor(m: Float64Array, n: number): Float64Array {
  for (let j = n - 1; j >= 0; j--) {
    const row = j * n;
    for (let i = j; i >= 0; i--) {
      let sum = m[i * n + j];
      for (let k = j + 1; k < n; k++) sum -= m[i * n + k] * m[row + k];
      m[i * n + j] = i === j ? Math.sqrt(sum) : sum / m[row + j];
    }
    for (let i = j + 1; i < n; i++) m[i * n + j] = 0;
  }
  return m;
}

function invertUpper(r: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = n - 1; i >= 0; i--) {
    const row = inverse.subarray(i * n, (i + 1) * n);
    row[i] = 1;
    for (let k = i + 1; k < n; k++) {
      const factor = r[i * n + k];
      if (factor === 0) continue;
      const other = inverse.subarray(k * n, (k + 1) * n);
      for (let j = k; j < n; j++) row[j] -= factor * other[j];
    }
    const diagonal = r[i * n + i];
    for (let j = i; j < n; j++) row[j] /= diagonal;
  }
  return inverse;
}

/**
 * Rounds a layer's weights.
 *
 * @param weights input-major, inputs × neurons, in units of the integers; the last row is the bias in the same units
 * @param spread feedback() of the layer's inputs
 * @returns whole numbers, −128 … 127, and the bias that took the rest, not rounded
 */
export function roundWithFeedback(
  weights: Float64Array,
  neurons: number,
  spread: Float64Array,
): { weights: Int8Array; bias: Float64Array } {
  const size = weights.length / neurons;
  const open = weights.slice();
  const rounded = new Int8Array((size - 1) * neurons);
  const errors = new Float64Array(neurons);
  for (let i = 0; i < size - 1; i++) {
    for (let j = 0; j < neurons; j++) {
      const w = open[i * neurons + j];
      const q = Math.max(-128, Math.min(127, Math.round(w)));
      rounded[i * neurons + j] = q;
      errors[j] = (w - q) / spread[i * size + i];
    }
    for (let k = i + 1; k < size; k++) {
      const factor = spread[i * size + k];
      if (factor === 0) continue;
      for (let j = 0; j < neurons; j++) open[k * neurons + j] -= factor * errors[j];
    }
  }
  return { weights: rounded, bias: open.slice((size - 1) * neurons) };
}
