/** A net of 40 inputs, 100 recurrent neurons and 2 readouts with random weights, and the rule that teaches it: e-prop. */
import { exportModel } from "../../tools/exporter/pipeline.js";
import type { Model } from "../../tools/exporter/model.js";
import { connection, plainLayer } from "../../tools/exporter/plain-layer.js";
import type { Generator } from "../shared/generator.js";
import { CLASSES, INPUTS, STEPS } from "./task.js";

const NEURONS = 100;
const HIDDEN = 0;
/** Steps of 1 ms that a membrane remembers: evidence has to last. */
const TAU = 20_000;
const READOUT_DECAY = 0.95;

/** Largest random weights, in thresholds: so small that cues are added up in silence. */
const INTO = 0.00866;
const WITHIN = 0.0052;
const OUT = 0.52;
/** Learning makes weights of the hidden layer so many times larger at most; 640 units of a weight are a threshold then. */
const HEADROOM = 23;
const READOUT_HEADROOM = 2.4;

/** Learning rates, of the cross entropy summed over the steps of the recall. */
const HIDDEN_RATE = 7e-6;
const READOUT_RATE = 3e-5;
/** A neuron that fires more than 10 times a trial is told to fire less. */
const MOST_RATE = 10 / STEPS;
const STRENGTH = 4.5;

export function randomModel(random: Generator): Model {
  const within = (most: number) => (): number => random.uniform(most);
  const hidden = plainLayer("hidden", "lif", NEURONS, Math.exp(-1 / TAU), [
    connection("input to hidden", -1, INPUTS, NEURONS, within(INTO)),
    connection("hidden to hidden", HIDDEN, NEURONS, NEURONS, within(WITHIN)),
  ]);
  const readout = plainLayer("readout", "li", CLASSES, READOUT_DECAY, [
    connection("hidden to readout", HIDDEN, NEURONS, CLASSES, within(OUT)),
  ]);
  return { inputs: INPUTS, inputShape: [INPUTS], layers: [hidden, readout], dt: 0.001 };
}

/** The blob of a fresh net; its memory of 20 s needs membranes of 32 bits. */
export function freshBlob(random: Generator, seed: number): Uint8Array<ArrayBuffer> {
  const { blob } = exportModel(randomModel(random), {
    ...{ stateBits: 32, perNeuron: false, percentile: 100, code: "membrane-sum", classes: CLASSES },
    headroom: { hidden: HEADROOM, readout: READOUT_HEADROOM },
    input: { kind: "spikes", range: 1, scale: 1 },
    ...{ maxSteps: STEPS, events: 8 * STEPS },
    learn: {
      ...{ layers: "all", schedules: ["window"], signal: "symmetric", biases: false, seed },
      ...{ rate: HIDDEN_RATE, rates: { readout: READOUT_RATE } },
      regularise: { strength: STRENGTH, upper: { bound: MOST_RATE, norm: "each" } },
    },
  });
  return blob;
}
