/** The schedule `window`: e-prop's sum over time turned round, docs/ARITHMETIC.md. */
import { UPDATE_GROUP, UPDATE_LIMIT } from "../../../../assembly/layout.js";
import { clamp, rsh, sat16 } from "./arithmetic.js";
import { leak } from "./forward.js";
import { classErrors } from "./record.js";
import type { StepRecord } from "./record.js";
import { learningSignal, moveBias, moveWeight } from "./rules.js";
import type { LearningState, RuleState } from "./rules.js";

const VIEW_LIMIT = 2 ** 20 - 1;
const CARRY_LIMIT = 2 ** 30 - 1;

/** D of one rule: a row of its population's neurons a step, in 1/256 of a weight's unit. */
type Changes = Int32Array[];

/**
 * Learns from a recorded window.
 *
 * @param record a step each, ascending, 1 … 65535 of them
 * @param target the right class
 */
export function teachWindow(state: LearningState, record: StepRecord[], target: number): void {
  const changes = state.rules.map((): Changes => []);
  const errorTrace = new Float64Array(state.readout.population.op.neurons);
  const carries = state.rules.map((rule) => new Float64Array(rule.population.op.neurons));

  for (let t = record.length - 1; t >= 0; t--) {
    const errors = classErrors(record[t].probabilities, target);
    filterErrors(state, errorTrace, errors);
    state.rules.forEach((rule, index) => {
      const readout = rule.rule.signal === "readout";
      if (!readout)
        moveCarry(state, rule, record[t], rule.rule.filtered ? errorTrace : errors, carries[index]);
      changes[index][t] = drawChanges(state, rule, readout ? errorTrace : carries[index]);
    });
  }
  state.rules.forEach((rule, index) => {
    const sources = record.map((step) => step.sources[index]);
    applyChanges(rule, sources, changes[index]);
  });
}

/** `E_k = decay(E_k, κ_k) + err_k`, in place. */
function filterErrors(state: LearningState, trace: Float64Array, errors: Float64Array): void {
  const { op } = state.readout.population;
  for (let k = 0; k < trace.length; k++) trace[k] = leak(op, k, trace[k]) + errors[k];
}

/** One step back in time of C, the coefficients of the layer below the readout, in place. */
function moveCarry(
  state: LearningState,
  below: RuleState,
  step: StepRecord,
  errors: Float64Array,
  carry: Float64Array,
): void {
  const { rule } = below;
  const { op } = below.population;
  const scaled = errors.map((error) => sat16(rsh(error, rule.errorShift)));
  const signal = learningSignal(state, scaled, op.neurons, rule.signalShift);
  for (let j = 0; j < carry.length; j++) {
    const present = rsh(step.surrogate[j] * signal[j], rule.carryShift);
    const future = op.reset === "zero" && step.cut[j] ? 0 : leak(op, j, carry[j]);
    const forgets = op.reset === "zero-step" && step.cut[j];
    carry[j] = forgets ? 0 : clamp(present + future, -CARRY_LIMIT, CARRY_LIMIT);
  }
}

/** `D_j = clamp((clamp(rsh(coefficient_j, view)) · m + random bits) >> s)`. */
function drawChanges(state: LearningState, { rule }: RuleState, coefficients: Float64Array): Int32Array {
  const draws = state.generator.draws(coefficients.length);
  const mask = 2 ** rule.rateShift - 1;
  return Int32Array.from(coefficients, (coefficient, j) => {
    const value = clamp(rsh(coefficient, rule.viewShift), -VIEW_LIMIT, VIEW_LIMIT);
    return clamp((value * rule.rate + (draws[j] & mask)) >> rule.rateShift, -UPDATE_LIMIT, UPDATE_LIMIT);
  });
}

function applyChanges(state: RuleState, sources: StepRecord["sources"], changes: Changes): void {
  const { inputs, kind } = state.synapses.op;
  if (kind === "dense") applySpikes(state, spikeSteps(sources, inputs), changes);
  else applyFrames(state, sources, changes);
  if (state.rule.learnsBias) applyBias(state, changes);
}

/** For every source neuron the steps of its spikes, ascending, one entry a spike. */
function spikeSteps(sources: StepRecord["sources"], inputs: number): number[][] {
  const steps = Array.from({ length: inputs }, (): number[] => []);
  sources.forEach((spikes, t) => spikes.forEach((i) => steps[i].push(t)));
  return steps;
}

/** Groups of 16 spikes of a source meet the weights as one sum. */
function applySpikes(state: RuleState, steps: number[][], changes: Changes): void {
  const { neurons } = state.population.op;
  const sum = new Int32Array(neurons);
  for (let i = 0; i < steps.length; i++) {
    for (let from = 0; from < steps[i].length; from += UPDATE_GROUP) {
      sum.fill(0);
      for (const t of steps[i].slice(from, from + UPDATE_GROUP)) {
        const step = changes[t];
        for (let j = 0; j < neurons; j++) sum[j] += step[j];
      }
      for (let j = 0; j < neurons; j++) moveWeight(state, i, j, sum[j]);
    }
  }
}

/** Every input's values over the window meet the weights as one sum; |Σ x · D| < 2^30. */
function applyFrames(state: RuleState, frames: StepRecord["sources"], changes: Changes): void {
  const { neurons } = state.population.op;
  const sum = new Float64Array(neurons);
  for (let i = 0; i < state.synapses.op.inputs; i++) {
    if (frames.every((frame) => frame[i] === 0)) continue;
    sum.fill(0);
    frames.forEach((frame, t) => {
      for (let j = 0; j < neurons; j++) sum[j] += frame[i] * changes[t][j];
    });
    for (let j = 0; j < neurons; j++) {
      moveWeight(state, i, j, clamp(rsh(sum[j], state.rule.traceShift), -32767, 32767));
    }
  }
}

function applyBias(state: RuleState, changes: Changes): void {
  for (let j = 0; j < state.population.op.neurons; j++) {
    moveBias(
      state,
      j,
      changes.reduce((sum, step) => sum + step[j], 0),
    );
  }
}
