/**
 * Matrices and errors for back-simd.ts.
 *
 * Matrices are turned once a lesson: for every pair of columns a row of i16 pairs, one a neuron. Then no lane
 * has to be moved while time runs backwards (moves of lanes are what this loop would wait for).
 */

/**
 * @param weights rows of bytes + 128, `stride` bytes a neuron
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

/** `E ← κ·E + err` of learn.ts. */
export function filterErrorsSimd(errors: usize, decays: usize, filtered: usize, outputs: u32): void {
  const most = i32x4.splat(0x3fffffff);
  for (let k: u32 = 0; k < outputs; k += 4) {
    const at = filtered + (k << 2);
    let e = v128.load(at);
    if (decays) e = decay4(e, v128.load16x4_u(decays + (k << 1)));
    v128.store(at, i32x4.max_s(i32x4.neg(most), i32x4.min_s(most, i32x4.add(e, v128.load(errors + (k << 2))))));
  }
}
