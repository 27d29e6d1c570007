/**
 * Class probabilities of one step, Q2.14, from the readout's membranes: softmax over powers of two (docs/ARITHMETIC.md).
 */
import { LEARNING_LOGIT, LEARNING_LOGIT_SHIFT } from "../layout";
import { exp2 } from "../fixedpoint/exp2";

/**
 * @param learning header of the learning section
 * @param membranes i32[classes]
 * @param row i16[classes], written
 */
export function probabilities(learning: usize, membranes: usize, classes: u32, row: usize): void {
  const factor = <i64>load<u32>(learning, LEARNING_LOGIT);
  const shift = <i64>load<u8>(learning, LEARNING_LOGIT_SHIFT);
  const end = membranes + (classes << 2);
  let top = i32.MIN_VALUE;
  for (let p = membranes; p < end; p += 4) top = max<i32>(top, load<i32>(p));
  // logits grow with membranes: the largest of the one belongs to the largest of the other
  const best = (<i64>top * factor) >> shift;
  let sum: u32 = 0;
  let q = row;
  for (let p = membranes; p < end; p += 4) {
    const e = exp2(best - ((<i64>load<i32>(p) * factor) >> shift));
    store<u16>(q, e);
    sum += e;
    q += 2;
  }
  const reciprocal = (<u64>1 << 44) / <u64>sum;
  do {
    store<u16>(row, <u32>((<u64>load<u16>(row) * reciprocal + (1 << 29)) >> 30));
    row += 2;
  } while (row < q);
}
