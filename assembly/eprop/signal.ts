/**
 * The learning signal of a layer below the readout, `L_j = Σ_k w_kj · G_k`: the error through the readout's own weights
 * (symmetric feedback, Bellec et al. 2020, equation 5), and what it becomes over the window.
 */
import { OP_FLAGS, POPULATION_DECAY, POPULATION_NEURONS, POPULATION_NO_DECAY, POPULATION_RESET, RESET_ZERO, RESET_ZERO_STEP } from "../layout";
import { decay32, limit, rsh, sat16 } from "../fixedpoint/arithmetic";

/**
 * G, errors as 16 bits, of the classes that have any; late in a training most have none.
 *
 * @param list written: G and class, 16 bits each; behind them one of 0, and what the weights' offset takes from each L
 * @returns the list's end
 */
export function viewErrors(errors: usize, classes: u32, shift: i32, list: usize): usize {
  let sum = 0;
  for (let k: u32 = 0; k < classes; k++) {
    const g = sat16(rsh(load<i32>(errors + (k << 2)), shift));
    store<i16>(list, g);
    store<u16>(list, k, 2);
    sum -= g;
    if (g) list += 4;
  }
  store<i64>(list, <i64>sum << (32 + 7));
  return list;
}

/** L of one neuron, 16 bits: a row of the readout's weights times G, two at a time. */
// @ts-ignore: decorator
@inline
function learningSignal(row: usize, list: usize, end: usize, shift: i32): i32 {
  let sum = load<i32>(end, 4);
  for (; list < end; list += 8) {
    sum += <i32>load<u8>(row + <usize>load<u16>(list, 2)) * <i32>load<i16>(list);
    sum += <i32>load<u8>(row + <usize>load<u16>(list, 6)) * <i32>load<i16>(list, 4);
  }
  return sat16(rsh(sum, shift));
}

/**
 * One step back in time: `C ← ψ·L + β·C`, cut where a reset to zero lies between the steps.
 *
 * @param op the layer's record
 * @param feedback the readout's weights, a row of `stride` bytes a neuron
 * @param list G, to `end`, as viewErrors() left it
 * @param log ψ and cut of this step
 * @param carry C, i32[padded], updated
 */
export function carryBack(
  op: usize, blob: usize, feedback: usize, stride: u32, list: usize, end: usize,
  signalShift: i32, carryShift: i32, log: usize, carry: usize,
): void {
  const neurons = load<u32>(op, POPULATION_NEURONS);
  const leaks = !(load<u16>(op, OP_FLAGS) & POPULATION_NO_DECAY);
  const decays = blob + load<u32>(op, POPULATION_DECAY);
  const reset = load<u8>(op, POPULATION_RESET);
  for (let j: u32 = 0; j < neurons; j++) {
    const entry = <i32>load<i16>(log + (j << 1));
    // CUT is the sign
    const psi = entry & 0x7fff, cut = entry < 0;
    const at = carry + (j << 2);
    let c = load<i32>(at);
    if (leaks) c = decay32(c, load<u16>(decays + (j << 1)));
    if (cut && reset == RESET_ZERO) c = 0;
    if (psi) {
      const l = learningSignal(feedback + j * stride, list, end, signalShift);
      c = limit(c + rsh(psi * l, carryShift), 0x3fffffff);
    }
    if (cut && reset == RESET_ZERO_STEP) c = 0;
    store<i32>(at, c);
  }
}
