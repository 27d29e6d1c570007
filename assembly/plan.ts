/**
 * Lays out the arena of a blob that has been checked. One walk both counts and places, so the two cannot differ.
 *
 * A piece is asked for with its size alone: its address goes into the field after that of the piece before, so that the order
 * of calls here is the order of fields in arena.ts. What learning needs is plan-learning.ts's.
 */
import * as L from "./layout";
import { Arena, ARENA_BYTES, Node } from "./arena";
import { blob, learning, learningEnd, learnt, program, programEnd } from "./directory";
import { copy, fill, padded } from "./fixedpoint/arithmetic";
import { seed } from "./fixedpoint/random";
import { beginLearning, endLearning, isKept, walkContributions, walkPath, walkRule } from "./plan-learning";

/** Whether pieces are being placed, or only counted. */
export let placing = false;
/** Pieces grow upward from here; states, what a start from rest clears, downward from the arena's end. */
let at: u64 = 0;
let top: u64 = 0;
/** The field for the next piece's address. */
let field: usize = 0;
/** Of the widest population. */
let widest: u32 = 0;

/** The next piece's address goes to `p`, those of the pieces after it behind. */
export function fieldAt(p: usize): void {
  field = p;
}

function point(address: usize): void {
  if (placing) store<usize>(field, address);
  field += sizeof<usize>();
}

/** Takes the next piece, `count` elements of `size` bytes; its address. One that is empty, or only counted, has address 0. */
export function piece(count: u32, size: u32): usize {
  const bytes = <u64>count * <u64>size, address = at;
  at += (bytes + 15) & ~15;
  return placing && bytes ? <usize>address : 0;
}

/** The same, its address into the next field. */
export function take(count: u32, size: u32): void {
  point(piece(count, size));
}

/** The same, of what a start from rest clears. */
export function takeState(count: u32, size: u32): void {
  const bytes = <u64>count * <u64>size;
  top -= (bytes + 15) & ~15;
  point(bytes ? <usize>top : 0);
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
  const operations = <u32>(programEnd - program), lessons = <u32>(learningEnd - learning);
  at = <u64>address + ARENA_BYTES;
  top = end;
  widest = 0;
  field = address + offsetof<Arena>("learning");
  take(lessons, 1);
  take(operations + L.NODE_BYTES, 1);
  takeState(stride, 4);
  take(load<u16>(blob, L.HEADER_CLASSES), 4);
  take(steps + 1, spiking ? 4 : 0);
  take(load<u32>(blob, L.HEADER_EVENTS), spiking ? 2 : load<u32>(blob, L.HEADER_INPUTS) << 1);
  take(steps, outputs << 2);
  if (lessons) {
    take(steps, load<u16>(learning, L.LEARNING_FLAGS) & L.LEARNING_TARGETS ? outputs << 1 : 0);
    take(4, 4);
    take(stride, 4);
    take(stride, 4);
    take(stride, 8);
    take(stride, 4);
    take(stride, 4);
  }
  if (placing) {
    const nodes = arena.nodes, input = changetype<Node>(nodes);
    copy(nodes + L.NODE_BYTES, program, operations);
    copy(arena.learning, learning, lessons);
    arena.blob = blob;
    arena.program = program;
    arena.stride = stride;
    arena.last = nodes + operations;
    input.offsets = arena.offsets;
    input.events = arena.events;
    input.count = arena.inputs;
    if (lessons) {
      arena.learnt = learnt;
      if (load<u32>(learnt, L.SECTION_LENGTH)) copy(arena.random, blob + load<u32>(learnt, L.SECTION_OFFSET), 16);
      else seed(arena.random, load<u32>(learning, L.LEARNING_SEED));
    }
  }
  for (let i: u32 = 0; i < operations; i += L.OPERATION_BYTES) walkNode(arena, i);
  if (lessons) walkLearning(arena);
  field = address + offsetof<Arena>("accumulators");
  // a lesson of the schedule step has a row of Δ there and its sums behind it
  take(widest, lessons && load<u16>(learning, L.LEARNING_SCHEDULES) & L.SCHEDULE_STEP ? 8 : 4);
  if (lessons) endLearning(arena);
  if (placing) {
    arena.states = <usize>top;
    arena.stateBytes = <u32>(end - <usize>top);
  }
  return at - top;
}

/** An operation's pieces; the record is the blob's, its copy the node. */
function walkNode(arena: Arena, offset: u32): void {
  const op = program + offset, address = arena.nodes + L.NODE_BYTES + offset;
  const code = load<u16>(op), node = changetype<Node>(address);
  if (code < L.OP_LIF) {
    field = address + offsetof<Node>("events");
    take(load<u32>(op, L.SYNAPSE_STRIDE), code == L.OP_ANALOGUE ? 4 : 0);
    if (!placing) return;
    node.weights += blob;
    node.source = changetype<Node>(arena.nodes + <u32>node.sourceIndex * L.NODE_BYTES);
    return;
  }
  const neurons = load<u32>(op, L.POPULATION_NEURONS), all = padded(neurons), flags = <u32>load<u16>(op, L.OP_FLAGS);
  const steps = isKept(offset / L.OPERATION_BYTES) ? load<u32>(blob, L.HEADER_STEPS) : 0;
  const more = popcnt<u32>(flags & (L.POPULATION_ADAPTS | L.POPULATION_CURRENTS)) << 2;
  field = address + offsetof<Node>("membranes");
  widest = max<u32>(widest, all);
  takeState(all, (load<u8>(op, L.POPULATION_BITS) >> 3) + more);
  take(steps ? steps + 1 : 0, 4);
  take(code == L.OP_LIF ? neurons * max<u32>(steps, 1) : 0, 2);
  if (placing && node.bias) node.bias += blob;
}

/** The paths' pieces, then the rules'; snapshots come in that order. */
function walkLearning(arena: Arena): void {
  const paths = learning + L.LEARNING_BYTES + <u32>load<u16>(learning, L.LEARNING_RULES) * L.RULE_BYTES;
  beginLearning(arena, <u32>(paths - learning));
  for (let path = paths; path < learningEnd; path += L.PATH_BYTES) walkPath(arena, path);
  for (let rule = learning + L.LEARNING_BYTES; rule < paths; rule += L.RULE_BYTES) walkRule(rule);
  // what one rule hears may be what any other carries
  for (let rule = learning + L.LEARNING_BYTES; rule < paths; rule += L.RULE_BYTES) walkContributions(arena, rule);
}
