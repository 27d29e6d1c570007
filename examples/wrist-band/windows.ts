/**
 * Which seconds of a recording become windows. The rule is that of `spikes.npz`, so that nets and figures fit:
 * a window lies within one stretch of the same label, from 60 rows after its beginning to 20 rows before its end, and another one
 * begins every 120 rows. Gestures keep all of theirs. Rest would be half of everything, so it keeps 3 of each recording of a
 * gesture and 21 of the recording of rest alone, 42 a session.
 */
import { COLUMNS, ELECTRODES, WINDOW_ROWS } from "./front-end.js";

/** Label of the open, resting hand; the others are 1 … 7. */
const REST = 0;
export const GESTURES = 8;
/** Windows a gesture that a new user is asked for. */
export const LESSONS = 20;

/** Rows after a change of the label, while the hand still moves; rows before the next; rows from window to window. */
const SETTLING = 60;
const LEAVING = 20;
const STRIDE = 120;
const RESTS = 21;
const RESTS_BESIDE_GESTURES = 3;

export interface Cut {
  /** first row of the window */
  start: number;
  gesture: number;
}

/**
 * @param recording rows × 9, all of one gesture with rest in between, or all of rest
 * @param gesture that it was made for
 * @returns its windows in the order of time
 */
export function cutsOf(recording: Int8Array, gesture: number): Cut[] {
  const cuts = candidates(recording);
  const rests = thinned(
    cuts.filter((cut) => cut.gesture === REST),
    gesture,
  );
  const gestures = cuts.filter((cut) => cut.gesture !== REST);
  return [...gestures, ...rests].sort((a, b) => a.start - b.start);
}

/** All windows that fit, rest and gesture alike. */
function candidates(recording: Int8Array): Cut[] {
  const rows = recording.length / COLUMNS;
  const label = (row: number): number => recording[row * COLUMNS + ELECTRODES];
  const cuts: Cut[] = [];
  for (let from = 0, to = 0; from < rows; from = to) {
    while (to < rows && label(to) === label(from)) to++;
    for (let start = from + SETTLING; start + WINDOW_ROWS + LEAVING <= to; start += STRIDE) {
      cuts.push({ start, gesture: label(from) });
    }
  }
  return cuts;
}

/** A few windows of rest: every other one of the recording of rest, three that lie far apart of any other. */
function thinned(rests: Cut[], gesture: number): Cut[] {
  if (gesture === REST) return rests.filter((_, i) => i % 2 === 0).slice(0, RESTS);
  const apart = Math.floor(rests.length / RESTS_BESIDE_GESTURES);
  return rests.filter((_, i) => i % apart === 1).slice(0, RESTS_BESIDE_GESTURES);
}

/**
 * The lessons among the windows of one gesture: 20 of them, spread evenly.
 *
 * @param count windows of the gesture in the session
 * @returns 20 indices, ascending
 */
export function lessonsOf(count: number): number[] {
  return Array.from({ length: LESSONS }, (_, i) => Math.round((i * (count - 1)) / (LESSONS - 1)));
}
