/**
 * What a learning section must be: rules and paths that this version runs, on the layers where their equations hold, with shifts
 * that keep every product in its width.
 */
import * as L from "./layout";
import { padded } from "./fixedpoint/arithmetic";
import { blob, learning, learningEnd, learnt, misplaced, program, programEnd, soiled } from "./directory";

/** The paths' records begin here. */
let paths: usize = 0;
/** Schedules with forward traces; whether populations' P is of use, whether rules learn from a class. */
let forward: u32 = 0;

export function checkLearning(): i32 {
  const length = <u32>(learningEnd - learning);
  if (!(length | <u32>learnt)) return L.OK;
  // shorter than a header and a rule: nothing of it may be read
  if (u32(!learnt) | u32(length < L.LEARNING_BYTES + L.RULE_BYTES)) return L.BAD_LEARNING;
  const rules = <u32>load<u16>(learning, L.LEARNING_RULES), count = <u32>load<u16>(learning, L.LEARNING_PATHS);
  const schedules = <u32>load<u16>(learning, L.LEARNING_SCHEDULES);
  let bad = u32(schedules - 1 >= 3) | u32(rules - 1 >= 255) | u32(count - 1 >= 255) | u32(!lossHolds(schedules & L.SCHEDULE_STEP));
  bad |= u32(length != L.LEARNING_BYTES + rules * L.RULE_BYTES + count * L.PATH_BYTES);
  bad |= u32(load<u8>(learning, L.LEARNING_LOGIT_SHIFT) > 40) | u32(load<u32>(learning, L.LEARNING_LOGIT) - 1 >= 1 << 20);
  bad |= soiled(learning + L.LEARNING_ZERO, L.LEARNING_BYTES - L.LEARNING_ZERO);
  bad |= u32(load<u16>(blob, L.HEADER_CLASSES) > L.MAX_LEARNING_CLASSES) | (load<u16>(blob, L.HEADER_CLASSES) ^ load<u32>(blob, L.HEADER_OUTPUTS));
  if (bad) return L.BAD_LEARNING;
  const first = learning + L.LEARNING_BYTES;
  paths = first + rules * L.RULE_BYTES;
  forward = schedules & L.SCHEDULE_STEP;
  let bytes: u32 = 16, before = <u32>(programEnd - program) / L.OPERATION_BYTES;
  for (let rule = first; rule < paths; rule += L.RULE_BYTES) {
    const index = <u32>load<u16>(rule);
    // the first is the last operation's, and so on downwards
    if ((rule == first ? index + 1 != before : index >= before) || !ruleHolds(rule, rule == first)) return L.BAD_LEARNING;
    before = index;
    if (load<u16>(rule, L.RULE_FLAGS) & L.RULE_BIAS) bytes += padded(load<u32>(opOf(index), L.POPULATION_NEURONS));
  }
  let next: u32 = 0;
  for (let path = paths; path < learningEnd; path += L.PATH_BYTES) {
    const index = <u32>load<u16>(path), flags = <u32>load<u16>(path, L.PATH_FLAGS);
    if (u32(index < next) | u32((index + 2) * L.OPERATION_BYTES > <u32>(programEnd - program)) || !pathHolds(path, index)) return L.BAD_LEARNING;
    next = index + 1;
    if ((flags & (L.PATH_LEARNS | L.PATH_BARE)) == L.PATH_LEARNS) bytes += load<u32>(opOf(index), L.SYNAPSE_INPUTS) * load<u32>(opOf(index), L.SYNAPSE_STRIDE);
  }
  const have = load<u32>(learnt, L.SECTION_LENGTH);
  return have && have != bytes ? L.BAD_SECTION : L.OK;
}

// @ts-ignore: decorator
@inline
function opOf(index: u32): usize {
  return program + index * L.OPERATION_BYTES;
}

/** The rule of the population at `index`, or 0. */
function ruleOf(index: u32): usize {
  for (let rule = learning + L.LEARNING_BYTES; rule < paths; rule += L.RULE_BYTES) if (load<u16>(rule) == index) return rule;
  return 0;
}

/** The loss: one that the last operation can have, and fields that are its. */
function lossHolds(forward: u32): bool {
  const loss = <u32>load<u16>(learning), when = <u32>load<u8>(learning, L.LEARNING_WHEN), flags = <u32>load<u16>(learning, L.LEARNING_FLAGS);
  const spiking = load<u16>(programEnd - L.OPERATION_BYTES) == L.OP_LIF, square = u32(!(loss & 1));
  let bad = u32(loss - 1 >= L.LOSS_TIME_SQUARE) | u32(spiking == loss < L.LOSS_COUNT_ENTROPY) | flags >> 2;
  const most = loss < L.LOSS_COUNT_ENTROPY ? L.WHEN_SUM : u32(loss == L.LOSS_TIME_ENTROPY);
  bad |= u32(when > most) | u32((flags & L.LEARNING_RELATIVE) != 0) & u32(loss != L.LOSS_TIME_SQUARE);
  // rows are of membranes at every step
  bad |= (flags & L.LEARNING_TARGETS | forward) & (u32(when != 0) | u32(loss >= L.LOSS_COUNT_ENTROPY));
  if (!square) bad |= load<u32>(learning, L.LEARNING_ON);
  const shift = <u32>load<u8>(learning, L.LEARNING_TIME_SHIFT);
  bad |= loss == L.LOSS_TIME_ENTROPY && when ? u32(shift > 30) : shift;
  return !bad;
}

/** Bytes of a rule that are shifts, 0 … 30, and bytes that are zero: a bit each. */
const SHIFTS: u64 = (1 << 11) | (1 << 42);
const ZEROS: u64 = (1 << 7) | (1 << 15);

function ruleHolds(rule: usize, last: bool): bool {
  const index = <u32>load<u16>(rule), signal = <u32>load<u8>(rule, L.RULE_SIGNAL), flags = <u32>load<u16>(rule, L.RULE_FLAGS);
  const shape = <u32>load<u8>(rule, L.RULE_SHAPE), op = opOf(index), code = <u32>load<u16>(op), regularise = <u32>load<u16>(rule, L.RULE_REGULARISE);
  const feeds = u32(signal - L.SIGNAL_RANDOM <= L.SIGNAL_REWARD - L.SIGNAL_RANDOM), paired = signal == L.SIGNAL_STDP;
  let bad = u32(code < L.OP_LIF) | u32(paired) & u32(code != L.OP_LIF) | u32(signal > L.SIGNAL_STDP) | flags >> 2 ;
  bad |= u32(last ? u32(signal != L.SIGNAL_LOSS) & u32(!paired) : u32(signal == L.SIGNAL_LOSS)) | regularise >> 5;
  for (let i: u32 = 0; i < L.RULE_ZERO; i++) {
    const x = <u32>load<u8>(rule + i);
    bad |= u32(SHIFTS >> i & 1) & u32(x > 30) | u32(ZEROS >> i & 1) & u32(x != 0);
  }
  bad |= (load<u16>(rule, L.RULE_RATE) | load<u16>(rule, L.RULE_STEP_RATE)) >> 10 | u32(!load<u16>(rule, L.RULE_BIAS_SCALE));
  const clip = <u32>load<u8>(rule, L.RULE_CLIP);
  bad |= u32(clip > (code == L.OP_LI || paired ? 0 : L.MAX_CLIP));
  // no distance of fewer bits is too long
  bad |= u32(<u32>load<u8>(rule, L.RULE_NEAR_SHIFT) > (code == L.OP_LIF && !paired && load<u8>(op, L.POPULATION_BITS) == 32 ? 15 : 0));
  bad |= u32(flags & L.RULE_FILTERED) & u32(signal != L.SIGNAL_RANDOM) | load<u32>(rule, L.RULE_STRENGTH) >> 30;
  if (!feeds) bad |= load<u32>(rule, L.RULE_SEED);
  bad |= badGain(load<u16>(rule, L.RULE_GAIN), load<i8>(rule, L.RULE_GAIN_EXPONENT), feeds);
  bad |= badGain(regularise ? 1 : 0, load<i8>(rule, L.RULE_REGULARISE_EXPONENT), regularise);
  if (!regularise) bad |= load<u32>(rule, L.RULE_LOWER) | load<u16>(rule, L.RULE_UPPER) | load<u8>(rule, L.RULE_REGULARISE_SHIFT) | load<u32>(rule, L.RULE_STRENGTH);
  if (!paired) bad |= soiled(rule + L.RULE_STDP_PLUS, L.RULE_ZERO - L.RULE_STDP_PLUS);
  bad |= soiled(rule + L.RULE_ZERO, L.RULE_BYTES - L.RULE_ZERO);
  // a class is what targets and local readouts go by
  bad |= u32(load<u16>(learning, L.LEARNING_FLAGS) & L.LEARNING_TARGETS) & u32(signal == L.SIGNAL_TARGET || signal == L.SIGNAL_LOCAL);
  // what the last population hears is the loss alone
  if (last | paired) bad |= regularise;
  if (bad) return false;
  const surrogate = load<u32>(rule, L.RULE_SURROGATE), coupling = load<u32>(rule, L.RULE_COUPLING);
  if (code == L.OP_LI) return !(shape | surrogate | coupling | (load<u16>(op, L.OP_FLAGS) & L.POPULATION_CURRENTS)) && learnable(op, flags & L.RULE_BIAS);
  const neurons = load<u32>(op, L.POPULATION_NEURONS), adapts = <u32>load<u16>(op, L.OP_FLAGS) & L.POPULATION_ADAPTS;
  if (paired) bad = shape | surrogate | coupling | forward;
  else {
    bad = u32(shape - 1 >= L.SHAPE_STRAIGHT) | u32(!surrogateHolds(surrogate, neurons, shape));
    bad |= adapts ? u32(!couplingHolds(coupling, neurons)) : coupling;
    bad |= forward & u32(signal == L.SIGNAL_REWARD);
  }
  return !bad && learnable(op, flags & L.RULE_BIAS);
}

/** Not 0 unless a gain is one, or 0 where there is nothing to multiply. */
function badGain(gain: u32, exponent: i32, wanted: u32): u32 {
  if (!wanted) return gain | exponent;
  return u32(gain - 1 >= L.GAIN_ONE) | u32(<u32>(exponent + L.MAX_GAIN_EXPONENT) > 2 * L.MAX_GAIN_EXPONENT);
}

function surrogateHolds(offset: u32, neurons: u32, shape: u32): bool {
  const bytes = padded(neurons) << 2, shaped = u32(shape != L.SHAPE_TRIANGLE);
  if (misplaced(offset, (bytes << 1) + bytes * shaped)) return false;
  let bad: u64 = 0;
  const widths = blob + offset, factors = widths + bytes;
  for (let p = widths; p < factors; p += 4) bad |= (<u64>load<u32>(p) * <u64>load<u32>(p + bytes)) >> 31;
  if (shaped) for (let p = factors + bytes, end = p + (neurons << 2); p < end; p += 4) bad |= u32(load<u32>(p) - 1 >= 32768);
  // a width in the padding would let what lies there learn
  return !bad && !soiled(widths + (neurons << 2), bytes - (neurons << 2));
}

function couplingHolds(offset: u32, neurons: u32): bool {
  if (misplaced(offset, padded(neurons) << 2)) return false;
  let bad: u32 = 0;
  for (let p = blob + offset, end = p + (neurons << 2); p < end; p += 4) bad |= u32(load<u32>(p) > 1 << 20);
  return !bad;
}

/**
 * Forward traces need one decay for all neurons of the layer and cannot follow a reset to zero, adaptation or a current; a bias
 * that learns has to be there, with room for its remainder.
 */
function learnable(target: usize, biased: u32): bool {
  const decays = blob + load<u32>(target, L.POPULATION_DECAY), bias = load<u32>(target, L.POPULATION_BIAS), flags = <u32>load<u16>(target, L.OP_FLAGS);
  let bad = forward & (u32(load<u8>(target, L.POPULATION_RESET) >= L.RESET_ZERO) | u32(flags > 7)) | u32(biased != 0) & u32(!bias);
  if (bad) return false;
  const uneven = flags & L.POPULATION_NO_DECAY ? 0 : forward;
  for (let j: u32 = 0, n = load<u32>(target, L.POPULATION_NEURONS); j < n; j++) {
    if (uneven) bad |= load<u16>(decays + (j << 1)) ^ load<u16>(decays);
    if (biased) bad |= u32(<u32>(load<i32>(blob + bias + (j << 2)) + (1 << 21)) > 1 << 22);
  }
  return !bad;
}

function pathHolds(path: usize, index: u32): bool {
  const flags = <u32>load<u16>(path, L.PATH_FLAGS), op = opOf(index), update = <u32>load<u8>(path, L.PATH_UPDATE), kept = <u32>load<u16>(path, L.PATH_KEPT);
  const gain = <u32>load<u16>(path, L.PATH_GAIN), returns = flags & (L.PATH_PRESENT | L.PATH_CARRIED), learns = flags & L.PATH_LEARNS;
  const trace = <u32>load<u16>(path, L.PATH_TRACE), traceShift = <u32>load<u8>(path, L.PATH_TRACE_SHIFT), analogue = load<u16>(op) == L.OP_ANALOGUE;
  let bad = flags >> 4 | u32(returns == 6) | badGain(gain, load<i8>(path, L.PATH_GAIN_EXPONENT), returns) | u32(!trace) | u32(traceShift > 46);
  bad |= u32(update > L.UPDATE_SIGN) | u32(load<u8>(path, L.PATH_PULL) > 24) | soiled(path + L.PATH_ZERO, L.PATH_BYTES - L.PATH_ZERO);
  bad |= u32(load<u16>(op) >= L.OP_LIF);
  if (!analogue) bad |= trace ^ 1 | traceShift;
  if (update == L.UPDATE_PLAIN) bad |= kept;
  if (!learns) bad |= flags & L.PATH_BARE | update | load<u8>(path, L.PATH_PULL);
  if (forward) bad |= update | flags & L.PATH_CARRIED | (analogue ? trace ^ 1 : 0);
  if (bad) return false;
  let fed = index;
  do fed++; while (load<u16>(opOf(fed)) < L.OP_LIF);
  const rule = ruleOf(fed);
  if (!rule) return false;
  if (analogue) {
    const drive = load<u32>(blob, L.HEADER_INPUT_RANGE) * load<u32>(blob, L.HEADER_STEPS);
    if (drive > (1 << 30) / L.UPDATE_LIMIT) return false;
  }
  if (!returns) return true;
  const source = <u32>load<u16>(op, L.SYNAPSE_SOURCE), hears = source ? ruleOf(source - 1) : 0;
  // recurrent synapses say what they carry; pairs of spikes have neither ears nor anything to say
  if (!hears || u32(source > index) & u32(returns == L.PATH_PRESENT)) return false;
  return u32(load<u8>(hears, L.RULE_SIGNAL) != L.SIGNAL_STDP) & u32(load<u8>(hears, L.RULE_SIGNAL) != L.SIGNAL_LOSS) & u32(load<u8>(rule, L.RULE_SIGNAL) != L.SIGNAL_STDP) ? true : false;
}
