/** The wrist band's front end: what its senders say, and that windows cut here are those that the nets were trained on. */
import { describe, expect, it } from "vitest";
import { missingData, readRecordings, readSpikes } from "../examples/wrist-band/data.js";
import { CHANNELS, COLUMNS, encode, STEPS, WINDOW_ROWS, windowAt } from "../examples/wrist-band/front-end.js";
import { cutsOf, lessonsOf } from "../examples/wrist-band/windows.js";
import { dataFolder } from "../examples/shared/data-folder.js";

const folder = dataFolder();
const missing = missingData(folder, true) ?? missingData(folder, false);
if (missing) console.log(`wrist band, front end: ${missing}`);

/** Rows of which one electrode moves, the others rest. */
function recordingOf(electrode: number, signal: number[]): Int8Array {
  const recording = new Int8Array(signal.length * COLUMNS);
  signal.forEach((value, row) => (recording[row * COLUMNS + electrode] = value));
  return recording;
}

/** [row, channel] of each spike. */
function spikesOf(raster: Uint8Array): [number, number][] {
  return Array.from(raster).flatMap((spike, at): [number, number][] =>
    spike ? [[Math.floor(at / CHANNELS), at % CHANNELS]] : [],
  );
}

describe("send-on-delta", () => {
  it("fires at the delta and not below, up and down on channels of their own, and starts from the value sent last", () => {
    const electrode = 2;
    const [up4, up8, down4] = [electrode, 8 + electrode, 32 + electrode];
    expect(spikesOf(encode(recordingOf(electrode, [5, 8, 9, 12, 13, 10, 9])))).toEqual([
      [2, up4],
      [4, up4],
      [4, up8],
      [6, down4],
    ]);
  });

  it("holds the whole range of the electrodes, -128 to 127", () => {
    const spikes = spikesOf(encode(recordingOf(7, [-128, 127, -128])));
    expect(spikes.map(([row]) => row)).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    expect(spikes.map(([, channel]) => channel)).toEqual([7, 15, 23, 31, 39, 47, 55, 63]);
  });

  it("makes a step of two rows, from whichever row a window begins", () => {
    const raster = encode(
      recordingOf(
        0,
        Array.from({ length: WINDOW_ROWS + 1 }, (_, row) => (row < 2 ? 0 : 6)),
      ),
    );
    expect(spikesOf(windowAt(raster, 0))).toEqual([[1, 0]]);
    expect(spikesOf(windowAt(raster, 1))).toEqual([[0, 0]]);
  });
});

describe("windows", () => {
  it("stay away from changes of the label", () => {
    const recording = new Int8Array(1000 * COLUMNS);
    for (let row = 400; row < 800; row++) recording[row * COLUMNS + COLUMNS - 1] = 3;
    const gestures = cutsOf(recording, 3).filter(({ gesture }) => gesture === 3);
    expect(gestures).toEqual([
      { start: 460, gesture: 3 },
      { start: 580, gesture: 3 },
    ]);
  });

  it("give 20 lessons a gesture, first and last among them", () => {
    const lessons = lessonsOf(37);
    expect([lessons.length, new Set(lessons).size, lessons[0], lessons[19]]).toEqual([20, 20, 0, 36]);
  });

  it.skipIf(missing)("from the raw recordings are those that the nets were trained on, bit for bit", () => {
    const [made, given] = [readRecordings(folder), readSpikes(folder)];
    const facts = (samples: typeof made): unknown[] =>
      samples.map(({ gesture, user, session, lesson }) => [gesture, user, session, lesson]);
    expect(facts(made)).toEqual(facts(given));
    const different = made.filter(({ spikes }, i) => Buffer.compare(spikes, given[i].spikes) !== 0);
    expect(different.length).toBe(0);
    expect(made[0].spikes.length).toBe(STEPS * CHANNELS);
  });
});
