/**
 * The schedule `step`: forward traces, a change of the weights at every step that has a target, nothing kept of the past but
 * one trace a presynaptic neuron (Bellec et al. 2020, equation 4 without the readout's filter).
 */
import { RuleState } from "../arena";
import { OPERATION_BYTES, POPULATION_SHIFT, RULE_BIAS_SCALE, RULE_TRACE_VIEW, UPDATE_LIMIT } from "../layout";
import { SYNAPSE_INPUTS, SYNAPSE_OUTPUTS, SYNAPSE_STRIDE } from "../layout";
import { clamp, rsh } from "../fixedpoint/arithmetic";
import { draw } from "../fixedpoint/random";
import { learnBias } from "./bias";
import { applyOne } from "./rows";

/**
 * Weights and bias −= X · Y, rounded at random, for every source whose trace is not 0.
 *
 * @param record the rule's record in the blob
 * @param op the synapses that learn; their population follows
 */
export function applyTraces(record: usize, rule: RuleState, op: usize, random: usize): void {
  const view = <i32>load<u8>(record, RULE_TRACE_VIEW), shift = rule.stepRateShift;
  const stride = load<u32>(op, SYNAPSE_STRIDE), sources = load<u32>(op, SYNAPSE_INPUTS), neurons = load<u32>(op, SYNAPSE_OUTPUTS);
  const mask: u32 = (1 << shift) - 1;
  for (let i: u32 = 0; i <= sources; i++) {
    if (i == sources && !rule.fine) return;
    const x = clamp(rsh(load<i32>(rule.traces + (i << 2)), view), -32767, 32767);
    if (!x && i < sources) continue;
    const row = i * stride;
    for (let j: u32 = 0; j < stride; j++) {
      const noise = <i32>(draw(random, j) & mask);
      const d = clamp((x * <i32>load<i16>(rule.signal + (j << 1)) + noise) >> shift, -UPDATE_LIMIT, UPDATE_LIMIT);
      if (i < sources) applyOne(rule.weights + row + j, rule.residuals + row + j, d);
      else if (j < neurons) learnBias(rule, j, d, load<u16>(record, RULE_BIAS_SCALE), load<i8>(op + OPERATION_BYTES, POPULATION_SHIFT));
    }
  }
}
