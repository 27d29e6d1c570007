/** The net that every contestant runs, and the windows that it runs on; all from one seed. */
import { calibrate } from "../tools/exporter/passes/calibrate.js";
import { quantise } from "../tools/exporter/passes/quantise.js";
import { uniformFrom } from "../host/random.js";
import type { Layer, Model } from "../tools/exporter/model.js";
import { connection, plainLayer } from "../tools/exporter/plain-layer.js";
import type { Population, Program, Synapses } from "../tools/exporter/program.js";
import type { SpikeInput } from "../tools/exporter/simulate/integer.js";

export const INPUTS = 700;
export const HIDDEN = 256;
export const OUTPUTS = 20;
export const STEPS = 100;
export const BETA = 0.9;
/** Share of the inputs that spike in a step. */
export const ACTIVITY = 0.05;
/** Different windows, taken in turn, so that no branch predictor learns one by heart. */
export const WINDOWS = 8;
/** Spread of the hidden layer's weights, thresholds being 1: lets about 5 % of its neurons fire in a step. */
const SPREAD = 0.081;
const READOUT_SPREAD = 0.1;
export const LEARNING_RATE = 1e-3;
const SEED = 1;

export interface BenchWindow extends SpikeInput {
  target: number;
}

export interface BenchNet {
  /** the net as it is run, and the same with room for learning, all layers, schedule `window` */
  program: Program;
  learning: Program;
  windows: BenchWindow[];
  /** the net as float contestants run it: input-major int8 weights times a scale and biases, thresholds 1 */
  float: FloatNet;
}

export interface FloatNet {
  hidden: FloatLayer;
  readout: FloatLayer;
}

export interface FloatLayer {
  /** input-major */
  weights: Int8Array;
  scale: number;
  /** in units of the threshold (of the readout: of 2^15) */
  bias: Float32Array;
}

export function dequantised({ weights, scale }: FloatLayer): Float32Array {
  return Float32Array.from(weights, (w) => w * scale);
}

/**
 * How long a readout that leaks feels what it gets at each step, within the window: its membranes' sum is the sum of
 * all it gets, so weighted. `biasWeight` is the sum of the weights, for its bias comes at every step.
 */
export function windowWeights(): { weights: Float32Array; biasWeight: number } {
  const weights = Float32Array.from({ length: STEPS }, (_, t) => (1 - BETA ** (STEPS - t)) / (1 - BETA));
  return { weights, biasWeight: weights.reduce((sum, weight) => sum + weight, 0) };
}

/** Irwin–Hall: twelve uniform numbers make a normal one. */
function normal(random: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random();
  return sum;
}

export function makeNet(): BenchNet {
  const random = uniformFrom(SEED);
  const model: Model = {
    inputs: INPUTS,
    inputShape: [INPUTS],
    dt: 1e-3,
    layers: [
      layer("hidden", "lif", -1, INPUTS, HIDDEN, SPREAD, random),
      layer("readout", "li", 0, HIDDEN, OUTPUTS, READOUT_SPREAD, random),
    ],
  };
  const windows = Array.from({ length: WINDOWS }, () => makeWindow(random));
  const ranges = calibrate(
    model,
    windows.map((window) => ({ frames: toFrames(window), steps: STEPS })),
  );
  const options = {
    stateBits: 16,
    perNeuron: false,
    percentile: 100,
    code: "membrane-sum",
    classes: OUTPUTS,
    input: { kind: "spikes", range: 1, scale: 1 },
    maxSteps: STEPS,
    events: Math.max(...windows.map(({ events }) => events.length)),
    learn: null,
    metadata: {},
  } as const;
  const learn = {
    layers: "all",
    schedules: ["window" as const],
    rate: LEARNING_RATE,
    filtered: false,
    seed: SEED,
  } as const;
  const { program } = quantise(model, ranges, options);
  const learning = quantise(model, ranges, {
    ...options,
    learn: { ...learn, schedules: ["window"] },
  }).program;
  return { program, learning, windows, float: floatNet(program) };
}

/** Normal weights of spread `spread`, a decay of BETA. */
export function layer(
  name: string,
  kind: Layer["kind"],
  source: number,
  inputs: number,
  neurons: number,
  spread: number,
  random: () => number,
): Layer {
  const weight = (): number => spread * normal(random);
  return plainLayer(name, kind, neurons, BETA, [
    connection(`${name}.weights`, source, inputs, neurons, weight),
  ]);
}

export function makeWindow(random: () => number): BenchWindow {
  const offsets = new Uint32Array(STEPS + 1);
  const events: number[] = [];
  for (let t = 0; t < STEPS; t++) {
    for (let i = 0; i < INPUTS; i++) if (random() < ACTIVITY) events.push(i);
    offsets[t + 1] = events.length;
  }
  return { offsets, events: Uint16Array.from(events), target: Math.floor(random() * OUTPUTS) };
}

/** Steps × inputs, 0 or 1. */
export function toFrames({ offsets, events }: SpikeInput): Float32Array {
  const frames = new Float32Array(STEPS * INPUTS);
  for (let t = 0; t < STEPS; t++) {
    for (let p = offsets[t]; p < offsets[t + 1]; p++) frames[t * INPUTS + events[p]] = 1;
  }
  return frames;
}

function floatNet({ operations }: Program): FloatNet {
  const [hidden, neurons, readout, last] = operations as [Synapses, Population, Synapses, Population];
  return {
    hidden: floatLayer(hidden, neurons, neurons.threshold![0]),
    readout: floatLayer(readout, last, 2 ** 15),
  };
}

function floatLayer({ weights }: Synapses, { neurons, shift, bias }: Population, unit: number): FloatLayer {
  const biases = bias ? Float32Array.from(bias, (b) => b / unit) : new Float32Array(neurons);
  return { weights, scale: 2 ** shift / unit, bias: biases };
}
