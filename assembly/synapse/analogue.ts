/**
 * Dense synapses on values (direct current, frames): `acc_j = Σ x_i · w_ji`, inputs that are 0 passed over.
 * Weights as in dense.ts; the offset of 128 comes off at the end, as `128 · Σ x`.
 */
import { limit } from "../fixedpoint/arithmetic";

const WIDE: u64 = 0x000000ff000000ff;

/**
 * @param frame i16[inputs]
 * @param range largest magnitude, values beyond it are clamped (in place)
 * @param acc i32[stride], written
 * @returns number of inputs that were not 0
 */
export function analogue(
  weights: usize, stride: u32, frame: usize, inputs: u32, range: i32, acc: usize,
): u32 {
  let sum = 0;
  let active: u32 = 0;
  for (let i: u32 = 0; i < inputs; i++) {
    const at = frame + (i << 1);
    const x = limit(load<i16>(at), range);
    store<i16>(at, x);
    sum += x;
    active += u32(x != 0);
  }
  const offset = -(sum << 7);
  for (let column: u32 = 0; column < stride; column += ASC_FEATURE_SIMD ? 16 : 8) {
    if (ASC_FEATURE_SIMD) tileSimd(weights + column, stride, frame, inputs, offset, acc + (column << 2));
    else tileSwar(weights + column, stride, frame, inputs, offset, acc + (column << 2));
  }
  return active;
}

/** Sixteen columns. */
function tileSimd(base: usize, stride: u32, frame: usize, inputs: u32, offset: i32, acc: usize): void {
  let a0 = i32x4.splat(offset), a1 = a0, a2 = a0, a3 = a0;
  for (let i: u32 = 0; i < inputs; i++) {
    const value = load<i16>(frame + (i << 1));
    if (!value) continue;
    const x = i16x8.splat(value);
    const row = base + i * stride;
    const low = v128.load8x8_u(row), high = v128.load8x8_u(row, 8);
    a0 = i32x4.add(a0, i32x4.extmul_low_i16x8_s(low, x));
    a1 = i32x4.add(a1, i32x4.extmul_high_i16x8_s(low, x));
    a2 = i32x4.add(a2, i32x4.extmul_low_i16x8_s(high, x));
    a3 = i32x4.add(a3, i32x4.extmul_high_i16x8_s(high, x));
  }
  v128.store(acc, a0);
  v128.store(acc, a1, 16);
  v128.store(acc, a2, 32);
  v128.store(acc, a3, 48);
}

/** Two sums in one i64, `high · 2^32 + low`, both exact: the low one's borrow is given back when they part. */
function part(acc: usize, sums: i64, offset: i32): void {
  const low = <i32>sums;
  store<i32>(acc, low + offset);
  store<i32>(acc, <i32>((sums - <i64>low) >> 32) + offset, 16);
}

/** Eight columns; bytes 0 and 4, 1 and 5 … of a word share a multiplication. */
function tileSwar(base: usize, stride: u32, frame: usize, inputs: u32, offset: i32, acc: usize): void {
  let a0: i64 = 0, a1: i64 = 0, a2: i64 = 0, a3: i64 = 0;
  for (let i: u32 = 0; i < inputs; i++) {
    const x = <i64>load<i16>(frame + (i << 1));
    if (!x) continue;
    const w = load<u64>(base + i * stride);
    a0 += <i64>(w & WIDE) * x;
    a1 += <i64>((w >> 8) & WIDE) * x;
    a2 += <i64>((w >> 16) & WIDE) * x;
    a3 += <i64>((w >> 24) & WIDE) * x;
  }
  part(acc, a0, offset);
  part(acc + 4, a1, offset);
  part(acc + 8, a2, offset);
  part(acc + 12, a3, offset);
}
