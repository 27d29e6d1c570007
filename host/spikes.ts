/** Windows of input: their forms, what is wrong with one, and the way into the arena. */
import { typeName } from "./checks.js";
import type { NetworkInfo } from "./info.js";
import type { Seat } from "./seat.js";

/** Spikes of step `t` are the inputs `events[offsets[t]] … events[offsets[t + 1] − 1]`. */
export interface SpikeLists {
  /** steps + 1 numbers from 0 that do not descend */
  offsets: Uint32Array;
  /** indices of inputs; one that stands twice in a step is two spikes */
  events: Uint16Array;
}

/** Steps × inputs, row-major, a number of spikes each. */
export type DenseSpikes = Uint8Array;

/**
 * Analogue frames, steps × inputs, row-major, or one frame that is held. Whole numbers are taken as they are, up to
 * ± inputRange; in a Float32Array 1.0 is the input range.
 */
export type Frames = Int16Array | Int8Array | Uint8Array | Float32Array;

/** Networks with spikes for input take the first two, those with analogue input the third. */
export type SpikeWindow = DenseSpikes | SpikeLists | Frames;

/** One step: a row of `inputs` numbers as in a window, or the indices of the inputs that fired. */
export type StepInput = Uint16Array | DenseSpikes | Frames;

/** A window whose parts stay the same while it is looked at: those of lists are read here, once. */
export function heldWindow<W extends SpikeWindow | StepInput>(window: W): W | SpikeLists {
  if (typeof window !== "object" || window === null || ArrayBuffer.isView(window)) return window;
  if (!("offsets" in window)) return window;
  const { offsets, events } = window as SpikeLists;
  return { offsets, events };
}

/**
 * Checks a window's type and size; what its numbers are is checked on the way into the arena.
 *
 * @param steps expected number of steps, of a held frame how long it is held; undefined: as many as there are
 * @returns number of steps
 * @throws TypeError where the network takes another kind of input
 * @throws RangeError where the size does not fit
 */
export function stepsOf(
  info: NetworkInfo,
  window: SpikeWindow,
  steps: number | undefined,
  hold: boolean,
): number {
  const given = info.inputKind === "spikes" ? spikeSteps(info, window, hold) : frameSteps(info, window);
  if (steps !== undefined && !Number.isInteger(steps)) {
    throw new TypeError(
      `found ${typeof steps === "number" ? steps : typeName(steps)} for steps, expected a whole number; leave it out to run all steps of the window`,
    );
  }
  if (hold && given !== 1) throw new RangeError(`found ${given} frames to hold, expected one`);
  if (hold && steps === undefined) throw new RangeError("found hold without steps, expected how many");
  if (!hold && steps !== undefined && steps !== given) {
    throw new RangeError(`found ${given} steps in the window, expected ${steps}`);
  }
  const wanted = hold ? steps! : given;
  const most = info.inputKind === "analogue" && !hold ? info.events : info.maxSteps;
  if (wanted < 1 || wanted > most) {
    const next =
      most < info.maxSteps
        ? "hold one frame, or export without --hold"
        : "split the window, or export with a larger --max-steps";
    throw new RangeError(`found ${wanted} steps, expected 1 … ${most}; ${next}`);
  }
  return wanted;
}

function spikeSteps(info: NetworkInfo, window: SpikeWindow, hold: boolean): number {
  if (hold) throw new RangeError("found hold, expected it for networks with analogue input only");
  if (window instanceof Uint8Array) return rowsOf(info, window.length);
  if (!ArrayBuffer.isView(window) && isLists(window)) return window.offsets.length - 1;
  throw new TypeError(
    `found ${typeName(window)}, expected a Uint8Array of steps × ${info.inputs} inputs, or { offsets: Uint32Array, events: Uint16Array }: this network takes spikes`,
  );
}

function frameSteps(info: NetworkInfo, window: SpikeWindow): number {
  if (isFrames(window)) return rowsOf(info, window.length);
  throw new TypeError(
    `found ${typeName(window)}, expected an Int16Array, Int8Array, Uint8Array or Float32Array of steps × ${info.inputs} inputs: this network takes analogue frames`,
  );
}

function rowsOf(info: NetworkInfo, length: number): number {
  if (length === 0 || length % info.inputs !== 0) {
    throw new RangeError(
      `found ${length} numbers, expected a multiple of the network's ${info.inputs} inputs`,
    );
  }
  return length / info.inputs;
}

function isLists(window: SpikeLists): boolean {
  return (
    window?.offsets instanceof Uint32Array &&
    window.events instanceof Uint16Array &&
    window.offsets.length > 0
  );
}

function isFrames(window: unknown): window is Frames {
  return (
    window instanceof Int16Array ||
    window instanceof Int8Array ||
    window instanceof Uint8Array ||
    window instanceof Float32Array
  );
}

/**
 * Writes `count` steps of a window, from step `from`, into the arena. stepsOf() has passed the window.
 *
 * @param count 1 where a frame is held
 * @throws RangeError for more spikes than there is room for, an input that does not exist, or a value that is no number
 */
export function putSteps(seat: Seat, window: SpikeWindow, from: number, count: number): void {
  seat.forget();
  if (seat.info.inputKind === "analogue") putFrames(seat, window as Frames, from, count);
  else if (window instanceof Uint8Array) putDense(seat, window, from, count);
  else putLists(seat, window as SpikeLists, from, count);
}

/**
 * Writes the input of one step.
 *
 * @throws TypeError, RangeError as putSteps() and stepsOf()
 */
export function putStep(seat: Seat, input: StepInput | SpikeLists): void {
  if (seat.info.inputKind === "spikes" && input instanceof Uint16Array) {
    seat.forget();
    putEvents(seat, input, 0, input.length);
    seat.offsets[0] = 0;
    seat.offsets[1] = input.length;
    return;
  }
  stepsOf(seat.info, input as SpikeWindow, 1, false);
  putSteps(seat, input as SpikeWindow, 0, 1);
}

function putFrames(seat: Seat, window: Frames, from: number, count: number): void {
  const { frames, info } = seat;
  const start = from * info.inputs;
  const length = count * info.inputs;
  if (!(window instanceof Float32Array)) {
    for (let i = 0; i < length; i++) frames[i] = window[start + i];
    return;
  }
  const range = info.inputRange;
  for (let i = 0; i < length; i++) {
    const x = window[start + i];
    if (x !== x) throw new RangeError(`found NaN at ${start + i} of the window, expected numbers`);
    const scaled = Math.round(x * range);
    frames[i] = scaled > range ? range : scaled < -range ? -range : scaled;
  }
}

function putDense(seat: Seat, window: DenseSpikes, from: number, count: number): void {
  const { offsets, events, info } = seat;
  const { inputs } = info;
  const room = events.length;
  let at = 0;
  let here = from * inputs;
  offsets[0] = 0;
  for (let t = 1; t <= count; t++) {
    for (let i = 0; i < inputs; i++, here++) {
      const n = window[here];
      if (n === 0) continue;
      if (at + n > room) throw tooMany(at + n, room);
      for (let k = 0; k < n; k++) events[at++] = i;
    }
    offsets[t] = at;
  }
}

function putLists(seat: Seat, window: SpikeLists, from: number, count: number): void {
  const { offsets } = seat;
  const first = window.offsets[from];
  if (window.offsets[0] !== 0)
    throw new RangeError(`found ${window.offsets[0]} as the first offset, expected 0`);
  for (let t = 0; t <= count; t++) {
    const next = window.offsets[from + t];
    if (next < first || (t > 0 && next - first < offsets[t - 1])) {
      throw new RangeError(
        `found offset ${next} of step ${from + t} below the one before it, expected no descent`,
      );
    }
    offsets[t] = next - first;
  }
  putEvents(seat, window.events, first, first + offsets[count]);
}

/** Copies `events[from … to − 1]` of a caller to the arena's list. */
function putEvents(seat: Seat, source: Uint16Array, from: number, to: number): void {
  const { events, info } = seat;
  if (to > source.length)
    throw new RangeError(`found ${source.length} events, expected at least ${to}, the last offset`);
  if (to - from > events.length) throw tooMany(to - from, events.length);
  for (let i = from; i < to; i++) {
    const index = source[i];
    if (index >= info.inputs) {
      throw new RangeError(`found a spike of input ${index}, expected 0 … ${info.inputs - 1}`);
    }
    events[i - from] = index;
  }
}

function tooMany(found: number, room: number): RangeError {
  return new RangeError(
    `found ${found} spikes or more in the window, expected at most ${room}, what the blob has room for; split the window, or export with a larger --max-spikes`,
  );
}
