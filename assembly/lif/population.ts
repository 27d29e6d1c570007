/**
 * One step of a population: decay, input, reset, saturation, spikes (Eshraghian et al. 2023, equation 4, with the
 * variants of docs/ARITHMETIC.md), for membranes of 8, 16 and 32 bits. A leaky integrator is one that never fires.
 */
import { OP_CODE, OP_FLAGS, OP_LIF, POPULATION_BITS, POPULATION_DECAY, POPULATION_LOWER, POPULATION_NEURONS } from "../layout";
import { POPULATION_NO_DECAY, POPULATION_OR_EQUAL, POPULATION_RESET, POPULATION_RESET_NOW, POPULATION_SHIFT } from "../layout";
import { POPULATION_THRESHOLD, POPULATION_V_RESET } from "../layout";
import { RESET_NONE, RESET_SUBTRACT, RESET_SUBTRACT_SCALED, RESET_ZERO } from "../layout";
import { decay32, padded } from "../fixedpoint/arithmetic";
import { CUT, triangle } from "../fixedpoint/triangle";
import { membrane, membraneAt, putMembrane } from "./membrane";
import { isPlain, plain } from "./plain";
import { populationSimd } from "./simd";

/**
 * @param op the operation's record in the blob
 * @param blob the blob's address
 * @param membranes U, i8, i16 or i32 a neuron
 * @param bias i32 a neuron, or 0
 * @param acc i32 a neuron
 * @param list where the indices of the neurons that fire go, u16, ascending
 * @param surrogate ω and v, u32 a neuron each, or 0: no log
 * @param log ψ and cut, u16 a neuron
 * @returns where the list ends
 */
export function population(
  op: usize, blob: usize, membranes: usize, bias: usize, acc: usize, list: usize, surrogate: usize, log: usize,
): usize {
  const bits = <u32>load<u8>(op, POPULATION_BITS);
  if (ASC_FEATURE_SIMD && bits != 32) return populationSimd(op, blob, membranes, bias, acc, list, surrogate, log, bits == 8);
  if (!ASC_FEATURE_SIMD && !surrogate && isPlain(op)) return plain(op, blob, membranes, bias, acc, list);
  const flags = <u32>load<u16>(op, OP_FLAGS), reset = <u32>load<u8>(op, POPULATION_RESET), now = flags & POPULATION_RESET_NOW;
  const neurons = load<u32>(op, POPULATION_NEURONS);
  const k = <i32>load<i8>(op, POPULATION_SHIFT), left = max<i32>(k, 0), right = left - k;
  return fire(
    bits, neurons, membranes, load<u16>(op, OP_CODE) == OP_LIF ? blob + load<u32>(op, POPULATION_THRESHOLD) : 0, flags & POPULATION_OR_EQUAL,
    flags & POPULATION_NO_DECAY ? 0 : blob + load<u32>(op, POPULATION_DECAY), acc, left, right, (1 << right) >> 1, bias,
    reset, now ? RESET_NONE : reset, now, load<i32>(op, POPULATION_LOWER), i32.MAX_VALUE >> (32 - bits), load<i32>(op, POPULATION_V_RESET),
    list, surrogate, surrogate + (padded(neurons) << 2), log,
  );
}

/** A function of its own: V8 moves pure expressions into loops, not out of them, unless they are arguments. */
function fire(
  bits: u32, neurons: u32, membranes: usize, thresholds: usize, equal: i32, decays: usize, acc: usize, left: i32, right: i32, half: i32, bias: usize,
  reset: u32, late: u32, now: u32, lower: i32, top: i32, vReset: i32, list: usize, surrogate: usize, factors: usize, log: usize,
): usize {
  for (let j: u32 = 0; j < neurons; j++) {
    const at2 = j << 1, at4 = j << 2, at = membraneAt(bits, membranes, j);
    // no membrane is above the top: a leaky integrator never fires
    let theta = top;
    if (thresholds) theta = bits == 32 ? load<i32>(thresholds + at4) : <i32>load<i16>(thresholds + at2);
    const most = theta - equal;
    let u = membrane(bits, at);
    const driven = (load<i32>(acc + at4) << left) + half >> right;
    let input = <i64>driven;
    if (bias) input += <i64>load<i32>(bias + at4);
    let held = false;
    if (u > most && late) {
      if (late == RESET_SUBTRACT) input -= <i64>theta;
      else if (late == RESET_SUBTRACT_SCALED) u -= theta;
      else if (late == RESET_ZERO) u = vReset;
      else held = true;
    }
    if (decays) u = decay32(u, load<u16>(decays + at2));
    u = <i32>max<i64>(lower, min<i64>(top, <i64>u + input));
    if (held) u = vReset;

    const fires = u > most;
    if (surrogate) {
      let entry = triangle(abs<i32>(u - theta), load<i32>(surrogate + at4), load<u32>(factors + at4));
      if (held || (fires && reset == RESET_ZERO)) entry |= CUT;
      store<u16>(log + at2, entry);
    }
    if (fires) {
      store<u16>(list, j);
      list += 2;
      if (now) u = reset == RESET_SUBTRACT ? u - theta : vReset;
    }
    putMembrane(bits, at, u);
  }
  return list;
}
