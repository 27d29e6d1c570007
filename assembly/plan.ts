/**
 * Lays out the arena of a blob that has been checked. One walk both counts and places, so the two cannot differ.
 *
 * A piece is asked for with its size alone: its address goes into the field after that of the piece before, so that the order
 * of calls here is the order of fields in arena.ts.
 */
import * as L from "./layout";
import { Arena, ARENA_BYTES, Node, RuleState } from "./arena";
import { blob, learning, learnt, program, programEnd } from "./directory";
import { copy, fill, padded } from "./fixedpoint/arithmetic";
import { seed } from "./fixedpoint/random";

/** Whether pieces are being placed, or only counted. */
let placing = false;
/** Pieces grow upward from here; states, what a start from rest clears, downward from the arena's end. */
let at: u64 = 0;
let top: u64 = 0;
/** The field for the next piece's address. */
let field: usize = 0;
/** In the learnt section: what was learnt before, rule after rule. */
let remembered: usize = 0;
/** Needed by the widest population, and by the source with most spikes in a window. */
let widest: u32 = 0;
let sources: u32 = 0;
let spikes: u64 = 0;
/** Bytes of the readout's weights turned. */
let turned: u64 = 0;

/** One that is empty has address 0. */
function point(address: u64, bytes: u64): void {
  if (placing) store<usize>(field, bytes ? <usize>address : 0);
  field += sizeof<usize>();
}

/** Takes the next `bytes`, rounded up to 16. */
function take(bytes: u64): void {
  point(at, bytes);
  at += (bytes + 15) & ~15;
}

/** The same, of what a start from rest clears. */
function takeState(bytes: u64): void {
  top -= (bytes + 15) & ~15;
  point(top, bytes);
}

/** Bytes of arena that the blob at hand needs, header and records included. */
export function arenaBytes(): u64 {
  placing = false;
  return walk(0, 0);
}

/** Clears the arena and lays it out; `length` bytes at `arena` suffice, as arenaBytes() said. */
export function place(arena: usize, length: u32): void {
  fill(arena, 0, length);
  copy(arena, blob, L.HEADER_BYTES);
  placing = true;
  walk(arena, arena + length);
}

function walk(address: usize, end: usize): u64 {
  const arena = changetype<Arena>(address);
  const steps = <u64>load<u32>(blob, L.HEADER_STEPS), room = <u64>load<u32>(blob, L.HEADER_EVENTS);
  const outputs = load<u32>(blob, L.HEADER_OUTPUTS), stride = padded(outputs);
  const rules = learning ? <u32>load<u16>(learning, L.LEARNING_COUNT) : 0;
  at = <u64>address + ARENA_BYTES;
  top = end;
  widest = 0;
  sources = 0;
  spikes = 0;
  turned = 0;
  field = address + offsetof<Arena>("rules");
  take(rules * L.RULE_STATE_BYTES);
  take(programEnd - program + L.NODE_BYTES);
  takeState(stride << 2);
  take(<u64>load<u16>(blob, L.HEADER_CLASSES) << 2);
  if (load<u16>(blob, L.HEADER_INPUT_KIND) == L.INPUT_SPIKES) {
    take((steps + 1) << 2);
    take(room << 1);
  } else {
    take(0);
    take((room * <u64>load<u32>(blob, L.HEADER_INPUTS)) << 1);
  }
  take((steps * outputs) << 2);
  if (learning) {
    take(16);
    take(stride << 2);
    take(stride << 2);
    take(stride << 1);
    take((steps * stride) << 1);
  }
  if (placing) {
    arena.blob = blob;
    arena.program = program;
    arena.stride = stride;
    arena.last = arena.nodes + (programEnd - program);
    arena.learning = learning;
    arena.learnt = learnt;
    const input = changetype<Node>(arena.nodes);
    input.offsets = arena.offsets;
    input.events = arena.events;
    input.count = arena.inputs;
    if (learning) {
      remembered = blob + load<u32>(learnt, L.SECTION_OFFSET);
      if (load<u32>(learnt, L.SECTION_LENGTH)) copy(arena.random, remembered, 16);
      else seed(arena.random, load<u32>(learning, L.LEARNING_SEED));
      remembered += 16;
    }
  }
  for (let op = program, node = arena.nodes; op < programEnd; op += L.OPERATION_BYTES) {
    node += L.NODE_BYTES;
    walkNode(arena, op, node);
  }
  for (let r: u32 = 0; r < rules; r++) walkRule(arena, r, r + 1 < rules);
  field = address + offsetof<Arena>("accumulators");
  take(<u64>widest << 2);
  take(<u64>sources << 2);
  take(spikes << 1);
  take(turned);
  if (placing) {
    arena.states = <usize>top;
    arena.stateBytes = <u32>(end - <usize>top);
    if (learning) arena.length = padded(<u32>(remembered - blob));
  }
  return at - top;
}

function walkNode(arena: Arena, op: usize, address: usize): void {
  const code = load<u16>(op), node = changetype<Node>(address);
  if (placing) copy(address, op, L.OPERATION_BYTES);
  if (code < L.OP_LIF) {
    field = address + offsetof<Node>("events");
    take(code == L.OP_ANALOGUE ? <u64>load<u32>(op, L.SYNAPSE_STRIDE) << 2 : 0);
    if (!placing) return;
    node.weights += blob;
    node.source = changetype<Node>(arena.nodes + <u32>node.sourceIndex * L.NODE_BYTES);
    return;
  }
  const neurons = load<u32>(op, L.POPULATION_NEURONS), all = padded(neurons);
  field = address + offsetof<Node>("membranes");
  widest = max<u32>(widest, all);
  takeState((all * load<u8>(op, L.POPULATION_BITS)) >> 3);
  take(0);
  take(code == L.OP_LIF ? neurons << 1 : 0);
  if (placing && node.bias) node.bias += blob;
}

/** One rule: a copy of its weights, their residuals, its traces and its logs; the lists of its source are kept for the window. */
function walkRule(arena: Arena, r: u32, more: bool): void {
  const record = learning + L.LEARNING_BYTES + r * L.RULE_BYTES, address = changetype<usize>(arena.rules) + r * L.RULE_STATE_BYTES;
  const index = <u32>load<u16>(record) * L.OPERATION_BYTES, op = program + index, synapses = arena.nodes + L.NODE_BYTES + index;
  const inputs = load<u32>(op, L.SYNAPSE_INPUTS), stride = load<u32>(op, L.SYNAPSE_STRIDE), bytes = inputs * stride;
  const steps = <u64>load<u32>(blob, L.HEADER_STEPS);
  const biased = load<u16>(record, L.RULE_FLAGS) & L.RULE_BIAS, readout = load<u16>(record, L.RULE_SIGNAL) == L.SIGNAL_READOUT;
  const row = stride << 2, node = changetype<Node>(synapses), target = changetype<Node>(synapses + L.NODE_BYTES);
  if (placing) copy(address, record, L.RULE_BYTES);
  field = address + offsetof<RuleState>("weights");
  take(bytes);
  take(bytes);
  take(biased ? row : 0);
  take(biased ? row : 0);
  takeState(load<u16>(learning, L.LEARNING_SCHEDULES) & L.SCHEDULE_STEP ? (inputs + 1) << 2 : 0);
  take(row);
  take(readout ? 0 : (steps * stride) << 1);
  if (!readout) turned = (stride * <u64>padded(load<u32>(blob, L.HEADER_OUTPUTS))) << 1;
  if (load<u16>(op) == L.OP_DENSE) {
    let most = <u64>load<u32>(blob, L.HEADER_EVENTS);
    if (load<u16>(op, L.SYNAPSE_SOURCE)) {
      most = inputs * steps;
      if (placing) field = changetype<usize>(node.source) + offsetof<Node>("offsets");
      take((steps + 1) << 2);
      take(most << 1);
    }
    sources = max<u32>(sources, inputs + 1);
    spikes = max<u64>(spikes, most);
  }
  if (!placing) return;

  const rule = changetype<RuleState>(address), before = load<u32>(learnt, L.SECTION_LENGTH) != 0;
  rule.synapses = synapses;
  rule.surrogate += blob;
  if (more) rule.next = changetype<RuleState>(address + L.RULE_STATE_BYTES);
  if (readout) rule.log = arena.probabilities;
  else target.rule = rule;
  copy(rule.weights, node.weights, bytes);
  node.weights = rule.weights;
  if (before) copy(rule.residuals, remembered, bytes);
  else fill(rule.residuals, 0x8080808080808080, bytes);
  remembered += bytes;
  if (!biased) return;
  copy(rule.bias, target.bias, row);
  target.bias = rule.bias;
  for (let j: u32 = 0; j < row; j += 4) {
    const rest = before ? <i32>load<i8>(remembered) : 0;
    store<i32>(rule.fine + j, (load<i32>(rule.bias + j) << 8) + rest);
    remembered++;
  }
}
