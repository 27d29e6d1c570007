/**
 * The plain case of population.ts, which most networks are made of: 16-bit membranes that leak, U > θ, reset by subtraction in
 * the next step or none, nothing recorded. Same bits; without a choice left to make in the loop, in half the time.
 */
import { OP_FLAGS, OP_LIF, POPULATION_BITS, POPULATION_DECAY, POPULATION_LOWER, POPULATION_NEURONS } from "../layout";
import { POPULATION_RESET, POPULATION_SHIFT, POPULATION_THRESHOLD, RESET_SUBTRACT } from "../layout";
import { clamp, decay16 } from "../fixedpoint/arithmetic";

export function isPlain(op: usize): bool {
  const form = u32(load<u16>(op) != OP_LIF) | load<u16>(op, OP_FLAGS) | u32(load<u8>(op, POPULATION_BITS) != 16);
  return !(form | u32(load<u8>(op, POPULATION_RESET) > RESET_SUBTRACT));
}

/** @see population for the arguments */
export function plain(op: usize, blob: usize, membranes: usize, bias: usize, acc: usize, list: usize): u32 {
  const end = membranes + (load<u32>(op, POPULATION_NEURONS) << 1);
  let decays = blob + load<u32>(op, POPULATION_DECAY), thresholds = blob + load<u32>(op, POPULATION_THRESHOLD);
  const subtracts = -<i32>load<u8>(op, POPULATION_RESET);
  const k = <i32>load<i8>(op, POPULATION_SHIFT), left = max<i32>(k, 0), right = left - k, half = (1 << right) >> 1;
  const lower = load<i32>(op, POPULATION_LOWER);
  let to = list;
  for (let j: u32 = 0; membranes < end; j++) {
    const u = <i32>load<i16>(membranes), theta = <i32>load<i16>(thresholds);
    let x = decay16(u, load<u16>(decays)) + (((load<i32>(acc) << left) + half) >> right);
    if (u > theta) x -= theta & subtracts;
    if (bias) {
      x += load<i32>(bias);
      bias += 4;
    }
    x = clamp(x, lower, 32767);
    store<i16>(membranes, x);
    if (x > theta) {
      store<u16>(to, j);
      to += 2;
    }
    membranes += 2;
    thresholds += 2;
    decays += 2;
    acc += 4;
  }
  return <u32>(to - list) >> 1;
}
