/**
 * The plain case of population.ts, which most networks are made of: 16-bit membranes that leak, k ≥ 0, U > θ with a reset by
 * subtraction in the next step. Same bits; without a choice left to make in the loop, in a third of the time.
 */
import { OP_LIF, POPULATION_DECAY, POPULATION_LOWER, POPULATION_NEURONS } from "../layout";
import { POPULATION_RESET, POPULATION_SHIFT, POPULATION_THRESHOLD, RESET_SUBTRACT } from "../layout";
import { clamp, padded } from "../fixedpoint/arithmetic";
import { triangle } from "../fixedpoint/triangle";

export function isPlain(op: usize): bool {
  // code and flags, reset and bits, read as one
  const form = (load<u32>(op) ^ OP_LIF) | (load<u16>(op, POPULATION_RESET) ^ (RESET_SUBTRACT | (16 << 8)));
  return !(form | (load<u8>(op, POPULATION_SHIFT) >> 7));
}

/** @see population for the arguments */
export function plain(op: usize, blob: usize, membranes: usize, bias: usize, acc: usize, list: usize): usize {
  return fire(
    op, blob + load<u32>(op, POPULATION_DECAY) - membranes, membranes, bias, acc, list, 1 << <i32>load<i8>(op, POPULATION_SHIFT),
    blob + load<u32>(op, POPULATION_THRESHOLD) - membranes,
  );
}

/**
 * A function of its own: V8 moves pure expressions into loops, not out of them, unless they are arguments.
 *
 * @param decays, thresholds how far behind the membranes they lie
 */
function fire(op: usize, decays: usize, at: usize, bias: usize, acc: usize, list: usize, factor: i32, thresholds: usize): usize {
  const lower = load<i32>(op, POPULATION_LOWER), neurons = load<u32>(op, POPULATION_NEURONS);
  const start = at;
  for (const end = at + (neurons << 1); at < end; at += 2) {
    const u = <i32>load<i16>(at), theta = <i32>load<i16>(at + thresholds);
    // decay32 for a product of 32 bits: a negative one gets what it lacks to the next multiple
    let x = (u * <i32>load<u16>(at + decays) + <i32>(<u32>(u >> 31) >> 16)) >> 16;
    x += load<i32>(acc) * factor - select<i32>(theta, 0, u > theta);
    if (bias) {
      x += load<i32>(bias);
      bias += 4;
    }
    x = clamp(x, lower, 32767);
    store<i16>(at, x);
    // without a branch: who fires is not to be foreseen
    store<u16>(list, <u32>(at - start) >> 1);
    list += u32(x > theta) << 1;
    acc += 4;
  }
  return list;
}

/** ψ of a step, from the membranes that it left; nothing cuts here. */
export function logPlain(op: usize, blob: usize, membranes: usize, surrogate: usize, log: usize): void {
  const neurons = load<u32>(op, POPULATION_NEURONS);
  logAll(membranes, membranes + (neurons << 1), blob + load<u32>(op, POPULATION_THRESHOLD) - membranes, surrogate, padded(neurons) << 2, log);
}

/** A function of its own, as fire(). @param factors how far behind the widths they lie */
function logAll(at: usize, end: usize, thresholds: usize, widths: usize, factors: usize, log: usize): void {
  for (; at < end; at += 2) {
    const distance = abs<i32>(<i32>load<i16>(at) - <i32>load<i16>(at + thresholds));
    store<u16>(log, triangle(distance, load<i32>(widths), load<u32>(widths + factors)));
    widths += 4;
    log += 2;
  }
}
