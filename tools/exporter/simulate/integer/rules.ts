/** What learns: populations and the synapses that feed them, docs/ARITHMETIC.md, "Learning". */
import type { Learning, Path, Rule } from "../../program.js";
import type { Learnt } from "../../readers/blob.js";
import { clamp, rsh, scale } from "./arithmetic.js";
import { isRecurrent } from "./forward.js";
import type { OperationState, SynapseState } from "./forward.js";
import { drawFeedback, Generator } from "./generator.js";
import type { PopulationState } from "./population.js";

const BIAS_LIMIT = 2 ** 29;

export interface RuleState {
  rule: Rule;
  population: PopulationState;
  /** φ a neuron, padded to a multiple of 16; null where the bias does not learn */
  biasFine: Int8Array | null;
  /** x̄_b; schedule `step` */
  biasTrace: number;
  /** B + 128, a padded row a neuron; null without drawn feedback. Every lesson draws the same. */
  feedback: Uint8Array | null;
}

export interface PathState {
  path: Path;
  synapses: SynapseState;
  /** the rule of the population that the synapses feed, its place in the section */
  rule: number;
  /** the rule of their source, where the path returns something; else −1 */
  heardBy: number;
  /** they carry the spikes of the step before */
  recurrent: boolean;
  /** ρ, beside `synapses.weights`; null where there are none */
  residuals: Uint8Array | null;
  /** M, beside `synapses.weights`; null without momentum */
  momentum: Int16Array | null;
  /** u°, the weights as they were when the network was loaded; null without a pull */
  loaded: Uint8Array | null;
  /** x̄ a source neuron; schedule `step` */
  traces: Float64Array;
}

export interface LearningState {
  learning: Learning;
  generator: Generator;
  /** in the order of the learning section */
  rules: RuleState[];
  paths: PathState[];
  /** the last operation */
  last: PopulationState;
}

/** @param learnt what the blob's learnt section holds; without it the state of a fresh blob */
export function makeLearning(learning: Learning, states: OperationState[], learnt?: Learnt): LearningState {
  const generator = new Generator(learning.seed);
  if (learnt) generator.lanes.set(learnt.lanes);
  const last = states[states.length - 1] as PopulationState;
  return {
    learning,
    generator,
    rules: learning.rules.map((rule, index) => ({
      rule,
      population: states[rule.population] as PopulationState,
      biasFine: rule.learnsBias ? (learnt?.biasFine[index] ?? freshFine(states, rule)) : null,
      biasTrace: 0,
      feedback: feedback(rule, states, last.op.neurons),
    })),
    paths: learning.paths.map((path, index) =>
      makePath(path, learning, states, learnt?.residuals[index] ?? null),
    ),
    last,
  };
}

function freshFine(states: OperationState[], { population }: Rule): Int8Array {
  const { op } = states[population] as PopulationState;
  return new Int8Array((op.neurons + 15) & ~15);
}

/** A reward has one column, errors and targets have one a class. */
function feedback(rule: Rule, states: OperationState[], classes: number): Uint8Array | null {
  const { op } = states[rule.population] as PopulationState;
  switch (rule.signal) {
    case "random":
    case "target":
    case "local":
      return drawFeedback(rule.feedbackSeed, op.neurons, classes);
    case "reward":
      return drawFeedback(rule.feedbackSeed, op.neurons, 1);
    default:
      return null;
  }
}

function makePath(
  path: Path,
  { rules }: Learning,
  states: OperationState[],
  learnt: Uint8Array | null,
): PathState {
  const synapses = states[path.synapse] as SynapseState;
  const { op, weights } = synapses;
  // The population that synapses feed is the first one behind them.
  const fed = states.findIndex((state, index) => index > path.synapse && "membranes" in state);
  const bytes = path.learns ? weights.length : 0;
  return {
    path,
    synapses,
    rule: rules.findIndex(({ population }) => population === fed),
    heardBy:
      path.returns === "nothing" ? -1 : rules.findIndex(({ population }) => population === op.source - 1),
    recurrent: isRecurrent(op, path.synapse),
    residuals: path.residuals ? (learnt ?? new Uint8Array(bytes).fill(128)) : null,
    momentum: path.update.kind === "momentum" ? new Int16Array(bytes) : null,
    loaded: path.pullShift > 0 ? weights.slice() : null,
    traces: new Float64Array(op.inputs),
  };
}

/**
 * Moves the weights from source neuron `i`: `q ← clamp(q − change, 0, 65535)`, or, without residuals and with a draw
 * a neuron, `u ← clamp(u − ((change + (draw & 255)) >> 8), 0, 255)`.
 *
 * @param changes a target neuron, in 1/256 of a weight's unit
 */
export function moveWeights(
  state: PathState,
  generator: Generator,
  i: number,
  changes: ArrayLike<number>,
): void {
  const { residuals } = state;
  const { weights, stride } = state.synapses;
  const row = i * stride;
  if (residuals === null) {
    const draws = generator.draws(changes.length);
    for (let j = 0; j < changes.length; j++) {
      const change = (changes[j] + (draws[j] & 255)) >> 8;
      weights[row + j] = clamp(weights[row + j] - change, 0, 255);
    }
    return;
  }
  for (let j = 0; j < changes.length; j++) {
    const q = clamp(256 * weights[row + j] + residuals[row + j] - changes[j], 0, 65535);
    weights[row + j] = q >> 8;
    residuals[row + j] = q & 255;
  }
}

/**
 * `f ← clamp(f − scale(bias scale · change, k), ± 2^29)` for the bias of neuron `j`; B and φ follow.
 *
 * @param change as for a weight, |change| < 2^37, so that the product is exact
 */
export function moveBias(state: RuleState, j: number, change: number): void {
  const bias = state.population.bias!;
  const biasFine = state.biasFine!;
  const update = scale(state.rule.biasScale * change, state.population.op.shift);
  const f = clamp(256 * bias[j] + biasFine[j] - update, -BIAS_LIMIT, BIAS_LIMIT);
  bias[j] = rsh(f, 8);
  biasFine[j] = f - 256 * bias[j];
}
