/**
 * What a learning section must be: rules that this version runs, on the layers where their equations hold, with shifts that
 * keep every product in its width.
 */
import * as L from "./layout";
import { padded } from "./fixedpoint/arithmetic";
import { holds, section, sectionStart } from "./check";

/** Bytes of the learnt section of this blob. */
export function learntBytes(blob: usize): u32 {
  const learning = sectionStart(blob, L.SECTION_LEARNING), program = sectionStart(blob, L.SECTION_OPERATIONS);
  let bytes: u32 = 16;
  for (let r: u32 = 0, n = <u32>load<u16>(learning, L.LEARNING_COUNT); r < n; r++) {
    const rule = learning + L.LEARNING_BYTES + r * L.RULE_BYTES;
    const op = program + <u32>load<u16>(rule) * L.OPERATION_BYTES;
    bytes += load<u32>(op, L.SYNAPSE_INPUTS) * load<u32>(op, L.SYNAPSE_STRIDE);
    if (load<u16>(rule, L.RULE_FLAGS) & L.RULE_BIAS) bytes += load<u32>(op, L.SYNAPSE_STRIDE);
  }
  return bytes;
}

/** Directory entry of the learnt section, empty or not, or 0. */
export function learntEntry(blob: usize): usize {
  const last = blob + L.HEADER_BYTES + (<u32>load<u16>(blob, L.HEADER_SECTIONS) - 1) * L.SECTION_BYTES;
  return load<u16>(last) == L.SECTION_LEARNT ? last : 0;
}

export function checkLearning(blob: usize): i32 {
  const entry = section(blob, L.SECTION_LEARNING), learnt = learntEntry(blob);
  if (u32(entry != 0) != u32(learnt != 0)) return L.BAD_LEARNING;
  if (!entry) return L.OK;
  const learning = blob + load<u32>(entry, L.SECTION_OFFSET);
  const length = load<u32>(entry, L.SECTION_LENGTH), first = learning + L.LEARNING_BYTES;
  // shorter than a header and a rule: nothing of it may be read
  if (length < L.LEARNING_BYTES + L.RULE_BYTES) return L.BAD_LEARNING;
  const count = <u32>load<u16>(learning, L.LEARNING_COUNT), schedules = <u32>load<u16>(learning, L.LEARNING_SCHEDULES);
  let bad = u32(load<u16>(learning) != L.LOSS_CROSS_ENTROPY) | u32(schedules - 1 >= 3) | u32(count - 1 >= 2);
  bad |= u32(length != L.LEARNING_BYTES + count * L.RULE_BYTES) | load<u16>(learning, 6) | load<u32>(learning, L.LEARNING_LOGIT_SHIFT) >> 8;
  bad |= u32(load<u32>(learning, L.LEARNING_LOGIT) - 1 >= 1 << 20) | u32(load<u8>(learning, L.LEARNING_LOGIT_SHIFT) > 40);
  bad |= load<u32>(learning, L.LEARNING_ZERO) | load<u32>(learning, 24) | load<u32>(learning, 28);
  bad |= u32(load<u16>(blob, L.HEADER_CODE) < L.CODE_MEMBRANE_LAST) | u32(load<u16>(blob, L.HEADER_CLASSES) > L.MAX_LEARNING_CLASSES);
  if (bad) return L.BAD_LEARNING;
  for (let r: u32 = 0; r < count; r++) if (!ruleHolds(blob, first + r * L.RULE_BYTES, schedules)) return L.BAD_LEARNING;
  if (count == 2 && load<u16>(first, L.RULE_SIGNAL) == load<u16>(first + L.RULE_BYTES, L.RULE_SIGNAL)) return L.BAD_LEARNING;
  const have = load<u32>(learnt, L.SECTION_LENGTH);
  return have && have != learntBytes(blob) ? L.BAD_SECTION : L.OK;
}

/** Bytes of a rule that are shifts, 0 … 30: a bit each. */
const SHIFTS: u32 = (1 << 6) | (1 << 7) | (1 << 10) | (1 << 11) | (1 << 12) | (1 << 13) | (1 << 22) | (1 << 23);

function ruleHolds(blob: usize, rule: usize, schedules: u32): bool {
  const program = sectionStart(blob, L.SECTION_OPERATIONS);
  const operations = load<u32>(section(blob, L.SECTION_OPERATIONS), L.SECTION_LENGTH) / L.OPERATION_BYTES;
  const index = <u32>load<u16>(rule), flags = <u32>load<u16>(rule, L.RULE_FLAGS);
  if (index + 2 > operations) return false;
  const op = program + index * L.OPERATION_BYTES, target = op + L.OPERATION_BYTES;
  const readout = program + (operations - 2) * L.OPERATION_BYTES;
  let bad = load<u16>(rule, 14) | u32(flags > 3) | u32(!load<u16>(rule, L.RULE_BIAS_SCALE));
  bad |= u32(load<u16>(rule, L.RULE_RATE) > 1023) | u32(load<u16>(rule, L.RULE_STEP_RATE) > 1023);
  for (let i: u32 = 0; i < L.RULE_BYTES; i++) {
    const byte = load<u8>(rule + i);
    bad |= i < L.RULE_ZERO ? ((SHIFTS >> i) & 1) & u32(byte > 30) : byte;
  }
  // one synapse operation feeds the layer, and one the readout: each starts its population and the next is it
  bad |= u32(load<u16>(op) >= L.OP_LIF) | load<u16>(op, L.OP_FLAGS) | u32(load<u16>(target) < L.OP_LIF);
  bad |= u32(load<u16>(readout) >= L.OP_LIF) | load<u16>(readout, L.OP_FLAGS);
  if (bad) return false;
  if (load<u16>(rule, L.RULE_SIGNAL) == L.SIGNAL_READOUT) bad = u32(op != readout) | load<u32>(rule, L.RULE_SURROGATE);
  else {
    bad = u32(load<u16>(rule, L.RULE_SIGNAL) != L.SIGNAL_SYMMETRIC) | u32(<u32>load<u16>(readout, L.SYNAPSE_SOURCE) != index + 2);
    bad |= u32(load<u8>(target, L.POPULATION_BITS) == 32) | u32(!surrogateHolds(blob, load<u32>(rule, L.RULE_SURROGATE), load<u32>(target, L.POPULATION_NEURONS)));
  }
  const range = <u64>load<u32>(blob, L.HEADER_INPUT_RANGE) * L.UPDATE_LIMIT * <u64>load<u32>(blob, L.HEADER_STEPS);
  bad |= u32(load<u16>(op) == L.OP_ANALOGUE) & u32(range > 1 << 30);
  return !bad && learnable(blob, target, schedules & L.SCHEDULE_STEP, flags & L.RULE_BIAS);
}

function surrogateHolds(blob: usize, offset: u32, neurons: u32): bool {
  const all = padded(neurons);
  if (!holds(blob, offset, all << 3)) return false;
  for (let j: u32 = 0; j < all; j++) {
    const width = load<u32>(blob + offset + (j << 2)), factor = load<u32>(blob + offset + ((all + j) << 2));
    if (<u64>width * <u64>factor >= 1 << 31) return false;
  }
  return true;
}

/**
 * Forward traces need one decay for all neurons of the layer and cannot follow a reset to zero; a bias that learns has to be
 * there, with room for its remainder.
 */
function learnable(blob: usize, target: usize, forward: u32, biased: u32): bool {
  const decays = blob + load<u32>(target, L.POPULATION_DECAY), bias = load<u32>(target, L.POPULATION_BIAS);
  let bad = forward & u32(load<u8>(target, L.POPULATION_RESET) >= L.RESET_ZERO) | u32(biased != 0) & u32(!bias);
  if (load<u16>(target, L.OP_FLAGS) & L.POPULATION_NO_DECAY) forward = 0;
  for (let j: u32 = 0, n = load<u32>(target, L.POPULATION_NEURONS); j < n; j++) {
    if (forward) bad |= load<u16>(decays + (j << 1)) ^ load<u16>(decays);
    if (biased) bad |= u32(<u32>(load<i32>(blob + bias + (j << 2)) + (1 << 21)) > 1 << 22);
  }
  return !bad;
}
