/**
 * Presynaptic traces of the schedule `step`: `x̄ ← β·x̄ + x`, one a source and, after them, one of a source that is always on (the bias's).
 */
import { Node, RuleState } from "../arena";
import { NODE_BYTES, OP_DENSE, TRACE_BITS } from "../layout";
import { decayAt, limit } from "../fixedpoint/arithmetic";
import { decayOf } from "../lif/membrane";

/** An analogue input counts so many bits less than a spike. */
const ANALOGUE_BITS: u32 = 10;

/** One step of a rule's traces; the population whose decay they have is the one that learns. */
export function moveTraces(blob: usize, rule: RuleState): void {
  const node = changetype<Node>(rule.synapses), target = rule.synapses + NODE_BYTES, traces = rule.traces;
  const b = decayOf(target, blob, 0);
  const end = traces + (node.inputs << 2);
  for (let p = traces; p <= end; p += 4) decayAt(p, b);
  raise(end, 1 << TRACE_BITS);
  const dense = node.code == OP_DENSE, source = node.source;
  for (let i: u32 = 0; i < source.count; i++) {
    const at = source.list + (i << 1);
    raise(traces + ((dense ? <u32>load<u16>(at) : i) << 2), dense ? 1 << TRACE_BITS : <i32>load<i16>(at) << ANALOGUE_BITS);
  }
}

function raise(at: usize, by: i32): void {
  store<i32>(at, limit(load<i32>(at) + by, 0x3fffffff));
}
