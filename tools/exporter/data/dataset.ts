/**
 * Samples to run, calibrate and learn with: `x`, and `y` where they are labelled. Values stay in the type of the file until
 * form.ts turns them into what a network takes.
 */
import { InputError } from "../errors.js";
import { isNpy, readNpy } from "./npy.js";
import type { NpyArray } from "./npy.js";
import { isNpz, readNpz } from "./npz.js";

export interface Dataset {
  /** name of the file, for messages */
  file: string;
  samples: number;
  /** steps of a sample; 1 where each sample is one frame */
  steps: number;
  /** numbers of a step */
  channels: number;
  /** samples × steps × channels; whole numbers, or floats in the units of the model */
  values: Uint8Array | Int8Array | Int16Array | Float32Array;
  /** one a sample, ≥ 0; null without labels */
  labels: Int32Array | null;
}

/**
 * Reads `.npz` (arrays `x` and `y`) or `.npy` (`x` alone). `x` is (samples, steps, channels…), or (samples, channels) for
 * one frame a sample.
 *
 * @param file its name, for messages
 * @throws InputError naming what was found and expected, for anything else
 */
export function readDataset(bytes: Uint8Array, file: string): Dataset {
  const arrays = readArrays(bytes, file);
  const x = arrays.get("x");
  if (x === undefined) {
    throw new InputError(`${file}: found no array "x", expected one of (samples, steps, channels)`);
  }
  if (x.shape.length < 2) {
    throw new InputError(
      `${file}: "x" has the shape (${x.shape.join(", ")}), expected (samples, steps, channels) or (samples, channels)`,
    );
  }
  if (x.data.length === 0) {
    throw new InputError(
      `${file}: "x" is empty, its shape is (${x.shape.join(", ")}); expected at least one sample`,
    );
  }
  const [samples, ...rest] = x.shape;
  const steps = rest.length > 1 ? rest[0] : 1;
  const channels = rest.slice(rest.length > 1 ? 1 : 0).reduce((product, n) => product * n, 1);
  const y = arrays.get("y");
  return {
    file,
    samples,
    steps,
    channels,
    values: valuesOf(x, file),
    labels: y === undefined ? null : labelsOf(y, samples, file),
  };
}

/** The numbers of one sample, steps × channels, a view. */
export function sampleOf({ values, steps, channels }: Dataset, index: number): Dataset["values"] {
  return values.subarray(index * steps * channels, (index + 1) * steps * channels);
}

/**
 * @param inputs of the network
 * @throws InputError where a step has another number of values
 */
export function expectChannels({ file, channels }: Dataset, inputs: number): void {
  if (channels === inputs) return;
  throw new InputError(
    `${file}: "x" has ${channels} channels, expected ${inputs}, the inputs of the network; shapes are (samples, steps, channels) or (samples, channels)`,
  );
}

/**
 * @returns one label a sample
 * @throws InputError where there are none, or one is no class of the network
 */
export function expectLabels({ file, labels }: Dataset, classes: number): Int32Array {
  if (labels === null) throw new InputError(`${file}: found no labels, expected an array "y" of (samples,)`);
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong < 0) return labels;
  throw new InputError(
    `${file}: sample ${wrong} has the label ${labels[wrong]}, expected 0 … ${classes - 1}, the classes of the network`,
  );
}

function readArrays(bytes: Uint8Array, file: string): Map<string, NpyArray> {
  if (isNpz(bytes)) return readNpz(bytes, file, ["x", "y"]);
  if (isNpy(bytes)) return new Map([["x", readNpy(bytes, file)]]);
  throw new InputError(
    `${file}: found neither .npz nor .npy, expected an archive with "x" and, for labels, "y"`,
  );
}

/** Whole numbers in the narrowest type that the network knows, floats as float32. */
function valuesOf({ data }: NpyArray, file: string): Dataset["values"] {
  if (data instanceof Uint8Array || data instanceof Int8Array || data instanceof Int16Array) return data;
  if (data instanceof Float32Array || data instanceof Float64Array) {
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      throw new InputError(`${file}: "x" holds ${data[wrong]} at position ${wrong}, expected finite numbers`);
    }
  }
  if (data instanceof Float32Array) return data;
  // int64 arrives as float64; spikes of integer tensors come that way
  const whole = data.every((value: number) => Number.isInteger(value));
  const [low, high] = rangeOf(data);
  if (whole && low >= 0 && high <= 255) return Uint8Array.from(data);
  if (whole && low >= -32768 && high <= 32767) return Int16Array.from(data);
  return Float32Array.from(data);
}

/** Lowest and highest of some numbers. */
export function rangeOf(values: ArrayLike<number>): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low, high];
}

function labelsOf({ shape, data }: NpyArray, samples: number, file: string): Int32Array {
  if (shape.length !== 1 || shape[0] !== samples) {
    throw new InputError(
      `${file}: "y" has the shape (${shape.join(", ")}), expected (${samples},), one label a sample`,
    );
  }
  const wrong = data.findIndex((label) => !Number.isInteger(label) || label < 0 || label > 65535);
  if (wrong >= 0) {
    throw new InputError(
      `${file}: sample ${wrong} has the label ${data[wrong]}, expected whole numbers, 0 … 65535`,
    );
  }
  return Int32Array.from(data);
}
