/** From the outputs of a window to an answer. The codes are those of docs/ARITHMETIC.md. */
import type { Code } from "../program.js";

export interface Decision {
  /** the class of the highest score, the lowest index among equals */
  label: number;
  /** highest score minus the second; the score itself where there is one class */
  margin: number;
  /** one a class */
  scores: Float64Array;
}

/**
 * Scores of a window that began at rest.
 *
 * @param outputs steps × outputs, row-major: spikes for `count`, `first` and `population`, else membranes
 * @param classes number of classes; outputs beyond them are not read
 * @param maxSteps longest window, from which `first` counts down: 1 + maxSteps − t, 0 without a spike
 * @throws RangeError where there are fewer outputs than classes
 */
export function decode(
  outputs: ArrayLike<number>,
  code: Code,
  classes: number,
  steps: number,
  maxSteps: number = steps,
): Decision {
  const width = outputs.length / steps;
  if (!Number.isInteger(width) || classes < 1 || width < classes) {
    throw new RangeError(
      `found ${outputs.length} outputs in ${steps} steps, expected at least ${classes} outputs in each`,
    );
  }
  const group = code === "population" ? Math.floor(width / classes) : 1;
  const scores = new Float64Array(classes);
  for (let c = 0; c < classes; c++) {
    for (let t = 0; t < steps; t++) {
      for (let k = c * group; k < (c + 1) * group; k++) {
        const y = outputs[t * width + k];
        if (code === "membrane-last") scores[c] = y;
        else if (code === "membrane-max") scores[c] = t === 0 ? y : Math.max(scores[c], y);
        else if (code !== "first") scores[c] += y;
        else if (y > 0 && scores[c] === 0) scores[c] = 1 + maxSteps - Math.min(t + 1, maxSteps);
      }
    }
  }
  let label = 0;
  for (let c = 1; c < classes; c++) if (scores[c] > scores[label]) label = c;
  let second = -Infinity;
  for (let c = 0; c < classes; c++) if (c !== label) second = Math.max(second, scores[c]);
  return { label, margin: classes === 1 ? scores[0] : scores[label] - second, scores };
}
