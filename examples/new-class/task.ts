/** A net that never saw a nine, with one class to spare, and the digits that it learns, is reminded of and is tested on. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Model } from "../../tools/exporter/model.js";
import { withSpareClasses } from "../../tools/exporter/passes/spare-classes.js";
import { exportModel, readModel } from "../../tools/exporter/pipeline.js";
import type { Exported } from "../../tools/exporter/pipeline.js";
import { readDigits } from "../digits/data.js";
import type { Digit, Part } from "../digits/data.js";
import { shuffled } from "../../tools/exporter/data/random.js";

/** The digit that training left out: the spare class. */
export const NEW = 9;
const TRAINED = 9;
const SPARE = 1;
const STEPS = 12;
/** A digit is one frame, the same at every step. */
export const HELD = { steps: STEPS, hold: true } as const;

export async function readNet(): Promise<Model> {
  const file = "digits-without-9.nir";
  // compiled or not, the model lies beside the sources
  const folder = fileURLToPath(
    new URL(import.meta.url.includes("/dist/") ? "../../../examples/digits/" : "../digits/", import.meta.url),
  );
  const { model } = await readModel(readFileSync(join(folder, file)), file, {
    discretise: "euler",
    reset: "subtract",
    resetAt: "next",
    dt: 1e-4,
    readoutMembrane: true,
  });
  return model;
}

/** The blob that goes on the device: calibrated on old digits alone, since nobody there has seen a nine. */
export function exportNet(trained: Model, layers: "all" | "readout", rate: number): Exported {
  const { old } = digitsOf("adapt");
  return exportModel(withSpareClasses(trained, SPARE), {
    stateBits: 16,
    perNeuron: false,
    percentile: 100,
    code: "membrane-sum",
    classes: TRAINED + SPARE,
    input: { kind: "analogue", range: 255, scale: 1 / 255 },
    maxSteps: STEPS,
    events: 1,
    learn: { layers, schedules: ["window"], rate, filtered: true, seed: 1 },
    calibration: old.map(({ pixels }) => ({ frames: Float64Array.from(pixels, (p) => p / 255), ...HELD })),
    metadata: { name: "digits without 9", spareClasses: SPARE },
  });
}

/** Nines, and the digits that the net was trained for. */
export interface Digits {
  fresh: Digit[];
  old: Digit[];
}

export function digitsOf(part: Part): Digits {
  const digits = readDigits(part);
  return {
    fresh: digits.filter(({ label }) => label === NEW),
    old: digits.filter(({ label }) => label !== NEW),
  };
}

/** The half of the adapt part that teaches (0), or the one that says how well (1); every other digit. */
export function half({ fresh, old }: Digits, which: 0 | 1): Digits {
  const every = (digits: Digit[]): Digit[] => digits.filter((_, i) => i % 2 === which);
  return { fresh: every(fresh), old: every(old) };
}

/** What one user shows a device: nines at random, and old digits, as many of each class. */
export function draw(digits: Digits, lessons: number, memory: number, seed: number): Digits {
  const some = (from: Digit[], count: number, salt: number): Digit[] =>
    shuffled(from.length, 100 * seed + salt)
      .slice(0, count)
      .map((i) => from[i]);
  const classes = Array.from({ length: TRAINED }, (_, c) =>
    some(
      digits.old.filter(({ label }) => label === c),
      memory,
      1 + c,
    ),
  );
  return {
    fresh: some(digits.fresh, lessons, 0),
    // the classes take turns
    old: Array.from({ length: memory }, (_, i) => classes.map((ofClass) => ofClass[i])).flat(),
  };
}
