/**
 * A network that has learned, as a blob: the one it was loaded from, with its weights and biases of now, and a learnt section.
 */
import * as L from "./layout";
import { Arena } from "./arena";
import { blobCrc } from "./check";
import { learntBytes, learntEntry } from "./check-learning";
import { clear, copy } from "./fixedpoint/arithmetic";
import { opAt, ruleAt } from "./step";

/** Length of the snapshot: that of the blob where it cannot learn. */
export function snapshotBytes(arena: Arena): u32 {
  const entry = learntEntry(arena.blob);
  if (!entry) return arena.length;
  return (load<u32>(entry, L.SECTION_OFFSET) + learntBytes(arena.blob) + 15) & ~15;
}

export function writeSnapshot(arena: Arena, out: usize): void {
  const entry = learntEntry(arena.blob);
  copy(out, arena.blob, entry ? load<u32>(entry, L.SECTION_OFFSET) : arena.length);
  if (!entry) return;
  const length = snapshotBytes(arena);
  store<u32>(out, length, L.HEADER_LENGTH);
  store<u32>(out + (entry - arena.blob), learntBytes(arena.blob), L.SECTION_LENGTH);
  let to = out + load<u32>(entry, L.SECTION_OFFSET);
  clear(to, length - load<u32>(entry, L.SECTION_OFFSET));
  copy(to, arena.random, 16);
  to += 16;
  for (let r: u32 = 0; r < arena.rules; r++) to = writeRule(arena, r, out, to);
  store<u32>(out, blobCrc(out, length), L.HEADER_CRC);
}

/** One rule's weights and biases into their places, its residuals to `to`; returns what follows. */
function writeRule(arena: Arena, r: u32, out: usize, to: usize): usize {
  const record = arena.ruleRecords + r * L.RULE_BYTES, state = ruleAt(arena, r);
  const index = <u32>load<u16>(record);
  const op = opAt(arena, index), target = opAt(arena, index + 1);
  const stride = load<u32>(op, L.SYNAPSE_STRIDE), bytes = load<u32>(op, L.SYNAPSE_INPUTS) * stride;
  copy(out + load<u32>(op, L.SYNAPSE_WEIGHTS), state.weights, bytes);
  copy(to, state.residuals, bytes);
  to += bytes;
  if (!(load<u16>(record, L.RULE_FLAGS) & L.RULE_BIAS)) return to;
  const bias = out + load<u32>(target, L.POPULATION_BIAS);
  copy(bias, state.bias, stride << 2);
  for (let j: u32 = 0; j < stride; j++) {
    store<i8>(to + j, load<i32>(state.fine + (j << 2)) - (load<i32>(state.bias + (j << 2)) << 8));
  }
  return to + stride;
}
