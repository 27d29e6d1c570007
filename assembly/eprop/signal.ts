/**
 * The learning signal of a layer below the readout, `L_j = Σ_k w_kj · G_k`: the error through the readout's own weights
 * (symmetric feedback, Bellec et al. 2020, equation 5), and what it becomes over the window.
 */
import { OP_FLAGS, POPULATION_DECAY, POPULATION_NEURONS, POPULATION_NO_DECAY, POPULATION_RESET, RESET_ZERO, RESET_ZERO_STEP } from "../layout";
import { decay32, limit, padded, rsh, sat16 } from "../fixedpoint/arithmetic";
import { CUT } from "../fixedpoint/triangle";
import { carryBackSimd } from "./signal-simd";

/**
 * G: errors as 16 bits, padded with zeros.
 *
 * @returns 128 · Σ G, what the weights' offset adds to each L
 */
export function viewErrors(errors: usize, classes: u32, shift: i32, view: usize): i32 {
  let sum = 0;
  for (let k: u32 = 0; k < classes; k++) {
    const g = sat16(rsh(load<i32>(errors + (k << 2)), shift));
    store<i16>(view + (k << 1), g);
    sum += g;
  }
  return sum << 7;
}

/** L of one neuron, 16 bits: a row of the readout's weights times G. */
// @ts-ignore: decorator
@inline
function learningSignal(row: usize, view: usize, classes: u32, offset: i32, shift: i32): i32 {
  let sum = -offset;
  for (let k: u32 = 0; k < classes; k += 2) {
    sum += <i32>load<u8>(row + k) * <i32>load<i16>(view + (k << 1));
    sum += <i32>load<u8>(row + k, 1) * <i32>load<i16>(view + (k << 1), 2);
  }
  return sat16(rsh(sum, shift));
}

/**
 * One step back in time: `C ← ψ·L + β·C`, cut where a reset to zero lies between the steps.
 *
 * @param op the layer's record
 * @param feedback the readout's weights, a row of `stride` bytes a neuron
 * @param turned the same as signal-simd.ts wants them; unused in the other build
 * @param view G, i16
 * @param offset 128 · Σ G
 * @param log ψ and cut of this step
 * @param carry C, i32[padded], updated
 */
export function carryBack(
  op: usize, blob: usize, feedback: usize, turned: usize, stride: u32, view: usize, classes: u32, offset: i32,
  signalShift: i32, carryShift: i32, log: usize, carry: usize,
): void {
  const neurons = load<u32>(op, POPULATION_NEURONS);
  const leaks = !(load<u16>(op, OP_FLAGS) & POPULATION_NO_DECAY);
  const decays = blob + load<u32>(op, POPULATION_DECAY);
  const reset = load<u8>(op, POPULATION_RESET);
  if (ASC_FEATURE_SIMD) {
    carryBackSimd(neurons, reset, leaks ? decays : 0, turned, view, classes, signalShift, carryShift, log, carry);
    return;
  }
  for (let j: u32 = 0; j < neurons; j++) {
    const entry = <u32>load<u16>(log + (j << 1));
    const psi = <i32>(entry & ~CUT);
    const at = carry + (j << 2);
    let c = load<i32>(at);
    if (leaks && c) c = decay32(c, load<u16>(decays + (j << 1)));
    if (entry & CUT && reset == RESET_ZERO) c = 0;
    if (psi) {
      const l = learningSignal(feedback + j * stride, view, classes, offset, signalShift);
      c = limit(c + rsh(psi * l, carryShift), 0x3fffffff);
    }
    if (entry & CUT && reset == RESET_ZERO_STEP) c = 0;
    store<i32>(at, c);
  }
}
