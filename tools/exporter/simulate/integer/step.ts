/** The schedule `step`: strictly local in time, docs/ARITHMETIC.md. */
import { TRACE_BITS, UPDATE_LIMIT } from "../../../../assembly/layout.js";
import { bits, clamp, rsh, sat16, shift } from "./arithmetic.js";
import { presentOf } from "./coefficients.js";
import type { FullLesson } from "./lesson.js";
import { lessonErrors } from "./losses.js";
import { leak } from "./population.js";
import type { StepRecord } from "./record.js";
import { penalties } from "./regulariser.js";
import { moveBias, moveWeights } from "./rules.js";
import type { LearningState, PathState, RuleState } from "./rules.js";
import { learningSignal } from "./signal.js";
import type { Block, Moment } from "./signal.js";

const TRACE_LIMIT = 2 ** 30 - 1;
/** What a spike adds to a trace. */
const SPIKE = 2 ** TRACE_BITS;
/** What a unit of an analogue input adds to a trace. */
const UNIT = 2 ** 10;

/** Moves all presynaptic traces by one recorded step. */
export function moveTraces(state: LearningState, step: StepRecord): void {
  for (const path of state.paths) {
    if (!path.path.learns) continue;
    const { synapses, traces } = path;
    const added =
      synapses.op.kind === "dense"
        ? spikeSums(traces.length, synapses.carried)
        : Float64Array.from(step.input.frame, (x) => x * UNIT);
    const rule = state.rules[path.rule];
    for (let i = 0; i < added.length; i++) traces[i] = movedTrace(rule, traces[i], added[i]);
  }
  for (const rule of state.rules) rule.biasTrace = movedTrace(rule, rule.biasTrace, SPIKE);
}

/** Back to rest. */
export function restTraces({ paths, rules }: LearningState): void {
  for (const { traces } of paths) traces.fill(0);
  for (const rule of rules) rule.biasTrace = 0;
}

/**
 * Learns from the step that was recorded last.
 *
 * @param step a window of its own
 */
export function teachStep(state: LearningState, step: StepRecord, lesson: FullLesson): void {
  const signals = stepSignals(state, step, lesson);
  for (const path of state.paths) {
    if (path.path.learns) updatePath(state, path, signals[path.rule]);
  }
  state.rules.forEach((rule, index) => {
    if (!rule.rule.learnsBias) return;
    const view = viewed(rule, rule.biasTrace);
    drawChanges(state, view, signals[index]).forEach((change, j) => moveBias(rule, j, change));
  });
}

function spikeSums(inputs: number, spikes: Uint16Array): Float64Array {
  const sums = new Float64Array(inputs);
  for (const i of spikes) sums[i] += SPIKE;
  return sums;
}

/** `clamp(decay(trace, β) + added)`; β is the one decay of the population. */
function movedTrace({ population }: RuleState, trace: number, added: number): number {
  return clamp(leak(population.op, 0, trace) + added, -TRACE_LIMIT, TRACE_LIMIT);
}

/** Y of a rule, 16 bits, and the shift of what it is multiplied into. */
interface StepSignal {
  values: Float64Array;
  /** t */
  shift: number;
}

/** Y of every rule. Nothing is carried here: E is err. */
function stepSignals(state: LearningState, step: StepRecord, lesson: FullLesson): StepSignal[] {
  const [errors] = lessonErrors(state.learning, [step.outputs], lesson);
  const moment: Moment = { record: step, counts: true, lesson, errors, heldErrors: errors };
  const present: Block[] = [];
  return state.rules.map((rule, index) => {
    present[index] = stepCoefficients(state, index, moment, present);
    return stepSignal(rule, present[index]);
  });
}

/** P of rule `index`. */
function stepCoefficients(state: LearningState, index: number, moment: Moment, present: Block[]): Block {
  const rule = state.rules[index];
  if (rule.population.op.kind === "li") return { values: moment.errors, exponent: 0 };
  const penalty = penalties(rule, [moment.record.spikes[rule.rule.population]]);
  const signal = learningSignal(state, index, moment, { present, carried: [] }, penalty, true);
  return presentOf(rule, index, moment.record, signal);
}

function stepSignal({ rule }: RuleState, { values, exponent }: Block): StepSignal {
  const largest = values.reduce((most, p) => Math.max(most, Math.abs(p)), 0) * rule.stepRate;
  const size = Math.max(0, bits(largest) - 15);
  const t = clamp(rule.stepRateShift - exponent - size, 0, 30);
  const right = rule.stepRateShift - exponent - t;
  return { values: values.map((p) => sat16(shift(p * rule.stepRate, right))), shift: t };
}

function updatePath(state: LearningState, path: PathState, signal: StepSignal): void {
  const rule = state.rules[path.rule];
  path.traces.forEach((trace, i) => {
    const view = viewed(rule, trace);
    if (view !== 0) moveWeights(path, state.generator, i, drawChanges(state, view, signal));
  });
}

/** X of a trace. */
function viewed({ rule }: RuleState, trace: number): number {
  return clamp(rsh(trace, rule.traceView), -32767, 32767);
}

/** Δ a neuron: `clamp((X · Y_j + random bits) >> t)`, in 1/256 of a weight's unit. */
function drawChanges({ generator }: LearningState, view: number, signal: StepSignal): Int32Array {
  const draws = generator.draws(signal.values.length);
  const mask = 2 ** signal.shift - 1;
  return Int32Array.from(signal.values, (y, j) =>
    clamp((view * y + (draws[j] & mask)) >> signal.shift, -UPDATE_LIMIT, UPDATE_LIMIT),
  );
}
