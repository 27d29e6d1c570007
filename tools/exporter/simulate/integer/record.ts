/** What a recorded step leaves behind, docs/ARITHMETIC.md. */
import type { OperationState, StepInput } from "./forward.js";
import { isPopulation } from "./forward.js";
import type { PopulationState } from "./population.js";
import type { LearningState } from "./rules.js";
import { cuts, surrogates } from "./surrogate.js";

export interface StepRecord {
  input: StepInput;
  /** an operation: indices of the neurons that fired; empty for synapses and an `li` */
  spikes: Uint16Array[];
  /** an output: y of an `li`, z of a `lif`, 0 or 1 */
  outputs: Int32Array;
  /** ψ a neuron, a rule; empty for rules without a surrogate */
  surrogates: Int32Array[];
  /** cut a neuron, a rule */
  cuts: Uint8Array[];
}

/** Records the step that was run last. */
export function recordStep(state: LearningState, states: OperationState[], input: StepInput): StepRecord {
  const last = states[states.length - 1] as PopulationState;
  return {
    input,
    spikes: states.map((op) => (isPopulation(op) ? op.spikes : new Uint16Array(0))),
    outputs: last.op.kind === "li" ? last.membranes.slice() : Int32Array.from(last.fired),
    surrogates: state.rules.map(({ rule, population }) =>
      rule.surrogate ? surrogates(rule, population) : new Int32Array(0),
    ),
    cuts: state.rules.map(({ population }) => cuts(population)),
  };
}
