/**
 * Lays out the arena of a blob that has been checked. One walk both counts and places, so the two cannot differ: while it
 * counts, `blank` swallows what would be written.
 */
import * as L from "./layout";
import { Arena, ARENA_BYTES, ARENA_MAGIC, Node, RuleState } from "./arena";
import { learntEntry } from "./check-learning";
import { section, sectionStart } from "./check";
import { copy, fill, padded } from "./fixedpoint/arithmetic";
import { seed } from "./fixedpoint/random";

/** Where the next piece of the arena begins. */
let at: u64 = 0;
/** Whether pieces are being placed, or only counted. */
let placing = false;

/** The next `bytes`, rounded up to 16; returns where they begin. */
function take(bytes: u64): usize {
  const here = <usize>at;
  at += (bytes + 15) & ~15;
  return here;
}

/** Bytes of arena that a blob needs, header and records included. */
export function arenaBytes(blob: usize): u64 {
  at = 0;
  placing = false;
  walk(blob, 0);
  return at;
}

/** Clears the arena and lays it out; `length` bytes at `arena` suffice, as arenaBytes() said. */
export function place(blob: usize, arena: usize, length: u32): void {
  fill(arena, 0, length & ~15);
  at = arena;
  placing = true;
  walk(blob, arena);
  const header = changetype<Arena>(arena);
  header.magic = ARENA_MAGIC;
  header.blob = blob;
  header.length = load<u32>(blob, L.HEADER_LENGTH);
  const input = changetype<Node>(header.nodes);
  input.offsets = header.offsets;
  input.events = header.events;
}

function walk(blob: usize, address: usize): void {
  const program = sectionStart(blob, L.SECTION_OPERATIONS), learning = sectionStart(blob, L.SECTION_LEARNING);
  const operations = load<u32>(section(blob, L.SECTION_OPERATIONS), L.SECTION_LENGTH) / L.OPERATION_BYTES;
  const rules = learning ? <u32>load<u16>(learning, L.LEARNING_COUNT) : 0;
  const arena = changetype<Arena>(take(ARENA_BYTES));
  const nodes = take((operations + 1) * L.NODE_BYTES), states = take(rules * L.RULE_STATE_BYTES);
  if (placing) {
    arena.operations = operations;
    arena.rules = rules;
    arena.program = program;
    arena.learning = learning;
    arena.nodes = nodes;
    arena.ruleStates = states;
    arena.ruleRecords = learning + L.LEARNING_BYTES;
  }
  walkBuffers(blob, arena, program, operations);
  for (let i: u32 = 0; i < operations; i++) {
    walkNode(blob, program + i * L.OPERATION_BYTES, changetype<Node>(nodes + (i + 1) * L.NODE_BYTES), learning, rules, i);
  }
  if (learning) walkLearning(blob, arena, program, nodes, states, operations, rules);
}

/** Input, output and the accumulators that all populations share. */
function walkBuffers(blob: usize, arena: Arena, program: usize, operations: u32): void {
  const steps = <u64>load<u32>(blob, L.HEADER_STEPS), events = <u64>load<u32>(blob, L.HEADER_EVENTS);
  const outputs = load<u32>(blob, L.HEADER_OUTPUTS);
  const spikes = load<u16>(blob, L.HEADER_INPUT_KIND) == L.INPUT_SPIKES;
  let widest: u32 = 0;
  for (let i: u32 = 0; i < operations; i++) {
    const op = program + i * L.OPERATION_BYTES;
    if (load<u16>(op) >= L.OP_LIF) widest = max<u32>(widest, padded(load<u32>(op, L.POPULATION_NEURONS)));
  }
  const marks = take(<u64>padded(outputs) << 2), scores = take(<u64>load<u16>(blob, L.HEADER_CLASSES) << 2);
  const offsets = take(spikes ? (steps + 1) << 2 : 0);
  const input = take(spikes ? events << 1 : (events * <u64>load<u32>(blob, L.HEADER_INPUTS)) << 1);
  const accumulators = take(<u64>widest << 2), kept = take((steps * <u64>outputs) << 2);
  const scratch = take(64);
  if (!placing) return;
  arena.scratch = scratch;
  arena.marks = marks;
  arena.scores = scores;
  arena.offsets = offsets;
  arena.events = input;
  arena.accumulators = accumulators;
  arena.outputs = kept;
}

/** Whether some rule's synapses listen to operation i, so that its spikes have to be kept for the window. */
function heard(program: usize, learning: usize, rules: u32, i: u32): bool {
  for (let r: u32 = 0; r < rules; r++) {
    const index = <u32>load<u16>(learning + L.LEARNING_BYTES + r * L.RULE_BYTES);
    if (load<u16>(program + index * L.OPERATION_BYTES, L.SYNAPSE_SOURCE) == i + 1) return true;
  }
  return false;
}

function walkNode(blob: usize, op: usize, node: Node, learning: usize, rules: u32, i: u32): void {
  const code = load<u16>(op);
  if (code < L.OP_LIF) {
    const current = code == L.OP_ANALOGUE ? take(<u64>load<u32>(op, L.SYNAPSE_STRIDE) << 2) : 0;
    if (!placing) return;
    node.weights = blob + load<u32>(op, L.SYNAPSE_WEIGHTS);
    node.current = current;
    return;
  }
  const all = <u64>padded(load<u32>(op, L.POPULATION_NEURONS)), steps = <u64>load<u32>(blob, L.HEADER_STEPS);
  const membranes = take((all * <u64>load<u8>(op, L.POPULATION_BITS)) >> 3);
  const program = op - i * L.OPERATION_BYTES;
  const kept = code == L.OP_LIF && heard(program, learning, rules, i);
  const offsets = kept ? take((steps + 1) << 2) : 0;
  const events = code == L.OP_LIF ? take(((kept ? steps : 1) * <u64>load<u32>(op, L.POPULATION_NEURONS)) << 1) : 0;
  if (!placing) return;
  const bias = load<u32>(op, L.POPULATION_BIAS);
  node.membranes = membranes;
  node.offsets = offsets;
  node.events = events;
  node.list = events;
  node.bias = bias ? blob + bias : 0;
}

function walkLearning(
  blob: usize, arena: Arena, program: usize, nodes: usize, states: usize, operations: u32, rules: u32,
): void {
  const learning = sectionStart(blob, L.SECTION_LEARNING);
  const all = <u64>padded(load<u32>(blob, L.HEADER_OUTPUTS)), steps = <u64>load<u32>(blob, L.HEADER_STEPS);
  const random = take(16), errors = take(all << 3), filtered = take(all << 2), view = take(all << 1);
  const probabilities = take((steps * all) << 1);
  if (placing) {
    arena.random = random;
    arena.errors = errors;
    arena.filtered = filtered;
    arena.view = view;
    arena.probabilities = probabilities;
    seed(random, load<u32>(learning, L.LEARNING_SEED));
  }
  let sources: u64 = 0, spikes: u64 = 0;
  for (let r: u32 = 0; r < rules; r++) {
    const rule = learning + L.LEARNING_BYTES + r * L.RULE_BYTES;
    const op = program + <u32>load<u16>(rule) * L.OPERATION_BYTES;
    walkRule(blob, arena, program, nodes, rule, op, changetype<RuleState>(states + r * L.RULE_STATE_BYTES));
    if (load<u16>(op) != L.OP_DENSE) continue;
    const inputs = <u64>load<u32>(op, L.SYNAPSE_INPUTS);
    sources = max<u64>(sources, inputs + 1);
    spikes = max<u64>(spikes, load<u16>(op, L.SYNAPSE_SOURCE) ? inputs * steps : <u64>load<u32>(blob, L.HEADER_EVENTS));
  }
  const starts = take(sources << 2), times = take(spikes << 1);
  if (!placing) return;
  arena.starts = starts;
  arena.times = times;
  restore(blob, arena, learning, program, states, rules);
}

/** One rule: a copy of its weights, their residuals, its traces and its logs. */
function walkRule(blob: usize, arena: Arena, program: usize, nodes: usize, rule: usize, op: usize, state: RuleState): void {
  const target = op + L.OPERATION_BYTES;
  const inputs = <u64>load<u32>(op, L.SYNAPSE_INPUTS), stride = <u64>load<u32>(op, L.SYNAPSE_STRIDE);
  const steps = <u64>load<u32>(blob, L.HEADER_STEPS);
  const learning = sectionStart(blob, L.SECTION_LEARNING);
  const forward = (load<u16>(learning, L.LEARNING_SCHEDULES) & L.SCHEDULE_STEP) != 0;
  const biased = (load<u16>(rule, L.RULE_FLAGS) & L.RULE_BIAS) != 0, readout = load<u16>(rule, L.RULE_SIGNAL) == L.SIGNAL_READOUT;
  const weights = take(inputs * stride), residuals = take(inputs * stride);
  const fine = take(biased ? stride << 2 : 0), bias = take(biased ? stride << 2 : 0);
  const carry = take(stride << 2), signal = take(forward ? stride << 1 : 0);
  const traces = take(forward ? (inputs + 1) << 2 : 0);
  const log: usize = readout ? 0 : take((steps * stride) << 1);
  const turned: usize = readout ? 0 : take((stride * <u64>padded(load<u32>(blob, L.HEADER_OUTPUTS))) << 1);
  if (!placing) return;

  const index = <u32>(op - program) / L.OPERATION_BYTES;
  const node = changetype<Node>(nodes + (index + 1) * L.NODE_BYTES), population = changetype<Node>(nodes + (index + 2) * L.NODE_BYTES);
  state.weights = weights;
  state.residuals = residuals;
  state.carry = carry;
  state.signal = signal;
  state.traces = forward ? traces : 0;
  state.log = readout ? arena.probabilities : log;
  state.rate = load<u16>(rule, L.RULE_RATE);
  state.rateShift = load<u8>(rule, L.RULE_RATE_SHIFT);
  state.stepRate = load<u16>(rule, L.RULE_STEP_RATE);
  state.stepRateShift = load<u8>(rule, L.RULE_STEP_RATE_SHIFT);
  copy(weights, node.weights, <u32>(inputs * stride));
  node.weights = weights;
  if (biased) {
    state.fine = fine;
    state.bias = bias;
    copy(bias, population.bias, <u32>(stride << 2));
    population.bias = bias;
  }
  if (!readout) {
    arena.turned = turned;
    population.surrogates = log;
    population.surrogate = blob + load<u32>(rule, L.RULE_SURROGATE);
  }
}

/** What was learnt before: residuals, bias remainders, the generator's position; or their beginnings. */
function restore(blob: usize, arena: Arena, learning: usize, program: usize, states: usize, rules: u32): void {
  const entry = learntEntry(blob);
  const learnt = load<u32>(entry, L.SECTION_LENGTH) != 0;
  let from = blob + load<u32>(entry, L.SECTION_OFFSET);
  if (learnt) copy(arena.random, from, 16);
  from += 16;
  for (let r: u32 = 0; r < rules; r++) {
    const rule = learning + L.LEARNING_BYTES + r * L.RULE_BYTES;
    const op = program + <u32>load<u16>(rule) * L.OPERATION_BYTES;
    const state = changetype<RuleState>(states + r * L.RULE_STATE_BYTES);
    const stride = load<u32>(op, L.SYNAPSE_STRIDE), bytes = load<u32>(op, L.SYNAPSE_INPUTS) * stride;
    if (learnt) copy(state.residuals, from, bytes);
    else fill(state.residuals, 0x8080808080808080, bytes);
    from += bytes;
    if (!(load<u16>(rule, L.RULE_FLAGS) & L.RULE_BIAS)) continue;
    for (let j: u32 = 0; j < stride; j++) {
      const rest = learnt ? <i32>load<i8>(from + j) : 0;
      store<i32>(state.fine + (j << 2), (load<i32>(state.bias + (j << 2)) << 8) + rest);
    }
    from += stride;
  }
}
