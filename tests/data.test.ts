/** Samples: NumPy's files in and out, and what is refused with which words. The files are made by fixtures/make_data.py. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectChannels, expectLabels, readDataset, sampleOf } from "../tools/exporter/data/dataset.js";
import type { Dataset } from "../tools/exporter/data/dataset.js";
import {
  busiest,
  floatWindow,
  formOf,
  integerWindow,
  presentationOf,
  roundedWindow,
} from "../tools/exporter/data/form.js";
import { readNpy, writeNpy } from "../tools/exporter/data/npy.js";
import { readNpz, writeNpz } from "../tools/exporter/data/npz.js";
import { chosen, shuffled } from "../tools/exporter/data/random.js";
import { InputError, UsageError } from "../tools/exporter/errors.js";

const folder = new URL("fixtures/data/", import.meta.url);
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
const read = (name: string): Dataset => readDataset(bytesOf(name), name);

/** x of the fixtures: every fifth of 24 numbers. */
const SPIKES = Uint8Array.from({ length: 24 }, (_, i) => Number(i % 5 === 0));

describe("reading samples", () => {
  it("takes spikes and labels out of a compressed archive, and looks at nothing else in it", () => {
    expect(read("spikes.npz")).toEqual({
      file: "spikes.npz",
      samples: 2,
      steps: 3,
      channels: 4,
      values: SPIKES,
      labels: Int32Array.of(1, 0),
    });
  });

  it("takes spikes alike as bool, uint8 and int64, and labels as any whole numbers", () => {
    for (const name of ["bool.npz", "wide.npz"]) {
      const { values, labels } = read(name);
      expect(values, name).toEqual(SPIKES);
      expect(labels, name).toEqual(Int32Array.of(1, 0));
    }
  });

  it("takes two dimensions for one frame a sample, and floats as they are", () => {
    const frames = read("frames.npz");
    expect(frames).toMatchObject({ samples: 2, steps: 1, channels: 3 });
    expect(sampleOf(frames, 1)).toEqual(Float32Array.of(1, 0, -0.5));
  });

  it("takes an array alone for samples without labels, in the type of the file", () => {
    const int16 = read("int16.npy");
    expect(int16).toMatchObject({ samples: 1, steps: 2, channels: 2, labels: null });
    expect(int16.values).toEqual(Int16Array.of(1, -2, 300, 4));
  });

  it("flattens all dimensions after the steps into channels", () => {
    expect(read("image.npy")).toMatchObject({ samples: 2, steps: 2, channels: 6 });
  });

  const refusals: Record<string, RegExp> = {
    "bad_fortran.npy": /found Fortran order, expected C order/,
    "bad_big_endian.npy": /found the type '>i2', expected one of u1, b1, .* little-endian/,
    "bad_text.npy": /found the type '<U1'/,
    "bad_rank.npy": /"x" has the shape \(4\), expected \(samples, steps, channels\)/,
    "bad_empty.npy": /"x" is empty, its shape is \(0, 3, 4\)/,
    "bad_nan.npy": /"x" holds NaN at position 1/,
    "bad_no_x.npz": /found no array "x"/,
    "bad_labels.npz": /"y" has the shape \(3\), expected \(2,\)/,
    "bad_steps.npz": /"y" has the shape \(2, 3\), expected \(2,\)/,
    "bad_negative.npz": /sample 1 has the label -1/,
    "bad_half.npz": /sample 1 has the label 0.5/,
  };

  it.each(Object.entries(refusals))(
    "refuses %s by name, with what was found and expected",
    (name, message) => {
      expect(() => read(name)).toThrow(InputError);
      expect(() => read(name)).toThrow(message);
      expect(() => read(name)).toThrow(name);
    },
  );

  it("has a refusal for each bad file of the folder", () => {
    const bad = readdirSync(folder).filter((name) => name.startsWith("bad_"));
    expect(bad.sort()).toEqual(Object.keys(refusals).sort());
  });

  it("refuses a file that is cut anywhere", () => {
    for (const name of ["spikes.npz", "int16.npy"]) {
      const whole = bytesOf(name);
      for (let length = 0; length < whole.length; length += 9) {
        expect(() => readDataset(whole.subarray(0, length), name), `${name} cut at ${length}`).toThrow(
          InputError,
        );
      }
    }
  });

  it("refuses channels and labels that the network does not have", () => {
    const spikes = read("spikes.npz");
    expect(() => expectChannels(spikes, 5)).toThrow(/has 4 channels, expected 5/);
    expect(() => expectLabels(spikes, 1)).toThrow(/sample 0 has the label 1, expected 0 … 0/);
    expect(() => expectLabels(read("int16.npy"), 1)).toThrow(/found no labels/);
    expect(expectLabels(spikes, 2)).toEqual(Int32Array.of(1, 0));
  });
});

describe("writing arrays", () => {
  it("gives NumPy's own bytes", () => {
    for (const name of ["int16.npy", "image.npy"]) {
      const { shape, data } = readNpy(bytesOf(name), name);
      expect(Buffer.from(writeNpy(shape, data)).equals(Buffer.from(bytesOf(name))), name).toBe(true);
    }
  });

  it("gives back every type of number", () => {
    const arrays = [
      Uint8Array.of(0, 255),
      Int8Array.of(-128, 127),
      Int16Array.of(-32768, 32767),
      Uint16Array.of(0, 65535),
      Int32Array.of(-(2 ** 31), 5),
      Uint32Array.of(0, 2 ** 32 - 1),
      Float32Array.of(0.1, -Infinity),
      Float64Array.of(Math.PI, 1e300),
    ];
    for (const data of arrays) expect(readNpy(writeNpy([2], data), "").data).toEqual(data);
    expect(() => writeNpy([3], arrays[0])).toThrow(RangeError);
  });

  it("gives the same archive for the same arrays, with slashes in names", () => {
    const arrays = {
      y: { shape: [1, 2, 2], data: Int32Array.of(1, 2, 3, 4) },
      "count/lif1": { shape: [1, 2], data: Int32Array.of(7, 8) },
    };
    const bytes = writeNpz(arrays);
    expect(writeNpz(arrays)).toEqual(bytes);
    const back = readNpz(bytes, "", ["count/lif1", "y", "missing"]);
    expect([...back.keys()].sort()).toEqual(["count/lif1", "y"]);
    expect(back.get("y")).toMatchObject({ shape: [1, 2, 2], data: Int32Array.of(1, 2, 3, 4) });
  });
});

describe("the form of the input", () => {
  const assumed = (options: Parameters<typeof formOf>[0], dataset: Dataset | null, hold = false) => {
    const lines: string[] = [];
    return { form: formOf(options, dataset, { hold }, (line) => lines.push(line)), lines };
  };

  it("is spikes for bytes and analogue for other numbers and frames that are held", () => {
    expect(assumed({}, read("spikes.npz")).form).toEqual({ kind: "spikes", range: 1, scale: 1 });
    expect(assumed({}, read("int16.npy")).form).toEqual({ kind: "analogue", range: 300, scale: 1 });
    expect(assumed({}, read("spikes.npz"), true).form).toEqual({ kind: "analogue", range: 255, scale: 1 });
    expect(assumed({ inputScale: 1 / 255 }, read("spikes.npz")).form.scale).toBe(1 / 255);
  });

  it("spreads floats over 255 steps, or steps as large as the user says", () => {
    expect(assumed({}, read("frames.npz")).form).toEqual({ kind: "analogue", range: 255, scale: 1 / 255 });
    expect(assumed({ inputScale: 0.01 }, read("frames.npz")).form).toEqual({
      kind: "analogue",
      range: 100,
      scale: 0.01,
    });
  });

  it("is assumed aloud where there are no samples", () => {
    expect(assumed({}, null).lines).toEqual([expect.stringMatching(/taken to be spikes; --input analogue/)]);
    expect(assumed({ input: "spikes" }, null).lines).toEqual([]);
    expect(() => assumed({ input: "spikes", inputScale: 2 }, null)).toThrow(UsageError);
  });

  it("turns floats into the integers of the scale and back into what the integers stand for", () => {
    const frames = read("frames.npz");
    const form = { kind: "analogue", range: 100, scale: 0.01 } as const;
    const once = { steps: 1, hold: false };
    expect(integerWindow(frames, 0, form)).toEqual(Int16Array.of(50, -100, 25));
    expect(floatWindow(frames, 0, form, once).frames).toEqual(Float32Array.of(0.5, -1, 0.25));
    expect(roundedWindow(frames, 0, form, once).frames).toEqual(Float64Array.of(50, -100, 25));
    expect(integerWindow(frames, 1, { ...form, range: 60 })[0], "beyond the range").toBe(60);
  });

  it("gives whole numbers to the network as they are, and to the model times their scale", () => {
    const int16 = read("int16.npy");
    const form = { kind: "analogue", range: 300, scale: 0.5 } as const;
    expect(integerWindow(int16, 0, form)).toEqual(Int16Array.of(1, -2, 300, 4));
    expect(floatWindow(int16, 0, form, { steps: 2, hold: false }).frames).toEqual(
      Float64Array.of(0.5, -1, 150, 2),
    );
  });

  it("refuses fractions and negative numbers for spikes", () => {
    const form = { kind: "spikes", range: 1, scale: 1 } as const;
    expect(() => integerWindow(read("frames.npz"), 0, form)).toThrow(
      /sample 0 holds 0.5, expected numbers of spikes/,
    );
    expect(() => integerWindow(read("int16.npy"), 0, form)).toThrow(/holds -2/);
  });

  it("counts the busiest window and channel", () => {
    const dataset: Dataset = { ...read("spikes.npz"), values: SPIKES.with(13, 4).with(14, 9) };
    expect(busiest(dataset)).toEqual({ window: 15, channel: 9 });
  });
});

describe("the presentation of samples", () => {
  const frames = read("frames.npz");
  const moving = read("spikes.npz");

  it("is as long as the samples are, unless frames are held", () => {
    expect(presentationOf(moving, {}, null)).toEqual({ steps: 3, hold: false });
    expect(presentationOf(frames, { hold: true, steps: 12 }, null)).toEqual({ steps: 12, hold: true });
    expect(presentationOf(frames, { steps: 12 }, null)).toEqual({ steps: 12, hold: true });
    expect(presentationOf(frames, {}, null)).toEqual({ steps: 1, hold: false });
  });

  it("is what the blob has room for where the user says nothing", () => {
    const usual = { steps: 8, hold: true };
    expect(presentationOf(frames, {}, usual)).toEqual(usual);
    expect(presentationOf(frames, { steps: 4 }, usual)).toEqual({ steps: 4, hold: true });
    expect(presentationOf(moving, {}, usual)).toEqual({ steps: 3, hold: false });
  });

  it("refuses options that contradict the samples", () => {
    expect(() => presentationOf(moving, { hold: true, steps: 3 }, null)).toThrow(
      /has 3 steps a sample, expected one/,
    );
    expect(() => presentationOf(moving, { steps: 5 }, null)).toThrow(UsageError);
    expect(() => presentationOf(frames, { hold: true }, null)).toThrow(/--hold needs --steps/);
  });
});

describe("the choice of samples", () => {
  it("is the first ones, or those that the seed draws, in order", () => {
    expect(chosen(5, 3, undefined)).toEqual([0, 1, 2]);
    expect(chosen(5, undefined, undefined)).toEqual([0, 1, 2, 3, 4]);
    const drawn = chosen(1000, 10, 1);
    expect(drawn).toEqual([...new Set(drawn)].sort((a, b) => a - b));
    expect(chosen(1000, 10, 1)).toEqual(drawn);
    expect(chosen(1000, 10, 2)).not.toEqual(drawn);
  });

  it("shuffles evenly", () => {
    const places = new Map<number, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const key = shuffled(3, seed).reduce((code, n) => 3 * code + n, 0);
      places.set(key, (places.get(key) ?? 0) + 1);
    }
    expect(places.size).toBe(6);
    for (const times of places.values()) expect(Math.abs(times - 1000)).toBeLessThan(150);
  });
});
