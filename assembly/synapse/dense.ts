/**
 * Dense synapses on spikes: for each spike, one row of weights is added to the accumulators.
 *
 * Rows are input-major, one byte a weight (weight + 128), padded to 16. The offset lets both builds sum unsigned
 * bytes in 16-bit lanes: 256 rows fit, then the lanes are flushed to 32 bits and the offset is taken off again.
 * A tile of outputs stays in registers while all spikes of the step pass through it.
 */

/** Rows that 16-bit lanes take: 257 · 255 = 65535. */
const FLUSH: u32 = 256;
const EVEN: u64 = 0x00ff00ff00ff00ff;

/**
 * @param weights first row
 * @param stride bytes a row, a multiple of 16
 * @param list u16 row indices
 * @param count number of indices
 * @param acc i32[stride]
 * @param adds keep what acc holds; else acc starts from 0
 */
export function dense(weights: usize, stride: u32, list: usize, count: u32, acc: usize, adds: bool): void {
  do {
    const rows = min<u32>(count, FLUSH);
    if (ASC_FEATURE_SIMD) tilesSimd(weights, stride, list, rows, acc, adds);
    else tilesSwar(weights, stride, list, rows, acc, adds);
    adds = true;
    list += rows << 1;
    count -= rows;
  } while (count);
}

// @ts-ignore: decorator
@inline
function flush8(acc: usize, lanes: v128, offset: v128, adds: bool): void {
  let low = i32x4.sub(i32x4.extend_low_i16x8_u(lanes), offset);
  let high = i32x4.sub(i32x4.extend_high_i16x8_u(lanes), offset);
  if (adds) {
    low = i32x4.add(low, v128.load(acc));
    high = i32x4.add(high, v128.load(acc, 16));
  }
  v128.store(acc, low);
  v128.store(acc, high, 16);
}

/** Sixteen columns: lanes that sum them in pairs, low byte and high byte, modulo 2^16, and lanes of the odd ones alone. */
// @ts-ignore: decorator
@inline
function flush16(acc: usize, all: v128, odd: v128, offset: v128, adds: bool): void {
  const even = i16x8.sub(all, i16x8.shl(odd, 8));
  flush8(acc, v128.shuffle<u16>(even, odd, 0, 8, 1, 9, 2, 10, 3, 11), offset, adds);
  flush8(acc + 32, v128.shuffle<u16>(even, odd, 4, 12, 5, 13, 6, 14, 7, 15), offset, adds);
}

/**
 * A mask and a shift part sixteen bytes into lanes; loads that extend would do it too, but all on the one port that shuffles.
 */
// @ts-ignore: decorator
@inline
function tilesSimd(weights: usize, stride: u32, list: usize, rows: u32, acc: usize, adds: bool): void {
  const end = list + (rows << 1);
  const offset = i32x4.splat(rows << 7);
  let column: u32 = 0;
  for (; column + 64 <= stride; column += 64) {
    const base = weights + column;
    let a0 = i16x8.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    for (let p = list; p < end; p += 2) {
      const row = base + <u32>load<u16>(p) * stride;
      const w0 = v128.load(row), w1 = v128.load(row, 16), w2 = v128.load(row, 32), w3 = v128.load(row, 48);
      a0 = i16x8.add(a0, w0);
      a1 = i16x8.add(a1, i16x8.shr_u(w0, 8));
      a2 = i16x8.add(a2, w1);
      a3 = i16x8.add(a3, i16x8.shr_u(w1, 8));
      a4 = i16x8.add(a4, w2);
      a5 = i16x8.add(a5, i16x8.shr_u(w2, 8));
      a6 = i16x8.add(a6, w3);
      a7 = i16x8.add(a7, i16x8.shr_u(w3, 8));
    }
    const at = acc + (column << 2);
    flush16(at, a0, a1, offset, adds);
    flush16(at + 64, a2, a3, offset, adds);
    flush16(at + 128, a4, a5, offset, adds);
    flush16(at + 192, a6, a7, offset, adds);
  }
  for (; column < stride; column += 16) {
    const base = weights + column;
    let a0 = i16x8.splat(0), a1 = a0;
    for (let p = list; p < end; p += 2) {
      const w = v128.load(base + <u32>load<u16>(p) * stride);
      a0 = i16x8.add(a0, w);
      a1 = i16x8.add(a1, i16x8.shr_u(w, 8));
    }
    flush16(acc + (column << 2), a0, a1, offset, adds);
  }
}

/** Four u16 lanes in a u64 (SWAR): no lane can carry into the next before the flush. */
// @ts-ignore: decorator
@inline
function tilesSwar(weights: usize, stride: u32, list: usize, rows: u32, acc: usize, adds: bool): void {
  const end = list + (rows << 1);
  const offset = rows << 7;
  let column: u32 = 0;
  for (; column < stride; column += 16) {
    const base = weights + column;
    let a0: u64 = 0, a1: u64 = 0, a2: u64 = 0, a3: u64 = 0;
    for (let p = list; p < end; p += 2) {
      const row = base + <u32>load<u16>(p) * stride;
      const w0 = load<u64>(row), w1 = load<u64>(row, 8);
      a0 += w0;
      a1 += (w0 >> 8) & EVEN;
      a2 += w1;
      a3 += (w1 >> 8) & EVEN;
    }
    const to = acc + (column << 2);
    flush(to, a0, a1, offset, adds);
    flush(to + 32, a2, a3, offset, adds);
  }
}

/** Eight columns: lanes that sum them in pairs, low byte and high byte, modulo 2^64, and lanes of the odd ones alone. */
function flush(acc: usize, all: u64, odd: u64, offset: i32, adds: bool): void {
  const end = acc + 32;
  let even = all - (odd << 8);
  do {
    let low = (<i32>even & 0xffff) - offset, high = (<i32>odd & 0xffff) - offset;
    if (adds) {
      low += load<i32>(acc);
      high += load<i32>(acc, 4);
    }
    store<i32>(acc, low);
    store<i32>(acc, high, 4);
    even >>= 16;
    odd >>= 16;
    acc += 8;
  } while (acc < end);
}
