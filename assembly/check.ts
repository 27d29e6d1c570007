/**
 * Everything that a blob must be before it may run. Nothing is written here; whoever passes can be stepped without a check.
 * Sums are taken in 64 bits, so no field, however large, can wrap.
 */
import * as L from "./layout";
import { crc32 } from "./fixedpoint/crc32";
import { padded } from "./fixedpoint/arithmetic";
import { checkLearning } from "./check-learning";
import { blob, checkDirectory, misplaced, program, programEnd, soiled } from "./directory";

/** Accumulators times 2^k, and biases, stay within this. */
const SUM_LIMIT = 1 << 29;

export function blobCrc(at: usize, length: u32): u32 {
  const state = crc32(at, L.HEADER_CRC, 0xffffffff);
  const rest: u32 = L.HEADER_CRC + 4;
  return ~crc32(at + rest, length - rest, state);
}

// Conditions are gathered with | rather than ||: all are loads within the blob, and each branch saved is six bytes.

/** @param sums whether the header's checksum is to be verified */
export function check(at: usize, length: u32, sums: bool): i32 {
  if (at & 15) return L.BAD_ALIGNMENT;
  // at most 2 GiB, and not up to the last byte of memory, where ends would wrap to 0
  if (u32(<i32>length < <i32>L.HEADER_BYTES) | u32(at + length < at)) return L.BAD_LENGTH;
  if (load<u32>(at) != L.MAGIC) return L.BAD_MAGIC;
  if (load<u16>(at, L.HEADER_VERSION) != L.FORMAT_VERSION) return L.BAD_VERSION;
  if ((load<u32>(at, L.HEADER_LENGTH) ^ length) | (length & 15)) return L.BAD_LENGTH;
  if (sums && load<u32>(at, L.HEADER_CRC) != blobCrc(at, length)) return L.BAD_CRC;
  if (!headerHolds(at)) return L.BAD_HEADER;
  return checkDirectory(at, length) || checkOperations() || checkLearning();
}

/** 1 where x lies outside 1 … most. */
// @ts-ignore: decorator
@inline
function outside(x: u32, most: u32): u32 {
  return u32(x - 1 >= most);
}

function headerHolds(at: usize): bool {
  const kind = <u32>load<u16>(at, L.HEADER_INPUT_KIND), code = <u32>load<u16>(at, L.HEADER_CODE);
  const outputs = load<u32>(at, L.HEADER_OUTPUTS), classes = <u32>load<u16>(at, L.HEADER_CLASSES);
  const steps = load<u32>(at, L.HEADER_STEPS);
  const analogue = kind == L.INPUT_ANALOGUE;
  let bad = outside(steps, L.MAX_STEPS) | outside(load<u32>(at, L.HEADER_INPUTS), L.MAX_NEURONS);
  bad |= outside(outputs, L.MAX_NEURONS) | outside(classes, outputs) | outside(code, L.CODE_MEMBRANE_SUM) | outside(kind, 2);
  bad |= outside(load<u32>(at, L.HEADER_INPUT_RANGE), analogue ? 32767 : 1);
  bad |= outside(load<u32>(at, L.HEADER_EVENTS), analogue ? steps : 1 << 26);
  bad |= load<u16>(at, L.HEADER_FLAGS) | soiled(at + L.HEADER_ZERO, L.HEADER_BYTES - L.HEADER_ZERO);
  return !bad && (code == L.CODE_POPULATION ? outputs % classes == 0 : outputs == classes);
}

function checkOperations(): i32 {
  const bytes = programEnd - program;
  if (bytes % L.OPERATION_BYTES | u32(bytes > L.MAX_OPERATIONS * L.OPERATION_BYTES)) return L.BAD_OPERATION;
  /** the largest accumulation since the last population, and the width that its synapses fed */
  let reach: u64 = 0;
  let fed: u32 = 0;
  let code: u32 = 0;
  let op = program;
  do {
    code = load<u16>(op);
    const flags = <u32>load<u16>(op, L.OP_FLAGS), width = load<u32>(op, L.SYNAPSE_OUTPUTS);
    let status: i32 = L.BAD_OPERATION;
    if (outside(code, L.OP_ANALOGUE) == 0) {
      if (flags == u32(fed != 0) && flags + code <= 2) status = fed && fed != width ? L.BAD_SHAPE : checkSynapses(op);
      if (fed == 0 || flags) fed = width;
      reach += most(op, code);
    } else if (fed && (code == L.OP_LIF || (code == L.OP_LI && op + L.OPERATION_BYTES == programEnd))) {
      status = load<u32>(op, L.POPULATION_NEURONS) == fed ? checkPopulation(op, code == L.OP_LIF, reach) : L.BAD_SHAPE;
      reach = 0;
      fed = 0;
    }
    if (status) return status;
    op += L.OPERATION_BYTES;
  } while (op < programEnd);
  if (fed) return L.BAD_OPERATION;
  op -= L.OPERATION_BYTES;
  if (load<u32>(op, L.POPULATION_NEURONS) != load<u32>(blob, L.HEADER_OUTPUTS)) return L.BAD_SHAPE;
  return (load<u16>(blob, L.HEADER_CODE) <= L.CODE_POPULATION) == (code == L.OP_LIF) ? L.OK : L.BAD_OPERATION;
}

/** Neurons of a source: the network's input or a spiking population; 0 where there is none such. */
function sourceNeurons(op: usize): u32 {
  const source = <u32>load<u16>(op, L.SYNAPSE_SOURCE);
  if (!source) return load<u32>(blob, L.HEADER_INPUTS);
  const offset = (source - 1) * L.OPERATION_BYTES;
  if (offset >= <u32>(programEnd - program)) return 0;
  const from = program + offset;
  return load<u16>(from) == L.OP_LIF ? load<u32>(from, L.POPULATION_NEURONS) : 0;
}

function checkSynapses(op: usize): i32 {
  const fromAnalogue = u32(!load<u16>(op, L.SYNAPSE_SOURCE)) & u32(load<u16>(blob, L.HEADER_INPUT_KIND) == L.INPUT_ANALOGUE);
  if (u32(load<u16>(op) != L.OP_DENSE + fromAnalogue) | (load<u16>(op, L.SYNAPSE_BITS) ^ 8) | soiled(op + L.SYNAPSE_ZERO, L.OPERATION_BYTES - L.SYNAPSE_ZERO)) {
    return L.BAD_OPERATION;
  }
  const inputs = load<u32>(op, L.SYNAPSE_INPUTS), outputs = load<u32>(op, L.SYNAPSE_OUTPUTS);
  const stride = load<u32>(op, L.SYNAPSE_STRIDE), weights = load<u32>(op, L.SYNAPSE_WEIGHTS);
  if (u32(!inputs) | (inputs ^ sourceNeurons(op)) | outside(outputs, L.MAX_NEURONS) | (stride ^ padded(outputs))) {
    return L.BAD_SHAPE;
  }
  // no more than 65535 · 65536
  const bytes = inputs * stride;
  if (misplaced(weights, bytes)) return L.BAD_PARAMETER;
  let bad: u32 = 0;
  for (let row = blob + weights, last = row + bytes; row < last; row += stride) {
    for (let j = outputs; j < stride; j++) bad |= load<u8>(row + j) ^ 128;
  }
  return bad ? L.BAD_PARAMETER : L.OK;
}

/** The largest magnitude that an operation can add to one accumulator in a step. */
function most(op: usize, code: u32): u64 {
  let sum = load<u16>(op, L.SYNAPSE_SOURCE) ? load<u32>(op, L.SYNAPSE_INPUTS) : load<u32>(blob, L.HEADER_EVENTS);
  if (code == L.OP_ANALOGUE) sum = load<u32>(op, L.SYNAPSE_INPUTS) * load<u32>(blob, L.HEADER_INPUT_RANGE);
  return <u64>sum << 7;
}

function checkPopulation(op: usize, spiking: bool, reach: u64): i32 {
  const flags = <u32>load<u16>(op, L.OP_FLAGS), reset = <u32>load<u8>(op, L.POPULATION_RESET);
  const bits = <u32>load<u8>(op, L.POPULATION_BITS), k = <i32>load<i8>(op, L.POPULATION_SHIFT);
  const keeps = flags & L.POPULATION_NO_DECAY;
  const adapts = flags & L.POPULATION_ADAPTS, currents = flags & L.POPULATION_CURRENTS, fine = <u32>load<u8>(op, L.POPULATION_FINE);
  let bad = flags >> 5 | u32(reset > L.RESET_ZERO_STEP) | (currents ? u32(fine > 12) : fine) | soiled(op + L.POPULATION_ZERO, L.OPERATION_BYTES - L.POPULATION_ZERO);
  // one of 8, 16 and 32
  bad |= (popcnt<u32>(bits) ^ 1) | (bits & ~56);
  // only subtract (1) and zero (3) can act at once; a leaky integrator has no reset and no comparator
  bad |= flags & L.POPULATION_RESET_NOW & (~reset << 2);
  if (bad | (spiking ? 0 : reset | (flags ^ keeps ^ currents))) return L.BAD_OPERATION;
  const top = i32.MAX_VALUE >> (32 - bits);
  const lower = load<i32>(op, L.POPULATION_LOWER), vReset = load<i32>(op, L.POPULATION_V_RESET);
  bad = u32(<u32>(k + 24) > 40) | u32(<u32>-lower > <u32>top + 1) | u32(vReset < lower) | u32(vReset > top);
  if (bad | u32(reach << max<i32>(k, 0) > <u64>SUM_LIMIT)) return L.BAD_RANGE;

  const all = padded(load<u32>(op, L.POPULATION_NEURONS));
  const decay = load<u32>(op, L.POPULATION_DECAY), bias = load<u32>(op, L.POPULATION_BIAS);
  const threshold = load<u32>(op, L.POPULATION_THRESHOLD);
  const wide = u32(bits == 32);
  bad = keeps ? decay : misplaced(decay, all << 1);
  bad |= spiking ? misplaced(threshold, all << 1 << wide) : threshold;
  bad |= bias ? misplaced(bias, all << 2) : 0;
  const adaptation = load<u32>(op, L.POPULATION_ADAPTATION), current = load<u32>(op, L.POPULATION_CURRENT);
  bad |= adapts ? misplaced(adaptation, all << 2) : adaptation;
  bad |= currents ? misplaced(current, all << 1) : current;
  if (bad) return L.BAD_PARAMETER;
  for (let j: u32 = 0; j < all; j++) {
    if (spiking) bad |= outside(wide ? load<i32>(blob + threshold + (j << 2)) : <i32>load<i16>(blob + threshold + (j << 1)), top);
    if (bias) bad |= u32(<u32>(load<i32>(blob + bias + (j << 2)) + SUM_LIMIT) > <u32>SUM_LIMIT << 1);
  }
  return bad ? L.BAD_RANGE : L.OK;
}
