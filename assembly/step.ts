/**
 * Walks the operations: one time step, or a window of them. Refuses nothing: check.ts has checked the blob, guard.ts the input.
 */
import { Arena, Node, RuleState } from "./arena";
import { clear, copy, padded } from "./fixedpoint/arithmetic";
import { moveTraces } from "./eprop/traces";
import { probabilities } from "./eprop/probability";
import { markMembranes, markSpikes } from "./code/readout";
import { membraneOf } from "./lif/membrane";
import { population } from "./lif/population";
import { analogue } from "./synapse/analogue";
import { dense } from "./synapse/dense";
import * as L from "./layout";

// @ts-ignore: decorator
@inline
export function opAt(arena: Arena, index: u32): usize {
  return arena.program + index * L.OPERATION_BYTES;
}

/** Node of operation `index`; that of a source is `sourceAt`. */
// @ts-ignore: decorator
@inline
export function nodeAt(arena: Arena, index: u32): Node {
  return changetype<Node>(arena.nodes + L.NODE_BYTES + index * L.NODE_BYTES);
}

// @ts-ignore: decorator
@inline
export function sourceAt(arena: Arena, op: usize): Node {
  return changetype<Node>(arena.nodes + <u32>load<u16>(op, L.SYNAPSE_SOURCE) * L.NODE_BYTES);
}

// @ts-ignore: decorator
@inline
export function ruleAt(arena: Arena, index: u32): RuleState {
  return changetype<RuleState>(arena.ruleStates + index * L.RULE_STATE_BYTES);
}

/** Operation that rule r teaches. */
// @ts-ignore: decorator
@inline
export function synapseOf(arena: Arena, r: u32): u32 {
  return load<u16>(arena.ruleRecords + r * L.RULE_BYTES);
}

/** Every state back to rest, every counter to 0. */
export function rest(arena: Arena): void {
  for (let i: u32 = 0; i < arena.operations; i++) {
    const op = opAt(arena, i), node = nodeAt(arena, i);
    node.count = 0;
    node.awake = false;
    node.total = 0;
    if (node.membranes) clear(node.membranes, (padded(load<u32>(op, L.POPULATION_NEURONS)) * load<u8>(op, L.POPULATION_BITS)) >> 3);
  }
  for (let r: u32 = 0; r < arena.rules; r++) {
    const traces = ruleAt(arena, r).traces;
    if (traces) clear(traces, ((load<u32>(opAt(arena, synapseOf(arena, r)), L.SYNAPSE_INPUTS) << 2) + 16) & ~15);
  }
  clear(arena.marks, padded(load<u32>(arena.blob, L.HEADER_OUTPUTS)) << 2);
  arena.steps = 0;
  arena.recorded = 0;
}

/** A window of steps on the input that guard.ts has checked. */
export function window(arena: Arena, steps: u32, flags: u32): void {
  const record = (flags & L.RUN_RECORD) != 0;
  arena.recorded = record ? steps : 0;
  arena.held = (flags & L.RUN_HOLD) != 0;
  for (let t: u32 = 0; t < steps; t++) {
    takeInput(arena, t);
    for (let i: u32 = 0; i < arena.operations; i++) {
      const op = opAt(arena, i), node = nodeAt(arena, i);
      const code = load<u16>(op);
      if (code == L.OP_DENSE) i += feed(arena, op, node, record);
      else if (code == L.OP_ANALOGUE) current(arena, op, node, t);
      else populate(arena, op, node, t, record);
    }
    readOut(arena, t, flags, record);
  }
}

/** The input's node: this step's list, or this step's frame. */
function takeInput(arena: Arena, t: u32): void {
  const node = changetype<Node>(arena.nodes);
  if (load<u16>(arena.blob, L.HEADER_INPUT_KIND) == L.INPUT_SPIKES) {
    const at = arena.offsets + (t << 2);
    const from = load<u32>(at);
    node.list = arena.events + (from << 1);
    node.count = load<u32>(at, 4) - from;
  } else node.list = arena.events + ((arena.held ? 0 : t * load<u32>(arena.blob, L.HEADER_INPUTS)) << 1);
}

/** @returns 1 where the population that follows is asleep and was passed over, else 0 */
function feed(arena: Arena, op: usize, node: Node, record: bool): u32 {
  const source = sourceAt(arena, op);
  const adds = load<u16>(op, L.OP_FLAGS) != 0;
  if (!source.count && !record && !adds) {
    const next = changetype<Node>(changetype<usize>(node) + L.NODE_BYTES);
    if (next.membranes && !next.awake && !next.bias && load<u16>(op + L.OPERATION_BYTES) == L.OP_LIF) {
      next.count = 0;
      return 1;
    }
  }
  node.total += <u64>source.count * <u64>load<u32>(op, L.SYNAPSE_OUTPUTS);
  dense(node.weights, load<u32>(op, L.SYNAPSE_STRIDE), source.list, source.count, arena.accumulators, adds, arena.scratch);
  return 0;
}

/** Analogue input; a frame that is held is multiplied once and its current kept. */
function current(arena: Arena, op: usize, node: Node, t: u32): void {
  const stride = load<u32>(op, L.SYNAPSE_STRIDE);
  if (!arena.held || !t) {
    const frame = sourceAt(arena, op).list;
    const range = load<i32>(arena.blob, L.HEADER_INPUT_RANGE);
    const active = analogue(node.weights, stride, frame, load<u32>(op, L.SYNAPSE_INPUTS), range, node.current);
    node.total += <u64>active * <u64>load<u32>(op, L.SYNAPSE_OUTPUTS);
  }
  copy(arena.accumulators, node.current, stride << 2);
}

function populate(arena: Arena, op: usize, node: Node, t: u32, record: bool): void {
  const all = padded(load<u32>(op, L.POPULATION_NEURONS));
  const kept = record ? node.offsets : 0;
  const from = kept && t ? load<u32>(kept + (t << 2)) : 0;
  node.list = node.events + (from << 1);
  node.count = population(
    op, arena.blob, node.membranes, node.bias, arena.accumulators, node.list,
    record ? node.surrogate : 0, node.surrogates + ((t * all) << 1),
  );
  node.total += node.count;
  if (kept) store<u32>(kept + (t << 2), from + node.count, 4);
  node.awake = stirs(node.membranes, (all * load<u8>(op, L.POPULATION_BITS)) >> 3);
}

/** Whether any of the bytes (a multiple of 16) is not 0; the first that are not end the search. */
function stirs(p: usize, bytes: u32): bool {
  for (const end = p + bytes; p < end; p += 16) if (load<u64>(p) | load<u64>(p, 8)) return true;
  return false;
}

/** What a step leaves behind: traces and probabilities for the learner, marks for the code, outputs for the host. */
function readOut(arena: Arena, t: u32, flags: u32, record: bool): void {
  const blob = arena.blob, outputs = load<u32>(blob, L.HEADER_OUTPUTS);
  const op = opAt(arena, arena.operations - 1), node = nodeAt(arena, arena.operations - 1);
  arena.steps = max<u32>(arena.steps, arena.steps + 1);
  if (record) {
    if (load<u16>(arena.learning, L.LEARNING_SCHEDULES) & L.SCHEDULE_STEP) {
      for (let r: u32 = 0; r < arena.rules; r++) {
        const synapses = opAt(arena, synapseOf(arena, r)), source = sourceAt(arena, synapses);
        moveTraces(blob, synapses, ruleAt(arena, r).traces, source.list, source.count);
      }
    }
    probabilities(blob, arena.learning, op, node.membranes, arena.errors, arena.probabilities + ((t * padded(outputs)) << 1));
  }
  const spiking = load<u16>(op) == L.OP_LIF;
  if (spiking) markSpikes(arena, node.list, node.count);
  else markMembranes(arena, op, node.membranes);
  if (!(flags & L.RUN_OUTPUTS)) return;

  const row = arena.outputs + ((t * outputs) << 2);
  for (let k: u32 = 0; k < outputs; k++) store<i32>(row + (k << 2), spiking ? 0 : membraneOf(op, node.membranes, k));
  for (let i: u32 = 0; i < node.count; i++) store<i32>(row + (<u32>load<u16>(node.list + (i << 1)) << 2), 1);
}
