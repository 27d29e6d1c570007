/**
 * A window's spikes turned from "who fired in this step" into "when did this source fire": a counting sort.
 *
 * @param offsets u32[steps + 1] into events
 * @param events u16 source indices, step after step
 * @param steps length of the window
 * @param sources number of sources
 * @param starts u32[sources + 1], written: where each source's steps begin in times
 * @param times u16, written: steps, ascending for each source
 */
export function bySource(offsets: usize, events: usize, steps: u32, sources: u32, starts: usize, times: usize): void {
  const first = load<u32>(offsets);
  const last = load<u32>(offsets + (steps << 2));
  for (let i: u32 = 0; i <= sources; i++) store<u32>(starts + (i << 2), 0);
  for (let p = events + (first << 1), end = events + (last << 1); p < end; p += 2) {
    const at = starts + (<u32>load<u16>(p) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let sum: u32 = 0;
  for (let i: u32 = 0; i <= sources; i++) {
    const at = starts + (i << 2);
    sum += load<u32>(at);
    store<u32>(at, sum);
  }
  // from the last step back, so that each start ends where its source begins
  for (let t = steps; t-- > 0; ) {
    const begin = events + (load<u32>(offsets + (t << 2)) << 1);
    for (let p = events + (load<u32>(offsets + (t << 2), 4) << 1); p > begin; ) {
      p -= 2;
      const at = starts + (<u32>load<u16>(p) << 2);
      const slot = load<u32>(at) - 1;
      store<u32>(at, slot);
      store<u16>(times + (slot << 1), t);
    }
  }
}
