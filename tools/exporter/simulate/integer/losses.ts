/** err of every step and output of a lesson, docs/ARITHMETIC.md, "Losses". Steps count from 0 but where said. */
import type { Learning, Loss } from "../../program.js";
import { clamp } from "./arithmetic.js";
import type { FullLesson } from "./lesson.js";
import { CERTAIN, FAR, probabilities } from "./probabilities.js";

const VALUE_LIMIT = 2 ** 42 - 1;
const ERROR_LIMIT = 16384;
/** Of what a mean square compares with its targets. */
const RESPONSE_LIMIT = 32767;

/**
 * The errors of a window.
 *
 * @param outputs a step, ascending: y or z of every output
 * @returns err a step and output, −2^14 … 2^14, 0 outside of the mask
 */
export function lessonErrors(learning: Learning, outputs: Int32Array[], lesson: FullLesson): Float64Array[] {
  const { loss } = learning;
  const { from, to } = lesson;
  const count = outputs[0].length;
  const errors: Float64Array[] = outputs.map(() => new Float64Array(count));
  if (loss.of === "time") {
    const first = firstSpikes(outputs, lesson);
    timeErrors(learning, loss, first, lesson).forEach((error, k) => (errors[first[k] - 1][k] = error));
  } else if (loss.of === "count" || loss.when === "sum") {
    const error = valueErrors(learning, sums(outputs, lesson), goals(learning, lesson, 0, count));
    for (let t = from; t < to; t++) errors[t].set(error);
  } else if (loss.when === "max") {
    const peaks = outputs[0].map((_, k) => peak(outputs, k, lesson));
    const values = Float64Array.from(peaks, (t, k) => outputs[t][k]);
    const error = valueErrors(learning, values, goals(learning, lesson, 0, count));
    error.forEach((e, k) => (errors[peaks[k]][k] = e));
  } else {
    for (let t = loss.when === "last" ? to - 1 : from; t < to; t++) {
      errors[t] = valueErrors(learning, Float64Array.from(outputs[t]), goals(learning, lesson, t, count));
    }
  }
  return errors;
}

/** The value of each output over the mask. */
function sums(outputs: Int32Array[], { from, to }: FullLesson): Float64Array {
  const values = new Float64Array(outputs[0].length);
  for (let t = from; t < to; t++) outputs[t].forEach((value, k) => (values[k] += value));
  return values;
}

/** The first step of the mask with the largest output `k`. */
function peak(outputs: Int32Array[], k: number, { from, to }: FullLesson): number {
  let best = from;
  for (let t = from; t < to; t++) if (outputs[t][k] > outputs[best][k]) best = t;
  return best;
}

/** f: the first step of the mask with a spike, counted from 1; its last step without one. */
function firstSpikes(outputs: Int32Array[], { from, to }: FullLesson): Float64Array {
  return Float64Array.from(outputs[0], (_, k) => {
    for (let t = from; t < to; t++) if (outputs[t][k] > 0) return t + 1;
    return to;
  });
}

/** @param first f of every output, 1 … 65535 */
function timeErrors(
  learning: Learning,
  loss: Extract<Loss, { of: "time" }>,
  first: Float64Array,
  lesson: FullLesson,
): Float64Array {
  const goal = goals(learning, lesson, 0, first.length);
  if (loss.kind === "mean-square") {
    if (loss.relative) {
      const right = response(learning, first[lesson.target!]);
      goal.forEach((off, k) => (goal[k] = k === lesson.target ? off : off + right));
    }
    return valueErrors(learning, first, goal).map((error) => 0 - error);
  }
  if (!loss.inverted) {
    const values = first.map((f) => lesson.to - f);
    return valueErrors(learning, values, goal);
  }
  const values = first.map((f) => Math.floor(2 ** 16 / f));
  return valueErrors(learning, values, goal).map((error, k) => {
    const slope = Math.floor(2 ** 24 / first[k] ** 2);
    return clamp(Math.floor((error * slope) / 2 ** loss.timeShift), -ERROR_LIMIT, ERROR_LIMIT);
  });
}

/**
 * What probabilities or responses should come to.
 *
 * @param t the step whose row of targets it is; rows are for losses at every step alone
 */
function goals(
  { loss, on, off }: Learning,
  { target, rows }: FullLesson,
  t: number,
  outputs: number,
): Float64Array {
  if (rows) return Float64Array.from(rows.subarray(t * outputs, (t + 1) * outputs));
  const [right, wrong] = loss.kind === "cross-entropy" ? [CERTAIN, 0] : [on, off];
  return Float64Array.from({ length: outputs }, (_, k) => (k === target ? right : wrong));
}

/** `entropy` or `square`, as the loss has it. */
function valueErrors(learning: Learning, values: Float64Array, goal: Float64Array): Float64Array {
  const found =
    learning.loss.kind === "cross-entropy"
      ? probabilities(logitDistances(learning, values))
      : values.map((value) => response(learning, value));
  return found.map((x, k) => clamp(x - goal[k], -ERROR_LIMIT, ERROR_LIMIT));
}

/** How far the logit of each value is below the highest. */
function logitDistances(learning: Learning, values: Float64Array): number[] {
  const logits = Array.from(values, (value) => logit(learning, value));
  const highest = logits.reduce((a, b) => (a > b ? a : b));
  return logits.map((l) => Math.min(Number(highest - l), FAR));
}

/** w: what a mean square compares with its targets. */
function response(learning: Learning, value: number): number {
  return clamp(Number(logit(learning, value)), -RESPONSE_LIMIT, RESPONSE_LIMIT);
}

/** `(v · m) >> s`. Up to 42 and 20 bits make 62, which no double holds: a difference of two logits would be rounded. */
function logit({ logit: factor, logitShift }: Learning, value: number): bigint {
  const cut = clamp(value, -VALUE_LIMIT, VALUE_LIMIT);
  return (BigInt(cut) * BigInt(factor)) >> BigInt(logitShift);
}
