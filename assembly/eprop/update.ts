/**
 * Updates that are more than a sum: momentum, signs, weights without residuals, the pull towards what was loaded. A row of Δ at a
 * time, one weight after the other; the plain case is rows.ts's.
 */
import { Arena, Learner } from "../arena";
import { clamp, decay32, limit } from "../fixedpoint/arithmetic";
import { draw } from "../fixedpoint/random";
import * as L from "../layout";

/** Whether a path's updates are what rows.ts does. */
export function isPlainUpdate(path: usize): bool {
  return !((load<u16>(path, L.PATH_FLAGS) & L.PATH_BARE) | load<u8>(path, L.PATH_UPDATE));
}

/** Moves a weight by −Δ, in 1/256 of its unit; without residuals rounded by `noise`, 0 … 255. */
// @ts-ignore: decorator
@inline
function move(weight: usize, residual: usize, delta: i32, noise: u32): void {
  const u = <i32>load<u8>(weight);
  if (!residual) store<u8>(weight, clamp(u - ((delta + <i32>noise) >> 8), 0, 255));
  else {
    const q = clamp((u << 8) + <i32>load<u8>(residual) - delta, 0, 65535);
    store<u8>(weight, q >> 8);
    store<u8>(residual, q);
  }
}

/**
 * One source's row.
 *
 * @param offset of the row in the planes
 * @param deltas i32[stride], ΣD
 */
export function updateRow(arena: Arena, node: Learner, offset: u32, deltas: usize): void {
  const path = node.path, kind = <u32>load<u8>(path, L.PATH_UPDATE), kept = <u32>load<u16>(path, L.PATH_KEPT), residuals = node.residuals;
  for (let j: u32 = 0; j < node.stride; j++) {
    let delta = limit(load<i32>(deltas + (j << 2)), 32767);
    if (kind == L.UPDATE_MOMENTUM) {
      const at = node.momentum + ((offset + j) << 1);
      delta = limit(decay32(load<i16>(at), kept) + delta, 32767);
      store<i16>(at, delta);
    } else if (kind == L.UPDATE_SIGN) delta = delta > 0 ? kept : delta < 0 ? -(<i32>kept) : 0;
    const noise = residuals ? 0 : draw(arena.random, j) & 255;
    move(node.weights + offset + j, residuals ? residuals + offset + j : 0, delta, noise);
  }
}

/** Every weight of a path a little towards what it was when the network was loaded. */
export function pull(arena: Arena, node: Learner): void {
  const shift = <u32>load<u8>(node.path, L.PATH_PULL), mask: u32 = (1 << shift) - 1, residuals = node.residuals;
  const loaded = arena.blob + load<u32>(arena.program + (changetype<usize>(node) - arena.nodes - L.NODE_BYTES), L.SYNAPSE_WEIGHTS);
  const bytes = node.inputs * node.stride;
  for (let row: u32 = 0; row < bytes; row += node.stride) {
    const row4 = arena.accumulators;
    for (let j: u32 = 0; j < node.stride; j++) {
      const at = row + j, q = (<i32>load<u8>(node.weights + at) << 8) + (residuals ? <i32>load<u8>(residuals + at) : 128);
      const away = q - ((<i32>load<u8>(loaded + at) << 8) + 128);
      store<i32>(row4 + (j << 2), (away + <i32>(draw(arena.random, j) & mask)) >> shift);
    }
    for (let j: u32 = 0; j < node.stride; j++) {
      const noise = residuals ? 0 : draw(arena.random, j) & 255;
      move(node.weights + row + j, residuals ? residuals + row + j : 0, load<i32>(row4 + (j << 2)), noise);
    }
  }
}
