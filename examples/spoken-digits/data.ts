/**
 * Spoken digits of four people, 50 takes of each digit, and the nets that were trained on three of the four: where they lie, and how they
 * become labelled windows, from ready-made spikes or from the recordings. Nothing of it is part of Spikelet.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import decodeWav from "@audio/decode-wav";
import { readNpz } from "../../tools/exporter/data/npz.js";
import { CHANNELS, encode, STEPS } from "./front-end.js";
import { SAMPLE_RATE } from "./log-mel.js";
import { readTexts } from "./npy-text.js";

export const SPEAKERS = ["george", "jackson", "theo", "yweweler"];
export const DIGITS = 10;
const TAKES = 50;

/** One spoken digit. */
export interface Sample {
  /** 80 steps × 64 channels, 0 or 1 */
  spikes: Uint8Array;
  /** 0 … 9 */
  digit: number;
  speaker: string;
  /** 0 … 49 */
  take: number;
}

/**
 * @param folder the one that holds `fsdd` and `fsdd-nets`
 * @param raw whether the recordings are wanted instead of the spikes
 * @returns one line on what is not there and where it comes from; null where everything is
 */
export function missingData(folder: string, raw: boolean): string | null {
  const nets = SPEAKERS.map((speaker) => netFile(folder, speaker));
  const recordings = everyTake().map((take) => recordingFile(folder, take));
  const needed = [...nets, ...(raw ? recordings : [spikesFile(folder)])];
  const absent = needed.find((file) => !existsSync(file));
  if (absent === undefined) return null;
  return `found no ${absent}: the recordings are the Free Spoken Digit Dataset (github.com/Jakobovski/free-spoken-digit-dataset, CC BY-SA 4.0; its folder recordings is fsdd here, DIGIT_SPEAKER_TAKE.wav), nets and spikes were made for this project (fsdd-nets); SPIKELET_SHARED names the folder of fsdd and fsdd-nets`;
}

/** The net that was trained on everybody but this speaker. */
export function netFile(folder: string, speaker: string): string {
  return join(folder, "fsdd-nets", `ff_no_${speaker}.nir`);
}

function spikesFile(folder: string): string {
  return join(folder, "fsdd-nets", "spikes.npz");
}

type Take = Omit<Sample, "spikes">;

function recordingFile(folder: string, { digit, speaker, take }: Take): string {
  return join(folder, "fsdd", `${digit}_${speaker}_${take}.wav`);
}

function everyTake(): Take[] {
  const takes = Array.from({ length: TAKES }, (_, take) => take);
  const digits = Array.from({ length: DIGITS }, (_, digit) => digit);
  return SPEAKERS.flatMap((speaker) =>
    digits.flatMap((digit) => takes.map((take) => ({ digit, speaker, take }))),
  );
}

/** All takes as they were encoded for the training of the nets. */
export function readSpikes(folder: string): Sample[] {
  const file = spikesFile(folder);
  const bytes = readFileSync(file);
  const arrays = readNpz(bytes, file, ["x", "y", "take"]);
  const [x, y, take] = ["x", "y", "take"].map((name) => arrays.get(name)!.data);
  const size = STEPS * CHANNELS;
  return readTexts(bytes, "speaker").map((speaker, i) => ({
    spikes: x.subarray(i * size, (i + 1) * size) as Uint8Array,
    digit: y[i],
    speaker,
    take: take[i],
  }));
}

/**
 * All takes, speaker by speaker and digit by digit, from their recordings through the front end.
 *
 * @param tick called after each
 */
export function readRecordings(folder: string, tick: () => void = () => {}): Sample[] {
  return everyTake().map((take) => {
    const spikes = encode(readSamples(recordingFile(folder, take)));
    tick();
    return { ...take, spikes };
  });
}

/** How often readRecordings() ticks. */
export const RECORDINGS = everyTake().length;

/**
 * @returns the samples of a 16-bit recording of one channel, -1 … 1
 * @throws RangeError for another sample rate
 */
function readSamples(file: string): Float64Array {
  const { channelData, sampleRate } = decodeWav(readFileSync(file));
  if (sampleRate !== SAMPLE_RATE) {
    throw new RangeError(`${file}: found ${sampleRate} Hz, expected ${SAMPLE_RATE}`);
  }
  // the reader divides what is above 0 by 32767, all else by 32768; the nets were trained on 32768 throughout
  return Float64Array.from(channelData[0], (x) => Math.round(x * (x < 0 ? 32768 : 32767)) / 32768);
}
