/**
 * Output codes: what a window's spikes or membranes say about the classes (docs/ARITHMETIC.md, "Codes").
 * `marks` holds one number an output while the window runs; decode() turns them into scores.
 */
import { Arena } from "../arena";
import { CODE_FIRST, CODE_MEMBRANE_LAST, CODE_MEMBRANE_MAX, CODE_POPULATION } from "../layout";
import { HEADER_CLASSES, HEADER_CODE, HEADER_OUTPUTS, HEADER_STEPS } from "../layout";
import { membraneOf } from "../lif/membrane";

/** Spikes of one step; `step` counts from 1. */
export function markSpikes(arena: Arena, list: usize, count: u32): void {
  const first = load<u16>(arena.blob, HEADER_CODE) == CODE_FIRST;
  const longest = load<u32>(arena.blob, HEADER_STEPS);
  const score = 1 + longest - min<u32>(arena.steps, longest);
  for (let p = list, end = list + (count << 1); p < end; p += 2) {
    const at = arena.marks + (<u32>load<u16>(p) << 2);
    const mark = load<u32>(at);
    if (!first) store<i32>(at, mark == i32.MAX_VALUE ? mark : mark + 1);
    else if (!mark) store<i32>(at, score);
  }
}

/** Membranes of one step. */
export function markMembranes(arena: Arena, op: usize, membranes: usize): void {
  const code = load<u16>(arena.blob, HEADER_CODE);
  const fresh = arena.steps == 1 || code == CODE_MEMBRANE_LAST;
  for (let k: u32 = 0, outputs = load<u32>(arena.blob, HEADER_OUTPUTS); k < outputs; k++) {
    const at = arena.marks + (k << 2);
    const u = membraneOf(op, membranes, k);
    const mark = load<i32>(at);
    let score = u;
    if (!fresh) {
      if (code == CODE_MEMBRANE_MAX) score = max<i32>(mark, u);
      else score = <i32>max<i64>(i32.MIN_VALUE, min<i64>(i32.MAX_VALUE, <i64>mark + <i64>u));
    }
    store<i32>(at, score);
  }
}

/** Scores of the classes, the best of them and its margin. */
export function decodeClasses(arena: Arena): i32 {
  const outputs = load<u32>(arena.blob, HEADER_OUTPUTS);
  const classes = <u32>load<u16>(arena.blob, HEADER_CLASSES);
  const group = load<u16>(arena.blob, HEADER_CODE) == CODE_POPULATION ? outputs / classes : 1;
  let label = 0;
  let best: i64 = i64.MIN_VALUE, second: i64 = i64.MIN_VALUE;
  for (let c: u32 = 0; c < classes; c++) {
    let sum: i64 = 0;
    for (let i: u32 = 0; i < group; i++) sum += load<i32>(arena.marks + ((c * group + i) << 2));
    const score = min<i64>(i32.MAX_VALUE, sum);
    store<i32>(arena.scores + (c << 2), <i32>score);
    if (score > best) {
      second = best;
      best = score;
      label = c;
    } else if (score > second) second = score;
  }
  arena.label = label;
  arena.margin = <i32>min<i64>(i32.MAX_VALUE, classes > 1 ? best - second : best);
  return label;
}
