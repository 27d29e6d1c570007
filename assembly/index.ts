/**
 * The ABI, on one screen. Plain numbers in, plain numbers out; `blob` and `arena` are addresses, multiples of 16, in linear
 * memory; nothing may end at its last possible byte, 2^32. The blob stays where it is and is only read; all that changes lies
 * in the arena. Several networks share one instance.
 * A status is 0 or one of the codes of layout.ts; where a function returns a number, a status comes negated.
 * After load() the arena's first words tell where the buffers are (arena.ts).
 */
import { Arena } from "./arena";
import { check } from "./check";
import { decodeClasses } from "./code/readout";
import { checkRun, checkTeach, checkTeachStep } from "./guard";
import { learnStep, learnWindow } from "./learn";
import * as L from "./layout";
import { arenaBytes, place } from "./plan";
import { writeSnapshot } from "./snapshot";
import { rest, window } from "./step";

/** Bytes of arena that the blob needs; checks it wholly but for checksum and announced arena. */
export function measure(blob: usize, length: u32): i32 {
  return needs(blob, length, false);
}

function needs(blob: usize, length: u32, sums: bool): i32 {
  const status = check(blob, length, sums);
  if (status) return -status;
  const bytes = arenaBytes();
  return bytes > <u64>i32.MAX_VALUE ? -L.BAD_RANGE : <i32>bytes;
}

/** Checks a blob and lays out its arena. On refusal nothing is written. */
function loadBlob(blob: usize, length: u32, arena: usize, arenaLength: u32): i32 {
  const bytes = needs(blob, length, true);
  if (bytes < 0) return -bytes;
  if (arena & 15) return L.BAD_ALIGNMENT;
  if ((load<u32>(blob, L.HEADER_ARENA) ^ bytes) | u32(arenaLength < <u32>bytes)) return L.BAD_ARENA;
  place(arena, bytes);
  return L.OK;
}
export { loadBlob as load };

/** Every state to rest, every counter to 0. */
export function reset(arena: usize): void {
  rest(changetype<Arena>(arena));
}

/** Runs `steps` steps on the input in the arena; flags: RUN_RESET, RUN_HOLD, RUN_RECORD. The outputs of each step are kept. */
export function run(arena: usize, steps: u32, flags: u32): i32 {
  const a = changetype<Arena>(arena);
  const status = checkRun(a, steps, flags);
  if (!status) {
    if (flags & L.RUN_RESET) rest(a);
    window(a, steps, flags);
  }
  return status;
}

/** Scores, label and margin of the window so far; returns the label. */
export function decode(arena: usize): i32 {
  return decodeClasses(changetype<Arena>(arena));
}

/**
 * Learns from the recorded window; schedule `window`.
 *
 * @param target a class, or ROWS (all bits set): the rows in the arena
 * @param from, to the steps that count, from … to − 1
 * @param reward within ± 2^14; 2^14 where rules want none
 */
export function teach(arena: usize, target: u32, from: u32, to: u32, reward: i32): i32 {
  const a = changetype<Arena>(arena);
  const status = checkTeach(a, target, from, to, reward);
  if (status) return status;
  a.target = target;
  a.from = from;
  a.to = to;
  a.reward = reward;
  learnWindow(a);
  return L.OK;
}

/** Learns from the last recorded step; schedule `step`. */
export function teachStep(arena: usize, target: u32): i32 {
  const a = changetype<Arena>(arena);
  const status = checkTeachStep(a, target);
  if (status) return status;
  a.target = target;
  learnStep(a);
  return L.OK;
}

/** Sets the rate of one rule, mantissa · 2^−shift, for a schedule; lasts until the next load. */
export function setRate(arena: usize, rule: u32, schedule: u32, mantissa: u32, shift: u32): i32 {
  const learning = changetype<Arena>(arena).learning;
  const bad = u32(!learning) | u32(schedule - 1 >= 2) | mantissa >> 10 | u32(shift > L.MAX_RATE_SHIFT);
  if (bad || rule >= load<u16>(learning, L.LEARNING_RULES)) return L.BAD_LEARNING;
  const step = schedule == L.SCHEDULE_STEP ? L.RULE_STEP_RATE - L.RULE_RATE : 0;
  const rate = learning + L.LEARNING_BYTES + rule * L.RULE_BYTES + step;
  store<u16>(rate, mantissa, L.RULE_RATE);
  store<u8>(rate, shift, L.RULE_RATE_SHIFT);
  return L.OK;
}

/** Writes the network as a blob of now; returns its length. With `out` 0 nothing is written. */
export function snapshot(arena: usize, out: usize, capacity: u32): i32 {
  const a = changetype<Arena>(arena);
  const bytes = a.length;
  if (!out) return bytes;
  if (u32(capacity < <u32>bytes) | <u32>(out & 15)) return -L.NO_SPACE;
  writeSnapshot(a, out);
  return bytes;
}
