/**
 * Spike timing, pair-based, all to all (Song et al. 2000), turned round like everything else: a source's spike moves its weights by
 * what its target's spikes before and after it are worth. With a reward it is R-STDP (Izhikevich 2007, at the window's end).
 */
import { Arena, Node, RuleState } from "../arena";
import { clear, decay32 } from "../fixedpoint/arithmetic";
import * as L from "../layout";

/** A spike in a trace, and the most of one. */
const SPIKE: i32 = 1 << 14;
const MOST: i32 = 0xfffff;
/** The log keeps what has been without so many bits. */
const VIEW: i32 = 5;

/** A step's decay of i32[padded] traces. */
function fade(rule: RuleState, traces: usize, kept: u32): void {
  for (let p = traces, end = traces + (rule.stride << 2); p < end; p += 4) store<i32>(p, decay32(load<i32>(p), kept));
}

/** The spikes of step t. */
function raise(rule: RuleState, traces: usize, t: u32): void {
  const node = changetype<Node>(rule.op), at = node.offsets + (t << 2), end = node.events + (load<u32>(at, 4) << 1);
  for (let p = node.events + (load<u32>(at) << 1); p < end; p += 2) {
    const q = traces + (<u32>load<u16>(p) << 2);
    store<i32>(q, min<i32>(MOST, load<i32>(q) + SPIKE));
  }
}

/** The window forwards: what has been before every step, into the log. */
export function logPast(arena: Arena, rule: RuleState): void {
  const traces = rule.carry, kept = <u32>load<u16>(rule.record, L.RULE_STDP_BEEN);
  for (let t: u32 = 0; t < arena.recorded; t++) {
    const row = rule.log + ((t * rule.stride) << 1);
    fade(rule, traces, kept);
    for (let j: u32 = 0; j < rule.stride; j++) store<u16>(row + (j << 1), load<i32>(traces + (j << 2)) >> VIEW);
    raise(rule, traces, t);
  }
  clear(traces, rule.stride << 2);
}

/**
 * One step backwards; the rule's `carry` is the trace of what comes.
 *
 * @param to i32[padded], N
 */
export function pairSpikes(arena: Arena, rule: RuleState, to: usize, t: u32): void {
  const record = rule.record, row = rule.log + ((t * rule.stride) << 1), reward = <i64>arena.reward, comes = rule.carry;
  const plus = <i64>load<u16>(record, L.RULE_STDP_PLUS), minus = <i64>load<u16>(record, L.RULE_STDP_MINUS);
  fade(rule, comes, load<u16>(record, L.RULE_STDP_COMES));
  for (let j: u32 = 0; j < rule.stride; j++) {
    const at = j << 2, been = <i64>load<u16>(row + (j << 1)) << VIEW, next = <i64>load<i32>(comes + at);
    const n = ((minus * been - plus * next) * reward + (1 << 13)) >> 14;
    store<i32>(to + at, <i32>max<i64>(-0x3fffffff, min<i64>(0x3fffffff, n)));
  }
  raise(rule, comes, t);
}
