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
 * @returns number of spikes
 */
export function population(
  op: usize, blob: usize, membranes: usize, bias: usize, acc: usize, list: usize, surrogate: usize, log: usize,
): u32 {
  const bits = <u32>load<u8>(op, POPULATION_BITS);
  if (ASC_FEATURE_SIMD && bits != 32) return populationSimd(op, blob, membranes, bias, acc, list, surrogate, log, bits == 8);
  if (!ASC_FEATURE_SIMD && !surrogate && isPlain(op)) return plain(op, blob, membranes, bias, acc, list);
  const wide = bits == 32;
  const neurons = load<u32>(op, POPULATION_NEURONS);
  const flags = <u32>load<u16>(op, OP_FLAGS);
  const reset = <u32>load<u8>(op, POPULATION_RESET);
  const now = flags & POPULATION_RESET_NOW, late = now ? RESET_NONE : reset;
  const decays: usize = flags & POPULATION_NO_DECAY ? 0 : blob + load<u32>(op, POPULATION_DECAY);
  const equal = <i32>(flags & POPULATION_OR_EQUAL);
  const thresholds: usize = load<u16>(op, OP_CODE) == OP_LIF ? blob + load<u32>(op, POPULATION_THRESHOLD) : 0;
  const k = <i32>load<i8>(op, POPULATION_SHIFT), left = max<i32>(k, 0), right = left - k, half = (1 << right) >> 1;
  const lower = load<i32>(op, POPULATION_LOWER);
  const vReset = load<i32>(op, POPULATION_V_RESET);
  const top: i32 = i32.MAX_VALUE >> (32 - bits);
  const factors = surrogate + (padded(neurons) << 2);
  let end = list;

  for (let j: u32 = 0; j < neurons; j++) {
    const at2 = j << 1, at4 = j << 2, at = membraneAt(bits, membranes, j);
    // no membrane is above the top: a leaky integrator never fires
    let theta = top;
    if (thresholds) theta = wide ? load<i32>(thresholds + at4) : <i32>load<i16>(thresholds + at2);
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
      store<u16>(end, j);
      end += 2;
      if (now) u = reset == RESET_SUBTRACT ? u - theta : vReset;
    }
    putMembrane(bits, at, u);
  }
  return <u32>(end - list) >> 1;
}
