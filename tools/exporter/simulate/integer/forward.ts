/** One time step of synapses and populations, docs/ARITHMETIC.md, "One time step". */
import type { Operation, Population, Synapses } from "../../program.js";
import { isSynapses } from "../../program.js";
import { clamp, decay, scale } from "./arithmetic.js";

/** What the network is given in one step. */
export interface StepInput {
  /** indices of inputs, one that stands twice counts twice; empty for analogue networks */
  spikes: Uint16Array;
  /** a value an input, within ± the input range; empty for spiking networks */
  frame: Int16Array;
  /** the frame is that of the step before */
  held: boolean;
}

export interface SynapseState {
  op: Synapses;
  /** bytes a row */
  stride: number;
  /** as in the blob: `inputs` rows of `stride` bytes, weight + 128 */
  weights: Uint8Array;
  /** the accumulators of the population that follows */
  accumulators: Int32Array;
  /** Σ x_i · w_ji of the last frame; analogue only */
  drive: Int32Array;
  /** synaptic operations since the last start from rest */
  operations: number;
}

export interface PopulationState {
  op: Population;
  /** A */
  accumulators: Int32Array;
  bias: Int32Array | null;
  /** U */
  membranes: Int32Array;
  /** U of this step before a reset that acts now */
  unreset: Int32Array;
  /** r: a reset that acts in this step was due */
  due: Uint8Array;
  /** S */
  fired: Uint8Array;
  /** indices of the neurons that fired in this step, ascending */
  spikes: Uint16Array;
  /** spikes since the last start from rest */
  spikeCount: number;
}

export type OperationState = SynapseState | PopulationState;

export function isPopulation(state: OperationState): state is PopulationState {
  return !isSynapses(state.op);
}

/**
 * States at rest for all operations.
 *
 * @param rows the stored weights of operation `index`, which the state then owns
 */
export function makeStates(operations: Operation[], rows: (index: number) => Uint8Array): OperationState[] {
  const states: OperationState[] = [];
  let accumulators = new Int32Array(0);
  operations.forEach((op, index) => {
    if (isSynapses(op)) {
      if (!op.adds) accumulators = new Int32Array(op.outputs);
      states.push(makeSynapses(op, rows(index), accumulators));
    } else {
      states.push(makePopulation(op, accumulators));
    }
  });
  return states;
}

function makeSynapses(op: Synapses, weights: Uint8Array, accumulators: Int32Array): SynapseState {
  const stride = weights.length / op.inputs;
  const drive = new Int32Array(op.kind === "analogue" ? op.outputs : 0);
  return { op, stride, weights, accumulators, drive, operations: 0 };
}

function makePopulation(op: Population, accumulators: Int32Array): PopulationState {
  return {
    op,
    accumulators,
    bias: op.bias && op.bias.slice(),
    membranes: new Int32Array(op.neurons),
    unreset: new Int32Array(op.neurons),
    due: new Uint8Array(op.neurons),
    fired: new Uint8Array(op.neurons),
    spikes: new Uint16Array(0),
    spikeCount: 0,
  };
}

/** Back to rest: membranes 0, lists empty, statistics 0. Weights and biases stay. */
export function restState(state: OperationState): void {
  if (!isPopulation(state)) {
    state.operations = 0;
    return;
  }
  state.membranes.fill(0);
  state.unreset.fill(0);
  state.due.fill(0);
  state.fired.fill(0);
  state.spikes = new Uint16Array(0);
  state.spikeCount = 0;
}

/** Runs all operations for one step, in the order of the blob. */
export function stepForward(states: OperationState[], input: StepInput): void {
  for (const state of states) {
    if (isPopulation(state)) stepPopulation(state);
    else stepSynapses(state, states, input);
  }
}

/** The spikes that reach a dense operation in this step. */
export function spikesInto(op: Synapses, states: OperationState[], input: StepInput): Uint16Array {
  return op.source === 0 ? input.spikes : (states[op.source - 1] as PopulationState).spikes;
}

function stepSynapses(state: SynapseState, states: OperationState[], input: StepInput): void {
  if (!state.op.adds) state.accumulators.fill(0);
  if (state.op.kind === "dense") addSpikes(state, spikesInto(state.op, states, input));
  else addFrame(state, input);
}

function addSpikes(state: SynapseState, spikes: Uint16Array): void {
  const { accumulators, weights, stride } = state;
  const outputs = state.op.outputs;
  for (const i of spikes) {
    const row = i * stride;
    for (let j = 0; j < outputs; j++) accumulators[j] += weights[row + j] - 128;
  }
  state.operations += spikes.length * outputs;
}

function addFrame(state: SynapseState, input: StepInput): void {
  if (!input.held) driveFrame(state, input.frame);
  for (let j = 0; j < state.op.outputs; j++) state.accumulators[j] += state.drive[j];
}

function driveFrame(state: SynapseState, frame: Int16Array): void {
  const { drive, weights, stride } = state;
  const outputs = state.op.outputs;
  drive.fill(0);
  for (let i = 0; i < frame.length; i++) {
    const x = frame[i];
    if (x === 0) continue;
    const row = i * stride;
    for (let j = 0; j < outputs; j++) drive[j] += x * (weights[row + j] - 128);
    state.operations += outputs;
  }
}

/** New membranes, then spikes, then the resets that act now. */
function stepPopulation(state: PopulationState): void {
  const { op, accumulators, bias, membranes, unreset, due, fired } = state;
  const top = 2 ** (op.bits - 1) - 1;
  for (let j = 0; j < op.neurons; j++) {
    due[j] = op.resetAt === "next" && fires(op, j, membranes[j]) ? 1 : 0;
    const drive = scale(accumulators[j], op.shift) + (bias === null ? 0 : bias[j]);
    unreset[j] = clamp(newMembrane(op, j, membranes[j], drive, due[j]), op.lower, top);
    fired[j] = fires(op, j, unreset[j]) ? 1 : 0;
    membranes[j] = fired[j] && op.resetAt === "now" ? resetNow(op, j, unreset[j]) : unreset[j];
  }
  if (op.kind === "lif") listSpikes(state);
}

/** `li` has no threshold and never fires. */
function fires(op: Population, j: number, membrane: number): boolean {
  if (op.threshold === null) return false;
  return op.orEqual ? membrane >= op.threshold[j] : membrane > op.threshold[j];
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

/** `decay` with the population's own β, `x` itself where it has none. */
export function leak(op: Population, j: number, x: number): number {
  return op.decay === null ? x : decay(x, op.decay[j]);
}

function listSpikes(state: PopulationState): void {
  const spikes: number[] = [];
  for (let j = 0; j < state.op.neurons; j++) if (state.fired[j]) spikes.push(j);
  state.spikes = Uint16Array.from(spikes);
  state.spikeCount += spikes.length;
}
