/**
 * A network that has learned, as a blob: the one it was loaded from, with its weights and biases of now, and a learnt section.
 */
import * as L from "./layout";
import { Arena, Learner, RuleState } from "./arena";
import { blobCrc } from "./check";
import { clear, copy } from "./fixedpoint/arithmetic";

/** `arena.length` bytes; the blob itself where it cannot learn. */
export function writeSnapshot(arena: Arena, out: usize): void {
  const blob = arena.blob, entry = arena.learnt, length = arena.length;
  const start = entry ? load<u32>(entry, L.SECTION_OFFSET) : length;
  copy(out, blob, start);
  if (!entry) return;
  let to = out + start;
  clear(to, length - start);
  copy(to, arena.random, 16);
  to += 16;
  for (let path = arena.paths; path < arena.pathsEnd; path += L.PATH_BYTES) to = writePath(arena, path, out, to);
  for (let rule = arena.rules; rule; rule = rule.next) if (rule.fine) to = writeBias(arena, rule, out, to);
  store<u32>(out, length, L.HEADER_LENGTH);
  store<u32>(out + (entry - blob), to - out - start, L.SECTION_LENGTH);
  store<u32>(out, blobCrc(out, length), L.HEADER_CRC);
}

/** One path's weights into their place, its residuals to `to`; returns what follows. */
function writePath(arena: Arena, path: usize, out: usize, to: usize): usize {
  const at = <u32>load<u16>(path) * L.OPERATION_BYTES, node = changetype<Learner>(arena.nodes + L.NODE_BYTES + at);
  const bytes = node.inputs * node.stride;
  if (load<u16>(path, L.PATH_FLAGS) & L.PATH_LEARNS) copy(out + load<u32>(arena.program + at, L.SYNAPSE_WEIGHTS), node.weights, bytes);
  if (!node.residuals) return to;
  copy(to, node.residuals, bytes);
  return to + bytes;
}

/** One population's biases into their place, what is finer to `to`. */
function writeBias(arena: Arena, rule: RuleState, out: usize, to: usize): usize {
  const op = arena.program + (rule.op - arena.nodes - L.NODE_BYTES);
  copy(out + load<u32>(op, L.POPULATION_BIAS), rule.bias, rule.stride << 2);
  for (let j: u32 = 0; j < rule.stride << 2; j += 4) {
    store<i8>(to, load<i32>(rule.fine + j) - (load<i32>(rule.bias + j) << 8));
    to++;
  }
  return to;
}
