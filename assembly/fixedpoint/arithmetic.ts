/**
 * Rounding, saturation and decay, as docs/ARITHMETIC.md defines them. Everything here is inlined.
 */

/** Rounded up to the padding of rows and arrays. */
// @ts-ignore: decorator
@inline
export function padded(n: u32): u32 {
  return (n + 15) & ~15;
}

// @ts-ignore: decorator
@inline
export function clamp(x: i32, low: i32, high: i32): i32 {
  return max<i32>(low, min<i32>(high, x));
}

// @ts-ignore: decorator
@inline
export function sat16(x: i32): i32 {
  return clamp(x, -32768, 32767);
}

/** Shift to the right, halves rounded up; |x| < 2^30, s in 0 … 30. */
// @ts-ignore: decorator
@inline
export function rsh(x: i32, s: i32): i32 {
  return (x + ((1 << s) >> 1)) >> s;
}

/** `x · 2^k`, rounded where k < 0; the result fits 32 bits (plan.ts sees to it). */
// @ts-ignore: decorator
@inline
export function scale(x: i32, k: i32): i32 {
  return k >= 0 ? x << k : rsh(x, -k);
}

/**
 * One leak step of a state: `sign(x) · ((|x| · b) >> 16)`.
 *
 * @param x state of 8 or 16 bits
 * @param b decay as Q0.16, 0 … 65535
 * @returns the state one step later, truncated toward zero, so that a silent state reaches exactly 0
 */
// @ts-ignore: decorator
@inline
export function decay16(x: i32, b: u32): i32 {
  const s = x >> 31;
  return (<i32>((<u32>((x ^ s) - s) * b) >> 16) ^ s) - s;
}

/** As decay16, for a state of 32 bits. */
// @ts-ignore: decorator
@inline
export function decay32(x: i32, b: u32): i32 {
  const s = x >> 31;
  return (<i32>((<u64>(<u32>((x ^ s) - s)) * b) >> 16) ^ s) - s;
}

/** decay32 where it is not worth its size in place. */
export function leak(x: i32, b: u32): i32 {
  return decay32(x, b);
}

/** Stores `word` all over `bytes` (a multiple of 16) at p. */
export function fill(p: usize, word: u64, bytes: u32): void {
  const end = p + bytes;
  while (p < end) {
    store<u64>(p, word);
    store<u64>(p, word, 8);
    p += 16;
  }
}

/** Sets `bytes` (a multiple of 16) at p to zero. */
// @ts-ignore: decorator
@inline
export function clear(p: usize, bytes: u32): void {
  fill(p, 0, bytes);
}

/** Copies `bytes` (a multiple of 16). */
export function copy(to: usize, from: usize, bytes: u32): void {
  const end = to + bytes;
  while (to < end) {
    store<u64>(to, load<u64>(from));
    store<u64>(to, load<u64>(from, 8), 8);
    to += 16;
    from += 16;
  }
}
