/**
 * Turns a recorded window, or a step, and its target into new weights. The four choices of a rule meet here: learning signal,
 * eligibility, schedule, update; their kernels lie in eprop/.
 */
import { Arena, RuleState } from "./arena";
import { bySource } from "./eprop/events";
import { learnBias } from "./eprop/bias";
import { addUpdates, applySpikes, applySums, emit } from "./eprop/rows";
import { carryBack, viewErrors } from "./eprop/signal";
import { turnWeights } from "./eprop/signal-simd";
import { applyTraces } from "./eprop/step";
import { clear, decay32, padded, rsh, sat16 } from "./fixedpoint/arithmetic";
import * as L from "./layout";
import { nodeAt, opAt, ruleAt, sourceAt, synapseOf } from "./step";

// @ts-ignore: decorator
@inline
function recordOf(arena: Arena, r: u32): usize {
  return arena.ruleRecords + r * L.RULE_BYTES;
}

// @ts-ignore: decorator
@inline
function strideOf(arena: Arena, r: u32): u32 {
  return load<u32>(opAt(arena, synapseOf(arena, r)), L.SYNAPSE_STRIDE);
}

/** err of one step, i32[outputs], from the step's probabilities. */
function stepErrors(arena: Arena, t: u32, target: u32): void {
  const outputs = load<u32>(arena.blob, L.HEADER_OUTPUTS);
  const row = arena.probabilities + ((t * padded(outputs)) << 1);
  for (let k: u32 = 0; k < outputs; k++) {
    store<i32>(arena.errors + (k << 2), <i32>load<i16>(row + (k << 1)) - (k == target ? 16384 : 0));
  }
}

/** E ← κE + err */
function filterErrors(arena: Arena): void {
  const op = opAt(arena, arena.operations - 1);
  const leaks = !(load<u16>(op, L.OP_FLAGS) & L.POPULATION_NO_DECAY);
  const decays = arena.blob + load<u32>(op, L.POPULATION_DECAY);
  for (let k: u32 = 0, outputs = load<u32>(arena.blob, L.HEADER_OUTPUTS); k < outputs; k++) {
    const at = arena.filtered + (k << 2);
    const e = load<i32>(at);
    store<i32>(at, (leaks ? decay32(e, load<u16>(decays + (k << 1))) : e) + load<i32>(arena.errors + (k << 2)));
  }
}

/** The window turned round: D of every step and rule, then the weights. */
export function learnWindow(arena: Arena, target: u32): void {
  clear(arena.filtered, padded(load<u32>(arena.blob, L.HEADER_OUTPUTS)) << 2);
  prepare(arena);
  for (let t = arena.recorded; t-- > 0; ) {
    stepErrors(arena, t, target);
    filterErrors(arena);
    emitRules(arena, t, L.SIGNAL_READOUT);
    emitRules(arena, t, L.SIGNAL_SYMMETRIC);
  }
  for (let r: u32 = 0; r < arena.rules; r++) applyRule(arena, ruleAt(arena, r), recordOf(arena, r), synapseOf(arena, r));
  arena.recorded = 0;
}

/** Before time runs back: C of every rule at 0, the readout's weights turned for the SIMD build. */
function prepare(arena: Arena): void {
  if (ASC_FEATURE_SIMD && arena.turned) {
    const readout = arena.operations - 2, op = opAt(arena, readout), rows = load<u32>(op, L.SYNAPSE_INPUTS);
    turnWeights(nodeAt(arena, readout).weights, load<u32>(op, L.SYNAPSE_STRIDE), rows, padded(rows), arena.turned);
  }
  for (let r: u32 = 0; r < arena.rules; r++) clear(ruleAt(arena, r).carry, strideOf(arena, r) << 2);
}

/** D of one step, of the rule that has this learning signal. */
function emitRules(arena: Arena, t: u32, signal: u32): void {
  for (let r: u32 = 0; r < arena.rules; r++) {
    const record = recordOf(arena, r), rule = ruleAt(arena, r), stride = strideOf(arena, r);
    if (load<u16>(record, L.RULE_SIGNAL) != signal) continue;
    const errors = load<u16>(record, L.RULE_FLAGS) & L.RULE_FILTERED ? arena.filtered : arena.errors;
    const values = signal == L.SIGNAL_READOUT ? arena.filtered
      : layerBack(arena, r, t, errors, load<u8>(record, L.RULE_ERROR_SHIFT), load<u8>(record, L.RULE_CARRY_SHIFT));
    emit(values, stride, rule.log + ((t * stride) << 1), load<u8>(record, L.RULE_VIEW_SHIFT), rule.rate, rule.rateShift, arena.random);
  }
}

/** One step back in the spiking layer that rule r teaches; returns its C. */
function layerBack(arena: Arena, r: u32, t: u32, errors: usize, errorShift: i32, carryShift: i32): usize {
  const record = recordOf(arena, r), rule = ruleAt(arena, r), stride = strideOf(arena, r);
  const readout = arena.operations - 2, outputs = load<u32>(arena.blob, L.HEADER_OUTPUTS);
  const offset = viewErrors(errors, outputs, errorShift, arena.view);
  carryBack(
    opAt(arena, synapseOf(arena, r) + 1), arena.blob, nodeAt(arena, readout).weights, arena.turned, padded(outputs),
    arena.view, outputs, offset, load<u8>(record, L.RULE_SIGNAL_SHIFT), carryShift, rule.log + ((t * stride) << 1), rule.carry,
  );
  return rule.carry;
}

function applyRule(arena: Arena, rule: RuleState, record: usize, index: u32): void {
  const op = opAt(arena, index), target = opAt(arena, index + 1);
  const stride = load<u32>(op, L.SYNAPSE_STRIDE), sources = load<u32>(op, L.SYNAPSE_INPUTS);
  const shift = load<u8>(record, L.RULE_TRACE_SHIFT);
  if (load<u16>(op) == L.OP_DENSE) applyLists(arena, rule, sourceAt(arena, op).offsets, sourceAt(arena, op).events, sources, stride);
  else if (!arena.held) applyFrames(arena, rule, sources, stride, shift);
  sumUpdates(arena, rule, stride);
  if (arena.held) {
    for (let i: u32 = 0; i < sources && load<u16>(op) != L.OP_DENSE; i++) {
      applySums(rule.weights + i * stride, rule.residuals + i * stride, stride, rule.carry, load<i16>(arena.events + (i << 1)), shift);
    }
  }
  if (!rule.fine) return;
  for (let j: u32 = 0; j < load<u32>(target, L.POPULATION_NEURONS); j++) {
    learnBias(rule, j, load<i32>(rule.carry + (j << 2)), load<u16>(record, L.RULE_BIAS_SCALE), load<i8>(target, L.POPULATION_SHIFT));
  }
}

/** Spikes: each source's row meets the sum of D over its own steps. */
function applyLists(arena: Arena, rule: RuleState, offsets: usize, events: usize, sources: u32, stride: u32): void {
  bySource(offsets, events, arena.recorded, sources, arena.starts, arena.times);
  for (let i: u32 = 0; i < sources; i++) {
    const from = load<u32>(arena.starts + (i << 2)), count = load<u32>(arena.starts + (i << 2), 4) - from;
    if (count) applySpikes(rule.weights + i * stride, rule.residuals + i * stride, stride, rule.log, arena.times + (from << 1), count);
  }
}

/** Σ_t D_j[t] into the rule's i32 vector. */
function sumUpdates(arena: Arena, rule: RuleState, stride: u32): void {
  clear(rule.carry, stride << 2);
  for (let t: u32 = 0; t < arena.recorded; t++) addUpdates(rule.carry, rule.log + ((t * stride) << 1), stride, 1);
}

/** A frame a step. */
function applyFrames(arena: Arena, rule: RuleState, sources: u32, stride: u32, shift: i32): void {
  for (let i: u32 = 0; i < sources; i++) {
    clear(rule.carry, stride << 2);
    for (let t: u32 = 0; t < arena.recorded; t++) {
      const x = <i32>load<i16>(arena.events + ((t * sources + i) << 1));
      if (x) addUpdates(rule.carry, rule.log + ((t * stride) << 1), stride, x);
    }
    applySums(rule.weights + i * stride, rule.residuals + i * stride, stride, rule.carry, 1, shift);
  }
}

/** The last recorded step's target changes the weights at once. */
export function learnStep(arena: Arena, target: u32): void {
  const t = arena.recorded - 1;
  stepErrors(arena, t, target);
  prepare(arena);
  for (let r: u32 = 0; r < arena.rules; r++) {
    const rule = ruleAt(arena, r);
    const own = load<u16>(recordOf(arena, r), L.RULE_SIGNAL) == L.SIGNAL_READOUT;
    const values = own ? arena.errors : layerBack(arena, r, t, arena.errors, 0, 15);
    for (let j: u32 = 0, n = load<u32>(opAt(arena, synapseOf(arena, r)), L.SYNAPSE_OUTPUTS); j < n; j++) {
      store<i16>(rule.signal + (j << 1), sat16(rsh(load<i32>(values + (j << 2)) * rule.stepRate, 10)));
    }
  }
  for (let r: u32 = 0; r < arena.rules; r++) {
    const rule = ruleAt(arena, r), op = opAt(arena, synapseOf(arena, r));
    applyTraces(recordOf(arena, r), rule, op, arena.random);
  }
}
