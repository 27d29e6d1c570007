/** One time step of synapses and populations, docs/ARITHMETIC.md, "One time step". */
import type { Operation, Synapses } from "../../program.js";
import { isSynapses } from "../../program.js";
import { makePopulation, restPopulation, stepPopulation } from "./population.js";
import type { PopulationState } from "./population.js";

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
  /** the spikes that the last step carried; dense only */
  carried: Uint16Array;
  /** Σ x_i · w_ji of the last frame; analogue only */
  drive: Int32Array;
  /** synaptic operations since the last start from rest */
  operations: number;
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
  return { op, stride, weights, accumulators, carried: new Uint16Array(0), drive, operations: 0 };
}

/** Back to rest: states 0, lists empty, statistics 0. Weights and biases stay. */
export function restState(state: OperationState): void {
  if (isPopulation(state)) restPopulation(state);
  else state.operations = 0;
}

/** Runs all operations for one step, in the order of the blob. */
export function stepForward(states: OperationState[], input: StepInput): void {
  for (const state of states) {
    if (isPopulation(state)) stepPopulation(state);
    else stepSynapses(state, states, input);
  }
}

/** Whether the synapses at `operation` listen to a population behind them: they carry its spikes of the step before. */
export function isRecurrent({ source }: Synapses, operation: number): boolean {
  return source - 1 > operation;
}

function stepSynapses(state: SynapseState, states: OperationState[], input: StepInput): void {
  if (!state.op.adds) state.accumulators.fill(0);
  if (state.op.kind === "analogue") {
    addFrame(state, input);
    return;
  }
  const { source } = state.op;
  // A population behind these synapses did not run yet: its list is that of the step before.
  state.carried = source === 0 ? input.spikes : (states[source - 1] as PopulationState).spikes;
  addSpikes(state, state.carried);
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
