/**
 * Turns a recorded window, or a step, and its target into new weights. The four choices of a rule meet here: learning signal,
 * eligibility, schedule, update; their kernels lie in eprop/.
 */
import { Arena, Node, RuleState } from "./arena";
import { stepBack } from "./eprop/back-simd";
import { bySource } from "./eprop/events";
import { learnBias } from "./eprop/bias";
import { addUpdates, applySpikes, applySums, emit, sumRows } from "./eprop/rows";
import { carryBack, viewErrors } from "./eprop/signal";
import { listErrors, takeErrorsSimd, turnWeights } from "./eprop/signal-simd";
import { applyTraces } from "./eprop/step";
import { clear, decayAt, limit, padded, rsh, sat16 } from "./fixedpoint/arithmetic";
import * as L from "./layout";
import { decayOf } from "./lif/membrane";

// @ts-ignore: decorator
@inline
function strideOf(rule: RuleState): u32 {
  return load<u32>(rule.synapses, L.SYNAPSE_STRIDE);
}

/** err of one step from its probabilities, and E ← κE + err. */
function takeErrors(arena: Arena, t: u32, target: u32): void {
  const row = arena.probabilities + ((t * arena.stride) << 1);
  if (ASC_FEATURE_SIMD) {
    const leaks = !(load<u16>(arena.last, L.OP_FLAGS) & L.POPULATION_NO_DECAY);
    takeErrorsSimd(row, target, leaks ? arena.blob + load<u32>(arena.last, L.POPULATION_DECAY) : 0, arena.outputs, arena.errors, arena.filtered);
    return;
  }
  for (let k: u32 = 0; k < arena.outputs; k++) {
    const error = <i32>load<i16>(row + (k << 1)) - (i32(k == target) << 14);
    const at = arena.filtered + (k << 2);
    store<i32>(arena.errors + (k << 2), error);
    store<i32>(at, decayAt(at, decayOf(arena.last, arena.blob, k)) + error);
  }
}

/** Every E and C to 0: what lies after the window. Also the readout's weights turned for the SIMD build. */
function begin(arena: Arena): void {
  if (ASC_FEATURE_SIMD && arena.turned) {
    const readout = changetype<Node>(arena.last - L.NODE_BYTES);
    turnWeights(readout.weights, arena.stride, readout.inputs, padded(readout.inputs), arena.turned);
  }
  clear(arena.filtered, arena.stride << 2);
  for (let rule = arena.rules; rule; rule = rule.next) clear(rule.carry, strideOf(rule) << 2);
}

/** The window turned round: D of every step and rule, then the weights. */
export function learnWindow(arena: Arena, target: u32): void {
  begin(arena);
  let t = arena.recorded;
  do {
    takeErrors(arena, --t, target);
    for (let rule = arena.rules; rule; rule = rule.next) emitRule(arena, rule, t);
  } while (t);
  for (let rule = arena.rules; rule; rule = rule.next) applyRule(arena, rule);
  arena.recorded = 0;
}

/** D of one step. */
// @ts-ignore: decorator
@inline
function emitRule(arena: Arena, rule: RuleState, t: u32): void {
  const stride = strideOf(rule);
  const filtered = u32(rule.signal == L.SIGNAL_READOUT) | (rule.flags & L.RULE_FILTERED);
  if (ASC_FEATURE_SIMD && rule.signal != L.SIGNAL_READOUT) {
    backSimd(arena, rule, t, filtered ? arena.filtered : arena.errors, rule.errorShift, rule.carryShift, true);
    return;
  }
  const values = back(arena, rule, t, filtered ? arena.filtered : arena.errors, rule.errorShift, rule.carryShift);
  emit(values, stride, rule.log + ((t * stride) << 1), rule.viewShift, rule.rate, rule.rateShift, arena.random);
}

/** What a rule learns from, i32 a neuron: the errors, or C of the spiking layer one step back. */
function back(arena: Arena, rule: RuleState, t: u32, errors: usize, errorShift: i32, carryShift: i32): usize {
  if (rule.signal == L.SIGNAL_READOUT) return errors;
  if (ASC_FEATURE_SIMD) {
    backSimd(arena, rule, t, errors, errorShift, carryShift, false);
    return rule.carry;
  }
  // there is room: this build has no other use for it
  const list = arena.turned, end = viewErrors(errors, arena.outputs, errorShift, list);
  carryBack(
    rule.synapses + L.NODE_BYTES, arena.blob, changetype<Node>(arena.last - L.NODE_BYTES).weights, arena.stride,
    list, end, rule.signalShift, carryShift, rule.log + ((t * strideOf(rule)) << 1), rule.carry,
  );
  return rule.carry;
}

/** C one step back and, with `emits`, D. */
function backSimd(arena: Arena, rule: RuleState, t: u32, errors: usize, errorShift: i32, carryShift: i32, emits: bool): void {
  const stride = strideOf(rule), list = arena.accumulators;
  const end = listErrors(errors, arena.outputs, errorShift, arena.turned, stride << 2, list);
  const log = rule.log + ((t * stride) << 1);
  stepBack(rule, arena.blob, list, end, carryShift, log, emits, arena.random, <i32>load<u16>(arena.blob, L.HEADER_ZERO));
}

// @ts-ignore: decorator
@inline
function applyRule(arena: Arena, rule: RuleState): void {
  const node = changetype<Node>(rule.synapses), inputs = node.inputs, stride = strideOf(rule), dense = node.code == L.OP_DENSE;
  const source = node.source;
  if (dense) bySource(source.offsets, source.events, arena.recorded, inputs, arena.starts, arena.times);
  if (ASC_FEATURE_SIMD) sumRows(rule.carry, stride, rule.log, arena.recorded);
  else sumUpdates(arena, rule, rule.carry, arena.events, 0);
  let weights = rule.weights, residuals = rule.residuals;
  for (let i: u32 = 0; i < inputs; i++) {
    if (dense) {
      const from = arena.starts + (i << 2);
      applySpikes(weights, residuals, stride, rule.log, arena.times + (load<u32>(from) << 1), load<u32>(from, 4) - load<u32>(from));
    } else {
      const frame = arena.events + (i << 1);
      let sums = rule.carry, x = valueAt(arena, frame);
      if (!arena.held) {
        sums = arena.accumulators;
        x = 1;
        sumUpdates(arena, rule, sums, frame, inputs << 1);
      }
      applySums(weights, residuals, stride, sums, x, rule.traceShift);
    }
    weights += stride;
    residuals += stride;
  }
  if (rule.fine) learnBias(rule);
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
  const stride = strideOf(rule);
  clear(sums, stride << 2);
  for (let t: u32 = 0; t < arena.recorded; t++) {
    const x = step ? valueAt(arena, values) : 1;
    if (x) addUpdates(sums, rule.log + ((t * stride) << 1), stride, x);
    values += step;
  }
}

/** The last recorded step's target changes the weights at once. */
export function learnStep(arena: Arena, target: u32): void {
  const t = arena.recorded - 1;
  begin(arena);
  takeErrors(arena, t, target);
  for (let rule = arena.rules; rule; rule = rule.next) {
    const values = back(arena, rule, t, arena.errors, 0, 15);
    for (let at: u32 = 0, bytes = strideOf(rule) << 2; at < bytes; at += 4) {
      store<i32>(rule.carry + at, sat16(rsh(load<i32>(values + at) * rule.stepRate, 10)));
    }
  }
  for (let rule = arena.rules; rule; rule = rule.next) applyTraces(arena, rule);
}
