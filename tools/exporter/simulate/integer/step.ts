/** The schedule `step`: strictly local in time, docs/ARITHMETIC.md. */
import { TRACE_BITS, UPDATE_LIMIT } from "../../../../assembly/layout.js";
import { clamp, rsh, sat16 } from "./arithmetic.js";
import { leak } from "./forward.js";
import { classErrors } from "./record.js";
import type { StepRecord } from "./record.js";
import { learningSignal, moveBias, moveWeight } from "./rules.js";
import type { LearningState, RuleState } from "./rules.js";

const TRACE_LIMIT = 2 ** 30 - 1;
/** What a spike adds to a trace. */
const SPIKE = 2 ** TRACE_BITS;
/** What a unit of an analogue input adds to a trace. */
const UNIT = 2 ** 10;

/** Moves all presynaptic traces by one recorded step. */
export function moveTraces(state: LearningState, step: StepRecord): void {
  state.rules.forEach((rule, index) => {
    const source = step.sources[index];
    const added = rule.synapses.op.kind === "dense" ? spikeSums(rule, source) : frameSums(source);
    for (let i = 0; i < added.length; i++) rule.traces[i] = movedTrace(rule, rule.traces[i], added[i]);
    rule.biasTrace = movedTrace(rule, rule.biasTrace, SPIKE);
  });
}

/** Back to rest. */
export function restTraces(state: LearningState): void {
  for (const rule of state.rules) {
    rule.traces.fill(0);
    rule.biasTrace = 0;
  }
}

/**
 * Learns from the step that was recorded last.
 *
 * @param target the right class of this step
 */
export function teachStep(state: LearningState, step: StepRecord, target: number): void {
  const errors = classErrors(step.probabilities, target);
  const signals = state.rules.map((rule) =>
    rule.rule.signal === "readout" ? readoutSignal(rule, errors) : symmetricSignal(state, rule, step, errors),
  );
  state.rules.forEach((rule, index) => applyRule(state, rule, signals[index]));
}

function spikeSums({ traces }: RuleState, spikes: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(traces.length);
  for (let n = 0; n < spikes.length; n++) sums[spikes[n]] += SPIKE;
  return sums;
}

function frameSums(frame: ArrayLike<number>): Float64Array {
  return Float64Array.from(frame, (x) => x * UNIT);
}

/** `clamp(decay(trace, β) + added)`; β is the one decay of the layer that the synapses feed. */
function movedTrace({ population }: RuleState, trace: number, added: number): number {
  return clamp(leak(population.op, 0, trace) + added, -TRACE_LIMIT, TRACE_LIMIT);
}

/** Y of the readout. */
function readoutSignal({ rule }: RuleState, errors: Float64Array): Float64Array {
  return errors.map((error) => sat16(rsh(error * rule.stepRate, 10)));
}

/** Y of the layer below it. */
function symmetricSignal(
  state: LearningState,
  { rule, population }: RuleState,
  step: StepRecord,
  errors: Float64Array,
): Float64Array {
  const signal = learningSignal(state, errors, population.op.neurons, rule.signalShift);
  return signal.map((l, j) => sat16(rsh(rsh(step.surrogate[j] * l, 15) * rule.stepRate, 10)));
}

function applyRule(learning: LearningState, state: RuleState, signal: Float64Array): void {
  state.traces.forEach((trace, i) => {
    const view = viewed(state, trace);
    if (view === 0) return;
    const changes = drawChanges(learning, state, view, signal);
    changes.forEach((change, j) => moveWeight(state, i, j, change));
  });
  if (!state.rule.learnsBias) return;
  const changes = drawChanges(learning, state, viewed(state, state.biasTrace), signal);
  changes.forEach((change, j) => moveBias(state, j, change));
}

/** X of a trace. */
function viewed({ rule }: RuleState, trace: number): number {
  return clamp(rsh(trace, rule.traceView), -32767, 32767);
}

/** Δ a neuron: `clamp((X · Y_j + random bits) >> s)`, in 1/256 of a weight's unit. */
function drawChanges(
  learning: LearningState,
  { rule }: RuleState,
  view: number,
  signal: Float64Array,
): Int32Array {
  const draws = learning.generator.draws(signal.length);
  const mask = 2 ** rule.stepRateShift - 1;
  return Int32Array.from(signal, (y, j) =>
    clamp((view * y + (draws[j] & mask)) >> rule.stepRateShift, -UPDATE_LIMIT, UPDATE_LIMIT),
  );
}
