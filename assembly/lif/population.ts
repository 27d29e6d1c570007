/**
 * One step of a population: decay, input, reset, saturation, spikes (Eshraghian et al. 2023, equation 4, with the
 * variants of docs/ARITHMETIC.md), for membranes of 8, 16 and 32 bits. A leaky integrator is one that never fires.
 */
import { OP_CODE, OP_FLAGS, OP_LIF, POPULATION_ADAPTATION, POPULATION_ADAPTS, POPULATION_BITS, POPULATION_CURRENT } from "../layout";
import { POPULATION_CURRENTS, POPULATION_DECAY, POPULATION_FINE, POPULATION_LOWER, POPULATION_NEURONS } from "../layout";
import { POPULATION_NO_DECAY, POPULATION_OR_EQUAL, POPULATION_RESET, POPULATION_RESET_NOW, POPULATION_SHIFT } from "../layout";
import { POPULATION_THRESHOLD, POPULATION_V_RESET } from "../layout";
import { RESET_NONE, RESET_SUBTRACT, RESET_SUBTRACT_SCALED, RESET_ZERO } from "../layout";
import { decay32, padded } from "../fixedpoint/arithmetic";
import { CUT, triangle } from "../fixedpoint/triangle";
import { membrane, membraneAt, putMembrane } from "./membrane";
import { isPlain, logPlain, plain } from "./plain";
import { populationSimd } from "./simd";

/** Populations whose thresholds adapt or whose input goes through a current. */
const SLOW: u32 = POPULATION_ADAPTS | POPULATION_CURRENTS;
/** States of 32 bits stay within ± this. */
const WIDEST: i64 = 0x3fffffff;

/**
 * @param op the operation's record in the blob
 * @param blob the blob's address
 * @param membranes U, i8, i16 or i32 a neuron; behind them a and I, i32 a neuron, where the population has them
 * @param bias i32 a neuron, or 0
 * @param acc i32 a neuron
 * @param list where the indices of the neurons that fire go, u16, ascending
 * @param surrogate ω and v, u32 a neuron each, or 0: no log
 * @param log ψ and cut, u16 a neuron
 * @param near shift of the distance from the threshold
 * @returns where the list ends
 */
export function population(
  op: usize, blob: usize, membranes: usize, bias: usize, acc: usize, list: usize, surrogate: usize, log: usize, near: i32,
): usize {
  const bits = <u32>load<u8>(op, POPULATION_BITS), flags = <u32>load<u16>(op, OP_FLAGS);
  if (ASC_FEATURE_SIMD && u32(bits != 32) & u32(!(flags & SLOW))) {
    return populationSimd(op, blob, membranes, bias, acc, list, surrogate, log, bits == 8);
  }
  if (!ASC_FEATURE_SIMD && isPlain(op)) {
    const end = plain(op, blob, membranes, bias, acc, list);
    if (surrogate) logPlain(op, blob, membranes, surrogate, log);
    return end;
  }
  const reset = <u32>load<u8>(op, POPULATION_RESET), now = flags & POPULATION_RESET_NOW;
  const neurons = load<u32>(op, POPULATION_NEURONS), all = padded(neurons);
  const k = <i32>load<i8>(op, POPULATION_SHIFT), left = max<i32>(k, 0), right = left - k;
  let adapted: usize = 0, flowing = membranes + ((all * bits) >> 3);
  if (flags & POPULATION_ADAPTS) {
    adapted = flowing;
    flowing += all << 2;
  }
  const rhos = blob + load<u32>(op, POPULATION_ADAPTATION);
  return fire(
    bits, neurons, membranes, load<u16>(op, OP_CODE) == OP_LIF ? blob + load<u32>(op, POPULATION_THRESHOLD) : 0, flags & POPULATION_OR_EQUAL,
    flags & POPULATION_NO_DECAY ? 0 : blob + load<u32>(op, POPULATION_DECAY), acc, left, right, (1 << right) >> 1, bias,
    reset, now ? RESET_NONE : reset, now, load<i32>(op, POPULATION_LOWER), i32.MAX_VALUE >> (32 - bits), load<i32>(op, POPULATION_V_RESET),
    list, surrogate, surrogate + (all << 2), log, adapted, rhos, rhos + (all << 1),
    flags & POPULATION_CURRENTS ? flowing : 0, blob + load<u32>(op, POPULATION_CURRENT), load<u8>(op, POPULATION_FINE), near,
  );
}

/** `a ← ρ·a + 2^16 · spike`, in its place. */
// @ts-ignore: decorator
@inline
function adapt(at: usize, rho: u32, spike: bool): void {
  store<i32>(at, <i32>min<i64>(WIDEST, <i64>decay32(load<i32>(at), rho) + (i64(spike) << 16)));
}

/** A function of its own: V8 moves pure expressions into loops, not out of them, unless they are arguments. */
function fire(
  bits: u32, neurons: u32, membranes: usize, thresholds: usize, equal: i32, decays: usize, acc: usize, left: i32, right: i32, half: i32, bias: usize,
  reset: u32, late: u32, now: u32, lower: i32, top: i32, vReset: i32, list: usize, surrogate: usize, factors: usize, log: usize,
  adapted: usize, rhos: usize, strengths: usize, flowing: usize, alphas: usize, fine: u32, near: i32,
): usize {
  for (let j: u32 = 0; j < neurons; j++) {
    const at2 = j << 1, at4 = j << 2, at = membraneAt(bits, membranes, j);
    // no membrane is above the top: a leaky integrator never fires
    let base = top;
    if (thresholds) base = bits == 32 ? load<i32>(thresholds + at4) : <i32>load<i16>(thresholds + at2);
    let theta = base, u = membrane(bits, at);
    if (adapted) theta = raised(base, load<i32>(adapted + at4), load<u16>(strengths + at2), top);
    const due = u > theta - equal;
    if (adapted && !now) {
      adapt(adapted + at4, load<u16>(rhos + at2), due);
      theta = raised(base, load<i32>(adapted + at4), load<u16>(strengths + at2), top);
    }
    const most = theta - equal;
    const driven = (load<i32>(acc + at4) << left) + half >> right;
    let input = <i64>driven;
    if (bias) input += <i64>load<i32>(bias + at4);
    if (flowing) {
      const sum = <i64>decay32(load<i32>(flowing + at4), load<u16>(alphas + at2)) + (input << fine);
      const i = max<i64>(-WIDEST, min<i64>(WIDEST, sum));
      store<i32>(flowing + at4, <i32>i);
      input = (i + ((<i64>1 << fine) >> 1)) >> fine;
    }
    let held = false;
    if (due && late) {
      if (late == RESET_SUBTRACT) input -= <i64>base;
      else if (late == RESET_SUBTRACT_SCALED) u -= base;
      else if (late == RESET_ZERO) u = vReset;
      else held = true;
    }
    if (decays) u = decay32(u, load<u16>(decays + at2));
    u = <i32>max<i64>(lower, min<i64>(top, <i64>u + input));
    if (held) u = vReset;

    const fires = u > most;
    if (surrogate) {
      let entry = triangle(<i32>min<i64>(i32.MAX_VALUE, abs<i64>(<i64>u - <i64>theta) >> near), load<i32>(surrogate + at4), load<u32>(factors + at4));
      if (held || (fires && reset == RESET_ZERO)) entry |= CUT;
      store<u16>(log + at2, entry);
    }
    if (fires) {
      store<u16>(list, j);
      list += 2;
      if (now) u = reset == RESET_SUBTRACT ? u - base : vReset;
    }
    if (adapted && now) adapt(adapted + at4, load<u16>(rhos + at2), fires);
    putMembrane(bits, at, u);
  }
  return list;
}

/** The threshold with what earlier spikes put on it. */
// @ts-ignore: decorator
@inline
function raised(theta: i32, a: i32, strength: u32, top: i32): i32 {
  return <i32>min<i64>(top, <i64>theta + ((<i64>a * <i64>strength) >> 16));
}
