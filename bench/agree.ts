/** No peer is timed that computes something else: its scores are held against the float net in plain JavaScript. */
import * as L from "../assembly/layout.js";
import { Core } from "./core.js";
import { JavaScriptNet } from "./javascript.js";
import { toFrames } from "./net.js";
import type { BenchNet } from "./net.js";

/**
 * Of the largest score. Orders of summation in float32 make some 1e-6, one spike more or less some 1e-2; no
 * membrane of the net comes nearer to its threshold than 7e-6, so no order of summation moves a spike.
 */
const TOLERANCE = 1e-4;
/** Share of the spikes by which the core, in integers, may differ from the float net. */
const SPIKES = 0.01;

/** Sums over the window of the readout's membranes, one array a window. */
export type Scores = ArrayLike<number>[];

/** @throws Error if the core or the dense JavaScript net differ from the net on event lists, the reference of all others */
export function reference({ float, program, windows }: BenchNet): Scores {
  const net = new JavaScriptNet(float);
  const core = new Core("simd", program);
  const results = windows.map((window) => net.events(window));
  windows.forEach((window, i) => {
    core.window(window, L.RUN_RESET);
    const found = core.hiddenSpikes(),
      expected = results[i].spikes;
    if (Math.abs(found - expected) > SPIKES * expected) {
      throw new Error(`window ${i}: the core fires ${found} times, the float net ${expected} times`);
    }
  });
  const scores = results.map((result) => result.scores);
  const dense = windows.map((window) => net.dense(toFrames(window)).scores);
  checkScores("JavaScript, dense", dense, scores);
  return scores;
}

/** @throws Error if a score of a window differs by more than the tolerance */
export function checkScores(name: string, found: Scores, expected: Scores): void {
  if (found.length !== expected.length) {
    throw new Error(`${name} gives scores of ${found.length} windows, expected ${expected.length}`);
  }
  expected.forEach((scores, i) => {
    const difference = largest(Array.from(scores, (score, k) => score - found[i][k])) / largest(scores);
    if (!(difference <= TOLERANCE)) {
      throw new Error(
        `${name} computes another net: window ${i} differs by ${difference} of the largest score`,
      );
    }
  });
}

/** NaN, where there is one. */
function largest(values: ArrayLike<number>): number {
  return Math.max(...Array.from(values, Math.abs));
}
