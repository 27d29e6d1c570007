/**
 * The integer functions of docs/ARITHMETIC.md, page top. Numbers are exact integers in doubles: every product and
 * sum of the page that this twin forms stays below 2^53, or is clamped right after, far from where it rounds. Logits
 * alone go beyond (losses.ts).
 */

/** 2^0 … 2^52, exact. */
const POWERS = Float64Array.from({ length: 53 }, (_, exponent) => 2 ** exponent);

export function clamp(x: number, low: number, high: number): number {
  return x < low ? low : x > high ? high : x;
}

export function sat16(x: number): number {
  return clamp(x, -32768, 32767);
}

export function sat32(x: number): number {
  return clamp(x, -(2 ** 31), 2 ** 31 - 1);
}

/** `x >> s` toward −∞ for |x| < 2^53, s = 0 … 52. */
export function shiftRight(x: number, s: number): number {
  return Math.floor(x / POWERS[s]);
}

/** `x · 2^−s` rounded half up, for |x| < 2^51, s ≥ 0. */
export function rsh(x: number, s: number): number {
  if (s === 0) return x;
  // Less than a half from either side, and 2^(s − 1) would have no room for x beside it.
  if (s > 52) return 0;
  return Math.floor((x + POWERS[s - 1]) / POWERS[s]);
}

/** `x · 2^k`, rounded half up where k < 0; what does not fit a double is infinite, for a clamp to cut. */
export function scale(x: number, k: number): number {
  if (k < 0) return rsh(x, -k);
  return x === 0 ? 0 : x * (k <= 52 ? POWERS[k] : 2 ** k);
}

/** `x · 2^−n`. */
export function shift(x: number, n: number): number {
  return scale(x, -n);
}

/** The length of |x| in binary, 0 of 0; |x| ≤ 2^53. */
export function bits(x: number): number {
  const high = Math.floor(Math.abs(x) / 2 ** 32);
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(Math.abs(x));
}

/**
 * One leak step of a state: `sign(x) · ((|x| · b) >> 16)`, toward zero.
 *
 * @param x |x| < 2^37
 * @param b Q0.16, 0 … 65535
 */
export function decay(x: number, b: number): number {
  return x < 0 ? 0 - Math.floor((-x * b) / 65536) : Math.floor((x * b) / 65536);
}
