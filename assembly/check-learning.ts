/**
 * What a learning section must be: rules that this version runs, on the layers where their equations hold, with shifts that
 * keep every product in its width.
 */
import * as L from "./layout";
import { padded } from "./fixedpoint/arithmetic";
import { blob, learning, learningEnd, learnt, misplaced, program, programEnd, soiled } from "./directory";

export function checkLearning(): i32 {
  const length = <u32>(learningEnd - learning), first = learning + L.LEARNING_BYTES;
  if (!(length | <u32>learnt)) return L.OK;
  // shorter than a header and a rule: nothing of it may be read
  if (u32(!learnt) | u32(length < L.LEARNING_BYTES + L.RULE_BYTES)) return L.BAD_LEARNING;
  const count = <u32>load<u16>(learning, L.LEARNING_COUNT), schedules = <u32>load<u16>(learning, L.LEARNING_SCHEDULES);
  let bad = u32(load<u16>(learning) != L.LOSS_CROSS_ENTROPY) | u32(schedules - 1 >= 3) | u32(count > 2);
  bad |= u32(length != L.LEARNING_BYTES + count * L.RULE_BYTES) | load<u16>(learning, 6);
  // a byte, and three that are zero
  bad |= u32(load<u32>(learning, L.LEARNING_LOGIT_SHIFT) > 40) | u32(load<u32>(learning, L.LEARNING_LOGIT) - 1 >= 1 << 20);
  bad |= soiled(learning + L.LEARNING_ZERO, L.LEARNING_BYTES - L.LEARNING_ZERO);
  bad |= u32(load<u16>(blob, L.HEADER_CODE) < L.CODE_MEMBRANE_LAST) | u32(load<u16>(blob, L.HEADER_CLASSES) > L.MAX_LEARNING_CLASSES);
  if (bad) return L.BAD_LEARNING;
  let bytes: u32 = 16, seen: u32 = 0;
  for (let rule = first; rule < learningEnd; rule += L.RULE_BYTES) {
    const signal = <u32>load<u16>(rule, L.RULE_SIGNAL);
    // at most one a learning signal
    if (u32(signal == seen) | u32(!ruleHolds(rule, schedules & L.SCHEDULE_STEP))) return L.BAD_LEARNING;
    seen = signal;
    bytes += learntBytes(rule);
  }
  const have = load<u32>(learnt, L.SECTION_LENGTH);
  return have && have != bytes ? L.BAD_SECTION : L.OK;
}

/** Bytes of the learnt section that are a rule's. */
function learntBytes(rule: usize): u32 {
  const op = program + <u32>load<u16>(rule) * L.OPERATION_BYTES;
  const rows = load<u32>(op, L.SYNAPSE_INPUTS) + (load<u16>(rule, L.RULE_FLAGS) >> 1);
  return rows * load<u32>(op, L.SYNAPSE_STRIDE);
}

/** Bytes of a rule that are shifts, 0 … 30: a bit each. */
const SHIFTS: u32 = (1 << 6) | (1 << 7) | (1 << 10) | (1 << 11) | (1 << 12) | (1 << 13) | (1 << 22) | (1 << 23);

function ruleHolds(rule: usize, forward: u32): bool {
  const index = <u32>load<u16>(rule), flags = <u32>load<u16>(rule, L.RULE_FLAGS);
  const op = program + index * L.OPERATION_BYTES, target = op + L.OPERATION_BYTES;
  const readout = programEnd - 2 * L.OPERATION_BYTES;
  if ((index + 2) * L.OPERATION_BYTES > <u32>(programEnd - program)) return false;
  let bad = load<u16>(rule, 14) | flags >> 2 | u32(!load<u16>(rule, L.RULE_BIAS_SCALE)) | soiled(rule + L.RULE_ZERO, L.RULE_BYTES - L.RULE_ZERO);
  bad |= (load<u16>(rule, L.RULE_RATE) | load<u16>(rule, L.RULE_STEP_RATE)) >> 10;
  for (let i: u32 = 0; i < L.RULE_ZERO; i++) bad |= ((SHIFTS >> i) & 1) & u32(load<u8>(rule + i) > 30);
  // one synapse operation feeds the layer, and one the readout: each starts its population and the next is it
  // (code and flags read as one word are below OP_LIF for synapses that do not add)
  bad |= u32(load<u32>(op) >= L.OP_LIF) | u32(load<u16>(target) < L.OP_LIF) | u32(load<u32>(readout) >= L.OP_LIF);
  if (bad) return false;
  const surrogate = load<u32>(rule, L.RULE_SURROGATE);
  if (load<u16>(rule, L.RULE_SIGNAL) == L.SIGNAL_READOUT) bad = <u32>(op ^ readout) | surrogate;
  else {
    bad = (load<u16>(rule, L.RULE_SIGNAL) ^ L.SIGNAL_SYMMETRIC) | (<u32>load<u16>(readout, L.SYNAPSE_SOURCE) ^ (index + 2));
    bad |= u32(load<u8>(target, L.POPULATION_BITS) == 32) | u32(!surrogateHolds(surrogate, load<u32>(target, L.POPULATION_NEURONS)));
  }
  const drive = load<u32>(blob, L.HEADER_INPUT_RANGE) * load<u32>(blob, L.HEADER_STEPS);
  bad |= u32(load<u16>(op) == L.OP_ANALOGUE) & u32(drive > (1 << 30) / L.UPDATE_LIMIT);
  return !bad && learnable(target, forward, flags & L.RULE_BIAS);
}

function surrogateHolds(offset: u32, neurons: u32): bool {
  const bytes = padded(neurons) << 2;
  if (misplaced(offset, bytes << 1)) return false;
  let bad: u64 = 0;
  const widths = blob + offset, factors = widths + bytes;
  for (let p = widths; p < factors; p += 4) bad |= (<u64>load<u32>(p) * <u64>load<u32>(p + bytes)) >> 31;
  // a width in the padding would let what lies there learn
  return !bad && !soiled(widths + (neurons << 2), bytes - (neurons << 2));
}

/**
 * Forward traces need one decay for all neurons of the layer and cannot follow a reset to zero; a bias that learns has to be
 * there, with room for its remainder.
 */
function learnable(target: usize, forward: u32, biased: u32): bool {
  const decays = blob + load<u32>(target, L.POPULATION_DECAY), bias = load<u32>(target, L.POPULATION_BIAS);
  let bad = forward & u32(load<u8>(target, L.POPULATION_RESET) >= L.RESET_ZERO) | u32(biased != 0) & u32(!bias);
  if (bad) return false;
  if (load<u16>(target, L.OP_FLAGS) & L.POPULATION_NO_DECAY) forward = 0;
  for (let j: u32 = 0, n = load<u32>(target, L.POPULATION_NEURONS); j < n; j++) {
    if (forward) bad |= load<u16>(decays + (j << 1)) ^ load<u16>(decays);
    if (biased) bad |= u32(<u32>(load<i32>(blob + bias + (j << 2)) + (1 << 21)) > 1 << 22);
  }
  return !bad;
}
