/** Small networks whose numbers can be worked out by hand. */
import type { Learning, Path, Population, Program, Rule, Synapses } from "../tools/exporter/program.js";
import { IntegerNetwork } from "../tools/exporter/simulate/integer.js";
import { writeBlob } from "../tools/exporter/writers/blob.js";

/** A decay of one half. */
export const HALF = 32768;

/** @param weights a row a source neuron */
export function dense(source: number, inputs: number, weights: number[], adds = false): Synapses {
  const outputs = weights.length / inputs;
  return { kind: "dense", name: "", source, adds, inputs, outputs, weights: Int8Array.from(weights) };
}

export function lif(neurons: number, threshold: number, changes: Partial<Population> = {}): Population {
  return {
    ...{ kind: "lif", name: "", neurons, bits: 16, shift: 0, reset: "none", resetAt: "next", orEqual: false },
    ...{ decay: new Uint16Array(neurons).fill(HALF), threshold: new Int32Array(neurons).fill(threshold) },
    ...{ bias: null, lower: -32768, vReset: 0 },
    ...changes,
  };
}

export function li(neurons: number, changes: Partial<Population> = {}): Population {
  return { ...lif(neurons, 1), kind: "li", threshold: null, ...changes };
}

export function network(operations: Program["operations"], changes: Partial<Program> = {}): IntegerNetwork {
  const { neurons } = operations[operations.length - 1] as Population;
  const { inputs } = operations[0] as Synapses;
  const program: Program = {
    ...{ inputs, inputKind: "spikes", inputRange: 1, events: 100, maxSteps: 10, classes: neurons },
    ...{ code: "count", operations, learning: null, metadata: {} },
    ...changes,
  };
  return new IntegerNetwork(writeBlob(program, 0));
}

/** A rule whose D are its coefficients as they are, up to 1023: no random bit takes part. */
export function rule(population: number, changes: Partial<Rule> = {}): Rule {
  return {
    ...{ population, signal: "loss", filtered: false, learnsBias: false, traceView: 0 },
    ...{ rate: 512, rateShift: 9, stepRate: 1, stepRateShift: 0, biasScale: 1 },
    ...{ surrogate: null, coupling: null, feedbackSeed: 0, gain: 0, gainExponent: 0 },
    ...{ regulariser: null, stdp: null },
    ...changes,
  };
}

/** A path whose gain is 1 where it returns something. */
export function path(synapse: number, changes: Partial<Path> = {}): Path {
  const gain = (changes.returns ?? "nothing") === "nothing" ? 0 : 32768;
  return {
    ...{ synapse, learns: true, returns: "nothing", gain, gainExponent: 0, traceFactor: 1, traceShift: 0 },
    ...{ residuals: true, update: { kind: "plain" }, pullShift: 0 },
    ...changes,
  };
}

export function learning(changes: Partial<Learning> & Pick<Learning, "rules" | "paths">): Learning {
  return {
    ...{ loss: { of: "membrane", kind: "cross-entropy", when: "every" }, schedules: ["window"] },
    ...{ logit: 1, logitShift: 0, on: 0, off: 0, targets: false, seed: 1 },
    ...changes,
  };
}

/** ψ = 32 · (50 − distance). */
export const TRIANGLE: NonNullable<Rule["surrogate"]> = {
  shape: "triangle",
  shift: 0,
  width: Uint32Array.of(50),
  factor: Uint32Array.of(2 ** 20),
  height: null,
};

/** q of the first `count` weights of a row. */
export function fine(net: IntegerNetwork, operation: number, index: number, count = 1): number[] {
  const from = index * 16;
  const [stored, residuals] = [net.weights(operation), net.residuals(operation)!];
  return Array.from({ length: count }, (_, j) => 256 * stored[from + j] + residuals[from + j]);
}
