/**
 * Four xorshift32 generators side by side (Marsaglia 2003), one a lane, so that one vector step gives four draws.
 */

/** Seeds the four lanes at p (u32[4]). */
export function seed(p: usize, value: u32): void {
  for (let i: u32 = 0; i < 4; i++) {
    let h = value + (i + 1) * 0x9e3779b9;
    h = (h ^ (h >> 16)) * 0x85ebca6b;
    h = (h ^ (h >> 13)) * 0xc2b2ae35;
    h ^= h >> 16;
    store<u32>(p + (i << 2), h ? h : 1);
  }
}

/** The next number of one lane. */
// @ts-ignore: decorator
@inline
export function draw(p: usize, lane: u32): u32 {
  const at = p + ((lane & 3) << 2);
  let g = load<u32>(at);
  g ^= g << 13;
  g ^= g >> 17;
  g ^= g << 5;
  store<u32>(at, g);
  return g;
}
