/** What a network is asked with and what it answers. */
import * as L from "../assembly/layout.js";
import { typeName } from "./checks.js";
import type { NetworkInfo, Schedule } from "./info.js";
import type { Seat } from "./seat.js";
import type { Core } from "./wasm.js";

export interface Answer {
  /** class of the highest score, the lowest index among equals */
  label: number;
  /** highest score minus the second; the score itself where there is one class */
  margin: number;
  /** one a class; what they count depends on `info.code` */
  scores: Int32Array;
  /** where asked for: steps × outputs, row-major, of spikes (0 or 1) or of membranes of the readout */
  outputs?: Int32Array;
}

export interface StepOptions {
  /** keep what teach() needs; true where the blob learns */
  record?: boolean;
  /** also give the outputs of each step */
  outputs?: boolean;
  /** an answer to fill in place of a new one, with room for what is asked for */
  out?: Answer;
}

export interface RunOptions extends StepOptions {
  /** steps of the window; needed with `hold` */
  steps?: number;
  /** the window is one analogue frame, presented in every step */
  hold?: boolean;
  /** start from rest, the default; false goes on from where the last step left the network */
  reset?: boolean;
}

export interface LearnOptions {
  steps?: number;
  hold?: boolean;
  /** `window` where the blob has it */
  schedule?: Schedule;
  out?: Answer;
}

/**
 * Whether an answer to fill, if there is one, has room. Its arrays come apart from it, as they were read once.
 *
 * @param kept steps whose outputs are asked for
 * @throws TypeError, RangeError where the caller's arrays do not fit the network
 */
export function expectRoom(
  { classes, outputs: width }: NetworkInfo,
  out: Answer | undefined,
  scores: Int32Array | undefined,
  outputs: Int32Array | undefined,
  kept: number,
): void {
  if (out === undefined) return;
  if (typeof out !== "object" || out === null) {
    throw new TypeError(
      `found ${typeName(out)} for out, expected an answer to fill; hand in an earlier one, or leave it out`,
    );
  }
  expectWritable(out);
  expectNumbers("out.scores", scores);
  if (scores.length !== classes) {
    throw new RangeError(
      `found ${scores.length} numbers in out.scores, expected ${classes}; make it as long as there are classes`,
    );
  }
  if (kept === 0) return;
  expectNumbers("out.outputs", outputs);
  if (outputs.length < kept * width) {
    throw new RangeError(
      `found ${outputs.length} numbers in out.outputs, expected at least ${kept * width}; make it as long as steps × outputs`,
    );
  }
}

/** Tried, since asking whether it is frozen takes longer. */
function expectWritable(out: Answer): void {
  try {
    out.margin = 0;
  } catch {
    throw new TypeError("found out frozen, expected an answer to fill; hand in one that can change");
  }
}

function expectNumbers(name: string, array: unknown): asserts array is Int32Array {
  if (array instanceof Int32Array) return;
  throw new TypeError(`found ${typeName(array)} for ${name}, expected an Int32Array; make one`);
}

/**
 * Copies what the core has decoded.
 *
 * @param kept steps whose outputs are asked for
 * @param out the answer to fill; without it a new one
 * @param scores those of `out`, which has passed expectRoom()
 * @param outputs those of `out`
 */
export function fillAnswer(
  core: Core,
  seat: Seat,
  kept: number,
  out: Answer | undefined,
  scores: Int32Array = new Int32Array(seat.info.classes),
  outputs: Int32Array | undefined = kept > 0 ? new Int32Array(kept * seat.info.outputs) : undefined,
): Answer {
  const { arena, view, scores: decoded, outputs: recorded } = seat;
  const label = core.exports.decode(arena);
  const margin = view.getInt32(arena + L.ARENA_MARGIN, true);
  for (let c = 0; c < decoded.length; c++) scores[c] = decoded[c];
  for (let i = 0, n = kept * seat.info.outputs; i < n; i++) outputs![i] = recorded[i];
  if (out === undefined) return kept > 0 ? { label, margin, scores, outputs } : { label, margin, scores };
  out.label = label;
  out.margin = margin;
  return out;
}
