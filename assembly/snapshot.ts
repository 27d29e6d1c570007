/**
 * A network that has learned, as a blob: the one it was loaded from, with its weights and biases of now, and a learnt section.
 */
import * as L from "./layout";
import { Arena, RuleState } from "./arena";
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
  for (let rule = arena.rules; rule; rule = rule.next) to = writeRule(arena.program + <u32>rule.synapse * L.OPERATION_BYTES, rule, out, to);
  store<u32>(out, length, L.HEADER_LENGTH);
  store<u32>(out + (entry - blob), to - out - start, L.SECTION_LENGTH);
  store<u32>(out, blobCrc(out, length), L.HEADER_CRC);
}

/** One rule's weights and biases into their places, its residuals to `to`; returns what follows. */
function writeRule(op: usize, rule: RuleState, out: usize, to: usize): usize {
  const stride = load<u32>(op, L.SYNAPSE_STRIDE), bytes = load<u32>(op, L.SYNAPSE_INPUTS) * stride;
  copy(out + load<u32>(op, L.SYNAPSE_WEIGHTS), rule.weights, bytes);
  copy(to, rule.residuals, bytes);
  to += bytes;
  if (!rule.fine) return to;
  copy(out + load<u32>(op + L.OPERATION_BYTES, L.POPULATION_BIAS), rule.bias, stride << 2);
  for (let j: u32 = 0; j < stride << 2; j += 4) {
    store<i8>(to, load<i32>(rule.fine + j) - (load<i32>(rule.bias + j) << 8));
    to++;
  }
  return to;
}
