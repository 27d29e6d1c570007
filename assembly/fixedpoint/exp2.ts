/**
 * A power of two: `2^15 · 2^(−d / 1024)`, a cubic that is within 4 units of it, halved for each whole octave.
 *
 * @param d distance below the largest logit, log2 units with 10 fractional bits, ≥ 0
 */
// @ts-ignore: decorator
@inline
export function exp2(d: i64): u32 {
  if (d >= 15 * 1024) return 0;
  const f = <u32>d & 1023;
  const g = 32768 - ((f * (22670 - ((f * (7600 - ((f * 1316) >> 10))) >> 10))) >> 10);
  return g >> (<u32>d >> 10);
}
