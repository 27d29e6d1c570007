/**
 * Six people's hand gestures from a wrist band, three sessions each, and the nets that were trained on five of the six: where they
 * lie, and how they become labelled windows, from ready-made spikes or from the raw recordings. Nothing of it is part of Spikelet.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NpyArray } from "../../tools/exporter/data/npy.js";
import { readNpy } from "../../tools/exporter/data/npy.js";
import { readNpz } from "../../tools/exporter/data/npz.js";
import { CHANNELS, encode, STEPS, windowAt } from "./front-end.js";
import { cutsOf, GESTURES, lessonsOf } from "./windows.js";

export const USERS = [10000, 10101, 12345, 12378, 14478, 54321];
export const SESSIONS = [1, 2, 3];

/** One labelled second. */
export interface Sample {
  /** 100 steps × 64 channels, 0 or 1 */
  spikes: Uint8Array;
  /** 0 … 7 */
  gesture: number;
  user: number;
  session: number;
  /** one of the 20 windows a gesture of session 1 to learn from */
  lesson: boolean;
}

/**
 * @param folder the one that holds `myo-emg` and `emg-nets`
 * @param raw whether the recordings are wanted instead of the spikes
 * @returns one line on what is not there and where it comes from; null where everything is
 */
export function missingData(folder: string, raw: boolean): string | null {
  const nets = USERS.map((user) => netFile(folder, user));
  const recordings = USERS.flatMap((user) =>
    SESSIONS.flatMap((session) =>
      Array.from({ length: GESTURES }, (_, gesture) => recordingFile(folder, user, session, gesture)),
    ),
  );
  const needed = [...nets, ...(raw ? recordings : [spikesFile(folder)])];
  const absent = needed.find((file) => !existsSync(file));
  if (absent === undefined) return null;
  return `found no ${absent}: the recordings are github.com/aljazfrancic/myo-readings-dataset (MIT), nets and spikes were made for this project; SPIKELET_SHARED names the folder of myo-emg and emg-nets`;
}

/** The net that was trained on everybody but this user. */
export function netFile(folder: string, user: number): string {
  return join(folder, "emg-nets", `ff_no_${user}.nir`);
}

function spikesFile(folder: string): string {
  return join(folder, "emg-nets", "spikes.npz");
}

function recordingFile(folder: string, user: number, session: number, gesture: number): string {
  return join(folder, "myo-emg", `${user}-${session}_${gesture}.npy`);
}

/** All windows as they were encoded for the training of the nets. */
export function readSpikes(folder: string): Sample[] {
  const file = spikesFile(folder);
  const arrays = readNpz(readFileSync(file), file, ["x", "y", "user", "session", "adapt"]);
  const numbers = (name: string): NpyArray["data"] => arrays.get(name)!.data;
  const [x, y, user, session, adapt] = ["x", "y", "user", "session", "adapt"].map(numbers);
  const size = STEPS * CHANNELS;
  return Array.from(y, (gesture, i) => ({
    spikes: x.subarray(i * size, (i + 1) * size) as Uint8Array,
    gesture,
    user: user[i],
    session: session[i],
    lesson: adapt[i] !== 0,
  }));
}

/** The same windows in the same order, from the raw recordings: cut here, encoded by the front end. */
export function readRecordings(folder: string, tick: () => void = () => {}): Sample[] {
  return USERS.flatMap((user) =>
    SESSIONS.flatMap((session) => {
      const samples = Array.from({ length: GESTURES }, (_, gesture) => {
        const file = recordingFile(folder, user, session, gesture);
        // a copy: readNpy() takes the numbers out of the memory under the bytes, and Node's buffers share theirs
        const recording = readNpy(new Uint8Array(readFileSync(file)), file).data as Int8Array;
        const raster = encode(recording);
        tick();
        return cutsOf(recording, gesture).map((cut) => ({
          spikes: windowAt(raster, cut.start),
          gesture: cut.gesture,
          user,
          session,
          lesson: false,
        }));
      }).flat();
      if (session === 1) markLessons(samples);
      return samples;
    }),
  );
}

/** @param session all windows of a user's session */
function markLessons(session: Sample[]): void {
  for (let gesture = 0; gesture < GESTURES; gesture++) {
    const windows = session.filter((sample) => sample.gesture === gesture);
    for (const i of lessonsOf(windows.length)) windows[i].lesson = true;
  }
}
