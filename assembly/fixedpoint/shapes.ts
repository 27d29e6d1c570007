/**
 * Surrogate derivatives other than the triangle. What population.ts logs for them is a triangle so wide that it tells the
 * distance from the threshold, of which 16 widths are told apart; here that becomes ψ.
 */
import { SHAPE_ARCTAN, SHAPE_FAST_SIGMOID, SHAPE_SIGMOID } from "../layout";
import { exp2 } from "./exp2";
import { CUT } from "./triangle";

/** One width, of the distance's 32768. */
const WIDTH: u64 = 2048;
/** log2(e), with as many fractional bits as a width has, in steps of 2^−10. */
const LOG2_E: u32 = 1477;

/** h of a distance x, Q0.15. */
function shape(kind: u32, x: u64): u32 {
  let h: u64 = 0;
  if (kind == SHAPE_FAST_SIGMOID) h = (<u64>1 << 37) / ((WIDTH + x) * (WIDTH + x));
  else if (kind == SHAPE_ARCTAN) h = (<u64>1 << 37) / (WIDTH * WIDTH + x * x);
  else if (kind == SHAPE_SIGMOID) {
    const e = <u64>exp2((x * LOG2_E) >> 11);
    h = (e << 32) / ((32768 + e) * (32768 + e));
  } else h = x <= WIDTH ? 32767 : 0;
  return <u32>min<u64>(32767, h);
}

/**
 * A step's log of distances into one of ψ, in its place.
 *
 * @param heights u32 a neuron, Q0.15
 */
export function reshape(kind: u32, log: usize, heights: usize, neurons: u32): void {
  for (let j: u32 = 0; j < neurons; j++) {
    const at = log + (j << 1), entry = <u32>load<u16>(at), near = entry & 0x7fff;
    if (near) store<u16>(at, (entry & CUT) | ((shape(kind, 32767 - near) * load<u32>(heights + (j << 2))) >> 15));
  }
}
