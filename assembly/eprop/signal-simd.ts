/**
 * The errors of a step for back-simd.ts, and the readout's weights.
 *
 * These are turned once a window: for every pair of classes a row of i16 pairs, one a neuron. Then no lane
 * has to be moved while time runs backwards (moves of lanes are what this loop would wait for).
 */
import { rsh, sat16 } from "../fixedpoint/arithmetic";

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

/** decay32 of four lanes of at most 30 bits, in two halves; what is shifted out of a negative product is first made up for. */
// @ts-ignore: decorator
@inline
export function decay4(x: v128, b: v128): v128 {
  const high = i32x4.mul(i32x4.shr_s(x, 16), b);
  const low = i32x4.mul(i32x4.shr_u(i32x4.shl(x, 16), 16), b);
  const lacking = i32x4.shr_u(i32x4.shr_s(x, 31), 16);
  return i32x4.add(high, i32x4.shr_u(i32x4.add(low, lacking), 16));
}

/**
 * takeErrors of learn.ts.
 *
 * @param row p, i16
 * @param decays κ, u16 a class, 0 without a leak
 * @param errors, filtered err and E, i32[padded]
 */
export function takeErrorsSimd(row: usize, target: u32, decays: usize, classes: u32, errors: usize, filtered: usize): void {
  for (let k: u32 = 0; k < classes; k += 4) {
    const at = filtered + (k << 2), error = v128.load16x4_s(row + (k << 1));
    let e = v128.load(at);
    if (decays) e = decay4(e, v128.load16x4_u(decays + (k << 1)));
    v128.store(errors + (k << 2), error);
    v128.store(at, i32x4.add(e, error));
  }
  const at = target << 2;
  store<i32>(errors + at, load<i32>(errors + at) - (1 << 14));
  store<i32>(filtered + at, load<i32>(filtered + at) - (1 << 14));
}

/**
 * G of the pairs of classes that have any: where the pair's row begins in the turned weights and G twice, i16. Late in a training
 * most classes have none.
 *
 * @param next bytes from one pair's row to the next
 * @param list written, 8 bytes a pair
 * @returns the list's end
 */
export function listErrors(errors: usize, classes: u32, shift: i32, turned: usize, next: u32, list: usize): usize {
  for (const end = errors + (classes << 2); errors < end; errors += 8) {
    const g = <u32>(sat16(rsh(load<i32>(errors), shift)) & 0xffff) | <u32>(sat16(rsh(load<i32>(errors, 4), shift)) << 16);
    store<usize>(list, turned);
    store<u32>(list, g, 4);
    list += u32(g != 0) << 3;
    turned += next;
  }
  return list;
}
