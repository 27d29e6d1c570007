/** Small nets by hand, whose every number can be followed, as blobs. */
import type { Population, Program, Synapses } from "../tools/exporter/program.js";
import { assemble } from "../tools/exporter/pipeline.js";
import { plainProgram } from "./plain-program.js";

function population(kind: "lif" | "li", name: string, neurons: number, threshold: number): Population {
  return {
    kind,
    name,
    neurons,
    bits: 16,
    shift: 0,
    reset: kind === "lif" ? "subtract" : "none",
    resetAt: "next",
    orEqual: kind === "lif",
    decay: null,
    threshold: kind === "lif" ? new Int32Array(neurons).fill(threshold) : null,
    bias: kind === "li" ? new Int32Array(neurons) : null,
    lower: -32768,
    vReset: 0,
  };
}

function dense(name: string, source: number, inputs: number, weights: number[]): Synapses {
  const outputs = weights.length / inputs;
  return { kind: "dense", name, source, adds: false, inputs, outputs, weights: Int8Array.from(weights) };
}

const [READOUT] = plainProgram().learning!.rules;
const [PATH] = plainProgram().learning!.paths;
const RATES = { rate: 512, rateShift: 14, stepRate: 512, stepRateShift: 16, biasScale: 1 };

/**
 * Two neurons that count: input 0 drives class 0 with 10, input 1 class 1; each fires at 10, without a leak. Room for 12
 * spikes in up to 6 steps.
 */
export function counter(metadata: Record<string, unknown> = {}): Program {
  return {
    inputs: 2,
    inputKind: "spikes",
    inputRange: 1,
    events: 12,
    maxSteps: 6,
    classes: 2,
    code: "count",
    operations: [dense("in", 0, 2, [10, 0, 0, 10]), population("lif", "out", 2, 10)],
    learning: null,
    metadata: { names: ["in", "out"], ...metadata },
  };
}

/** 4 inputs, 4 spiking neurons, 2 classes read as membranes; all weights equal, so that it knows nothing. Both schedules. */
export function pupil(): Program {
  const weights = Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 20 : 0));
  return {
    ...counter(),
    inputs: 4,
    events: 200,
    maxSteps: 20,
    code: "membrane-sum",
    operations: [
      dense("fc1", 0, 4, weights),
      population("lif", "hidden", 4, 20),
      dense("fc2", 2, 4, [1, 1, 1, 1, 1, 1, 1, 1]),
      population("li", "readout", 2, 0),
    ],
    learning: {
      loss: { of: "membrane", kind: "cross-entropy", when: "every" },
      schedules: ["step", "window"],
      ...{ logit: 1000, logitShift: 0, on: 0, off: 0, targets: false, seed: 7 },
      rules: [{ ...READOUT, ...RATES, population: 3 }],
      paths: [{ ...PATH, synapse: 2 }],
    },
    metadata: { names: ["fc1", "hidden", "fc2", "readout"] },
  };
}

/** The pupil in the schedule `window` alone, with room for a target for every step. */
export function apprentice(): Program {
  const program = pupil();
  return { ...program, learning: { ...program.learning!, schedules: ["window"], targets: true } };
}

/** The pupil's hidden layer, at the first of its spikes, learns from a reward alone: momentum below, no residuals above. */
export function rewarded(): Program {
  const program = pupil();
  const [, below] = plainProgram().learning!.rules;
  const four = (value: number) => new Uint32Array(4).fill(value);
  const surrogate = { ...below.surrogate!, width: four(40), factor: four(26_000_000) };
  const feedback = { signal: "reward", feedbackSeed: 3, gain: 32768 } as const;
  return {
    ...program,
    learning: {
      ...program.learning!,
      schedules: ["window"],
      rules: [
        { ...READOUT, ...RATES, population: 3, learnsBias: false, rate: 0 },
        { ...below, ...RATES, ...feedback, population: 1, learnsBias: false, surrogate },
      ],
      paths: [
        { ...PATH, synapse: 0, update: { kind: "momentum", kept: 0 } },
        { ...PATH, synapse: 2, residuals: false },
      ],
    },
  };
}

/** Three analogue inputs up to ± 100, weights 1, 10 and 100 into one membrane without a leak; room for 4 frames. */
export function adder(events = 4): Program {
  const synapses: Synapses = { ...dense("in", 0, 3, [1, 10, 100]), kind: "analogue" };
  return {
    ...counter(),
    inputs: 3,
    inputKind: "analogue",
    inputRange: 100,
    events,
    maxSteps: 4,
    classes: 1,
    code: "membrane-last",
    operations: [synapses, { ...population("li", "sum", 1, 0), bits: 32, lower: -(2 ** 31), bias: null }],
    metadata: {},
  };
}

export function blobOf(program: Program): Uint8Array<ArrayBuffer> {
  return assemble(program).blob;
}
