/** The digits example as tests use it: the model, a blob of it, a float frame. */
import { readFileSync } from "node:fs";
import type { Digit } from "../examples/digits/data.js";
import { readDigits } from "../examples/digits/data.js";
import type { Model } from "../tools/exporter/model.js";
import type { Exported } from "../tools/exporter/pipeline.js";
import { exportModel, readModel } from "../tools/exporter/pipeline.js";
import type { Window } from "../tools/exporter/simulate/float.js";

export const STEPS = 12;

export async function digitsModel(): Promise<Model> {
  const file = new URL("../examples/digits/digits.nir", import.meta.url);
  const options = { dt: 1e-4, reset: "subtract", resetAt: "next", readoutMembrane: true } as const;
  const { model } = await readModel(readFileSync(file), "digits.nir", { discretise: "euler", ...options });
  return model;
}

export function heldFrame({ pixels }: Digit, scale = 1 / 255): Window {
  return { frames: Float64Array.from(pixels, (p) => p * scale), steps: STEPS, hold: true };
}

export function exportDigits(model: Model, stateBits: 8 | 16 | 32, perNeuron = false): Exported {
  return exportModel(model, {
    stateBits,
    perNeuron,
    percentile: 100,
    code: "membrane-sum",
    classes: 10,
    input: { kind: "analogue", range: 255, scale: 1 / 255 },
    maxSteps: STEPS,
    events: 1,
    learn: perNeuron ? null : { layers: "all", schedules: ["window"], rate: 4.5e-5, filtered: true, seed: 1 },
    calibration: readDigits("adapt").map((digit) => heldFrame(digit)),
  });
}
