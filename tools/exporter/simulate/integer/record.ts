/** What a recorded step leaves behind, docs/ARITHMETIC.md. */
import { shiftRight } from "./arithmetic.js";
import type { OperationState, PopulationState, StepInput } from "./forward.js";
import { spikesInto } from "./forward.js";
import type { LearningState, RuleState } from "./rules.js";
import { symmetricRule } from "./rules.js";

/** 1 as a class probability. */
const CERTAIN = 16384;

export interface StepRecord {
  /** a rule: the spikes of a dense operation's source, or the frame of an analogue one */
  sources: (Uint16Array | Int16Array)[];
  /** ψ a neuron of the spiking layer that learns, 0 … 32767; empty without one */
  surrogate: Int32Array;
  /** cut a neuron of that layer: the step broke the membrane's memory */
  cut: Uint8Array;
  /** p a class, 2^14 is probability 1 */
  probabilities: Int32Array;
}

/** Records the step that was run last. */
export function recordStep(state: LearningState, states: OperationState[], input: StepInput): StepRecord {
  const below = symmetricRule(state);
  const { logit, logitShift } = state.learning;
  return {
    sources: state.rules.map(({ synapses: { op } }) =>
      op.kind === "dense" ? spikesInto(op, states, input) : input.frame,
    ),
    surrogate: below ? surrogate(below) : new Int32Array(0),
    cut: below ? cuts(below.population) : new Uint8Array(0),
    probabilities: classProbabilities(state.readout.population.membranes, logit, logitShift),
  };
}

/** A triangle around θ, from the membrane before a reset that acts now. */
function surrogate(state: RuleState): Int32Array {
  const { width, factor } = state.rule.surrogate!;
  const { unreset, op } = state.population;
  return Int32Array.from(unreset, (membrane, j) => {
    const inside = Math.max(0, width[j] - Math.abs(membrane - op.threshold![j]));
    return Math.min(32767, shiftRight(inside * factor[j], 15));
  });
}

/** Where the new membrane does not depend on the one before. */
function cuts({ op, due, fired }: PopulationState): Uint8Array {
  if (op.reset === "zero") return fired.slice();
  if (op.reset === "zero-step") return due.slice();
  return new Uint8Array(op.neurons);
}

/**
 * The softmax to base 2 of the readout's membranes.
 *
 * @param membranes a class, 32 bits
 * @param m the logit factor, 1 … 2^20
 * @param s the logit shift, 0 … 40
 * @returns a class, 2^14 is probability 1
 */
export function classProbabilities(membranes: Int32Array, m: number, s: number): Int32Array {
  const logits = Float64Array.from(membranes, (y) => shiftRight(y * m, s));
  const highest = logits.reduce((a, b) => Math.max(a, b));
  const powers = logits.map((l) => negativePower(Math.min(highest - l, 2 ** 20)));
  const reciprocal = Math.floor(2 ** 44 / powers.reduce((a, b) => a + b));
  return Int32Array.from(powers, (e) => shiftRight(e * reciprocal + 2 ** 29, 30));
}

/** `2^15 · 2^(−d/1024)`, within 4 units; 0 from d = 15·1024. */
export function negativePower(d: number): number {
  if (d >= 15 * 1024) return 0;
  const f = d % 1024;
  const cubic = 7600 - ((f * 1316) >> 10);
  const square = 22670 - ((f * cubic) >> 10);
  return (32768 - ((f * square) >> 10)) >> (d >> 10);
}

/** err: `p − [k = target]` a class, −2^14 … 2^14. */
export function classErrors(probabilities: Int32Array, target: number): Float64Array {
  return Float64Array.from(probabilities, (p, k) => p - (k === target ? CERTAIN : 0));
}
