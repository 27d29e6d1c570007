/**
 * Class probabilities of one step, Q2.14, from the readout's membranes: softmax over powers of two (docs/ARITHMETIC.md).
 */
import { HEADER_OUTPUTS, LEARNING_LOGIT, LEARNING_LOGIT_SHIFT } from "../layout";
import { exp2 } from "../fixedpoint/exp2";
import { membraneOf } from "../lif/membrane";

const FAR: i64 = 1 << 20;

/**
 * @param learning header of the learning section
 * @param op the readout's record
 * @param membranes its membranes
 * @param logits i64[outputs], scratch
 * @param row i16[padded], written
 */
export function probabilities(blob: usize, learning: usize, op: usize, membranes: usize, logits: usize, row: usize): void {
  const classes = load<u32>(blob, HEADER_OUTPUTS);
  const factor = <i64>load<u32>(learning, LEARNING_LOGIT);
  const shift = <i64>load<u8>(learning, LEARNING_LOGIT_SHIFT);
  let top = i64.MIN_VALUE;
  for (let k: u32 = 0; k < classes; k++) {
    const l = (<i64>membraneOf(op, membranes, k) * factor) >> shift;
    store<i64>(logits + (k << 3), l);
    top = max<i64>(top, l);
  }
  let sum: u64 = 0;
  for (let k: u32 = 0; k < classes; k++) {
    const e = exp2(<u32>min<i64>(FAR, top - load<i64>(logits + (k << 3))));
    store<i64>(logits + (k << 3), e);
    sum += e;
  }
  const reciprocal = (<u64>1 << 44) / sum;
  for (let k: u32 = 0; k < classes; k++) {
    store<i16>(row + (k << 1), <i16>((load<u64>(logits + (k << 3)) * reciprocal + (1 << 29)) >> 30));
  }
}
