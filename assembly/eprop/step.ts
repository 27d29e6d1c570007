/**
 * The schedule `step`: forward traces, a change of the weights at every step that has a target, nothing kept of the past but
 * one trace a presynaptic neuron (Bellec et al. 2020, equation 4 without the readout's filter).
 */
import { Arena, RuleState } from "../arena";
import { HEADER_ZERO, SYNAPSE_INPUTS, SYNAPSE_STRIDE } from "../layout";
import { clear, limit, rsh } from "../fixedpoint/arithmetic";
import { learnBias } from "./bias";
import { addUpdates, applySpikes, emit } from "./rows";

/**
 * Weights and bias −= X · Y, rounded at random, for every source whose trace is not 0; Y lies in the rule's `carry`.
 * A row of X · Y is one step's D with X for a rate, and a source that fired in that step alone meets it.
 */
export function applyTraces(arena: Arena, rule: RuleState): void {
  const stride = load<u32>(rule.synapses, SYNAPSE_STRIDE), inputs = load<u32>(rule.synapses, SYNAPSE_INPUTS);
  const row = arena.accumulators;
  let weights = rule.weights, residuals = rule.residuals;
  for (let i: u32 = 0; i <= inputs; i++) {
    const bias = i == inputs;
    if (bias && !rule.fine) return;
    const x = limit(rsh(load<i32>(rule.traces + (i << 2)), rule.traceView), 32767);
    if (x || bias) emit(rule.carry, stride, row, 0, x, rule.stepRateShift, arena.random);
    // the one time of the list is a zero of the blob's
    if (x && !bias) applySpikes(weights, residuals, stride, row, arena.blob + HEADER_ZERO, 1);
    weights += stride;
    residuals += stride;
  }
  clear(rule.carry, stride << 2);
  addUpdates(rule.carry, row, stride, 1);
  learnBias(rule);
}
