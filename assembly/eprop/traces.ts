/**
 * Presynaptic traces of the schedule `step`: `x̄ ← β·x̄ + x`, one a source, and one of a source that is always on (the bias's).
 */
import { Arena, Learner, RuleState } from "../arena";
import { OP_DENSE, TRACE_BITS } from "../layout";
import { decayAt, limit } from "../fixedpoint/arithmetic";
import { decayOf } from "../lif/membrane";

/** An analogue input counts so many bits less than a spike. */
const ANALOGUE_BITS: u32 = 10;

/** One step of a path's traces, by what its synapses have just carried; the decay is that of the population that they feed. */
export function moveTraces(arena: Arena, node: Learner): void {
  const traces = node.traces, dense = node.code == OP_DENSE, source = node.source, b = decayOf(node.rule.op, arena.blob, 0);
  for (let p = traces, end = traces + (node.inputs << 2); p < end; p += 4) decayAt(p, b);
  for (let i: u32 = 0; i < source.count; i++) {
    const at = source.list + (i << 1);
    raise(traces + ((dense ? <u32>load<u16>(at) : i) << 2), dense ? 1 << TRACE_BITS : <i32>load<i16>(at) << ANALOGUE_BITS);
  }
}

/** The same of a rule's bias. */
export function moveBiasTrace(arena: Arena, rule: RuleState): void {
  decayAt(rule.trace, decayOf(rule.op, arena.blob, 0));
  raise(rule.trace, 1 << TRACE_BITS);
}

function raise(at: usize, by: i32): void {
  store<i32>(at, limit(load<i32>(at) + by, 0x3fffffff));
}
