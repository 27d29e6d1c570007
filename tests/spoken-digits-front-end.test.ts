/** The ear of the spoken digits: what a tone, a fall and a rise become, and that recordings become what the nets were trained on. */
import { beforeAll, describe, expect, it } from "vitest";
import { accuracy, taskOf } from "../examples/spoken-digits/adapt.js";
import { missingData, readRecordings, readSpikes } from "../examples/spoken-digits/data.js";
import type { Sample } from "../examples/spoken-digits/data.js";
import { Fourier } from "../examples/spoken-digits/fourier.js";
import { CHANNELS, encode, gainControlled, sendOnDelta, STEPS } from "../examples/spoken-digits/front-end.js";
import { BANDS, logMel } from "../examples/spoken-digits/log-mel.js";
import { dataFolder } from "../examples/shared/data-folder.js";
import { load } from "../host/node/index.js";

const folder = dataFolder();
const missing = missingData(folder, true) ?? missingData(folder, false);
if (missing) console.log(`spoken digits, front end: ${missing}`);

/** @param seconds at 8 kHz, amplitude 0.5 */
function tone(hertz: number, seconds: number): Float64Array {
  return Float64Array.from(
    { length: seconds * 8000 },
    (_, i) => Math.sin((2 * Math.PI * hertz * i) / 8000) / 2,
  );
}

function loudest(level: Float64Array): number {
  return level.indexOf(Math.max(...level));
}

/** Frames of one level in all bands. */
function levels(...values: number[]): Float64Array[] {
  return values.map((value) => new Float64Array(BANDS).fill(value));
}

/** Per step +1, -1 or 0: what the lowest band sends. */
function sent(spikes: Uint8Array, steps: number): number[] {
  return Array.from({ length: steps }, (_, t) => spikes[t * CHANNELS] - spikes[t * CHANNELS + BANDS]);
}

describe("the spectrum", () => {
  it("is that of the sum that defines it", () => {
    const frame = Float64Array.from({ length: 13 }, (_, i) => Math.sin(i * i));
    const power = new Fourier(16).power(frame);
    power.forEach((found, k) => {
      const angle = (2 * Math.PI * k) / 16;
      const re = frame.reduce((sum, x, i) => sum + x * Math.cos(angle * i), 0);
      const im = frame.reduce((sum, x, i) => sum + x * Math.sin(angle * i), 0);
      expect(found).toBeCloseTo(re * re + im * im, 9);
    });
  });
});

describe("log-mel bands", () => {
  it("rise with the pitch", () => {
    const bands = [200, 500, 1000, 2000, 3500].map((hertz) => loudest(logMel(tone(hertz, 0.1))[3]));
    expect(bands).toEqual([...new Set(bands)].sort((a, b) => a - b));
    expect(Math.min(...bands)).toBeGreaterThanOrEqual(0);
  });

  it("leave the silence before and after out, and make nothing of less than 25 ms", () => {
    const padded = new Float64Array(8000);
    padded.set(tone(700, 0.2), 3000);
    const frames = logMel(padded).length;
    expect(frames).toBeGreaterThanOrEqual(20);
    expect(frames).toBeLessThanOrEqual(23);
    expect(logMel(tone(700, 0.02))).toEqual([]);
  });
});

describe("gain control", () => {
  it("makes loud and soft voices alike, and forgets a peak by 0.3 dB a step", () => {
    const [soft, loud] = [levels(-40, -50, -60), levels(0, -10, -20)].map(gainControlled);
    soft.forEach(([level], t) => expect(level).toBeCloseTo(loud[t][0], 9));
    const [, second, third] = gainControlled(levels(0, -10, -10)).map(([x]) => x);
    expect(third - second).toBeCloseTo(0.3, 9);
  });
});

describe("send-on-delta", () => {
  it("sends one spike a step for every 4 dB, up and down on channels of their own, and ends in silence", () => {
    const spikes = sendOnDelta(levels(3.9, 4, 13, 13, 13, 9.1, 9));
    expect(sent(spikes, 10)).toEqual([0, 1, 1, 1, 0, 0, 0, -1, -1, -1]);
    expect(spikes.length).toBe(STEPS * CHANNELS);
    expect(encode(new Float64Array(100)).some((spike) => spike > 0)).toBe(false);
  });
});

describe.skipIf(missing)("recordings", () => {
  let [ready, heard]: Sample[][] = [[], []];

  beforeAll(() => {
    ready = readSpikes(folder);
    heard = readRecordings(folder);
  }, 60_000);

  it("become the spikes that the nets were trained on, but for a few bits in a million", () => {
    const key = ({ speaker, digit, take }: Sample): string => `${speaker} ${digit} ${take}`;
    const references = new Map(ready.map((sample) => [key(sample), sample.spikes]));
    let [different, fired] = [0, 0];
    for (const sample of heard) {
      const reference = references.get(key(sample))!;
      for (let i = 0; i < reference.length; i++) {
        if (sample.spikes[i] !== reference[i]) different++;
        fired += sample.spikes[i];
      }
    }
    const all = heard.length * STEPS * CHANNELS;
    console.info(`${different} of ${all} bits differ, density ${(fired / all).toFixed(4)}`);
    expect(heard.length).toBe(ready.length);
    expect(fired / all).toBeCloseTo(0.0706, 3);
    expect(different / all).toBeLessThan(1e-5);
  });

  it("tell a net as much as those", async () => {
    const tasks = [await taskOf(folder, ready, "george"), await taskOf(folder, heard, "george")];
    const [a, b] = await Promise.all(
      tasks.map(async ({ blob, knownTest }) => accuracy(await load(blob), knownTest)),
    );
    expect(Math.abs(a - b)).toBeLessThan(0.005);
    expect(b).toBeGreaterThan(0.95);
  });
});
