/** The digits net for a microcontroller, with and without learning, and the digits that it is shown there. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Model } from "../../tools/exporter/model.js";
import { exportModel, readModel } from "../../tools/exporter/pipeline.js";
import type { Exported } from "../../tools/exporter/pipeline.js";
import { readDigits } from "../digits/data.js";
import type { Digit } from "../digits/data.js";

export const STEPS = 12;
const CLASSES = 10;
const RATE = 4.5e-5;
/** Every so-manyth digit of the adapt part calibrates. */
const CALIBRATE = 10;

export async function readNet(): Promise<Model> {
  // compiled or not, the model lies beside the sources
  const folder = import.meta.url.includes("/dist/") ? "../../../examples/digits/" : "../digits/";
  const file = "digits.nir";
  const { model } = await readModel(
    readFileSync(fileURLToPath(new URL(folder + file, import.meta.url))),
    file,
    { discretise: "euler", reset: "subtract", resetAt: "next", dt: 1e-4, readoutMembrane: true },
  );
  return model;
}

export function exportDigits(model: Model, learns: boolean): Exported {
  const calibration = readDigits("adapt").filter((_, i) => i % CALIBRATE === 0);
  return exportModel(model, {
    ...{ stateBits: 16, perNeuron: false, percentile: 100, code: "membrane-sum", classes: CLASSES },
    ...{ input: { kind: "analogue", range: 255, scale: 1 / 255 }, maxSteps: STEPS, events: 1 },
    learn: learns ? { layers: "all", schedules: ["window"], rate: RATE, filtered: true, seed: 1 } : null,
    calibration: calibration.map(({ pixels }) => ({
      ...{ frames: Float64Array.from(pixels, (p) => p / 255), steps: STEPS, hold: true },
    })),
    metadata: { name: "digits" },
  });
}

/** As many of each class, the classes taking turns, of digits that neither training nor calibration saw. */
export function shownDigits(ofEach: number): Digit[] {
  const digits = readDigits("test");
  const classes = Array.from({ length: CLASSES }, (_, c) => digits.filter(({ label }) => label === c));
  return Array.from({ length: ofEach }, (_, i) => classes.map((ofClass) => ofClass[i])).flat();
}
