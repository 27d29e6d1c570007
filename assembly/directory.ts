/**
 * The blob at hand and where its sections lie: found once by checkDirectory(), then read by the checks and by plan.ts.
 * They hold only within the call that found them; a network keeps what it needs in its arena.
 */
import * as L from "./layout";

export let blob: usize = 0;
/** the operations, from … to */
export let program: usize = 0;
export let programEnd: usize = 0;
/** 0 where the section is absent */
export let learning: usize = 0;
export let learningEnd: usize = 0;
/** directory entry of the learnt section, which may be empty; 0 without it */
export let learnt: usize = 0;
/** the parameters that are not yet taken by an array, offsets in the blob */
let free: u32 = 0;
let parametersEnd: u32 = 0;

/** Not 0 where any of `bytes` at p is not 0. */
export function soiled(p: usize, bytes: u32): u32 {
  let bad: u32 = 0;
  while (bytes) bad |= load<u8>(p + --bytes);
  return bad;
}

/** Not 0 unless an array lies, aligned, within the parameters and behind all arrays that were asked for before. */
export function misplaced(offset: u32, bytes: u32): u32 {
  const bad = offset & 15 | u32(offset < free) | u32(offset > parametersEnd) | u32(bytes > parametersEnd - offset);
  free = offset + bytes;
  return bad;
}

/** Sections follow one another without gaps but for their padding, which is zero. */
export function checkDirectory(address: usize, length: u32): i32 {
  const count = <u32>load<u16>(address, L.HEADER_SECTIONS);
  let entry = address + L.HEADER_BYTES;
  const directoryEnd = entry + count * L.SECTION_BYTES;
  let at = <u32>(directoryEnd - address);
  let seen: u32 = 0;
  blob = address;
  program = 0;
  parametersEnd = 0;
  learning = 0;
  learningEnd = 0;
  learnt = 0;
  if (u32(count > L.MAX_SECTIONS) | u32(at > length)) return L.BAD_SECTION;
  for (; entry < directoryEnd; entry += L.SECTION_BYTES) {
    const kind = <u32>load<u16>(entry), flags = <u32>load<u16>(entry, L.SECTION_FLAGS), bytes = load<u32>(entry, L.SECTION_LENGTH);
    let bad = (load<u32>(entry, L.SECTION_OFFSET) ^ at) | flags >> 1 | load<u32>(entry, L.SECTION_ZERO);
    // nothing follows the learnt section
    bad |= u32(bytes > length - at) | <u32>learnt;
    const start = address + at, end = start + bytes, next = (end + 15) & ~15;
    if (bad || soiled(end, <u32>(next - end))) return L.BAD_SECTION;
    at = <u32>(next - address);
    if (kind - 1 >= L.SECTION_LEARNT) {
      if (flags | u32(!kind)) return L.UNKNOWN_SECTION;
      continue;
    }
    if (seen >> kind & 1) return L.BAD_SECTION;
    seen |= 1 << kind;
    if (kind == L.SECTION_LEARNT) learnt = entry;
    if (!bytes) continue;
    if (kind == L.SECTION_OPERATIONS) {
      program = start;
      programEnd = end;
    }
    if (kind == L.SECTION_PARAMETERS) {
      free = <u32>(start - address);
      parametersEnd = free + bytes;
    }
    if (kind == L.SECTION_LEARNING) {
      learning = start;
      learningEnd = end;
    }
  }
  return (at ^ length) | u32(!program) | u32(!parametersEnd) ? L.BAD_SECTION : L.OK;
}
