/** Membranes of 8, 16 and 32 bits. */
/** The membrane of neuron j. */
// @ts-ignore: decorator
@inline
export function membrane(bits: u32, membranes: usize, j: u32): i32 {
  if (bits == 16) return <i32>load<i16>(membranes + (j << 1));
  return bits == 8 ? <i32>load<i8>(membranes + j) : load<i32>(membranes + (j << 2));
}

// @ts-ignore: decorator
@inline
export function putMembrane(bits: u32, membranes: usize, j: u32, u: i32): void {
  if (bits == 16) store<i16>(membranes + (j << 1), u);
  else if (bits == 8) store<i8>(membranes + j, u);
  else store<i32>(membranes + (j << 2), u);
}
