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
}

export type Operation = Synapses | Population;

export interface Rule {
  /** index of the synapse operation that learns */
  synapse: number;
  signal: "readout" | "symmetric";
  filtered: boolean;
  learnsBias: boolean;
  errorShift: number;
  signalShift: number;
  carryShift: number;
  viewShift: number;
  traceShift: number;
  rate: number;
  rateShift: number;
  stepRate: number;
  stepRateShift: number;
  traceView: number;
  biasScale: number;
  /** ω and v a neuron of the layer that learns; null for the readout */
  surrogate: { width: Uint32Array; factor: Uint32Array } | null;
}

export interface Learning {
  schedules: Schedule[];
  logit: number;
  logitShift: number;
  seed: number;
  rules: Rule[];
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
