/** What learns: weights of 16 bits and biases with a remainder, docs/ARITHMETIC.md, "Learning". */
import type { Learning, Rule } from "../../program.js";
import type { Learnt } from "../../readers/blob.js";
import { clamp, rsh, scale } from "./arithmetic.js";
import type { OperationState, PopulationState, SynapseState } from "./forward.js";
import { Generator } from "./generator.js";

const BIAS_LIMIT = 2 ** 29;

export interface RuleState {
  rule: Rule;
  synapses: SynapseState;
  /** the population that the synapses feed, alone; it stands right after them */
  population: PopulationState;
  /** ρ, beside `synapses.weights` */
  residuals: Uint8Array;
  /** φ a neuron, padded to a multiple of 16; null where the bias does not learn */
  biasFine: Int8Array | null;
  /** x̄ a source neuron; schedule `step` */
  traces: Float64Array;
  /** x̄_b; schedule `step` */
  biasTrace: number;
}

export interface LearningState {
  learning: Learning;
  generator: Generator;
  /** in the order of the learning section */
  rules: RuleState[];
  /** the last two operations */
  readout: { synapses: SynapseState; population: PopulationState };
}

/** @param learnt what the blob's learnt section holds; without it the state of a fresh blob */
export function makeLearning(learning: Learning, states: OperationState[], learnt?: Learnt): LearningState {
  const generator = new Generator(learning.seed);
  if (learnt) generator.lanes.set(learnt.lanes);
  return {
    learning,
    generator,
    rules: learning.rules.map((rule, index) => makeRule(rule, states, learnt?.rules[index])),
    readout: {
      synapses: states[states.length - 2] as SynapseState,
      population: states[states.length - 1] as PopulationState,
    },
  };
}

function makeRule(rule: Rule, states: OperationState[], learnt?: Learnt["rules"][number]): RuleState {
  const synapses = states[rule.synapse] as SynapseState;
  const population = states[rule.synapse + 1] as PopulationState;
  return {
    rule,
    synapses,
    population,
    residuals: learnt ? learnt.residuals : new Uint8Array(synapses.weights.length).fill(128),
    biasFine: learnt ? learnt.biasFine : rule.learnsBias ? new Int8Array(synapses.stride) : null,
    traces: new Float64Array(synapses.op.inputs),
    biasTrace: 0,
  };
}

export function symmetricRule(state: LearningState): RuleState | undefined {
  return state.rules.find(({ rule }) => rule.signal === "symmetric");
}

/**
 * `q ← clamp(q − change, 0, 65535)` for the weight from source neuron `i` to neuron `j`.
 *
 * @param change in 1/256 of a weight's unit
 */
export function moveWeight(state: RuleState, i: number, j: number, change: number): void {
  const { weights, stride } = state.synapses;
  const at = i * stride + j;
  const q = clamp(256 * weights[at] + state.residuals[at] - change, 0, 65535);
  weights[at] = q >> 8;
  state.residuals[at] = q & 255;
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

/**
 * What the readout's errors say to each neuron of the layer below:
 * `sat16(rsh(Σ_k w_kj · errors_k, shift))`, w the readout's weights as they are now.
 *
 * @param errors a class, |errors| ≤ 32768
 * @param neurons of the layer below
 */
export function learningSignal(
  state: LearningState,
  errors: Float64Array,
  neurons: number,
  shift: number,
): Float64Array {
  const { weights, stride } = state.readout.synapses;
  const signal = new Float64Array(neurons);
  for (let j = 0; j < neurons; j++) {
    let sum = 0;
    for (let k = 0; k < errors.length; k++) sum += (weights[j * stride + k] - 128) * errors[k];
    signal[j] = clamp(rsh(sum, shift), -32768, 32767);
  }
  return signal;
}
