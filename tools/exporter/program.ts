/**
 * A Program: a network in integers, one object a blob. The passes make it, writers/blob.ts turns it into bytes.
 * Meaning and ranges of every number: docs/ARITHMETIC.md and docs/FORMAT.md.
 */
import type { Reset, ResetAt } from "./model.js";

export type Code = "count" | "first" | "population" | "membrane-last" | "membrane-max" | "membrane-sum";
export type Schedule = "step" | "window";

export interface Synapses {
  kind: "dense" | "analogue";
  name: string;
  /** 0: the network's input, else 1 + the index (in `operations`) of the population it listens to */
  source: number;
  adds: boolean;
  inputs: number;
  outputs: number;
  /** input-major, without padding: `weights[i * outputs + j]`, −128 … 127 */
  weights: Int8Array;
}

export interface Population {
  kind: "lif" | "li";
  name: string;
  neurons: number;
  bits: 8 | 16 | 32;
  /** k: accumulators are scaled by 2^k */
  shift: number;
  reset: Reset;
  resetAt: ResetAt;
  orEqual: boolean;
  /** Q0.16 a neuron, or null for integrate-and-fire */
  decay: Uint16Array | null;
  /** a neuron; null for `li` */
  threshold: Int32Array | null;
  /** a neuron; null where there is none */
  bias: Int32Array | null;
  lower: number;
  vReset: number;
  /** ρ, Q0.16, and b, membrane units, a neuron; absent without an adaptive threshold */
  adaptation?: { decay: Uint16Array; strength: Uint16Array };
  /** α, Q0.16 a neuron, and c, fractional bits; absent without a current of its own */
  current?: { decay: Uint16Array; fine: number };
}

export type Operation = Synapses | Population;

export type Signal = "paths" | "loss" | "random" | "target" | "local" | "reward" | "stdp";
export type Shape = "triangle" | "fast-sigmoid" | "sigmoid" | "arctan" | "straight-through";

/** A population that learns, or that passes a learning signal down. */
export interface Rule {
  /** index of the population's operation */
  population: number;
  signal: Signal;
  /** random feedback is of the error that the readout's leak carries back */
  filtered: boolean;
  learnsBias: boolean;
  /** C stays within ±(2^clip − 1), 1 … 120; absent: no clip */
  clip?: number;
  traceView: number;
  rate: number;
  rateShift: number;
  stepRate: number;
  stepRateShift: number;
  biasScale: number;
  /** ω and v a neuron, and, for shapes other than the triangle, the height; null for the readout */
  surrogate: Surrogate | null;
  /** a neuron; null without an adaptive threshold */
  coupling: Uint32Array | null;
  /** of feedback that is drawn: its seed and gain, Q1.15, and the gain's exponent; zeros without it */
  feedbackSeed: number;
  gain: number;
  gainExponent: number;
  regulariser: Regulariser | null;
  stdp: Stdp | null;
}

export interface Surrogate {
  shape: Shape;
  /** of the distance from the threshold; 0 but for membranes of 32 bits */
  shift: number;
  width: Uint32Array;
  factor: Uint32Array;
  height: Uint32Array | null;
}

/** Rates are spikes a step, Q0.16; what is null does not count. */
export interface Regulariser {
  lower: number | null;
  rate: number | null;
  upper: { bound: number; norm: "l1" | "l2" | "each" } | null;
  shift: number;
  strength: number;
  /** g, of the strength */
  exponent: number;
}

export interface Stdp {
  /** A+, A− */
  plus: number;
  minus: number;
  /** decays, Q0.16, of the traces of spikes to come and of those that have been */
  comes: number;
  been: number;
}

/** Synapses that feed a population with a rule. */
export interface Path {
  /** index of the synapse operation */
  synapse: number;
  learns: boolean;
  /** what their source hears through them */
  returns: "nothing" | "present" | "carried";
  /** Q1.15, and its exponent; zeros where nothing returns */
  gain: number;
  gainExponent: number;
  /** of an analogue source */
  traceFactor: number;
  traceShift: number;
  residuals: boolean;
  update: Update;
  /** 0: none */
  pullShift: number;
}

export type Update =
  | { kind: "plain" }
  /** Q0.16 */
  | { kind: "momentum"; kept: number }
  /** in 1/256 of a weight's unit */
  | { kind: "sign"; step: number };

export type Loss =
  | { of: "membrane"; kind: "cross-entropy" | "mean-square"; when: "every" | "last" | "max" | "sum" }
  | { of: "count"; kind: "cross-entropy" | "mean-square" }
  | { of: "time"; kind: "cross-entropy"; inverted: boolean; timeShift: number }
  | { of: "time"; kind: "mean-square"; relative: boolean };

export interface Learning {
  loss: Loss;
  schedules: Schedule[];
  logit: number;
  logitShift: number;
  /** of mean squares: what the right class and the others should come to; else 0 */
  on: number;
  off: number;
  /** room for rows of targets */
  targets: boolean;
  seed: number;
  rules: Rule[];
  paths: Path[];
}

export interface Program {
  inputs: number;
  inputKind: "spikes" | "analogue";
  /** largest analogue magnitude; 1 for spikes */
  inputRange: number;
  /** room for input: spikes a window, or analogue frames a window */
  events: number;
  maxSteps: number;
  classes: number;
  code: Code;
  operations: Operation[];
  learning: Learning | null;
  /** goes into the blob as JSON; never read by the core */
  metadata: Record<string, unknown>;
}

export function isSynapses(op: Operation): op is Synapses {
  return op.kind === "dense" || op.kind === "analogue";
}

/** Rounded up to the padding of rows and arrays. */
export function padded(n: number): number {
  return (n + 15) & ~15;
}
