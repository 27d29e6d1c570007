/** Membranes of 8, 16 and 32 bits, and the decay of one neuron. */
import { OP_FLAGS, POPULATION_DECAY, POPULATION_NO_DECAY } from "../layout";

/** Where the membrane of neuron j lies. */
// @ts-ignore: decorator
@inline
export function membraneAt(bits: u32, membranes: usize, j: u32): usize {
  return membranes + ((j * bits) >> 3);
}

// @ts-ignore: decorator
@inline
export function membrane(bits: u32, at: usize): i32 {
  if (bits == 16) return <i32>load<i16>(at);
  return bits == 8 ? <i32>load<i8>(at) : load<i32>(at);
}

// @ts-ignore: decorator
@inline
export function putMembrane(bits: u32, at: usize, u: i32): void {
  if (bits == 16) store<i16>(at, u);
  else if (bits == 8) store<i8>(at, u);
  else store<i32>(at, u);
}

/** Decay of neuron j of the population that `op` describes; 65536 changes nothing. */
export function decayOf(op: usize, blob: usize, j: u32): u32 {
  return load<u16>(op, OP_FLAGS) & POPULATION_NO_DECAY ? 1 << 16 : load<u16>(blob + load<u32>(op, POPULATION_DECAY) + (j << 1));
}
