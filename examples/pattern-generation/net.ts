/** A net of 50 inputs, 100 recurrent neurons and one readout with random weights, and the rules that are compared on it. */
import type { Model } from "../../tools/exporter/model.js";
import { exportModel } from "../../tools/exporter/pipeline.js";
import type { Exported } from "../../tools/exporter/pipeline.js";
import type { Generator } from "../shared/generator.js";
import { connection, plainLayer } from "../../tools/exporter/plain-layer.js";
import { INPUTS, STEPS } from "./task.js";

const NEURONS = 100;
/** 20 steps of memory, of neurons and readout. */
const DECAY = Math.exp(-1 / 20);
/** Spread of the random weights, in thresholds. */
const INTO = 1 / Math.sqrt(INPUTS);
const WITHIN = 0.01;
const OUT = 0.02;
const HEADROOM = 4;

export type Way = "e-prop" | "rtrl" | "readout";

/** Learning rates of ½ Σ (y − y*)² and the clip that keeps gradients from running away through recurrent weights, tuned for each rule. */
const RATES: Record<Way, { hidden: number; readout: number; clip: number }> = {
  "e-prop": { hidden: 2 ** -8, readout: 2 ** -16, clip: 0.25 },
  rtrl: { hidden: 2 ** -8, readout: 2 ** -16, clip: 0.0625 },
  readout: { hidden: 0, readout: 2 ** -15, clip: 0.25 },
};

export function randomModel(random: Generator): Model {
  const spread = (width: number) => (): number => width * random.gaussian();
  const hidden = plainLayer("hidden", "lif", NEURONS, DECAY, [
    connection("noise to hidden", -1, INPUTS, NEURONS, spread(INTO)),
    connection("hidden to hidden", 0, NEURONS, NEURONS, spread(WITHIN)),
  ]);
  const readout = plainLayer("readout", "li", 1, DECAY, [
    connection("hidden to readout", 0, NEURONS, 1, spread(OUT)),
  ]);
  return { inputs: INPUTS, inputShape: [INPUTS], layers: [hidden, readout], dt: 0.001 };
}

export function exported(model: Model, way: Way, seed: number, events: number): Exported {
  const { hidden, readout, clip } = RATES[way];
  return exportModel(model, {
    ...{
      stateBits: 16,
      perNeuron: false,
      percentile: 100,
      headroom: HEADROOM,
      code: "membrane-last",
      classes: 1,
    },
    input: { kind: "spikes", range: 1, scale: 1 },
    ...{ maxSteps: STEPS, events },
    learn: {
      ...{ layers: way === "readout" ? "readout" : "all", schedules: ["window"], biases: false, seed },
      ...(way === "rtrl"
        ? { signal: "spatial", through: "carried", recurrent: true }
        : { signal: "symmetric" }),
      ...{ rate: way === "readout" ? readout : hidden, rates: { readout }, clip },
      loss: { of: "membrane", kind: "mean-square", on: 1, off: -1, targets: true },
    },
  });
}
