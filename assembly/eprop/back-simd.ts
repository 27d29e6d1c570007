/**
 * carryBack of signal.ts and emit of rows.ts in one pass, sixteen neurons at a time. Same bits.
 *
 * In one pass because a draw waits for the draw before it: alone, emit does nothing meanwhile.
 */
import { RuleState } from "../arena";
import { OP_FLAGS, POPULATION_DECAY, POPULATION_NO_DECAY, POPULATION_RESET, RESET_ZERO, RESET_ZERO_STEP } from "../layout";
import { RULE_RATE, UPDATE_BITS, UPDATE_LIMIT } from "../layout";
import { next4, rounded4 } from "./rows";
import { decay4 } from "./signal-simd";

/**
 * One step back in time for a population without adaptation and current, and the updates that come of it.
 *
 * @param op the population's record in the blob
 * @param list G, to `end`, as gather() left it
 * @param signal shift of L
 * @param right R
 * @param bound of C
 * @param view shift of C to V, 0 … 31
 * @param log ψ and cut of this step; then, with `emits`, D
 * @param emits whether D is wanted and random moves on
 * @param zero 0, but not to the compiler: it would put constants back into the loop, at three instructions each
 * @returns bits of the largest |C|
 */
export function stepBack(
  rule: RuleState, op: usize, blob: usize, list: usize, end: usize, signal: i32, right: i32, bound: i32, view: i32, log: usize,
  emits: bool, random: usize, zero: i32,
): i32 {
  const reset = <u32>load<u8>(op, POPULATION_RESET), record = rule.record;
  const leaks = !(load<u16>(op, OP_FLAGS) & POPULATION_NO_DECAY), decays = blob + load<u32>(op, POPULATION_DECAY);
  const most = zero + bound, widest = zero + 0xfffff, limit = zero + UPDATE_LIMIT * 0x10001, least = zero - UPDATE_LIMIT;
  return sixteens(
    rule.carry, rule.stride, decays, list, end, log, leaks, emits, reset == RESET_ZERO, reset == RESET_ZERO_STEP,
    signal, right, view, half(signal), half(right), half(view), random,
    i32x4.splat(most), i32x4.splat(-most), i32x4.splat(widest), i32x4.splat(-widest),
    i32x4.splat(load<u16>(record, RULE_RATE)), i32x4.splat((1 << UPDATE_BITS) - 1), i32x4.splat(limit), i16x8.splat(<i16>least),
  );
}

// @ts-ignore: decorator
@inline
function half(shift: i32): v128 {
  return i32x4.splat(<i32>((<u32>1 << shift) >> 1));
}

/** `C ← P + β·C` of four lanes, from ψ·L. */
// @ts-ignore: decorator
@inline
function carry4(c: v128, product: v128, round: v128, right: i32, most: v128, least: v128): v128 {
  return i32x4.max_s(least, i32x4.min_s(most, i32x4.add(c, i32x4.shr_s(i32x4.add(product, round), right))));
}

/** C and D of eight neurons, from their L before it is shifted and two draws; D over ψ. Returns bits of |C|. */
// @ts-ignore: decorator
@inline
function eight(
  carry: usize, decays: usize, log: usize, a: v128, b: v128, first: v128, second: v128, leaks: bool, emits: bool, cuts: bool, holds: bool,
  signalShift: i32, right: i32, viewShift: i32, carryHalf: v128, viewHalf: v128,
  most: v128, least: v128, widest: v128, narrowest: v128, rate: v128, keep: v128, top: v128, bottom: v128,
): v128 {
  const l = i16x8.narrow_i32x4_s(i32x4.shr_s(a, signalShift), i32x4.shr_s(b, signalShift));
  const entry = v128.load(log), psi = i16x8.shr_u(i16x8.shl(entry, 1), 1), mark = i16x8.shr_s(entry, 15);
  let c0 = v128.load(carry), c1 = v128.load(carry, 16);
  if (leaks) {
    c0 = decay4(c0, v128.load16x4_u(decays));
    c1 = decay4(c1, v128.load16x4_u(decays, 8));
  }
  if (cuts) {
    c0 = v128.andnot(c0, i32x4.extend_low_i16x8_s(mark));
    c1 = v128.andnot(c1, i32x4.extend_high_i16x8_s(mark));
  }
  c0 = carry4(c0, i32x4.extmul_low_i16x8_s(psi, l), carryHalf, right, most, least);
  c1 = carry4(c1, i32x4.extmul_high_i16x8_s(psi, l), carryHalf, right, most, least);
  if (holds) {
    c0 = v128.andnot(c0, i32x4.extend_low_i16x8_s(mark));
    c1 = v128.andnot(c1, i32x4.extend_high_i16x8_s(mark));
  }
  v128.store(carry, c0);
  v128.store(carry, c1, 16);
  if (emits) {
    const low = rounded4(c0, viewHalf, viewShift, widest, narrowest, rate, UPDATE_BITS, v128.and(first, keep));
    const high = rounded4(c1, viewHalf, viewShift, widest, narrowest, rate, UPDATE_BITS, v128.and(second, keep));
    v128.store(log, i16x8.min_s(top, i16x8.max_s(bottom, i16x8.narrow_i32x4_s(low, high))));
  }
  return v128.or(i32x4.abs(c0), i32x4.abs(c1));
}

/** All neurons; a function of its own, as in lif/simd.ts. Returns bits of the largest |C|. */
function sixteens(
  carry: usize, neurons: u32, decays: usize, list: usize, listEnd: usize, log: usize, leaks: bool, emits: bool, cuts: bool, holds: bool,
  signalShift: i32, right: i32, viewShift: i32, signalHalf: v128, carryHalf: v128, viewHalf: v128, random: usize,
  most: v128, least: v128, widest: v128, narrowest: v128, rate: v128, keep: v128, top: v128, bottom: v128,
): i32 {
  let column: u32 = 0, g = v128.load(random), largest = i32x4.splat(0);
  for (const end = carry + (neurons << 2); carry < end; carry += 64) {
    let a = signalHalf, b = a, c = a, d = a;
    for (let p = list; p < listEnd; p += 8) {
      const row = load<usize>(p) + column, e = v128.load32_splat(p, 4);
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(row), e));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(row, 16), e));
      c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load(row, 32), e));
      d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load(row, 48), e));
    }
    const g0 = next4(g), g1 = next4(g0), g2 = next4(g1);
    g = next4(g2);
    largest = v128.or(largest, eight(
      carry, decays, log, a, b, g0, g1, leaks, emits, cuts, holds, signalShift, right, viewShift,
      carryHalf, viewHalf, most, least, widest, narrowest, rate, keep, top, bottom,
    ));
    largest = v128.or(largest, eight(
      carry + 32, decays + 16, log + 16, c, d, g2, g, leaks, emits, cuts, holds, signalShift, right, viewShift,
      carryHalf, viewHalf, most, least, widest, narrowest, rate, keep, top, bottom,
    ));
    decays += 32;
    log += 32;
    column += 64;
  }
  if (emits) v128.store(random, g);
  const pair = v128.or(largest, v128.shuffle<u32>(largest, largest, 2, 3, 0, 1));
  return i32x4.extract_lane(pair, 0) | i32x4.extract_lane(pair, 1);
}
