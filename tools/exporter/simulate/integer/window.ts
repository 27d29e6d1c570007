/** The schedule `window`: sums over time turned round, docs/ARITHMETIC.md. */
import { UPDATE_BITS, UPDATE_LIMIT } from "../../../../assembly/layout.js";
import { clamp, shift } from "./arithmetic.js";
import { Carried, presentOf } from "./coefficients.js";
import type { FullLesson } from "./lesson.js";
import { lessonErrors } from "./losses.js";
import { leak } from "./population.js";
import type { StepRecord } from "./record.js";
import { penalties } from "./regulariser.js";
import { moveBias } from "./rules.js";
import type { LearningState, RuleState } from "./rules.js";
import { learningSignal } from "./signal.js";
import type { Block, Coefficients } from "./signal.js";
import { pairCoefficients } from "./stdp.js";
import { updatePath } from "./updates.js";

const VIEW_LIMIT = 2 ** 20 - 1;
const CARRY_LIMIT = 2 ** 30 - 1;

/** D of one rule: a number a neuron of its population, a step, in 1/256 of a weight's unit. */
type Changes = Int32Array[];

/**
 * Learns from a recorded window.
 *
 * @param record a step each, ascending, 1 … 65535 of them
 */
export function teachWindow(state: LearningState, record: StepRecord[], lesson: FullLesson): void {
  const changes = sweep(state, record, lesson);
  for (const path of state.paths) if (path.path.learns) updatePath(state, path, record, changes[path.rule]);
  state.rules.forEach((rule, index) => {
    if (rule.rule.learnsBias) updateBias(rule, changes[index]);
  });
}

/** Goes through the window backwards. */
function sweep(state: LearningState, record: StepRecord[], lesson: FullLesson): Changes[] {
  const outputs = record.map((step) => step.outputs);
  const errors = lessonErrors(state.learning, outputs, lesson);
  const changes = state.rules.map((): Changes => []);
  const coefficients: Coefficients = { present: nothing(state), carried: nothing(state) };
  const carried = state.rules.map((rule) => new Carried(rule));
  const lists = state.rules.map(({ rule }) => record.map(({ spikes }) => spikes[rule.population]));
  const penalty = state.rules.map((rule, index) => penalties(rule, lists[index]));
  const pairs = state.rules.map(({ rule, population }, index) =>
    rule.stdp ? pairCoefficients(rule.stdp, lists[index], population.op.neurons, lesson.reward) : null,
  );

  let heldErrors: Float64Array = new Float64Array(state.last.op.neurons);
  for (let t = record.length - 1; t >= 0; t--) {
    heldErrors = holdErrors(state, heldErrors, errors[t]);
    const counts = t >= lesson.from && t < lesson.to;
    const moment = { record: record[t], counts, lesson, errors: errors[t], heldErrors };
    state.rules.forEach((rule, index) => {
      const pair = pairs[index];
      let heard = 0;
      if (rule.population.op.kind === "li") {
        coefficients.present[index] = { values: errors[t], exponent: 0 };
        coefficients.carried[index] = { values: heldErrors, exponent: 0 };
      } else if (pair) {
        coefficients.carried[index] = { values: pair[t], exponent: 0 };
      } else {
        const hear = (recurrent: boolean): Block =>
          learningSignal(state, index, moment, coefficients, penalty[index], recurrent);
        const own = hear(false);
        const all = hear(true);
        heard = all.exponent;
        carried[index].move(index, record[t], all);
        coefficients.present[index] = presentOf(rule, index, record[t], own);
        coefficients.carried[index] = carried[index].block;
      }
      changes[index][t] = drawChanges(state, rule, coefficients.carried[index]);
      if (rule.population.op.kind === "li" || pair) return;
      carried[index].settle(heard);
      coefficients.carried[index] = carried[index].block;
    });
  }
  return changes;
}

function nothing({ rules }: LearningState): Block[] {
  return rules.map(({ population }) => ({ values: new Float64Array(population.op.neurons), exponent: 0 }));
}

/** E of the step before; err of a population that spikes. */
function holdErrors({ last }: LearningState, held: Float64Array, errors: Float64Array): Float64Array {
  return Float64Array.from(errors, (error, k) =>
    last.op.kind === "li" ? clamp(leak(last.op, k, held[k]) + error, -CARRY_LIMIT, CARRY_LIMIT) : error,
  );
}

/** `D_j = clamp((clamp(shift(N_j, r − 18 − x)) · m + random bits) >> 18)`. */
function drawChanges(state: LearningState, { rule }: RuleState, { values, exponent }: Block): Int32Array {
  const draws = state.generator.draws(values.length);
  const mask = 2 ** UPDATE_BITS - 1;
  return Int32Array.from(values, (coefficient, j) => {
    const scaled = shift(coefficient, rule.rateShift - UPDATE_BITS - exponent);
    const value = clamp(scaled, -VIEW_LIMIT, VIEW_LIMIT);
    return clamp((value * rule.rate + (draws[j] & mask)) >> UPDATE_BITS, -UPDATE_LIMIT, UPDATE_LIMIT);
  });
}

function updateBias(state: RuleState, changes: Changes): void {
  for (let j = 0; j < state.population.op.neurons; j++) {
    moveBias(
      state,
      j,
      changes.reduce((sum, step) => sum + step[j], 0),
    );
  }
}
