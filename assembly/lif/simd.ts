/**
 * The same step as population.ts, eight neurons at a time, for membranes of 8 and 16 bits. Same bits.
 */
import { OP_CODE, OP_FLAGS, OP_LIF, POPULATION_DECAY, POPULATION_LOWER, POPULATION_NEURONS, POPULATION_NO_DECAY, POPULATION_OR_EQUAL } from "../layout";
import { POPULATION_RESET, POPULATION_RESET_NOW, POPULATION_SHIFT, POPULATION_THRESHOLD, POPULATION_V_RESET } from "../layout";
import { RESET_NONE, RESET_SUBTRACT, RESET_SUBTRACT_SCALED, RESET_ZERO, RESET_ZERO_STEP } from "../layout";
import { padded } from "../fixedpoint/arithmetic";

/** `sign(x) · ((|x| · b) >> 16)` of eight lanes. */
// @ts-ignore: decorator
@inline
function decay8(x: v128, b: v128): v128 {
  const sign = i16x8.shr_s(x, 15);
  const size = i16x8.abs(x);
  const low = i32x4.shr_u(i32x4.extmul_low_i16x8_u(size, b), 16);
  const high = i32x4.shr_u(i32x4.extmul_high_i16x8_u(size, b), 16);
  return i16x8.sub(v128.xor(i16x8.narrow_i32x4_u(low, high), sign), sign);
}

/** ψ of four lanes, before it is limited to 32767. */
// @ts-ignore: decorator
@inline
function triangle4(distance: v128, widths: usize, factors: usize): v128 {
  const height = i32x4.max_s(i32x4.splat(0), i32x4.sub(v128.load(widths), distance));
  return i32x4.shr_u(i32x4.mul(height, v128.load(factors)), 15);
}

export function populationSimd(
  op: usize, blob: usize, membranes: usize, bias: usize, acc: usize, list: usize, surrogate: usize, log: usize, narrow: bool,
): usize {
  const neurons = load<u32>(op, POPULATION_NEURONS);
  const flags = load<u16>(op, OP_FLAGS);
  const reset = <u32>load<u8>(op, POPULATION_RESET);
  const spiking = load<u16>(op, OP_CODE) == OP_LIF;
  const now = (flags & POPULATION_RESET_NOW) != 0;
  const decays: usize = flags & POPULATION_NO_DECAY ? 0 : blob + load<u32>(op, POPULATION_DECAY);
  // a leaky integrator reads some threshold or other and heeds none
  const thresholds = spiking ? blob + load<u32>(op, POPULATION_THRESHOLD) : acc;
  const k = <i32>load<i8>(op, POPULATION_SHIFT);
  eights(
    membranes, neurons, narrow, thresholds, i16x8.splat(i16((flags & POPULATION_OR_EQUAL) != 0)), reset, now ? RESET_NONE : reset, now,
    i16x8.splat(<i16>load<i32>(op, POPULATION_V_RESET)), decays, acc, i32x4.splat(1 << max<i32>(k, 0)), max<i32>(-k, 0), bias,
    i16x8.splat(<i16>load<i32>(op, POPULATION_LOWER)), i16x8.splat(narrow ? 127 : 32767), surrogate, surrogate + (padded(neurons) << 2), log,
  );
  return spiking ? listSpikes(acc, neurons, list) : list;
}

/** From a bit a neuron to a list; 64 at a time, for each word costs one branch that is not foreseen. */
function listSpikes(bits: usize, neurons: u32, list: usize): usize {
  for (let j: u32 = 0; j < neurons; j += 64) {
    let word = load<u64>(bits + (j >> 3));
    if (neurons - j < 64) word &= (<u64>1 << (neurons - j)) - 1;
    while (word) {
      store<u16>(list, j + <u32>ctz<u64>(word));
      list += 2;
      word &= word - 1;
    }
  }
  return list;
}

/**
 * All eights of the population. Where a neuron fires, a bit: they go where the accumulators were.
 * A function of its own: V8 moves pure expressions into loops, not out of them, unless they are arguments.
 */
function eights(
  membranes: usize, neurons: u32, narrow: bool, thresholds: usize, equal: v128, reset: u32, late: u32, now: bool, vReset: v128,
  decays: usize, acc: usize, factor: v128, right: i32, bias: usize, lower: v128, top: v128, surrogate: usize, factors: usize, log: usize,
): void {
  for (let j: u32 = 0; j < neurons; j += 8) {
    const at = membranes + (narrow ? j : j << 1);
    const theta = v128.load(thresholds + (j << 1));
    const compare = i16x8.sub(theta, equal);
    let u = narrow ? v128.load8x8_s(at) : v128.load(at);
    const due = i16x8.gt_s(u, compare);
    let taken = i16x8.splat(0);
    if (late == RESET_SUBTRACT) taken = v128.and(theta, due);
    else if (late == RESET_SUBTRACT_SCALED) u = i16x8.sub(u, v128.and(theta, due));
    else if (late == RESET_ZERO) u = v128.bitselect(vReset, u, due);
    if (decays) u = decay8(u, v128.load(decays + (j << 1)));

    // due only where u was above θ, so the difference fits 16 bits
    u = i16x8.sub(u, taken);
    const a = acc + (j << 2);
    let low = i32x4.mul(v128.load(a), factor), high = i32x4.mul(v128.load(a, 16), factor);
    if (right) {
      const half = i32x4.splat((1 << right) >> 1);
      low = i32x4.shr_s(i32x4.add(low, half), right);
      high = i32x4.shr_s(i32x4.add(high, half), right);
    }
    if (bias) {
      low = i32x4.add(low, v128.load(bias + (j << 2)));
      high = i32x4.add(high, v128.load(bias + (j << 2), 16));
    }
    low = i32x4.add(low, i32x4.extend_low_i16x8_s(u));
    high = i32x4.add(high, i32x4.extend_high_i16x8_s(u));
    u = i16x8.max_s(lower, i16x8.min_s(top, i16x8.narrow_i32x4_s(low, high)));
    if (late == RESET_ZERO_STEP) u = v128.bitselect(vReset, u, due);

    const fires = i16x8.gt_s(u, compare);
    if (surrogate) {
      const w = surrogate + (j << 2), f = factors + (j << 2);
      const distance = i16x8.sub(i16x8.max_s(u, theta), i16x8.min_s(u, theta));
      const low = triangle4(i32x4.extend_low_i16x8_u(distance), w, f), high = triangle4(i32x4.extend_high_i16x8_u(distance), w + 16, f + 16);
      const psi = i16x8.min_u(i16x8.splat(32767), i16x8.narrow_i32x4_u(low, high));
      const cut = reset == RESET_ZERO ? fires : late == RESET_ZERO_STEP ? due : i16x8.splat(0);
      v128.store(log + (j << 1), v128.or(psi, i16x8.shl(cut, 15)));
    }
    store<u8>(acc + (j >> 3), i16x8.bitmask(fires));
    if (now) u = reset == RESET_SUBTRACT ? i16x8.sub(u, v128.and(theta, fires)) : v128.bitselect(vReset, u, fires);
    if (narrow) store<u64>(at, i64x2.extract_lane(i8x16.narrow_i16x8_s(u, u), 0));
    else v128.store(at, u);
  }
}
