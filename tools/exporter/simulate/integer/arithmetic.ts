/**
 * The integer functions of docs/ARITHMETIC.md, page top. Numbers are exact integers in doubles: every product and
 * sum of the page that this twin forms stays below 2^53, or is clamped right after, far from where it rounds.
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

/** `x · 2^−s` rounded half up, for |x| < 2^52, s = 0 … 52. */
export function rsh(x: number, s: number): number {
  return s === 0 ? x : Math.floor((x + POWERS[s - 1]) / POWERS[s]);
}

/** `x · 2^k`, rounded half up where k < 0; |k| ≤ 52. */
export function scale(x: number, k: number): number {
  return k >= 0 ? x * POWERS[k] : rsh(x, -k);
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
