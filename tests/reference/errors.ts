/** Errors and learning signals by their closed forms, for the references that are not a graph. */
import type { Feedback, Lesson } from "./net.js";

/** dLoss/d(output) of every step, as docs/ARITHMETIC.md lists it, times the lesson's scale; of times, −dLoss/df at the first spike. */
export function errorsOf(lesson: Lesson, outputs: Float64Array[]): Float64Array[] {
  const { from, to, loss, scale, target, rows } = lesson;
  const width = outputs[0].length;
  const errors: Float64Array[] = outputs.map(() => new Float64Array(width));
  const seen = Array.from({ length: to - from }, (_, n) => from + n);
  const total = (): Float64Array =>
    Float64Array.from({ length: width }, (_, k) => seen.reduce((sum, t) => sum + outputs[t][k], 0));
  if (loss.of === "count" || (loss.of === "membrane" && loss.when === "sum")) {
    const error = errorOf(lesson, total());
    for (const t of seen) errors[t] = error;
  } else if (loss.of === "membrane") {
    if (loss.when === "every") for (const t of seen) errors[t] = errorOf(lesson, outputs[t], rows?.[t]);
    if (loss.when === "last") errors[to - 1] = errorOf(lesson, outputs[to - 1]);
    if (loss.when === "max") {
      const places = firstWhere(width, seen, (t, k) => seen.every((s) => outputs[s][k] <= outputs[t][k]));
      const error = errorOf(
        lesson,
        Float64Array.from(places, (t, k) => outputs[t][k]),
      );
      places.forEach((t, k) => (errors[t][k] = error[k]));
    }
  } else {
    const places = firstWhere(width, seen, (t, k) => outputs[t][k] > 0);
    const times = Float64Array.from(places, (t) => t + 1);
    const values = times.map((f) => (loss.kind === "mean-square" ? f : loss.inverted ? 1 / f : to - f));
    const relative = loss.kind === "mean-square" && loss.relative;
    const off = lesson.off + (relative ? scale * times[target] : 0);
    const error = errorOf({ ...lesson, off }, values);
    places.forEach((t, k) => {
      const slope = loss.kind === "mean-square" ? -1 : loss.inverted ? 1 / times[k] ** 2 : 1;
      errors[t][k] = slope * error[k];
    });
  }
  return errors;
}

/** The first of the steps where something is so, of every output; the last step where it never is. */
function firstWhere(width: number, steps: number[], is: (t: number, k: number) => boolean): number[] {
  return Array.from({ length: width }, (_, k) => steps.find((t) => is(t, k)) ?? steps[steps.length - 1]);
}

function errorOf(
  { loss, scale, target, on, off }: Lesson,
  v: Float64Array,
  row?: Float64Array,
): Float64Array {
  const scaled = v.map((x) => scale * x);
  const got = loss.kind === "cross-entropy" ? softmax(scaled) : scaled;
  const [right, wrong] = loss.kind === "cross-entropy" ? [1, 0] : [on, off];
  return got.map((x, k) => scale * (x - (row ? row[k] : k === target ? right : wrong)));
}

export function softmax(y: Float64Array): Float64Array {
  const most = y.reduce((a, b) => Math.max(a, b));
  const powers = y.map((x) => Math.exp(x - most));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((x) => x / total);
}

/** L of feedback that is not of the error: 0 outside of the mask, t from 0. */
export function signalsOf(feedback: Feedback, lesson: Lesson, spikes: Float64Array, t: number): Float64Array {
  const { signal, weights, columns, logit } = feedback;
  const { target, reward, from, to } = lesson;
  const sent = new Float64Array(columns);
  if (signal === "reward") sent[0] = reward;
  if (signal === "target") sent[target] = -1;
  if (signal === "local") {
    const logits = sent.map(
      (_, k) => logit * spikes.reduce((sum, z, j) => sum + z * weights[j * columns + k], 0),
    );
    softmax(logits).forEach((p, k) => (sent[k] = p - Number(k === target)));
  }
  if (signal === "random" || t < from || t >= to) sent.fill(0);
  return spikes.map((_, j) => sent.reduce((sum, x, k) => sum + weights[j * columns + k] * x, 0));
}
