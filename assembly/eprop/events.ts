import { clear } from "../fixedpoint/arithmetic";

/**
 * A window's spikes turned from "who fired in this step" into "when did this source fire": a counting sort.
 *
 * @param offsets u32[steps + 1] into events, from 0
 * @param events u16 source indices, step after step
 * @param steps length of the window; spikes of later steps are left out
 * @param sources number of sources
 * @param starts u32[sources + 1], written: where each source's steps begin in times
 * @param times u16, written: steps, ascending for each source
 */
export function bySource(offsets: usize, events: usize, steps: u32, sources: u32, starts: usize, times: usize): void {
  const startsEnd = starts + (sources << 2);
  clear(starts, ((sources << 2) + 16) & ~15);
  let p = events;
  for (const end = events + (load<u32>(offsets + (steps << 2)) << 1); p < end; p += 2) {
    const at = starts + (<u32>load<u16>(p) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let sum: u32 = 0;
  for (let at = starts; at <= startsEnd; at += 4) {
    sum += load<u32>(at);
    store<u32>(at, sum);
  }
  // from the last step back, so that each start ends where its source begins
  while (steps) {
    steps--;
    const begin = events + (load<u32>(offsets + (steps << 2)) << 1);
    while (p > begin) {
      p -= 2;
      const at = starts + (<u32>load<u16>(p) << 2);
      const slot = load<u32>(at) - 1;
      store<u32>(at, slot);
      store<u16>(times + (slot << 1), steps);
    }
  }
}
