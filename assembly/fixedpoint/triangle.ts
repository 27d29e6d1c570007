/**
 * The surrogate derivative of a spike: a triangle around the threshold (Esser et al. 2016; Bellec et al. 2020, equation 4).
 *
 * @param distance |U − θ|, at most 65535
 * @param width half of the triangle's base, ω
 * @param factor v, so that ω · v is 2^30
 * @returns ψ as Q0.15, 0 … 32767
 */
// @ts-ignore: decorator
@inline
export function triangle(distance: i32, width: i32, factor: u32): u32 {
  const height = max<i32>(0, width - distance);
  return min<u32>(32767, (<u32>height * factor) >> 15);
}

/** Bit of a log entry that says: no learning signal passes this step. */
export const CUT: u32 = 0x8000;
