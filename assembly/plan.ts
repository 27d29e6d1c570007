/**
 * Lays out the arena of a blob that has been checked. One walk both counts and places, so the two cannot differ.
 *
 * A piece is asked for with its size alone: its address goes into the field after that of the piece before, so that the order
 * of calls here is the order of fields in arena.ts.
 */
import * as L from "./layout";
import { Arena, ARENA_BYTES, Node, RuleState } from "./arena";
import { blob, learning, learningEnd, learnt, program, programEnd } from "./directory";
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
let spikes: u32 = 0;
/** Of the readout's weights, turned. */
let turned: u32 = 0;

/** A piece that is empty has address 0. */
function point(address: u64, bytes: u64): void {
  if (placing) store<usize>(field, bytes ? <usize>address : 0);
  field += sizeof<usize>();
}

/** Takes the next piece, `count` elements of `size` bytes. */
function take(count: u32, size: u32): void {
  const bytes = <u64>count * <u64>size;
  point(at, bytes);
  at += (bytes + 15) & ~15;
}

/** The same, of what a start from rest clears. */
function takeState(count: u32, size: u32): void {
  const bytes = <u64>count * <u64>size;
  top -= (bytes + 15) & ~15;
  point(top, bytes);
}

/** Bytes of arena that the blob at hand needs, header and records included. */
export function arenaBytes(): u64 {
  placing = false;
  // addresses that are read of an arena at 0 mean nothing and go nowhere
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
  const steps = load<u32>(blob, L.HEADER_STEPS), outputs = load<u32>(blob, L.HEADER_OUTPUTS), stride = padded(outputs);
  const spiking = load<u16>(blob, L.HEADER_INPUT_KIND) == L.INPUT_SPIKES;
  const operations = <u32>(programEnd - program), rules = <u32>(learningEnd - learning);
  at = <u64>address + ARENA_BYTES;
  top = end;
  widest = 0;
  sources = 0;
  spikes = 0;
  turned = 0;
  field = address + offsetof<Arena>("learning");
  take(rules, 1);
  take(operations + L.NODE_BYTES, 1);
  takeState(stride, 4);
  take(load<u16>(blob, L.HEADER_CLASSES), 4);
  take(steps + 1, spiking ? 4 : 0);
  take(load<u32>(blob, L.HEADER_EVENTS), spiking ? 2 : load<u32>(blob, L.HEADER_INPUTS) << 1);
  take(steps, outputs << 2);
  if (rules) {
    take(4, 4);
    take(stride, 4);
    take(stride, 4);
    take(steps, stride << 1);
  }
  if (placing) {
    const nodes = arena.nodes, input = changetype<Node>(nodes);
    copy(nodes + L.NODE_BYTES, program, operations);
    copy(arena.learning, learning, rules);
    arena.blob = blob;
    arena.program = program;
    arena.stride = stride;
    arena.last = nodes + operations;
    input.offsets = arena.offsets;
    input.events = arena.events;
    input.count = arena.inputs;
    if (rules) {
      arena.learnt = learnt;
      arena.rules = changetype<RuleState>(arena.learning + L.LEARNING_BYTES);
      remembered = blob + load<u32>(learnt, L.SECTION_OFFSET);
      if (load<u32>(learnt, L.SECTION_LENGTH)) copy(arena.random, remembered, 16);
      else seed(arena.random, load<u32>(learning, L.LEARNING_SEED));
      remembered += 16;
    }
  }
  for (let i: u32 = 0; i < operations; i += L.OPERATION_BYTES) walkNode(arena, program + i, arena.nodes + L.NODE_BYTES + i);
  for (let r = L.LEARNING_BYTES; r < rules; r += L.RULE_BYTES) walkRule(arena, learning + r, arena.learning + r);
  field = address + offsetof<Arena>("accumulators");
  take(widest, 4);
  take(sources, 4);
  take(spikes, 2);
  take(turned, 2);
  if (placing) {
    arena.states = <usize>top;
    arena.stateBytes = <u32>(end - <usize>top);
    if (rules) arena.length = padded(<u32>(remembered - blob));
  }
  return at - top;
}

/** An operation's pieces; the record is the blob's, its copy the node. */
function walkNode(arena: Arena, op: usize, address: usize): void {
  const code = load<u16>(op), node = changetype<Node>(address);
  if (code < L.OP_LIF) {
    field = address + offsetof<Node>("events");
    take(load<u32>(op, L.SYNAPSE_STRIDE), code == L.OP_ANALOGUE ? 4 : 0);
    if (!placing) return;
    node.weights += blob;
    node.source = changetype<Node>(arena.nodes + <u32>node.sourceIndex * L.NODE_BYTES);
    return;
  }
  const neurons = load<u32>(op, L.POPULATION_NEURONS), all = padded(neurons);
  field = address + offsetof<Node>("membranes");
  widest = max<u32>(widest, all);
  takeState(all, load<u8>(op, L.POPULATION_BITS) >> 3);
  take(0, 0);
  take(neurons, code == L.OP_LIF ? 2 : 0);
  if (placing && node.bias) node.bias += blob;
}

/** One rule: a copy of its weights, their residuals, its traces and its logs; the lists of its source are kept for the window. */
function walkRule(arena: Arena, record: usize, address: usize): void {
  const index = <u32>load<u16>(record) * L.OPERATION_BYTES, op = program + index, synapses = arena.nodes + L.NODE_BYTES + index;
  const inputs = load<u32>(op, L.SYNAPSE_INPUTS), stride = load<u32>(op, L.SYNAPSE_STRIDE), bytes = inputs * stride;
  const steps = load<u32>(blob, L.HEADER_STEPS), row = stride << 2;
  const fine = load<u16>(record, L.RULE_FLAGS) & L.RULE_BIAS ? 4 : 0, readout = load<u16>(record, L.RULE_SIGNAL) == L.SIGNAL_READOUT;
  const node = changetype<Node>(synapses), target = changetype<Node>(synapses + L.NODE_BYTES);
  field = address + offsetof<RuleState>("weights");
  take(bytes, 1);
  take(bytes, 1);
  take(stride, fine);
  take(stride, fine);
  takeState(inputs + 1, load<u16>(learning, L.LEARNING_SCHEDULES) & L.SCHEDULE_STEP ? 4 : 0);
  take(stride, 4);
  take(steps, readout ? 0 : stride << 1);
  if (!readout) turned = padded(load<u32>(blob, L.HEADER_OUTPUTS)) * stride;
  if (load<u16>(op) == L.OP_DENSE) {
    let most = load<u32>(blob, L.HEADER_EVENTS);
    if (load<u16>(op, L.SYNAPSE_SOURCE)) {
      most = inputs * steps;
      if (placing) field = changetype<usize>(node.source) + offsetof<Node>("offsets");
      take(steps + 1, 4);
      take(most, 2);
    }
    sources = max<u32>(sources, inputs + 1);
    spikes = max<u32>(spikes, most);
  }
  if (!placing) return;

  const rule = changetype<RuleState>(address), before = load<u32>(learnt, L.SECTION_LENGTH) != 0;
  rule.synapses = synapses;
  rule.surrogate += blob;
  if (record + L.RULE_BYTES < learningEnd) rule.next = changetype<RuleState>(address + L.RULE_BYTES);
  if (readout) rule.log = arena.probabilities;
  else target.rule = rule;
  copy(rule.weights, node.weights, bytes);
  node.weights = rule.weights;
  if (before) copy(rule.residuals, remembered, bytes);
  else fill(rule.residuals, 0x8080808080808080, bytes);
  remembered += bytes;
  if (!fine) return;
  copy(rule.bias, target.bias, row);
  target.bias = rule.bias;
  for (let j: u32 = 0; j < row; j += 4) {
    const rest = before ? <i32>load<i8>(remembered) : 0;
    store<i32>(rule.fine + j, (load<i32>(rule.bias + j) << 8) + rest);
    remembered++;
  }
}
