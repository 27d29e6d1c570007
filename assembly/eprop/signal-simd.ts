/**
 * carryBack of signal.ts, eight neurons at a time. Same bits.
 *
 * The readout's weights are turned for it once a window: for every pair of classes a row of i16 pairs, one a neuron. Then no lane
 * has to be moved while time runs backwards (moves of lanes are what this loop would wait for).
 */
import { RESET_ZERO, RESET_ZERO_STEP } from "../layout";

/**
 * @param weights the readout's rows, `stride` bytes a neuron
 * @param neurons rounded up to a multiple of 16
 * @param turned i16[stride / 2][neurons][2], written; rows beyond the last neuron repeat it
 */
export function turnWeights(weights: usize, stride: u32, rows: u32, neurons: u32, turned: usize): void {
  const last = weights + (rows - 1) * stride, offset = i16x8.splat(128);
  const next = neurons << 2;
  for (let j: u32 = 0; j < neurons; j += 4) {
    const row = weights + j * stride;
    for (let k: u32 = 0; k < stride; k += 16) {
      const r0 = v128.load(min<usize>(row, last) + k), r1 = v128.load(min<usize>(row + stride, last) + k);
      const r2 = v128.load(min<usize>(row + (stride << 1), last) + k), r3 = v128.load(min<usize>(row + 3 * stride, last) + k);
      const a = v128.shuffle<u16>(r0, r1, 0, 8, 1, 9, 2, 10, 3, 11), b = v128.shuffle<u16>(r0, r1, 4, 12, 5, 13, 6, 14, 7, 15);
      const c = v128.shuffle<u16>(r2, r3, 0, 8, 1, 9, 2, 10, 3, 11), d = v128.shuffle<u16>(r2, r3, 4, 12, 5, 13, 6, 14, 7, 15);
      let to = turned + (k >> 1) * next + (j << 2);
      to = putPairs(to, next, v128.shuffle<u32>(a, c, 0, 4, 1, 5), offset);
      to = putPairs(to, next, v128.shuffle<u32>(a, c, 2, 6, 3, 7), offset);
      to = putPairs(to, next, v128.shuffle<u32>(b, d, 0, 4, 1, 5), offset);
      putPairs(to, next, v128.shuffle<u32>(b, d, 2, 6, 3, 7), offset);
    }
  }
}

/** Two pairs of classes of four neurons, widened; returns where the next pair goes. */
// @ts-ignore: decorator
@inline
function putPairs(to: usize, next: u32, bytes: v128, offset: v128): usize {
  v128.store(to, i16x8.sub(i16x8.extend_low_i8x16_u(bytes), offset));
  v128.store(to + next, i16x8.sub(i16x8.extend_high_i8x16_u(bytes), offset));
  return to + (next << 1);
}

/** decay32 of four lanes; the product of 30 and 16 bits in two halves. */
// @ts-ignore: decorator
@inline
function decay4(x: v128, b: v128): v128 {
  const sign = i32x4.shr_s(x, 31);
  const size = i32x4.abs(x);
  const high = i32x4.mul(i32x4.shr_u(size, 16), b);
  const low = i32x4.shr_u(i32x4.mul(v128.and(size, i32x4.splat(0xffff)), b), 16);
  return i32x4.sub(v128.xor(i32x4.add(high, low), sign), sign);
}

/** `C ← ψ·L + β·C` of four lanes, before a reset cuts it. */
// @ts-ignore: decorator
@inline
function carry4(c: v128, product: v128, half: v128, shift: i32): v128 {
  const limit = i32x4.splat(0x3fffffff);
  c = i32x4.add(c, i32x4.shr_s(i32x4.add(product, half), shift));
  return i32x4.max_s(i32x4.neg(limit), i32x4.min_s(limit, c));
}

/**
 * @param decays address of the layer's decays, 0 without a leak
 * @param turned the readout's weights as turnWeights() left them; the other arguments as in carryBack
 */
export function carryBackSimd(
  neurons: u32, reset: u32, decays: usize, turned: usize, view: usize, classes: u32,
  signalShift: i32, carryShift: i32, log: usize, carry: usize,
): void {
  const round = i32x4.splat((1 << signalShift) >> 1), half = i32x4.splat((1 << carryShift) >> 1);
  const next = ((neurons + 15) & ~15) << 2;
  const cuts = reset == RESET_ZERO, holds = reset == RESET_ZERO_STEP;
  for (let j: u32 = 0; j < neurons; j += 8) {
    let low = round, high = round, row = turned + (j << 2);
    for (let k: u32 = 0; k < classes; k += 2) {
      const g = v128.load32_splat(view + (k << 1));
      low = i32x4.add(low, i32x4.dot_i16x8_s(v128.load(row), g));
      high = i32x4.add(high, i32x4.dot_i16x8_s(v128.load(row, 16), g));
      row += next;
    }
    const l = i16x8.narrow_i32x4_s(i32x4.shr_s(low, signalShift), i32x4.shr_s(high, signalShift));
    const entry = v128.load(log + (j << 1));
    const psi = v128.and(entry, i16x8.splat(0x7fff)), mark = i16x8.shr_s(entry, 15);
    const at = carry + (j << 2), b = decays + (j << 1);
    let c0 = v128.load(at), c1 = v128.load(at, 16);
    if (decays) {
      c0 = decay4(c0, v128.load16x4_u(b));
      c1 = decay4(c1, v128.load16x4_u(b, 8));
    }
    if (cuts) {
      c0 = v128.andnot(c0, i32x4.extend_low_i16x8_s(mark));
      c1 = v128.andnot(c1, i32x4.extend_high_i16x8_s(mark));
    }
    c0 = carry4(c0, i32x4.extmul_low_i16x8_s(psi, l), half, carryShift);
    c1 = carry4(c1, i32x4.extmul_high_i16x8_s(psi, l), half, carryShift);
    if (holds) {
      c0 = v128.andnot(c0, i32x4.extend_low_i16x8_s(mark));
      c1 = v128.andnot(c1, i32x4.extend_high_i16x8_s(mark));
    }
    v128.store(at, c0);
    v128.store(at, c1, 16);
  }
}
