/** One small program that learns in both schedules, with nothing random in it, for tests that name what they change. */
import type { Path, Population, Program, Rule, Synapses } from "../tools/exporter/program.js";

const INPUTS = 5;
const HIDDEN = 7;
const CLASSES = 3;

/** Places in `operations`. */
export const BELOW = 0;
export const SPIKING = 1;
export const FEEDBACK = 2;
export const READOUT = 3;

function synapses(source: number, inputs: number, outputs: number): Synapses {
  const weights = Int8Array.from({ length: inputs * outputs }, (_, i) => ((i * 37) % 101) - 30);
  return { kind: "dense", name: "", source, adds: false, inputs, outputs, weights };
}

function population(kind: Population["kind"], neurons: number, bits: Population["bits"]): Population {
  return {
    ...{ kind, name: "", neurons, bits, shift: 2, orEqual: false, lower: -(2 ** (bits - 1)), vReset: 0 },
    ...(kind === "lif" ? { reset: "subtract", resetAt: "next" } : { reset: "none", resetAt: "next" }),
    decay: new Uint16Array(neurons).fill(60000),
    threshold: kind === "lif" ? new Int32Array(neurons).fill(200) : null,
    bias: new Int32Array(neurons).fill(10),
  };
}

function rule(signal: Rule["signal"], population: number): Rule {
  const spikes = population === SPIKING;
  return {
    ...{ population, signal, filtered: false, learnsBias: true, traceView: 6, biasScale: 4 },
    ...{ rate: 500, rateShift: spikes ? 36 : 16, stepRate: 500, stepRateShift: spikes ? 46 : 28 },
    ...{ coupling: null, feedbackSeed: 0, gain: 0, gainExponent: 0, regulariser: null, stdp: null },
    surrogate: spikes
      ? {
          shape: "triangle",
          shift: 0,
          width: new Uint32Array(HIDDEN).fill(200),
          factor: new Uint32Array(HIDDEN).fill(5_000_000),
          height: null,
        }
      : null,
  };
}

function path(synapse: number, returns: Path["returns"]): Path {
  const gain = returns === "nothing" ? 0 : 32768;
  return {
    ...{ synapse, learns: true, returns, gain, gainExponent: 0, traceFactor: 1, traceShift: 0 },
    ...{ residuals: true, update: { kind: "plain" }, pullShift: 0 },
  };
}

export function plainProgram(changes: Partial<Program> = {}): Program {
  return {
    ...{ inputs: INPUTS, inputKind: "spikes", inputRange: 1, events: 100, maxSteps: 10 },
    ...{ classes: CLASSES, code: "membrane-sum", metadata: { name: "a plain one" } },
    operations: [
      synapses(0, INPUTS, HIDDEN),
      population("lif", HIDDEN, 16),
      synapses(SPIKING + 1, HIDDEN, CLASSES),
      population("li", CLASSES, 32),
    ],
    learning: {
      ...{ loss: { of: "membrane", kind: "cross-entropy", when: "every" }, schedules: ["step", "window"] },
      ...{ logit: 1000, logitShift: 10, on: 0, off: 0, targets: false, seed: 7 },
      rules: [rule("loss", READOUT), rule("paths", SPIKING)],
      paths: [path(BELOW, "nothing"), path(FEEDBACK, "present")],
    },
    ...changes,
  };
}

/** Its like with values for input. */
export function plainAnalogue(changes: Partial<Program> = {}): Program {
  const { operations, learning } = plainProgram();
  const [below, feedback] = learning!.paths;
  return plainProgram({
    ...{ inputKind: "analogue", inputRange: 1000, events: 10 },
    operations: [{ ...(operations[BELOW] as Synapses), kind: "analogue" }, ...operations.slice(1)],
    learning: { ...learning!, paths: [{ ...below, traceShift: 8 }, feedback] },
    ...changes,
  });
}
