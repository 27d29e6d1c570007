/**
 * How samples meet a network: as spikes or as analogue integers of some scale, moving or as one frame that is held. What the
 * exporter decides here goes into the blob, so that later commands present samples the same way.
 */
import { InputError, UsageError } from "../errors.js";
import type { InputForm } from "../passes/quantise.js";
import type { Window } from "../simulate/float.js";
import { rangeOf, sampleOf } from "./dataset.js";
import type { Dataset } from "./dataset.js";

/** How long a sample lasts, and whether one frame is presented all the while. */
export interface Presentation {
  steps: number;
  hold: boolean;
}

export interface FormOptions {
  input?: "spikes" | "analogue";
  /** model units of 1 in data of whole numbers; model units of one integer step for floats */
  inputScale?: number;
}

/** Floats get as many steps as a byte has, unless the user says how large one is. */
const FLOAT_RANGE = 255;
const LARGEST_RANGE = 32767;

/**
 * @param dataset calibration samples, null without
 * @param assume told what was guessed
 * @throws InputError where the samples cannot be what the options say
 */
export function formOf(
  options: FormOptions,
  dataset: Dataset | null,
  { hold }: { hold: boolean },
  assume: (line: string) => void,
): InputForm {
  const kind = options.input ?? guessKind(options, dataset, hold, assume);
  if (kind === "spikes") {
    if (options.inputScale !== undefined) {
      throw new UsageError("--input-scale goes with --input analogue; a spike is 1");
    }
    return { kind, range: 1, scale: 1 };
  }
  if (dataset === null) {
    assume(`the largest input is taken to be ${FLOAT_RANGE}; --calibrate DATA says otherwise`);
    return { kind, range: FLOAT_RANGE, scale: options.inputScale ?? 1 };
  }
  const [low, high] = rangeOf(dataset.values);
  const peak = Math.max(Math.abs(low), Math.abs(high));
  if (peak === 0)
    throw new InputError(`${dataset.file}: "x" holds zeros only, expected samples to calibrate with`);
  if (!(dataset.values instanceof Float32Array)) {
    return {
      kind,
      range: Math.min(LARGEST_RANGE, typeRange(dataset.values, peak)),
      scale: options.inputScale ?? 1,
    };
  }
  const scale = options.inputScale ?? peak / FLOAT_RANGE;
  const range = Math.min(LARGEST_RANGE, Math.max(1, Math.round(peak / scale)));
  return { kind, range, scale };
}

/** A byte may take any of its values later; of 16 bits the samples say how many are used. */
function typeRange(values: Dataset["values"], peak: number): number {
  if (values instanceof Uint8Array) return 255;
  return values instanceof Int8Array ? 128 : peak;
}

function guessKind(
  { inputScale }: FormOptions,
  dataset: Dataset | null,
  hold: boolean,
  assume: (line: string) => void,
): InputForm["kind"] {
  if (hold || inputScale !== undefined) return "analogue";
  if (dataset === null) {
    assume("the input is taken to be spikes; --input analogue says otherwise");
    return "spikes";
  }
  return dataset.values instanceof Uint8Array ? "spikes" : "analogue";
}

/**
 * How long samples last.
 *
 * @param given options of the user; one frame a sample and several steps mean that it is held
 * @param usual of the blob, where the user says nothing
 * @throws UsageError for options that contradict one another or the samples
 */
export function presentationOf(
  dataset: Dataset,
  given: { hold?: boolean; steps?: number },
  usual: Presentation | null,
): Presentation {
  const still = usual?.hold === true || (given.steps ?? 1) > 1;
  const hold = given.hold ?? (dataset.steps === 1 && still);
  if (!hold) {
    if (given.steps !== undefined && given.steps !== dataset.steps) {
      throw new UsageError(
        `--steps ${given.steps}: ${dataset.file} has ${dataset.steps} steps a sample; --hold --steps N holds one frame`,
      );
    }
    return { steps: dataset.steps, hold };
  }
  if (dataset.steps !== 1) {
    throw new UsageError(
      `--hold: ${dataset.file} has ${dataset.steps} steps a sample, expected one frame: (samples, channels)`,
    );
  }
  const steps = given.steps ?? usual?.steps;
  if (steps === undefined) throw new UsageError("--hold needs --steps N, for how long a frame is held");
  return { steps, hold };
}

/**
 * A sample as the integer network takes it.
 *
 * @throws InputError where a network with spikes for input is given something else
 */
export function integerWindow(
  dataset: Dataset,
  index: number,
  form: InputForm,
): Uint8Array | Int8Array | Int16Array {
  const values = sampleOf(dataset, index);
  if (form.kind === "spikes") return spikesOf(values, dataset, index);
  if (!(values instanceof Float32Array)) return values;
  return Int16Array.from(values, (x) =>
    Math.max(-form.range, Math.min(form.range, Math.round(x / form.scale))),
  );
}

/** A sample as the float model takes it. @throws InputError as integerWindow() */
export function floatWindow(
  dataset: Dataset,
  index: number,
  form: InputForm,
  { steps, hold }: Presentation,
): Window {
  const values = sampleOf(dataset, index);
  if (form.kind === "spikes") return { frames: spikesOf(values, dataset, index), steps, hold };
  if (values instanceof Float32Array) return { frames: values, steps, hold };
  return { frames: Float64Array.from(values, (x) => x * form.scale), steps, hold };
}

/** What the integer network is given, in the model's units: the float model then differs by its own rounding alone. */
export function roundedWindow(
  dataset: Dataset,
  index: number,
  form: InputForm,
  { steps, hold }: Presentation,
): Window {
  return { frames: Float64Array.from(integerWindow(dataset, index, form)), steps, hold };
}

function spikesOf(values: Dataset["values"], { file }: Dataset, index: number): Uint8Array {
  if (values instanceof Uint8Array) return values;
  const wrong = values.findIndex((x) => !Number.isInteger(x) || x < 0 || x > 255);
  if (wrong < 0) return Uint8Array.from(values);
  throw new InputError(
    `${file}: sample ${index} holds ${values[wrong]}, expected numbers of spikes, 0 … 255: the network takes spikes`,
  );
}

/** Spikes of the busiest window, and the most spikes of one channel in one step. */
export function busiest(dataset: Dataset): { window: number; channel: number } {
  let window = 0;
  let channel = 0;
  for (let index = 0; index < dataset.samples; index++) {
    let sum = 0;
    for (const n of spikesOf(sampleOf(dataset, index), dataset, index)) {
      sum += n;
      channel = Math.max(channel, n);
    }
    window = Math.max(window, sum);
  }
  return { window, channel };
}
