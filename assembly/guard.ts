/**
 * What a call brings along, checked once before the blind code runs: flags, room, spikes within the inputs, a class that exists.
 */
import * as L from "./layout";
import { Arena, ROWS } from "./arena";

export function checkRun(arena: Arena, steps: u32, flags: u32): i32 {
  if (steps - 1 >= arena.longest) return L.BAD_STEPS;
  if (flags & L.RUN_RECORD && !arena.rules) return L.NOT_LEARNING;
  const held = flags & L.RUN_HOLD;
  if (arena.kind == L.INPUT_ANALOGUE) return (held ? 1 : steps) > arena.room ? L.BAD_STEPS : L.OK;
  return held || !spikesHold(arena, steps) ? L.BAD_INPUT : L.OK;
}

/** Lists that follow one another from 0, within the room for them, of inputs that exist. */
function spikesHold(arena: Arena, steps: u32): bool {
  let p = arena.offsets;
  let last = load<u32>(p), bad = last;
  do {
    p += 4;
    const next = load<u32>(p);
    bad |= u32(next < last);
    last = next;
  } while (--steps);
  return !(bad | u32(last > arena.room)) && largest(arena.events, last) < arena.inputs;
}

/** The largest of `count` u16. */
function largest(p: usize, count: u32): u32 {
  const end = p + (count << 1);
  let top: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    let tops = i16x8.splat(0);
    for (; p + 16 <= end; p += 16) tops = i16x8.max_u(tops, v128.load(p));
    for (let i = 0; i < 8; i++) {
      top = max<u32>(top, <u32>i16x8.extract_lane_u(tops, 0));
      tops = v128.shuffle<u16>(tops, tops, 1, 2, 3, 4, 5, 6, 7, 0);
    }
  }
  for (; p < end; p += 2) top = max<u32>(top, load<u16>(p));
  return top;
}

export function checkTeach(arena: Arena, target: u32, from: u32, to: u32, reward: i32): i32 {
  const status = checkLesson(arena, target, L.SCHEDULE_WINDOW);
  if (status) return status;
  if (u32(from >= to) | u32(to > arena.recorded)) return L.BAD_STEPS;
  return u32(reward + (1 << 14)) > 1 << 15 ? L.BAD_TARGET : L.OK;
}

export function checkTeachStep(arena: Arena, target: u32): i32 {
  return checkLesson(arena, target, L.SCHEDULE_STEP);
}

function checkLesson(arena: Arena, target: u32, schedule: u32): i32 {
  if (!arena.rules || !(load<u16>(arena.learning, L.LEARNING_SCHEDULES) & schedule)) return L.NOT_LEARNING;
  if (!arena.recorded) return L.NOT_RECORDED;
  // the lesson reads the input once more, and a host may have put another one meanwhile (learn.ts clamps frames)
  if (arena.kind == L.INPUT_SPIKES && !spikesHold(arena, arena.recorded)) return L.BAD_INPUT;
  if (target == ROWS && arena.targets) return L.OK;
  return target < <u32>arena.classes ? L.OK : L.BAD_TARGET;
}
