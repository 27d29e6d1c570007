/**
 * From per-neuron updates to weights. The window's D is kept a row of i16 a step; for each source neuron the rows of its
 * spikes are summed in 16-bit lanes (16 rows of at most ±2047 fit) and the sum meets the row of weights once.
 *
 * A weight that learns is q = 256·u + ρ in two planes of bytes; q is formed, updated with saturation, and parted again.
 *
 * The rows of D: in the SIMD build i16 in natural order. In the other one u16, 2048 − D (so that sums of four lanes in a
 * u64 never carry, and are what a weight moves by), and within each eight neurons the even ones first, the order in which bytes part into 16-bit lanes.
 */
import { UPDATE_GROUP, UPDATE_LIMIT } from "../layout";
import { clamp, limit, rsh } from "../fixedpoint/arithmetic";

const BIAS: u32 = 2048;
const EVEN: u64 = 0x00ff00ff00ff00ff;
const HIGH: u64 = 0x8000800080008000;
const ONES: u64 = 0x0001000100010001;

/** Where D of neuron j stands in its row. */
// @ts-ignore: decorator
@inline
function place(j: u32): u32 {
  if (ASC_FEATURE_SIMD) return j << 1;
  return ((j & ~7) | ((j & 1) << 2) | ((j & 7) >> 1)) << 1;
}

// @ts-ignore: decorator
@inline
function readUpdate(row: usize, j: u32): i32 {
  if (ASC_FEATURE_SIMD) return load<i16>(row + place(j));
  return BIAS - <i32>load<u16>(row + place(j));
}

/** `sums += x · D` of one step, i32[stride]. */
export function addUpdates(sums: usize, row: usize, stride: u32, x: i32): void {
  if (ASC_FEATURE_SIMD) {
    const m = i32x4.splat(x);
    for (let j: u32 = 0; j < stride; j += 4) {
      const at = sums + (j << 2);
      v128.store(at, i32x4.add(v128.load(at), i32x4.mul(m, v128.load16x4_s(row + (j << 1)))));
    }
    return;
  }
  for (let j: u32 = 0; j < stride; j++) {
    const at = sums + (j << 2);
    store<i32>(at, load<i32>(at) + x * readUpdate(row, j));
  }
}

/** Σ D of the first `steps` rows, i32[stride], in the SIMD build: groups of rows in 16-bit lanes first, as for spikes. */
export function sumRows(sums: usize, stride: u32, log: usize, steps: u32): void {
  const next = stride << 1;
  for (const end = log + next; log < end; log += 32) {
    let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, row = log;
    for (let left = steps; left; ) {
      const rows = min<u32>(left, UPDATE_GROUP);
      let a = i16x8.splat(0), b = a;
      for (const groupEnd = row + rows * next; row < groupEnd; row += next) {
        a = i16x8.add(a, v128.load(row));
        b = i16x8.add(b, v128.load(row, 16));
      }
      s0 = i32x4.add(s0, i32x4.extend_low_i16x8_s(a));
      s1 = i32x4.add(s1, i32x4.extend_high_i16x8_s(a));
      s2 = i32x4.add(s2, i32x4.extend_low_i16x8_s(b));
      s3 = i32x4.add(s3, i32x4.extend_high_i16x8_s(b));
      left -= rows;
    }
    v128.store(sums, s0);
    v128.store(sums, s1, 16);
    v128.store(sums, s2, 32);
    v128.store(sums, s3, 48);
    sums += 64;
  }
}

// @ts-ignore: decorator
@inline
function writeUpdate(row: usize, j: u32, d: i32): void {
  if (ASC_FEATURE_SIMD) store<i16>(row + place(j), d);
  else store<u16>(row + place(j), BIAS - d);
}

/** A value shifted to the right, or to the left where that is negative, to 20 bits; times the rate, rounded by the noise. */
// @ts-ignore: decorator
@inline
function rounded(value: i32, view: i32, half: i32, bound: i32, left: i32, rate: i32, shift: i32, noise: u32): i32 {
  if (left) value = limit(value, bound) << left;
  const v = clamp((value + half) >> view, -0xfffff, 0xfffff);
  return clamp((v * rate + <i32>noise) >> shift, -UPDATE_LIMIT, UPDATE_LIMIT);
}

// @ts-ignore: decorator
@inline
export function rounded4(value: v128, half: v128, view: i32, most: v128, least: v128, rate: v128, shift: i32, noise: v128): v128 {
  let v = i32x4.shr_s(i32x4.add(value, half), view);
  v = i32x4.max_s(least, i32x4.min_s(most, v));
  return i32x4.shr_s(i32x4.add(i32x4.mul(v, rate), noise), shift);
}

/**
 * One step's D of a population: value · rate, rounded at random, clipped.
 *
 * @param values i32[padded], |value| < 2^30
 * @param row where D goes
 * @param view shift of the values to the right
 * @param random the generator's four lanes; moves on by one draw a neuron, padding included
 */
export function emit(values: usize, stride: u32, row: usize, view: i32, rate: i32, shift: i32, random: usize): void {
  const mask: u32 = (1 << shift) - 1, left = clamp(-view, 0, 20), right = clamp(view, 0, 31);
  // what is beyond would be cut off when it has been shifted
  const bound = left ? 1 << (20 - left) : 0x3fffffff;
  if (ASC_FEATURE_SIMD) {
    let g = v128.load(random);
    const keep = i32x4.splat(mask), half = i32x4.splat(<i32>((<u32>1 << right) >> 1)), m = i32x4.splat(rate), bounds = i32x4.splat(bound);
    const most = i32x4.splat(0xfffff), least = i32x4.splat(-0xfffff), top = i16x8.splat(<i16>UPDATE_LIMIT);
    for (let j: u32 = 0; j < stride; j += 8) {
      const at = values + (j << 2);
      g = next4(g);
      const low = rounded4(bounded4(v128.load(at), bounds, left), half, right, most, least, m, shift, v128.and(g, keep));
      g = next4(g);
      const high = rounded4(bounded4(v128.load(at, 16), bounds, left), half, right, most, least, m, shift, v128.and(g, keep));
      const d = i16x8.min_s(top, i16x8.max_s(i16x8.neg(top), i16x8.narrow_i32x4_s(low, high)));
      v128.store(row + (j << 1), d);
    }
    v128.store(random, g);
    return;
  }
  emitAll(values, values + (stride << 2), row, right, <i32>((<u32>1 << right) >> 1), bound, left, rate, shift, mask, random);
}

/** All of emit() in the MVP build, four at a time, a lane each; a function of its own, as in lif/plain.ts. */
function emitAll(
  at: usize, end: usize, row: usize, right: i32, half: i32, bound: i32, left: i32, rate: i32, shift: i32, mask: u32, random: usize,
): void {
  let g0 = load<u32>(random), g1 = load<u32>(random, 4), g2 = load<u32>(random, 8), g3 = load<u32>(random, 12);
  for (let j: u32 = 0; at < end; at += 16) {
    g0 = nextOf(g0);
    g1 = nextOf(g1);
    g2 = nextOf(g2);
    g3 = nextOf(g3);
    writeUpdate(row, j, rounded(load<i32>(at), right, half, bound, left, rate, shift, g0 & mask));
    writeUpdate(row, j + 1, rounded(load<i32>(at, 4), right, half, bound, left, rate, shift, g1 & mask));
    writeUpdate(row, j + 2, rounded(load<i32>(at, 8), right, half, bound, left, rate, shift, g2 & mask));
    writeUpdate(row, j + 3, rounded(load<i32>(at, 12), right, half, bound, left, rate, shift, g3 & mask));
    j += 4;
  }
  store<u32>(random, g0);
  store<u32>(random, g1, 4);
  store<u32>(random, g2, 8);
  store<u32>(random, g3, 12);
}

// @ts-ignore: decorator
@inline
function nextOf(g: u32): u32 {
  g ^= g << 13;
  g ^= g >> 17;
  return g ^ (g << 5);
}

// @ts-ignore: decorator
@inline
function bounded4(x: v128, bound: v128, left: i32): v128 {
  return i32x4.shl(i32x4.max_s(i32x4.neg(bound), i32x4.min_s(bound, x)), left);
}

// @ts-ignore: decorator
@inline
export function next4(g: v128): v128 {
  g = v128.xor(g, i32x4.shl(g, 13));
  g = v128.xor(g, i32x4.shr_u(g, 17));
  return v128.xor(g, i32x4.shl(g, 5));
}

/**
 * Subtracts the updates of one source's spikes from its row of weights.
 *
 * @param weights row of stored weight bytes
 * @param residuals row of residual bytes
 * @param stride bytes a row, a multiple of 16
 * @param log first row of D
 * @param times u16 steps at which the source fired, ascending
 * @param count number of them
 */
export function applySpikes(
  weights: usize, residuals: usize, stride: u32, log: usize, times: usize, count: u32,
): void {
  while (count) {
    const rows = min<u32>(count, UPDATE_GROUP);
    const end = times + (rows << 1);
    if (ASC_FEATURE_SIMD) {
      let column: u32 = 0;
      for (; column + 64 <= stride; column += 64) tile64(weights + column, residuals + column, stride, log + (column << 1), times, end);
      for (; column < stride; column += 16) tile16(weights + column, residuals + column, stride, log + (column << 1), times, end);
    } else {
      const middle = <u64>((1 << 15) - rows * BIAS) * ONES;
      for (let column: u32 = 0; column < stride; column += 8) {
        swar8(weights + column, residuals + column, stride, log + (column << 1), times, end, middle);
      }
    }
    times = end;
    count -= rows;
  }
}

/** Sixteen weights: q − d with saturation. With its top bit turned q is signed, and that bit is the weight byte's. */
// @ts-ignore: decorator
@inline
function meet16(weights: usize, residuals: usize, dLow: v128, dHigh: v128): void {
  const sign = i8x16.splat(-128), mask = i16x8.splat(255);
  const u = v128.xor(v128.load(weights), sign), r = v128.load(residuals);
  const low = i16x8.sub_sat_s(v128.shuffle<u8>(r, u, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), dLow);
  const high = i16x8.sub_sat_s(v128.shuffle<u8>(r, u, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), dHigh);
  v128.store(residuals, i8x16.narrow_i16x8_u(v128.and(low, mask), v128.and(high, mask)));
  v128.store(weights, v128.xor(i8x16.narrow_i16x8_u(i16x8.shr_u(low, 8), i16x8.shr_u(high, 8)), sign));
}

// @ts-ignore: decorator
@inline
function tile64(weights: usize, residuals: usize, stride: u32, log: usize, times: usize, end: usize): void {
  let row = log + ((<u32>load<u16>(times) * stride) << 1);
  let a0 = v128.load(row), a1 = v128.load(row, 16), a2 = v128.load(row, 32), a3 = v128.load(row, 48);
  let a4 = v128.load(row, 64), a5 = v128.load(row, 80), a6 = v128.load(row, 96), a7 = v128.load(row, 112);
  for (let p = times + 2; p < end; p += 2) {
    row = log + ((<u32>load<u16>(p) * stride) << 1);
    a0 = i16x8.add(a0, v128.load(row));
    a1 = i16x8.add(a1, v128.load(row, 16));
    a2 = i16x8.add(a2, v128.load(row, 32));
    a3 = i16x8.add(a3, v128.load(row, 48));
    a4 = i16x8.add(a4, v128.load(row, 64));
    a5 = i16x8.add(a5, v128.load(row, 80));
    a6 = i16x8.add(a6, v128.load(row, 96));
    a7 = i16x8.add(a7, v128.load(row, 112));
  }
  meet16(weights, residuals, a0, a1);
  meet16(weights + 16, residuals + 16, a2, a3);
  meet16(weights + 32, residuals + 32, a4, a5);
  meet16(weights + 48, residuals + 48, a6, a7);
}

// @ts-ignore: decorator
@inline
function tile16(weights: usize, residuals: usize, stride: u32, log: usize, times: usize, end: usize): void {
  let a0 = i16x8.splat(0), a1 = a0;
  for (let p = times; p < end; p += 2) {
    const row = log + ((<u32>load<u16>(p) * stride) << 1);
    a0 = i16x8.add(a0, v128.load(row));
    a1 = i16x8.add(a1, v128.load(row, 16));
  }
  meet16(weights, residuals, a0, a1);
}

/** Four lanes: q + b − 2^15 with saturation, both unsigned. */
// @ts-ignore: decorator
@inline
function addLanes(q: u64, b: u64): u64 {
  // where the top bits are equal the sum may pass an end
  const same = ~(q ^ b) & HIGH;
  const s = ((q & ~HIGH) + (b & ~HIGH)) ^ same;
  const passed = same & (q ^ s), over = passed & b, under = passed ^ over;
  return (s | ((over >> 15) * 0xffff)) & ~((under >> 15) * 0xffff);
}

/**
 * Eight weights: a word of even lanes and one of odd lanes.
 *
 * @param middle in every lane 2^15 less what the rows hold besides D
 */
// @ts-ignore: decorator
@inline
function swar8(weights: usize, residuals: usize, stride: u32, log: usize, times: usize, end: usize, middle: u64): void {
  let even = middle, odd = middle;
  for (let p = times; p < end; p += 2) {
    const row = log + ((<u32>load<u16>(p) * stride) << 1);
    even += load<u64>(row);
    odd += load<u64>(row, 8);
  }
  const u = load<u64>(weights), r = load<u64>(residuals);
  const e = addLanes(((u & EVEN) << 8) | (r & EVEN), even);
  const o = addLanes((u & ~EVEN) | ((r >> 8) & EVEN), odd);
  store<u64>(weights, ((e >> 8) & EVEN) | (o & ~EVEN));
  store<u64>(residuals, (e & EVEN) | ((o & EVEN) << 8));
}

/** One weight. */
// @ts-ignore: decorator
@inline
function applyOne(weight: usize, residual: usize, d: i32): void {
  const q = clamp((<i32>load<u8>(weight) << 8) + <i32>load<u8>(residual) - d, 0, 65535);
  store<u8>(weight, q >> 8);
  store<u8>(residual, q);
}

/**
 * An analogue source: subtracts `rsh(x · sums, shift)`, limited to ±32767, from its row of weights.
 *
 * @param sums i32[stride]: Σ_t D_j[t] with x the frame's value, or Σ_t x[t]·D_j[t] with x = 1
 */
export function applySums(weights: usize, residuals: usize, stride: u32, sums: usize, x: i32, shift: i32): void {
  if (ASC_FEATURE_SIMD) {
    const m = i32x4.splat(x), half = i32x4.splat((1 << shift) >> 1);
    for (let j: u32 = 0; j < stride; j += 16) {
      const at = sums + (j << 2);
      const low = pair(at, m, half, shift), high = pair(at + 32, m, half, shift);
      meet16(weights + j, residuals + j, low, high);
    }
    return;
  }
  for (let j: u32 = 0; j < stride; j++) {
    applyOne(weights + j, residuals + j, limit(rsh(load<i32>(sums + (j << 2)) * x, shift), 32767));
  }
}

// @ts-ignore: decorator
@inline
function pair(at: usize, m: v128, half: v128, shift: i32): v128 {
  const low = i32x4.shr_s(i32x4.add(i32x4.mul(v128.load(at), m), half), shift);
  const high = i32x4.shr_s(i32x4.add(i32x4.mul(v128.load(at, 16), m), half), shift);
  return i16x8.max_s(i16x8.splat(-32767), i16x8.narrow_i32x4_s(low, high));
}
