/** What a network is asked with and what it answers. */
import * as L from "../assembly/layout.js";
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
 * The answer to fill: the caller's, if it has room, or a new one.
 *
 * @param kept steps whose outputs are asked for
 * @throws TypeError, RangeError where the caller's arrays do not fit the network
 */
export function answerFor(info: NetworkInfo, out: Answer | undefined, kept: number): Answer {
  const { classes, outputs } = info;
  if (out === undefined) {
    const answer: Answer = { label: 0, margin: 0, scores: new Int32Array(classes) };
    if (kept > 0) answer.outputs = new Int32Array(kept * outputs);
    return answer;
  }
  if (!(out.scores instanceof Int32Array)) throw new TypeError("out.scores: expected an Int32Array");
  if (out.scores.length !== classes) {
    throw new RangeError(`out.scores: found ${out.scores.length} numbers, expected ${classes}`);
  }
  if (kept === 0) return out;
  if (!(out.outputs instanceof Int32Array)) throw new TypeError("out.outputs: expected an Int32Array");
  if (out.outputs.length < kept * outputs) {
    throw new RangeError(
      `out.outputs: found ${out.outputs.length} numbers, expected at least ${kept * outputs}`,
    );
  }
  return out;
}

/**
 * Copies into an answer what the core has decoded.
 *
 * @param answer from answerFor()
 * @param kept steps whose outputs are asked for
 */
export function fillAnswer(core: Core, seat: Seat, answer: Answer, kept: number): Answer {
  const { arena, scores, outputs, view, info } = seat;
  answer.label = core.exports.decode(arena);
  answer.margin = view.getInt32(arena + L.ARENA_MARGIN, true);
  for (let c = 0; c < scores.length; c++) answer.scores[c] = scores[c];
  for (let i = 0, n = kept * info.outputs; i < n; i++) answer.outputs![i] = outputs[i];
  return answer;
}
