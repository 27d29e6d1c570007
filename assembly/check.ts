/**
 * Everything that a blob must be before it may run. Nothing is written here; whoever passes can be stepped without a check.
 * Sums are taken in 64 bits, so no field, however large, can wrap.
 */
import * as L from "./layout";
import { crc32 } from "./fixedpoint/crc32";
import { padded } from "./fixedpoint/arithmetic";
import { checkLearning } from "./check-learning";

/** Accumulators times 2^k, and biases, stay within this. */
const SUM_LIMIT = 1 << 29;

// @ts-ignore: decorator
@inline
function zeros(p: usize, from: u32, to: u32): bool {
  for (let i = from; i < to; i++) if (load<u8>(p + i)) return false;
  return true;
}

export function blobCrc(blob: usize, length: u32): u32 {
  const state = crc32(blob, L.HEADER_CRC, 0xffffffff);
  const rest: u32 = L.HEADER_CRC + 4;
  return ~crc32(blob + rest, length - rest, state);
}

/** Directory entry of a kind, or 0. */
export function section(blob: usize, kind: u32): usize {
  let entry = blob + L.HEADER_BYTES;
  for (let i: u32 = 0, n = <u32>load<u16>(blob, L.HEADER_SECTIONS); i < n; i++) {
    if (load<u16>(entry) == kind && load<u32>(entry, L.SECTION_LENGTH)) return entry;
    entry += L.SECTION_BYTES;
  }
  return 0;
}

/** Where a section begins in memory, or 0. */
export function sectionStart(blob: usize, kind: u32): usize {
  const entry = section(blob, kind);
  return entry ? blob + load<u32>(entry, L.SECTION_OFFSET) : 0;
}

/** Whether an array lies, aligned, within the parameters. */
export function holds(blob: usize, offset: u32, bytes: u64): bool {
  const entry = section(blob, L.SECTION_PARAMETERS);
  const start = <u64>load<u32>(entry, L.SECTION_OFFSET);
  const end = start + <u64>load<u32>(entry, L.SECTION_LENGTH);
  return !(offset & 15) && <u64>offset >= start && <u64>offset + bytes <= end;
}

// Conditions are gathered with | rather than ||: all are loads within the blob, and each branch saved is six bytes.

/** @param sums whether the header's checksum is to be verified */
export function check(blob: usize, length: u32, sums: bool): i32 {
  if (blob & 15) return L.BAD_ALIGNMENT;
  if (length < L.HEADER_BYTES) return L.BAD_LENGTH;
  if (load<u32>(blob) != L.MAGIC) return L.BAD_MAGIC;
  if (load<u16>(blob, L.HEADER_VERSION) != L.FORMAT_VERSION) return L.BAD_VERSION;
  if (load<u32>(blob, L.HEADER_LENGTH) != length || length & 15) return L.BAD_LENGTH;
  if (sums && load<u32>(blob, L.HEADER_CRC) != blobCrc(blob, length)) return L.BAD_CRC;
  if (!headerHolds(blob)) return L.BAD_HEADER;
  let status = checkDirectory(blob, length);
  if (!status) status = checkOperations(blob);
  if (!status) status = checkLearning(blob);
  return status;
}

/** 1 where x lies outside 1 … most. */
// @ts-ignore: decorator
@inline
function outside(x: u32, most: u32): u32 {
  return u32(x - 1 >= most);
}

function headerHolds(blob: usize): bool {
  const kind = <u32>load<u16>(blob, L.HEADER_INPUT_KIND), code = <u32>load<u16>(blob, L.HEADER_CODE);
  const outputs = load<u32>(blob, L.HEADER_OUTPUTS), classes = <u32>load<u16>(blob, L.HEADER_CLASSES);
  const analogue = kind == L.INPUT_ANALOGUE;
  let bad = outside(load<u32>(blob, L.HEADER_STEPS), L.MAX_STEPS) | outside(load<u32>(blob, L.HEADER_INPUTS), L.MAX_NEURONS);
  bad |= outside(outputs, L.MAX_NEURONS) | outside(classes, outputs) | outside(code, L.CODE_MEMBRANE_SUM) | outside(kind, 2);
  bad |= outside(load<u32>(blob, L.HEADER_INPUT_RANGE), analogue ? 32767 : 1);
  bad |= outside(load<u32>(blob, L.HEADER_EVENTS), analogue ? load<u32>(blob, L.HEADER_STEPS) : 1 << 26);
  bad |= load<u16>(blob, L.HEADER_FLAGS) | u32(!zeros(blob, L.HEADER_ZERO, L.HEADER_BYTES));
  if (bad) return false;
  return code == L.CODE_POPULATION ? outputs % classes == 0 : outputs == classes;
}

/** Sections follow one another without gaps but for their padding, which is zero. */
function checkDirectory(blob: usize, length: u32): i32 {
  const count = <u32>load<u16>(blob, L.HEADER_SECTIONS);
  let at: u64 = L.HEADER_BYTES + count * L.SECTION_BYTES;
  let seen: u32 = 0;
  if (u32(count > L.MAX_SECTIONS) | u32(at > <u64>length)) return L.BAD_SECTION;
  for (let i: u32 = 0; i < count; i++) {
    const entry = blob + L.HEADER_BYTES + i * L.SECTION_BYTES;
    const kind = <u32>load<u16>(entry), flags = <u32>load<u16>(entry, L.SECTION_FLAGS);
    const end = at + <u64>load<u32>(entry, L.SECTION_LENGTH), next = (end + 15) & ~15;
    let bad = u32(<u64>load<u32>(entry, L.SECTION_OFFSET) != at) | u32(next > <u64>length) | u32(flags > L.SECTION_CRITICAL);
    bad |= load<u32>(entry, L.SECTION_ZERO);
    if (bad) return L.BAD_SECTION;
    if (!zeros(blob, <u32>end, <u32>next)) return L.BAD_SECTION;
    if (kind - 1 >= L.SECTION_LEARNT) {
      if (flags | u32(!kind)) return L.UNKNOWN_SECTION;
    } else {
      if (seen >> kind & 1 | u32(kind == L.SECTION_LEARNT) & u32(i + 1 != count)) return L.BAD_SECTION;
      seen |= 1 << kind;
    }
    at = next;
  }
  return at == <u64>length && section(blob, L.SECTION_OPERATIONS) && section(blob, L.SECTION_PARAMETERS) ? L.OK : L.BAD_SECTION;
}

/** Neurons of a source: the network's input or an earlier spiking population; 0 where there is none such. */
function sourceNeurons(blob: usize, program: usize, op: usize, index: u32): u32 {
  const source = <u32>load<u16>(op, L.SYNAPSE_SOURCE);
  if (!source) return load<u32>(blob, L.HEADER_INPUTS);
  if (source > index) return 0;
  const from = program + (source - 1) * L.OPERATION_BYTES;
  return load<u16>(from) == L.OP_LIF ? load<u32>(from, L.POPULATION_NEURONS) : 0;
}

function checkOperations(blob: usize): i32 {
  const program = sectionStart(blob, L.SECTION_OPERATIONS);
  const bytes = load<u32>(section(blob, L.SECTION_OPERATIONS), L.SECTION_LENGTH), count = bytes / L.OPERATION_BYTES;
  if (bytes % L.OPERATION_BYTES | u32(count > L.MAX_OPERATIONS)) return L.BAD_OPERATION;
  /** the largest accumulation since the last population, and the width that its synapses fed */
  let reach: u64 = 0;
  let fed: u32 = 0;
  let code: u32 = 0;
  let op: usize = 0;
  for (let i: u32 = 0; i < count; i++) {
    op = program + i * L.OPERATION_BYTES;
    code = load<u16>(op);
    const flags = <u32>load<u16>(op, L.OP_FLAGS), width = load<u32>(op, L.SYNAPSE_OUTPUTS);
    let status: i32 = L.BAD_OPERATION;
    if (outside(code, L.OP_ANALOGUE) == 0) {
      if (flags == u32(fed != 0) && flags + code <= 2) status = fed && fed != width ? L.BAD_SHAPE : checkSynapses(blob, program, op, i);
      if (fed == 0 || flags) fed = width;
      reach += most(blob, op, code);
    } else if (fed && (code == L.OP_LIF || (code == L.OP_LI && i + 1 == count))) {
      status = load<u32>(op, L.POPULATION_NEURONS) == fed ? checkPopulation(blob, op, code == L.OP_LIF, reach) : L.BAD_SHAPE;
      reach = 0;
      fed = 0;
    }
    if (status) return status;
  }
  if (fed | u32(op == 0)) return L.BAD_OPERATION;
  if (load<u32>(op, L.POPULATION_NEURONS) != load<u32>(blob, L.HEADER_OUTPUTS)) return L.BAD_SHAPE;
  return (load<u16>(blob, L.HEADER_CODE) <= L.CODE_POPULATION) == (code == L.OP_LIF) ? L.OK : L.BAD_OPERATION;
}

function checkSynapses(blob: usize, program: usize, op: usize, index: u32): i32 {
  const fromAnalogue = u32(!load<u16>(op, L.SYNAPSE_SOURCE)) & u32(load<u16>(blob, L.HEADER_INPUT_KIND) == L.INPUT_ANALOGUE);
  if (u32(load<u16>(op) != L.OP_DENSE + fromAnalogue) | u32(load<u16>(op, L.SYNAPSE_BITS) != 8) | u32(!zeros(op, L.SYNAPSE_ZERO, L.OPERATION_BYTES))) {
    return L.BAD_OPERATION;
  }
  const inputs = load<u32>(op, L.SYNAPSE_INPUTS), outputs = load<u32>(op, L.SYNAPSE_OUTPUTS);
  const stride = load<u32>(op, L.SYNAPSE_STRIDE), weights = load<u32>(op, L.SYNAPSE_WEIGHTS);
  if (outside(inputs, L.MAX_NEURONS) | u32(inputs != sourceNeurons(blob, program, op, index)) | outside(outputs, L.MAX_NEURONS) | u32(stride != padded(outputs))) {
    return L.BAD_SHAPE;
  }
  if (!holds(blob, weights, <u64>inputs * <u64>stride)) return L.BAD_PARAMETER;
  for (let i: u32 = 0; i < inputs; i++) {
    for (let j = outputs; j < stride; j++) if (load<u8>(blob + weights + i * stride + j) != 128) return L.BAD_PARAMETER;
  }
  return L.OK;
}

/** The largest magnitude that an operation can add to one accumulator in a step. */
function most(blob: usize, op: usize, code: u32): u64 {
  const inputs = <u64>load<u32>(op, L.SYNAPSE_INPUTS);
  if (code == L.OP_ANALOGUE) return inputs * <u64>load<u32>(blob, L.HEADER_INPUT_RANGE) << 7;
  return (load<u16>(op, L.SYNAPSE_SOURCE) ? inputs : <u64>load<u32>(blob, L.HEADER_EVENTS)) << 7;
}

function checkPopulation(blob: usize, op: usize, spiking: bool, reach: u64): i32 {
  const flags = <u32>load<u16>(op, L.OP_FLAGS), reset = <u32>load<u8>(op, L.POPULATION_RESET);
  const bits = <u32>load<u8>(op, L.POPULATION_BITS), k = <i32>load<i8>(op, L.POPULATION_SHIFT);
  const keeps = flags & L.POPULATION_NO_DECAY;
  let bad = u32(flags > 7) | u32(reset > L.RESET_ZERO_STEP) | load<u8>(op, 7) | u32(!zeros(op, L.POPULATION_ZERO, L.OPERATION_BYTES));
  bad |= u32(bits != 8) & u32(bits != 16) & u32(bits != 32);
  // only subtract (1) and zero (3) can act at once; a leaky integrator has no reset and no comparator
  bad |= u32((flags & L.POPULATION_RESET_NOW) != 0) & u32(!(reset & 1));
  if (bad | (spiking ? 0 : reset | (flags ^ keeps))) return L.BAD_OPERATION;
  const top = i32.MAX_VALUE >> (32 - bits);
  const lower = load<i32>(op, L.POPULATION_LOWER), vReset = load<i32>(op, L.POPULATION_V_RESET);
  bad = u32(k < -24) | u32(k > 16) | u32(lower > 0) | u32(lower < ~top) | u32(vReset < lower) | u32(vReset > top);
  if (bad) return L.BAD_RANGE;
  if (reach << max<i32>(k, 0) > <u64>SUM_LIMIT) return L.BAD_RANGE;

  const all = padded(load<u32>(op, L.POPULATION_NEURONS));
  const decay = load<u32>(op, L.POPULATION_DECAY), bias = load<u32>(op, L.POPULATION_BIAS);
  const threshold = load<u32>(op, L.POPULATION_THRESHOLD);
  if (keeps ? decay != 0 : !holds(blob, decay, all << 1)) return L.BAD_PARAMETER;
  if (spiking ? !holds(blob, threshold, bits == 32 ? all << 2 : all << 1) : threshold != 0) return L.BAD_PARAMETER;
  if (bias && !holds(blob, bias, all << 2)) return L.BAD_PARAMETER;
  for (let j: u32 = 0; j < all; j++) {
    const theta = bits == 32 ? load<i32>(blob + threshold + (j << 2)) : <i32>load<i16>(blob + threshold + (j << 1));
    if (spiking) bad |= outside(theta, top);
    if (bias) bad |= u32(<u32>(load<i32>(blob + bias + (j << 2)) + SUM_LIMIT) > <u32>SUM_LIMIT << 1);
  }
  return bad ? L.BAD_RANGE : L.OK;
}
