/**
 * The schedule `step`: forward traces, a change of the weights at every step that has a target, nothing kept of the past but
 * one trace a presynaptic neuron (Bellec et al. 2020, equation 4 without the readout's filter).
 */
import { Arena, Learner, RuleState } from "../arena";
import { clamp, clear, limit, rsh } from "../fixedpoint/arithmetic";
import { HEADER_ZERO, NODE_BYTES, RULE_STEP_RATE, RULE_STEP_RATE_SHIFT, RULE_TRACE_VIEW } from "../layout";
import { learnBias } from "./bias";
import { addUpdates, applySpikes, emit } from "./rows";
import { isPlainUpdate, updateRow } from "./update";

/** X of the trace at p. */
// @ts-ignore: decorator
@inline
function viewed(rule: RuleState, p: usize): i32 {
  return limit(rsh(load<i32>(p), load<u8>(rule.record, RULE_TRACE_VIEW)), 32767);
}

/**
 * Y of a rule, 16 bits, into its `carry`, and t into its `exponent`.
 *
 * @param values P, i32[padded]
 * @param p its exponent
 */
export function signalStep(rule: RuleState, values: usize, p: i32): void {
  const rate = <i64>load<u16>(rule.record, RULE_STEP_RATE), shift = <i32>load<u8>(rule.record, RULE_STEP_RATE_SHIFT);
  const bytes = rule.stride << 2;
  let most: u32 = 0;
  for (let at: u32 = 0; at < bytes; at += 4) most = max<u32>(most, abs<i32>(load<i32>(values + at)));
  const size = max<i32>(0, 64 - <i32>clz<i64>(<i64>most * rate) - 15), t = clamp(shift - p - size, 0, 30);
  const n = shift - p - t, right = <i64>clamp(n, 0, 62), left = <i64>clamp(-n, 0, 20), half = (<i64>1 << right) >> 1;
  for (let at: u32 = 0; at < bytes; at += 4) {
    const y = ((<i64>load<i32>(values + at) * rate << left) + half) >> right;
    store<i32>(rule.carry + at, <i32>max<i64>(-32768, min<i64>(32767, y)));
  }
  rule.exponent = t;
}

/** A row of X · Y, rounded at random: it is one step's D with X for a rate. */
// @ts-ignore: decorator
@inline
function emitTrace(arena: Arena, rule: RuleState, x: i32): void {
  emit(rule.carry, rule.stride, arena.accumulators, 0, x, rule.exponent, arena.random);
}

/** Weights −= X · Y for every source whose trace is not 0; Y lies in the rule's `carry`. */
export function applyTraces(arena: Arena, path: usize): void {
  const node = changetype<Learner>(arena.nodes + (<u32>load<u16>(path) + 1) * NODE_BYTES), rule = node.rule, stride = node.stride;
  const row = arena.accumulators, plain = isPlainUpdate(path);
  let offset: u32 = 0;
  for (let i: u32 = 0; i < node.inputs; i++) {
    const x = viewed(rule, node.traces + (i << 2));
    if (x) {
      emitTrace(arena, rule, x);
      // a source that fired in this one step alone; the one time of the list is a zero of the blob's
      if (plain) applySpikes(node.weights + offset, node.residuals + offset, stride, row, arena.blob + HEADER_ZERO, 1);
      else {
        const sums = row + (stride << 1);
        clear(sums, stride << 2);
        addUpdates(sums, row, stride, 1);
        updateRow(arena, node, offset, sums);
      }
    }
    offset += stride;
  }
}

/** The bias, as of a source that is always on. */
export function biasTrace(arena: Arena, rule: RuleState): void {
  emitTrace(arena, rule, viewed(rule, rule.trace));
  clear(rule.carry, rule.stride << 2);
  addUpdates(rule.carry, arena.accumulators, rule.stride, 1);
  learnBias(rule);
}
