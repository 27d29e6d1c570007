/** What a population learns from in one step, docs/ARITHMETIC.md: a block of numbers with one exponent. */
import type { Rule } from "../../program.js";
import { bits, rsh, sat16, shift } from "./arithmetic.js";
import type { FullLesson } from "./lesson.js";
import { CERTAIN, FAR, probabilities } from "./probabilities.js";
import type { StepRecord } from "./record.js";
import type { LearningState, RuleState } from "./rules.js";

/** Numbers that stand for themselves times 2^exponent. */
export interface Block {
  values: Float64Array;
  exponent: number;
}

/** A matrix of 8-bit weights, a row a neuron of the population, and a number a column. */
export interface Contribution {
  /** weight + 128 */
  rows: Uint8Array;
  stride: number;
  /** X and ξ */
  values: ArrayLike<number>;
  exponent: number;
  /** of a recurrent path */
  recurrent: boolean;
  /** m, Q1.15, and g */
  gain: number;
  gainExponent: number;
}

/** One step of a lesson. */
export interface Moment {
  record: StepRecord;
  /** the mask counts this step */
  counts: boolean;
  lesson: FullLesson;
  /** err an output */
  errors: Float64Array;
  /** E an output; err where the last population spikes */
  heldErrors: Float64Array;
}

/** P and N of every rule, a neuron, as the rule left them last. */
export interface Coefficients {
  present: Block[];
  carried: Block[];
}

/**
 * L of a population that spikes, and p.
 *
 * @param index of the rule
 * @param penalty r + 128 a neuron, from `penalties`; null without a regulariser
 * @param recurrent whether what recurrent paths return counts
 */
export function learningSignal(
  state: LearningState,
  index: number,
  moment: Moment,
  coefficients: Coefficients,
  penalty: Uint8Array | null,
  recurrent: boolean,
): Block {
  const { rule, population } = state.rules[index];
  if (rule.signal === "loss") return { values: moment.errors, exponent: 0 };
  const contributions = returned(state, index, coefficients);
  const heard = feedback(state.rules[index], moment);
  if (heard) contributions.push(heard);
  if (penalty) {
    const values = [rule.regulariser!.strength];
    const gainExponent = rule.regulariser!.exponent;
    contributions.push({ rows: penalty, stride: 1, values, ...PLAIN, gain: 2 ** GAIN_BITS, gainExponent });
  }
  return gather(
    contributions.filter((contribution) => recurrent || !contribution.recurrent),
    population.op.neurons,
  );
}

const GAIN_BITS = 15;
const PLAIN = { exponent: 0, recurrent: false } as const;

/** What the paths return to the population of rule `index`. */
function returned(state: LearningState, index: number, { present, carried }: Coefficients): Contribution[] {
  return state.paths
    .filter(({ heardBy }) => heardBy === index)
    .map(({ path, synapses, rule, recurrent }) => ({
      rows: synapses.weights,
      stride: synapses.stride,
      ...(path.returns === "carried" ? carried[rule] : present[rule]),
      recurrent,
      gain: path.gain,
      gainExponent: path.gainExponent,
    }));
}

/** What the population hears through weights that are drawn. */
function feedback(state: RuleState, moment: Moment): Contribution | null {
  const { rule, feedback: rows } = state;
  if (rows === null) return null;
  const values = feedbackValues(state, rows, moment);
  const stride = rows.length / state.population.op.neurons;
  return { rows, stride, values, ...PLAIN, gain: rule.gain, gainExponent: rule.gainExponent };
}

/** X a column. */
function feedbackValues({ rule }: RuleState, rows: Uint8Array, moment: Moment): Float64Array {
  const { errors, counts, lesson } = moment;
  if (rule.signal === "random") return rule.filtered ? moment.heldErrors : errors;
  if (rule.signal === "reward") return Float64Array.of(counts ? lesson.reward : 0);
  if (!counts) return errors.map(() => 0);
  const found = rule.signal === "local" ? localProbabilities(rule, rows, moment) : errors.map(() => 0);
  return found.map((p, k) => p - (k === lesson.target ? CERTAIN : 0));
}

/** Of a fixed readout of the population's own: `l_k = 16 · Σ B_jk` over its spikes of this step. */
function localProbabilities(rule: Rule, rows: Uint8Array, { record, errors }: Moment): Float64Array {
  const spikes = record.spikes[rule.population];
  const stride = Math.ceil(errors.length / 16) * 16;
  const logits = errors.map((_, k) => spikes.reduce((sum, j) => sum + 16 * (rows[j * stride + k] - 128), 0));
  const highest = logits.reduce((a, b) => Math.max(a, b));
  return probabilities(logits.map((l) => Math.min(highest - l, FAR)));
}

/** L and p of all contributions. */
export function gather(contributions: Contribution[], neurons: number): Block {
  const blocks = contributions.map(({ values, exponent, gain, gainExponent }) => ({
    values: Float64Array.from(values, (x) => rsh(x * gain, GAIN_BITS)),
    exponent: exponent + gainExponent,
  }));
  const crowd = bits(Math.max(0, contributions.length - 1));
  const common = blocks.reduce((most, block) => Math.max(most, neededExponent(block, crowd)), 0);
  const terms = blocks.map(({ values, exponent }) => values.map((y) => sat16(shift(y, common - exponent))));
  const right = Math.max(0, bits(terms.reduce((sum, values) => sum + magnitudes(values).total, 0)) - 8);
  const signal = new Float64Array(neurons);
  contributions.forEach(({ rows, stride }, index) => addProducts(signal, rows, stride, terms[index]));
  return { values: signal.map((sum) => sat16(rsh(sum, right))), exponent: common + right };
}

/** The least exponent at which a vector has 16 bits and its sums have room; 0 where it is 0 throughout. */
function neededExponent({ values, exponent }: Block, crowd: number): number {
  const { largest, total } = magnitudes(values);
  return largest === 0 ? 0 : exponent + Math.max(bits(largest) - 15, bits(total) - 22 + crowd);
}

/** The largest magnitude, and the sum of all. */
function magnitudes(values: Float64Array): { largest: number; total: number } {
  let largest = 0;
  let total = 0;
  for (const value of values) {
    largest = Math.max(largest, Math.abs(value));
    total += Math.abs(value);
  }
  return { largest, total };
}

/** Adds `Σ_k w_jk · values_k` to every neuron `j`. */
function addProducts(signal: Float64Array, rows: Uint8Array, stride: number, values: Float64Array): void {
  for (let j = 0; j < signal.length; j++) {
    let sum = 0;
    for (let k = 0; k < values.length; k++) sum += (rows[j * stride + k] - 128) * values[k];
    signal[j] += sum;
  }
}
