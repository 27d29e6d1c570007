/**
 * Output codes: what a window's spikes or membranes say about the classes (docs/ARITHMETIC.md, "Codes").
 * `marks` holds one number an output while the window runs; decode() turns them into scores.
 */
import { Arena, Node } from "../arena";
import { CODE_FIRST, CODE_MEMBRANE_LAST, CODE_MEMBRANE_MAX, OP_LIF, POPULATION_BITS } from "../layout";
import { sat32 } from "../fixedpoint/arithmetic";
import { membrane, membraneAt } from "../lif/membrane";

/** One step's outputs, spikes as 0 and 1 or membranes: into their row, i32 each, and into the marks. */
export function mark(arena: Arena, row: usize): void {
  const last = arena.last, node = changetype<Node>(last), code = arena.code, spiking = node.code == OP_LIF;
  const bits = <u32>load<u8>(last, POPULATION_BITS);
  const before = arena.steps, steps = before + u32(before < arena.longest), left = 1 + arena.longest - steps;
  arena.steps = steps;
  let p = node.list;
  const end = p + (node.count << 1);
  for (let k: u32 = 0; k < arena.outputs; k++) {
    let x: i32;
    if (spiking) {
      x = u32(p < end) & u32(load<u16>(p) == k);
      p += x << 1;
    } else x = membrane(bits, membraneAt(bits, node.membranes, k));
    store<i32>(row + (k << 2), x);

    const at = arena.marks + (k << 2), mark = load<i32>(at);
    let score = x;
    if (code == CODE_FIRST) score = mark ? mark : x * left;
    else if (code == CODE_MEMBRANE_MAX) score = before ? max<i32>(mark, x) : x;
    else if (code != CODE_MEMBRANE_LAST) score = sat32(<i64>mark + <i64>x);
    store<i32>(at, score);
  }
}

/** Scores of the classes, the best of them and its margin. */
export function decodeClasses(arena: Arena): i32 {
  const classes = <u32>arena.classes, group = arena.outputs / classes;
  /** below every score */
  let best: i64 = -(1 << 32), second = best;
  let p = arena.marks;
  for (let c: u32 = 0; c < classes; c++) {
    let score: i64 = 0;
    let left = group;
    do {
      score += load<i32>(p);
      p += 4;
    } while (--left);
    score = sat32(score);
    store<i32>(arena.scores + (c << 2), <i32>score);
    if (score > best) {
      second = best;
      best = score;
      arena.label = c;
    } else second = max<i64>(second, score);
  }
  arena.margin = sat32(classes > 1 ? best - second : best);
  return arena.label;
}
