/** One time step of a population, docs/ARITHMETIC.md, "Populations". */
import type { Population } from "../../program.js";
import { clamp, decay, rsh, scale, shiftRight } from "./arithmetic.js";

const STATE_LIMIT = 2 ** 30 - 1;
/** What a spike adds to an adaptation. */
const SPIKE = 2 ** 16;

export interface PopulationState {
  op: Population;
  /** sums of the synapses in front */
  accumulators: Int32Array;
  bias: Int32Array | null;
  /** U */
  membranes: Int32Array;
  /** a; null without an adaptive threshold */
  adaptation: Int32Array | null;
  /** I; null without a current */
  current: Int32Array | null;
  /** U of this step before a reset that acts now */
  unreset: Int32Array;
  /** what U of this step was held against: A, θ without adaptation; 0 of an `li` */
  thresholds: Int32Array;
  /** r: a reset that acts in this step was due */
  due: Uint8Array;
  /** S */
  fired: Uint8Array;
  /** indices of the neurons that fired in this step, ascending */
  spikes: Uint16Array;
  /** spikes since the last start from rest */
  spikeCount: number;
}

export function makePopulation(op: Population, accumulators: Int32Array): PopulationState {
  return {
    op,
    accumulators,
    bias: op.bias && op.bias.slice(),
    membranes: new Int32Array(op.neurons),
    adaptation: op.adaptation ? new Int32Array(op.neurons) : null,
    current: op.current ? new Int32Array(op.neurons) : null,
    unreset: new Int32Array(op.neurons),
    thresholds: new Int32Array(op.neurons),
    due: new Uint8Array(op.neurons),
    fired: new Uint8Array(op.neurons),
    spikes: new Uint16Array(0),
    spikeCount: 0,
  };
}

/** Back to rest: states 0, list empty, statistics 0. The bias stays. */
export function restPopulation(state: PopulationState): void {
  const { membranes, adaptation, current, unreset, thresholds, due, fired } = state;
  for (const array of [membranes, adaptation, current, unreset, thresholds, due, fired]) array?.fill(0);
  state.spikes = new Uint16Array(0);
  state.spikeCount = 0;
}

/** Resets that are due, adaptations, currents, new membranes, spikes, and last the resets that act now. */
export function stepPopulation(state: PopulationState): void {
  const { op, membranes, unreset, thresholds, due, fired } = state;
  const top = topOf(op);
  const now = op.resetAt === "now";
  for (let j = 0; j < op.neurons; j++) {
    due[j] = !now && fires(op, membranes[j], threshold(state, j)) ? 1 : 0;
    if (!now) adapt(state, j, due[j]);
    thresholds[j] = threshold(state, j);
    const sum = newMembrane(op, j, membranes[j], drive(state, j), due[j]);
    unreset[j] = clamp(sum, op.lower, top);
    fired[j] = fires(op, unreset[j], thresholds[j]) ? 1 : 0;
    membranes[j] = now && fired[j] ? resetNow(op, j, unreset[j]) : unreset[j];
    if (now) adapt(state, j, fired[j]);
  }
  if (op.kind === "lif") listSpikes(state);
}

/** `decay` with the population's own β, `x` itself where it has none. */
export function leak(op: Population, j: number, x: number): number {
  return op.decay === null ? x : decay(x, op.decay[j]);
}

function topOf(op: Population): number {
  return 2 ** (op.bits - 1) - 1;
}

/** A as the adaptation stands, θ without one; 0 of an `li`. */
function threshold({ op, adaptation }: PopulationState, j: number): number {
  if (op.threshold === null) return 0;
  if (adaptation === null) return op.threshold[j];
  const raised = shiftRight(adaptation[j] * op.adaptation!.strength[j], 16);
  return Math.min(op.threshold[j] + raised, topOf(op));
}

/** `a ← min(decay(a, ρ) + spike · 2^16, 2^30 − 1)` */
function adapt({ op, adaptation }: PopulationState, j: number, spike: number): void {
  if (adaptation === null) return;
  adaptation[j] = Math.min(decay(adaptation[j], op.adaptation!.decay[j]) + spike * SPIKE, STATE_LIMIT);
}

/** `li` has no threshold and never fires. */
function fires(op: Population, membrane: number, threshold: number): boolean {
  if (op.threshold === null) return false;
  return op.orEqual ? membrane >= threshold : membrane > threshold;
}

/** What the membrane takes in: V, or, where there is a current, what that passes on after it has taken V in. */
function drive({ op, accumulators, bias, current }: PopulationState, j: number): number {
  const input = scale(accumulators[j], op.shift) + (bias === null ? 0 : bias[j]);
  if (current === null) return input;
  const { decay: decays, fine } = op.current!;
  current[j] = clamp(decay(current[j], decays[j]) + scale(input, fine), -STATE_LIMIT, STATE_LIMIT);
  return rsh(current[j], fine);
}

/**
 * The sum before clamping, docs/ARITHMETIC.md, table of resets.
 *
 * @param membrane U of the step before
 * @param drive V
 * @param due r, 0 or 1; 0 where resets act now
 */
function newMembrane(op: Population, j: number, membrane: number, drive: number, due: number): number {
  const threshold = op.threshold === null ? 0 : op.threshold[j];
  switch (op.reset) {
    case "none":
      return leak(op, j, membrane) + drive;
    case "subtract":
      return leak(op, j, membrane) + drive - due * threshold;
    case "subtract-scaled":
      return leak(op, j, membrane - due * threshold) + drive;
    case "zero":
      return leak(op, j, due ? op.vReset : membrane) + drive;
    case "zero-step":
      return due ? op.vReset : leak(op, j, membrane) + drive;
  }
}

function resetNow(op: Population, j: number, membrane: number): number {
  return op.reset === "subtract" ? membrane - op.threshold![j] : op.vReset;
}

function listSpikes(state: PopulationState): void {
  const spikes: number[] = [];
  for (let j = 0; j < state.op.neurons; j++) if (state.fired[j]) spikes.push(j);
  state.spikes = Uint16Array.from(spikes);
  state.spikeCount += spikes.length;
}
