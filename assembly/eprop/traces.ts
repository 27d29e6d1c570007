/**
 * Presynaptic traces of the schedule `step`: `x̄ ← β·x̄ + x`, one a source and, after them, one of a source that is always on (the bias's).
 */
import { OP_DENSE, OP_FLAGS, OPERATION_BYTES, POPULATION_DECAY, POPULATION_NO_DECAY, SYNAPSE_INPUTS, TRACE_BITS } from "../layout";
import { clamp, decay32 } from "../fixedpoint/arithmetic";

const LIMIT: i32 = 0x3fffffff;
/** An analogue input counts so many bits less than a spike. */
const ANALOGUE_BITS: u32 = 10;

/**
 * @param synapses their operation; the population whose decay the traces have follows it
 * @param traces i32[inputs + 1]
 * @param list spikes of this step, or its frame of values
 */
export function moveTraces(blob: usize, synapses: usize, traces: usize, list: usize, count: u32): void {
  const target = synapses + OPERATION_BYTES;
  const dense = load<u16>(synapses) == OP_DENSE;
  const inputs = load<u32>(synapses, SYNAPSE_INPUTS);
  const leaks = !(load<u16>(target, OP_FLAGS) & POPULATION_NO_DECAY);
  const b = load<u16>(blob + load<u32>(target, POPULATION_DECAY));
  for (let i: u32 = 0; i <= inputs; i++) {
    const at = traces + (i << 2);
    if (leaks) store<i32>(at, decay32(load<i32>(at), b));
    if (i == inputs) raise(at, 1 << TRACE_BITS);
    else if (!dense) raise(at, <i32>load<i16>(list + (i << 1)) << ANALOGUE_BITS);
  }
  if (!dense) return;
  for (let i: u32 = 0; i < count; i++) raise(traces + (<u32>load<u16>(list + (i << 1)) << 2), 1 << TRACE_BITS);
}

function raise(at: usize, by: i32): void {
  store<i32>(at, clamp(load<i32>(at) + by, -LIMIT, LIMIT));
}
