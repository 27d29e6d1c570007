/**
 * Feedback that is not a path's: random weights, drawn again for every lesson (Lillicrap et al. 2016; Bellec et al. 2020), what
 * they carry, and the regulariser's column.
 */
import { Arena, Contribution, Node, RuleState } from "../arena";
import { clear, clamp, rsh } from "../fixedpoint/arithmetic";
import { draw, seed } from "../fixedpoint/random";
import * as L from "../layout";
import { ONE, softmax } from "./loss";

/** Fills `bytes` (a multiple of 16) with what four generators draw. `lanes` is room for them, u32[4]. */
export function drawBytes(to: usize, bytes: u32, value: u32, lanes: usize): void {
  seed(lanes, value);
  for (let n: u32 = 0; n < bytes; n += 4) store<u32>(to + n, draw(lanes, n >> 2));
}

/** Whether step t (from 0) counts. */
// @ts-ignore: decorator
@inline
function counts(arena: Arena, t: u32): bool {
  return t >= arena.from && t < arena.to;
}

/** X of step t, of feedback that is neither err nor E. */
export function hear(arena: Arena, rule: RuleState, matrix: Contribution, t: u32): void {
  const signal = <u32>load<u8>(rule.record, L.RULE_SIGNAL), to = rule.heard;
  clear(to, arena.stride << 2);
  if (!counts(arena, t)) return;
  if (signal == L.SIGNAL_REWARD) store<i32>(to, arena.reward);
  else if (signal == L.SIGNAL_LOCAL) hearLocal(arena, rule, matrix, t);
  if (signal != L.SIGNAL_REWARD) {
    const at = to + (arena.target << 2);
    store<i32>(at, load<i32>(at) - ONE);
  }
}

/** Probabilities of a random readout of the population's spikes (DECOLLE; Kaiser et al. 2020). */
function hearLocal(arena: Arena, rule: RuleState, matrix: Contribution, t: u32): void {
  const node = changetype<Node>(rule.op), at = node.offsets + (t << 2), classes = arena.outputs, logits = arena.values;
  const from = node.events + (load<u32>(at) << 1), end = node.events + (load<u32>(at, 4) << 1);
  for (let k: u32 = 0; k < classes; k++) {
    let sum: i64 = 0;
    for (let p = from; p < end; p += 2) sum += <i32>load<u8>(matrix.matrix + <u32>load<u16>(p) * matrix.stride + k) - 128;
    store<i64>(logits + (k << 3), sum << 4);
  }
  softmax(logits, classes);
  for (let k: u32 = 0; k < classes; k++) store<i32>(rule.heard + (k << 2), load<i32>(logits + (k << 3)));
}

/** The regulariser's column: how far each neuron's rate, and their mean, are from where they should be, since step `first`. */
export function regularise(arena: Arena, rule: RuleState, column: usize, first: u32): void {
  const record = rule.record, flags = <u32>load<u16>(record, L.RULE_REGULARISE), shift = <i32>load<u8>(record, L.RULE_REGULARISE_SHIFT);
  const lower = <i32>load<u16>(record, L.RULE_LOWER), wish = <i32>load<u16>(record, L.RULE_TARGET_RATE), upper = <i32>load<u16>(record, L.RULE_UPPER);
  const neurons = load<u32>(rule.op, L.POPULATION_NEURONS), rates = rule.carry;
  countSpikes(changetype<Node>(rule.op), first, arena.recorded, rates);
  let sum: u64 = 0;
  for (let j: u32 = 0; j < neurons; j++) {
    const at = rates + (j << 2), f = min<u32>(65535, <u32>((<u64>load<u32>(at) << 16) / <u64>(arena.recorded - first)));
    store<u32>(at, f);
    sum += f;
  }
  const mean = <i32>(sum / <u64>neurons);
  let all = 0;
  if (flags & L.REGULARISE_UPPER_L1 && mean > upper) all += 1 << 12;
  if (flags & L.REGULARISE_UPPER_L2) all += max<i32>(0, mean - upper);
  for (let j: u32 = 0; j < neurons; j++) {
    const f = load<i32>(rates + (j << 2));
    let r = all;
    if (flags & L.REGULARISE_LOWER) r -= max<i32>(0, lower - f);
    if (flags & L.REGULARISE_RATE) r += f - wish;
    if (flags & L.REGULARISE_UPPER_EACH) r += max<i32>(0, f - upper);
    store<u8>(column + j, clamp(rsh(r, shift), -127, 127) + 128);
  }
  clear(rates, rule.stride << 2);
}

/** Spikes of each neuron in steps `from` … `to` − 1, onto u32[padded]. */
function countSpikes(node: Node, from: u32, to: u32, counts: usize): void {
  const end = node.events + (load<u32>(node.offsets + (to << 2)) << 1);
  for (let p = node.events + (load<u32>(node.offsets + (from << 2)) << 1); p < end; p += 2) {
    const at = counts + (<u32>load<u16>(p) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}
