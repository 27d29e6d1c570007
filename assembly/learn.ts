/**
 * Turns a recorded window, or a step, and its target into new weights. The four choices of a rule meet here: learning signal,
 * eligibility, schedule, update; their kernels lie in eprop/.
 */
import { Arena, Learner, Node, RuleState } from "./arena";
import { stepBack } from "./eprop/back-simd";
import { bySource } from "./eprop/events";
import { learnBias } from "./eprop/bias";
import { beginContributions, exponent, gather, listEnd, signalShift } from "./eprop/contributions";
import { beginLoss, takeError } from "./eprop/loss";
import { addUpdates, applySpikes, applySums, emit, sumRows } from "./eprop/rows";
import { carryBack, presentOf, rescale } from "./eprop/signal";
import { filterErrorsSimd } from "./eprop/signal-simd";
import { applyTraces, biasTrace, signalStep } from "./eprop/step";
import { logPast, pairSpikes } from "./eprop/stdp";
import { isPlainUpdate, pull, updateRow } from "./eprop/update";
import { clamp, clear, copy, decay32, limit } from "./fixedpoint/arithmetic";
import * as L from "./layout";
import { decayOf } from "./lif/membrane";

/** The operation's record in the blob. */
// @ts-ignore: decorator
@inline
function recordOf(arena: Arena, rule: RuleState): usize {
  return arena.program + (rule.op - arena.nodes - L.NODE_BYTES);
}

// @ts-ignore: decorator
@inline
function isReadout(rule: RuleState): bool {
  return changetype<Node>(rule.op).code == L.OP_LI;
}

// @ts-ignore: decorator
@inline
function signalOf(rule: RuleState): u32 {
  return load<u8>(rule.record, L.RULE_SIGNAL);
}

/** err of a step, and `E ← κE + err`. */
function takeErrors(arena: Arena, t: u32): void {
  const last = arena.last, errors = arena.errors, filtered = arena.filtered;
  takeError(arena, t);
  if (changetype<Node>(last).code == L.OP_LIF) copy(filtered, errors, arena.stride << 2);
  else if (ASC_FEATURE_SIMD) {
    const leaks = !(load<u16>(last, L.OP_FLAGS) & L.POPULATION_NO_DECAY);
    filterErrorsSimd(errors, leaks ? arena.blob + load<u32>(last, L.POPULATION_DECAY) : 0, filtered, arena.outputs);
  } else {
    for (let k: u32 = 0; k < arena.outputs; k++) {
      const at = filtered + (k << 2);
      store<i32>(at, limit(decay32(load<i32>(at), decayOf(last, arena.blob, k)) + load<i32>(errors + (k << 2)), 0x3fffffff));
    }
  }
}

/** Every E, C, J, λ and P to 0: what lies after the window. Then what a lesson finds out beforehand. */
function begin(arena: Arena, first: u32): void {
  clear(arena.filtered, arena.stride << 2);
  beginLoss(arena);
  for (let rule = arena.rules; rule; rule = rule.next) {
    const bytes = rule.stride << 2;
    clear(rule.carry, bytes);
    if (rule.current) clear(rule.current, bytes);
    if (rule.lambda) clear(rule.lambda, bytes);
    if (rule.present) clear(rule.present, bytes);
    rule.exponent = 0;
    rule.presentExponent = 0;
    beginContributions(arena, rule, first);
    if (signalOf(rule) == L.SIGNAL_STDP) logPast(arena, rule);
  }
}

/** The window turned round: D of every step and rule, then the weights. The lesson is in the arena. */
export function learnWindow(arena: Arena): void {
  begin(arena, 0);
  let t = arena.recorded;
  do {
    takeErrors(arena, --t);
    for (let rule = arena.rules; rule; rule = rule.next) emitRule(arena, rule, t);
  } while (t);
  for (let path = arena.paths; path < arena.pathsEnd; path += L.PATH_BYTES) applyPath(arena, path);
  for (let rule = arena.rules; rule; rule = rule.next) {
    if (!rule.fine) continue;
    sumUpdates(arena, rule, rule.carry, 0, 0);
    learnBias(rule);
  }
  arena.recorded = 0;
}

/** D of one step. */
// @ts-ignore: decorator
@inline
function emitRule(arena: Arena, rule: RuleState, t: u32): void {
  if (isReadout(rule)) emitFrom(arena, rule, arena.filtered, t);
  else if (signalOf(rule) == L.SIGNAL_STDP) {
    pairSpikes(arena, rule, arena.accumulators, t);
    emitFrom(arena, rule, arena.accumulators, t);
  } else back(arena, rule, t);
}

/** D of coefficients, at the rule's exponent. */
function emitFrom(arena: Arena, rule: RuleState, values: usize, t: u32): void {
  emit(values, rule.stride, logOf(rule, t), viewOf(rule), load<u16>(rule.record, L.RULE_RATE), L.UPDATE_BITS, arena.random);
}

// @ts-ignore: decorator
@inline
function viewOf(rule: RuleState): i32 {
  return <i32>load<u8>(rule.record, L.RULE_RATE_SHIFT) - L.UPDATE_BITS - rule.exponent;
}

// @ts-ignore: decorator
@inline
function logOf(rule: RuleState, t: u32): usize {
  return rule.log + ((t * rule.stride) << 1);
}

/** err, where the population is the last and spikes: then it is L. */
// @ts-ignore: decorator
@inline
function errorsOf(arena: Arena, rule: RuleState): usize {
  return signalOf(rule) == L.SIGNAL_LOSS ? arena.errors : 0;
}

/** P of this step alone; all contributions are heard, or those that are not recurrent. Returns its exponent. */
function hearPresent(arena: Arena, rule: RuleState, t: u32, all: bool, to: usize): i32 {
  const errors = errorsOf(arena, rule);
  if (!errors) gather(arena, rule, t, all);
  presentOf(rule, recordOf(arena, rule), arena.lists, listEnd, errors, errors ? 0 : signalShift, logOf(rule, t), to);
  return errors ? 0 : exponent;
}

/** C of a spiking population one step back, and D. */
function back(arena: Arena, rule: RuleState, t: u32): void {
  const op = recordOf(arena, rule), log = logOf(rule, t), errors = errorsOf(arena, rule);
  if (rule.present) rule.presentExponent = hearPresent(arena, rule, t, false, rule.present);
  let p = 0, signal = 0;
  if (!errors) {
    gather(arena, rule, t, true);
    p = exponent;
    signal = signalShift;
  }
  const lacking = p + 4 - rule.exponent;
  if (lacking > 0) rescale(rule, (lacking + 3) & ~3);
  const right = min<i32>(31, rule.exponent - p), clip = <i32>load<u8>(rule.record, L.RULE_CLIP), view = viewOf(rule);
  const most = (1 << (clip ? clamp(clip - rule.exponent, 0, 30) : 30)) - 1;
  let largest = 0;
  if (ASC_FEATURE_SIMD && !errors && !(load<u16>(op, L.OP_FLAGS) & (L.POPULATION_ADAPTS | L.POPULATION_CURRENTS))) {
    const zero = <i32>load<u16>(arena.blob, L.HEADER_ZERO), emits = view >= 0;
    largest = stepBack(
      rule, op, arena.blob, arena.lists, listEnd, signal, right, most, clamp(view, 0, 31), log, emits, arena.random, zero,
    );
    if (!emits) emitFrom(arena, rule, rule.carry, t);
  } else {
    largest = carryBack(rule, op, arena.blob, arena.lists, listEnd, errors, signal, right, most, log);
    emitFrom(arena, rule, rule.current ? rule.current : rule.carry, t);
  }
  if (largest >> 29) rescale(rule, 4);
  else if (largest && !(largest >> 24) && rule.exponent >= p + 8) rescale(rule, -4);
}

/** One path's weights, by its population's D. */
function applyPath(arena: Arena, path: usize): void {
  if (!(load<u16>(path, L.PATH_FLAGS) & L.PATH_LEARNS)) return;
  const address = arena.nodes + (<u32>load<u16>(path) + 1) * L.NODE_BYTES, node = changetype<Learner>(address), rule = node.rule;
  const stride = node.stride, inputs = node.inputs, plain = isPlainUpdate(path), dense = node.code == L.OP_DENSE;
  // synapses from a population behind them carry the spikes of the step before
  const lag = u32(changetype<usize>(node.source) > address), log = rule.log + ((lag * stride) << 1);
  if (dense) bySource(node.source.offsets, node.source.events, arena.recorded - lag, inputs, arena.starts, arena.times);
  else if (arena.held) sumUpdates(arena, rule, rule.carry, 0, 0);
  let offset: u32 = 0;
  for (let i: u32 = 0; i < inputs; i++) {
    const weights = node.weights + offset, residuals = node.residuals + offset;
    if (dense) {
      const from = arena.starts + (i << 2), times = arena.times + (load<u32>(from) << 1), count = load<u32>(from, 4) - load<u32>(from);
      if (plain) applySpikes(weights, residuals, stride, log, times, count);
      else {
        const sums = arena.accumulators;
        clear(sums, stride << 2);
        for (let p = times, end = times + (count << 1); p < end; p += 2) addUpdates(sums, log + ((<u32>load<u16>(p) * stride) << 1), stride, 1);
        updateRow(arena, node, offset, sums);
      }
    } else applyFrames(arena, node, i, offset, plain);
    offset += stride;
  }
  if (load<u8>(path, L.PATH_PULL)) pull(arena, node);
}

/** One analogue source's row. */
function applyFrames(arena: Arena, node: Learner, i: u32, offset: u32, plain: bool): void {
  const path = node.path, factor = <i32>load<u16>(path, L.PATH_TRACE), shift = <i32>load<u8>(path, L.PATH_TRACE_SHIFT), stride = node.stride;
  const frame = arena.events + (i << 1);
  let sums = node.rule.carry, x = valueAt(arena, frame);
  if (!arena.held) {
    sums = arena.accumulators;
    x = 1;
    sumUpdates(arena, node.rule, sums, frame, node.inputs << 1);
  }
  if (plain && factor == 1 && shift <= 30) {
    applySums(node.weights + offset, node.residuals + offset, stride, sums, x, shift);
    return;
  }
  const to = arena.accumulators, half = (<i64>1 << shift) >> 1;
  for (let at: u32 = 0; at < stride << 2; at += 4) {
    const delta = (<i64>load<i32>(sums + at) * <i64>x * <i64>factor + half) >> shift;
    store<i32>(to + at, <i32>max<i64>(-32767, min<i64>(32767, delta)));
  }
  updateRow(arena, node, offset, to);
}

/** A value of the input, clamped again: a host may have put another one since. */
// @ts-ignore: decorator
@inline
function valueAt(arena: Arena, p: usize): i32 {
  return limit(load<i16>(p), arena.range);
}

/**
 * Σ_t x[t] · D_j[t], i32[stride].
 *
 * @param values x of the first step, i16
 * @param step bytes from one step's x to the next; 0: x is 1
 */
function sumUpdates(arena: Arena, rule: RuleState, sums: usize, values: usize, step: u32): void {
  const stride = rule.stride;
  if (ASC_FEATURE_SIMD && !step) {
    sumRows(sums, stride, rule.log, arena.recorded);
    return;
  }
  clear(sums, stride << 2);
  for (let t: u32 = 0; t < arena.recorded; t++) {
    const x = step ? valueAt(arena, values) : 1;
    if (x) addUpdates(sums, rule.log + ((t * stride) << 1), stride, x);
    values += step;
  }
}

/** The last recorded step's target changes the weights at once. */
export function learnStep(arena: Arena): void {
  const t = arena.recorded - 1;
  arena.from = t;
  arena.to = t + 1;
  begin(arena, t);
  takeErrors(arena, t);
  for (let rule = arena.rules; rule; rule = rule.next) {
    let values = arena.errors, p = 0;
    if (!isReadout(rule)) {
      values = rule.carry;
      p = hearPresent(arena, rule, t, true, values);
      if (rule.present) {
        copy(rule.present, values, rule.stride << 2);
        rule.presentExponent = p;
      }
    }
    signalStep(rule, values, p);
  }
  for (let path = arena.paths; path < arena.pathsEnd; path += L.PATH_BYTES) {
    if (load<u16>(path, L.PATH_FLAGS) & L.PATH_LEARNS) applyTraces(arena, path);
  }
  for (let rule = arena.rules; rule; rule = rule.next) if (rule.fine) biasTrace(arena, rule);
}
