/**
 * From a window's outputs and a target to errors, Q2.14 (docs/ARITHMETIC.md, "Losses"): cross entropy and mean square, of
 * membranes, of spike counts, of first spike times.
 */
import { Arena, ROWS } from "../arena";
import { exp2 } from "../fixedpoint/exp2";
import { clamp } from "../fixedpoint/arithmetic";
import * as L from "../layout";

/** A probability, or an error, of 1. */
export const ONE: i32 = 1 << 14;
/** Values are cut to ± this before they are scaled. */
const LARGEST: i64 = (1 << 42) - 1;
/** A moment that is every step of the mask. */
const ALWAYS: u32 = 0xffffffff;

/** v · m · 2^−s, the header's. */
// @ts-ignore: decorator
@inline
function scaled(v: i64, factor: i64, shift: i64): i64 {
  return (max<i64>(-LARGEST, min<i64>(LARGEST, v)) * factor) >> shift;
}

/** Probabilities of logits, i64[classes], in their place; log2 units with 10 fractional bits. */
export function softmax(logits: usize, classes: u32): void {
  const end = logits + (classes << 3);
  let best = i64.MIN_VALUE, sum: u32 = 0;
  for (let p = logits; p < end; p += 8) best = max<i64>(best, load<i64>(p));
  for (let p = logits; p < end; p += 8) {
    const e = exp2(best - load<i64>(p));
    store<i64>(p, e);
    sum += e;
  }
  const reciprocal = (<u64>1 << 44) / <u64>sum;
  for (let p = logits; p < end; p += 8) store<i64>(p, (load<u64>(p) * reciprocal + (1 << 29)) >> 30);
}

/** What output k should come to: of a class, or of the row of step t. */
// @ts-ignore: decorator
@inline
function wanted(arena: Arena, t: u32, k: u32, on: i32, off: i32): i32 {
  if (arena.target == ROWS) return load<i16>(arena.targets + ((t * arena.outputs + k) << 1));
  return k == arena.target ? on : off;
}

/** Errors i32 of the values in arena.values, i64; t is the step whose row counts, where targets are rows. */
function judge(arena: Arena, t: u32, errors: usize): void {
  const learning = arena.learning, outputs = arena.outputs, loss = <u32>load<u16>(learning, L.LEARNING_LOSS), values = arena.values;
  const factor = <i64>load<u32>(learning, L.LEARNING_LOGIT), shift = <i64>load<u8>(learning, L.LEARNING_LOGIT_SHIFT);
  for (let p = values, end = values + (outputs << 3); p < end; p += 8) store<i64>(p, scaled(load<i64>(p), factor, shift));
  let on = ONE, off = 0;
  const entropy = loss & 1;
  if (entropy) softmax(values, outputs);
  else {
    on = load<i16>(learning, L.LEARNING_ON);
    off = load<i16>(learning, L.LEARNING_OFF);
    for (let p = values, end = values + (outputs << 3); p < end; p += 8) store<i64>(p, max<i64>(-32767, min<i64>(32767, load<i64>(p))));
    if (load<u16>(learning, L.LEARNING_FLAGS) & L.LEARNING_RELATIVE) off += load<i32>(values + (arena.target << 3));
  }
  for (let k: u32 = 0; k < outputs; k++) {
    const error = load<i32>(values + (k << 3)) - wanted(arena, t, k, on, off);
    store<i32>(errors + (k << 2), clamp(error, -ONE, ONE));
  }
}

/** judge() of cross entropy and a class, from membranes, in fewer passes: what most nets learn by; for the SIMD build, which has the bytes. */
function judgeClass(arena: Arena, row: usize, errors: usize): void {
  const learning = arena.learning, outputs = arena.outputs, values = arena.values;
  const factor = <i64>load<u32>(learning, L.LEARNING_LOGIT), shift = <i64>load<u8>(learning, L.LEARNING_LOGIT_SHIFT);
  let best = i64.MIN_VALUE, sum: u32 = 0;
  for (let k: u32 = 0; k < outputs; k++) {
    const l = (<i64>load<i32>(row + (k << 2)) * factor) >> shift;
    store<i64>(values + (k << 3), l);
    best = max<i64>(best, l);
  }
  for (let k: u32 = 0; k < outputs; k++) {
    const e = exp2(best - load<i64>(values + (k << 3)));
    store<u32>(errors + (k << 2), e);
    sum += e;
  }
  const reciprocal = (<u64>1 << 44) / <u64>sum;
  for (let p = errors, end = errors + (outputs << 2); p < end; p += 4) store<u32>(p, <u32>((<u64>load<u32>(p) * reciprocal + (1 << 29)) >> 30));
  const at = errors + (arena.target << 2);
  store<i32>(at, load<i32>(at) - ONE);
}

// @ts-ignore: decorator
@inline
function output(arena: Arena, t: u32, k: u32): i32 {
  return load<i32>(arena.rows + ((t * arena.outputs + k) << 2));
}

/** Where the loss looks at the whole window: its errors and the steps at which they count. */
export function beginLoss(arena: Arena): void {
  const loss = <u32>load<u16>(arena.learning, L.LEARNING_LOSS), when = <u32>load<u8>(arena.learning, L.LEARNING_WHEN);
  if (loss < L.LOSS_COUNT_ENTROPY && when < L.WHEN_MAX) return;
  const timed = loss >= L.LOSS_TIME_ENTROPY, sums = u32(loss >= L.LOSS_COUNT_ENTROPY) & u32(!timed) | u32(when == L.WHEN_SUM);
  for (let k: u32 = 0; k < arena.outputs; k++) {
    let value: i64 = 0, moment = sums ? ALWAYS : arena.to - 1;
    if (timed) {
      moment = firstSpike(arena, k);
      value = timeValue(arena, loss, when, moment + 1);
    } else if (sums) for (let t = arena.from; t < arena.to; t++) value += output(arena, t, k);
    else {
      moment = highest(arena, k);
      value = output(arena, moment, k);
    }
    store<i64>(arena.values + (k << 3), value);
    store<u32>(arena.moments + (k << 2), moment);
  }
  judge(arena, 0, arena.judged);
  if (timed) turnTimes(arena, loss, when);
}

/** First step of the mask with a spike of output k, the mask's last where there is none. */
function firstSpike(arena: Arena, k: u32): u32 {
  let t = arena.from;
  while (t < arena.to - 1 && !output(arena, t, k)) t++;
  return t;
}

/** First step of the mask with the largest value of output k. */
function highest(arena: Arena, k: u32): u32 {
  let best = arena.from;
  for (let t = best + 1; t < arena.to; t++) if (output(arena, t, k) > output(arena, best, k)) best = t;
  return best;
}

/** The value that a first spike in step f (from 1) gives. */
// @ts-ignore: decorator
@inline
function timeValue(arena: Arena, loss: u32, when: u32, f: u32): i64 {
  if (loss == L.LOSS_TIME_SQUARE) return f;
  return when == L.WHEN_INVERTED ? 65536 / f : arena.to - f;
}

/** From errors of the value to errors of the membrane: a neuron that is driven more fires earlier. */
function turnTimes(arena: Arena, loss: u32, when: u32): void {
  const shift = <u64>load<u8>(arena.learning, L.LEARNING_TIME_SHIFT);
  for (let k: u32 = 0; k < arena.outputs; k++) {
    const at = arena.judged + (k << 2), error = <i64>load<i32>(at), f = <u64>load<u32>(arena.moments + (k << 2)) + 1;
    if (loss == L.LOSS_TIME_SQUARE) store<i32>(at, -<i32>error);
    else if (when == L.WHEN_INVERTED) {
      const slope = <i64>((1 << 24) / (f * f));
      store<i32>(at, <i32>max<i64>(-ONE, min<i64>(ONE, (error * slope) >> shift)));
    }
  }
}

/** err of step t (from 0) into arena.errors. */
export function takeError(arena: Arena, t: u32): void {
  const loss = <u32>load<u16>(arena.learning, L.LEARNING_LOSS), when = <u32>load<u8>(arena.learning, L.LEARNING_WHEN), errors = arena.errors;
  const masked = !(arena.from <= t && t < arena.to);
  if (loss < L.LOSS_COUNT_ENTROPY && when < L.WHEN_MAX && !masked && (when == L.WHEN_EVERY || t + 1 == arena.to)) {
    if (ASC_FEATURE_SIMD && loss == L.LOSS_CROSS_ENTROPY && arena.target != ROWS) judgeClass(arena, arena.rows + ((t * arena.outputs) << 2), errors);
    else {
      for (let k: u32 = 0; k < arena.outputs; k++) store<i64>(arena.values + (k << 3), output(arena, t, k));
      judge(arena, t, errors);
    }
    return;
  }
  const whole = !masked && (loss >= L.LOSS_COUNT_ENTROPY || when >= L.WHEN_MAX);
  for (let k: u32 = 0; k < arena.outputs; k++) {
    const at = k << 2, moment = load<u32>(arena.moments + at);
    store<i32>(errors + at, whole && (moment == ALWAYS || moment == t) ? load<i32>(arena.judged + at) : 0);
  }
}
