/**
 * Walks the operations: one time step, or a window of them. Refuses nothing: check.ts has checked the blob, guard.ts the input.
 */
import { Arena, ARENA_SCRATCH, Node } from "./arena";
import { clear, copy, padded } from "./fixedpoint/arithmetic";
import { moveTraces } from "./eprop/traces";
import { probabilities } from "./eprop/probability";
import { mark } from "./code/readout";
import { population } from "./lif/population";
import { analogue } from "./synapse/analogue";
import { dense } from "./synapse/dense";
import * as L from "./layout";

/** Every state back to rest, every counter to 0. */
export function rest(arena: Arena): void {
  clear(arena.states, arena.stateBytes);
  let node = arena.nodes;
  do {
    node += L.NODE_BYTES;
    // list, count and total
    clear(node + L.NODE_LIST, 16);
  } while (node < arena.last);
  arena.steps = 0;
  arena.recorded = 0;
}

/** A window of steps on the input that guard.ts has checked. */
export function window(arena: Arena, steps: u32, flags: u32): void {
  const record = flags & L.RUN_RECORD;
  arena.recorded = record ? steps : 0;
  arena.held = flags & L.RUN_HOLD;
  let t: u32 = 0;
  do {
    takeInput(arena, t);
    let node = arena.nodes;
    do {
      node += L.NODE_BYTES;
      const code = load<u16>(node);
      if (code == L.OP_DENSE) node += feed(arena, node, record);
      else if (code == L.OP_ANALOGUE) current(arena, node, t);
      else populate(arena, node, t, record);
    } while (node < arena.last);
    readOut(arena, t, record);
  } while (++t < steps);
}

/** The input's node: this step's list, or this step's frame. */
// @ts-ignore: decorator
@inline
function takeInput(arena: Arena, t: u32): void {
  const input = changetype<Node>(arena.nodes);
  let from = arena.held ? 0 : t * arena.inputs;
  if (arena.kind == L.INPUT_SPIKES) {
    const at = arena.offsets + (t << 2);
    from = load<u32>(at);
    input.count = load<u32>(at, 4) - from;
  }
  input.list = arena.events + (from << 1);
}

/** @returns bytes to the population that follows where it is asleep and is passed over, else 0 */
// @ts-ignore: decorator
@inline
function feed(arena: Arena, op: usize, record: u32): usize {
  const node = changetype<Node>(op), source = node.source, count = source.count;
  if (!(count | record | node.flags)) {
    const next = changetype<Node>(op + L.NODE_BYTES);
    if (next.code == L.OP_LIF && !(next.awake | next.bias)) {
      next.count = 0;
      return L.NODE_BYTES;
    }
  }
  node.total += <u64>count * <u64>node.outputs;
  dense(node.weights, load<u32>(op, L.SYNAPSE_STRIDE), source.list, count, arena.accumulators, node.flags != 0, changetype<usize>(arena) + ARENA_SCRATCH);
  return 0;
}

/** Analogue input; a frame that is held is multiplied once and its current kept. */
// @ts-ignore: decorator
@inline
function current(arena: Arena, op: usize, t: u32): void {
  const node = changetype<Node>(op), stride = load<u32>(op, L.SYNAPSE_STRIDE);
  if (!arena.held || !t) {
    const active = analogue(node.weights, stride, node.source.list, node.inputs, arena.range, node.events);
    node.total += <u64>active * <u64>node.outputs;
  }
  copy(arena.accumulators, node.events, stride << 2);
}

// @ts-ignore: decorator
@inline
function populate(arena: Arena, op: usize, t: u32, record: u32): void {
  const node = changetype<Node>(op), all = padded(load<u32>(op, L.POPULATION_NEURONS));
  const kept = record ? node.offsets : 0, at = kept + (t << 2);
  const from = kept ? load<u32>(at) : 0;
  let surrogate: usize = 0, log: usize = 0;
  if (record && node.rule) {
    surrogate = node.rule.surrogate;
    log = node.rule.log + ((t * all) << 1);
  }
  node.list = node.events + (from << 1);
  const count = population(
    op, arena.blob, node.membranes, node.bias, arena.accumulators, node.list, surrogate, log,
  );
  node.count = count;
  node.total += count;
  if (kept) store<u32>(at, from + count, 4);
  node.awake = stirs(node.membranes, (all * load<u8>(op, L.POPULATION_BITS)) >> 3);
}

/** Whether any of the bytes (a multiple of 16) is not 0; the first that are not end the search. */
function stirs(p: usize, bytes: u32): bool {
  for (const end = p + bytes; p < end; p += 16) if (load<u64>(p) | load<u64>(p, 8)) return true;
  return false;
}

/** What a step leaves behind: outputs for the host, marks for the code, traces and probabilities for the learner. */
// @ts-ignore: decorator
@inline
function readOut(arena: Arena, t: u32, record: u32): void {
  const row = arena.rows + ((t * arena.outputs) << 2);
  mark(arena, row);
  if (!record) return;
  for (let rule = arena.rules; rule; rule = rule.next) if (rule.traces) moveTraces(arena.blob, rule);
  probabilities(arena.learning, row, arena.outputs, arena.probabilities + ((t * arena.stride) << 1));
}
