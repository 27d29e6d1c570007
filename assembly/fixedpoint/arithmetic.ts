/**
 * Rounding, saturation and decay, as docs/ARITHMETIC.md defines them, and the two loops over memory that everything shares.
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

/** Within ± most, where it is not worth its size in place. */
export function limit(x: i32, most: i32): i32 {
  return clamp(x, -most, most);
}

export function sat16(x: i32): i32 {
  return clamp(x, -32768, 32767);
}

/** Saturated to 32 bits: what does not fit becomes the largest of its sign. */
export function sat32(x: i64): i32 {
  return <i64><i32>x == x ? <i32>x : <i32>(x >> 63) ^ i32.MAX_VALUE;
}

/** Shift to the right, halves rounded up; |x| ≤ 2^30, s in 0 … 30, or |x| < 2^30 and 31, which leaves 0. */
// @ts-ignore: decorator
@inline
export function rsh(x: i32, s: i32): i32 {
  return (x + <i32>((<u32>1 << s) >> 1)) >> s;
}

/**
 * One leak step of a state: `sign(x) · ((|x| · b) >> 16)`. What is shifted out of a negative product is first made up for.
 *
 * @param b decay as Q0.16, 0 … 65535; 65536 changes nothing
 * @returns the state one step later, truncated toward zero, so that a silent state reaches exactly 0
 */
// @ts-ignore: decorator
@inline
export function decay32(x: i32, b: u32): i32 {
  const p = <i64>x * <i64>b;
  return <i32>((p + ((p >> 63) & 0xffff)) >> 16);
}

/** decay32 of the state at p, in its place, where that is not worth its size. */
export function decayAt(p: usize, b: u32): i32 {
  const x = decay32(load<i32>(p), b);
  store<i32>(p, x);
  return x;
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
