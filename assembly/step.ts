/**
 * Walks the operations: one time step, or a window of them. Refuses nothing: check.ts has checked the blob, guard.ts the input.
 */
import { Arena, Learner, Node } from "./arena";
import { clear, copy, padded } from "./fixedpoint/arithmetic";
import { moveBiasTrace, moveTraces } from "./eprop/traces";
import { reshape } from "./fixedpoint/shapes";
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
    // list and count, which synapses have not
    if (load<u16>(node) >= L.OP_LIF) store<u64>(node, 0, L.NODE_LIST);
    store<u64>(node, 0, L.NODE_TOTAL);
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
    let op = arena.nodes;
    do {
      op += L.NODE_BYTES;
      const node = changetype<Node>(op);
      let work: u64 = 0;
      if (node.code == L.OP_DENSE) {
        if (sleeps(op, record)) {
          op += L.NODE_BYTES;
          changetype<Node>(op).count = 0;
        } else work = feed(arena, op);
      } else if (node.code == L.OP_ANALOGUE) work = current(arena, op, t);
      else work = populate(arena, op, t, record);
      node.total += work;
      if (record && node.code < L.OP_LIF) {
        const learner = changetype<Learner>(op);
        if (learner.traces) moveTraces(arena, learner);
      }
    } while (op < arena.last);
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

/** Whether dense synapses bring nothing to a population that is asleep, so that both may be passed over. */
// @ts-ignore: decorator
@inline
function sleeps(op: usize, record: u32): bool {
  const node = changetype<Node>(op), next = changetype<Node>(op + L.NODE_BYTES);
  return !(node.source.count | record | node.flags | (next.code ^ L.OP_LIF) | next.awake | <u32>next.bias);
}

/** Spikes onto the accumulators; returns synaptic operations. */
// @ts-ignore: decorator
@inline
function feed(arena: Arena, op: usize): u64 {
  const node = changetype<Node>(op), source = node.source, count = source.count;
  dense(node.weights, load<u32>(op, L.SYNAPSE_STRIDE), source.list, count, arena.accumulators, node.flags != 0);
  return <u64>count * <u64>node.outputs;
}

/** Analogue input; a frame that is held is multiplied once and its current kept. Returns synaptic operations. */
// @ts-ignore: decorator
@inline
function current(arena: Arena, op: usize, t: u32): u64 {
  const node = changetype<Node>(op), stride = load<u32>(op, L.SYNAPSE_STRIDE);
  let active: u32 = 0;
  if (!arena.held || !t) active = analogue(node.weights, stride, node.source.list, node.inputs, arena.range, node.events);
  copy(arena.accumulators, node.events, stride << 2);
  return <u64>active * <u64>node.outputs;
}

/** One step of a population; returns its spikes. */
// @ts-ignore: decorator
@inline
function populate(arena: Arena, op: usize, t: u32, record: u32): u64 {
  const node = changetype<Node>(op), all = padded(load<u32>(op, L.POPULATION_NEURONS));
  const kept = record ? node.offsets : 0, at = kept + (t << 2);
  const from = kept ? load<u32>(at) : 0;
  let surrogate: usize = 0, log: usize = 0, near = 0;
  const rule = node.rule, blobs = arena.program + (op - arena.nodes - L.NODE_BYTES);
  if (record && rule) {
    surrogate = rule.surrogate;
    near = load<u8>(rule.record, L.RULE_NEAR_SHIFT);
    log = rule.log + ((t * all) << 1);
  }
  const list = node.events + (from << 1);
  const end = population(blobs, arena.blob, node.membranes, node.bias, arena.accumulators, list, surrogate, log, near);
  if (surrogate) {
    const shape = <u32>load<u8>(rule.record, L.RULE_SHAPE);
    if (shape > L.SHAPE_TRIANGLE) reshape(shape, log, surrogate + (all << 3), node.inputs);
  }
  const count = <u32>(end - list) >> 1;
  node.list = list;
  node.count = count;
  if (kept) store<u32>(at, from + count, 4);
  // adaptation and currents move by themselves
  node.awake = node.flags & (L.POPULATION_ADAPTS | L.POPULATION_CURRENTS) ? 1 : stirs(node.membranes, (all * load<u8>(op, L.POPULATION_BITS)) >> 3);
  return count;
}

/** Whether any of the bytes (a multiple of 16) is not 0; the first that are not end the search. */
function stirs(p: usize, bytes: u32): bool {
  for (const end = p + bytes; p < end; p += 8) if (load<u64>(p)) return true;
  return false;
}

/** What a step leaves behind: outputs for the host, marks for the code, the bias's traces for the learner. */
// @ts-ignore: decorator
@inline
function readOut(arena: Arena, t: u32, record: u32): void {
  mark(arena, arena.rows + ((t * arena.outputs) << 2));
  if (!record) return;
  for (let rule = arena.rules; rule; rule = rule.next) if (rule.trace) moveBiasTrace(arena, rule);
}
