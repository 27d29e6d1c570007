/**
 * The blob at hand and where its sections lie: found once by checkDirectory(), then read by the checks and by plan.ts.
 * They hold only within the call that found them; a network keeps what it needs in its arena.
 */
import * as L from "./layout";

export let blob: usize = 0;
/** operations and parameters, from … to */
export let program: usize = 0;
export let programEnd: usize = 0;
export let parameters: usize = 0;
export let parametersEnd: usize = 0;
/** where the array before ended */
let free: usize = 0;
/** 0 where the section is absent */
export let learning: usize = 0;
export let learningEnd: usize = 0;
/** directory entry of the learnt section, which may be empty; 0 without it */
export let learnt: usize = 0;

/** Whether all bytes are 0. */
export function zeros(p: usize, end: usize): bool {
  for (; p < end; p++) if (load<u8>(p)) return false;
  return true;
}

/** Whether an array lies, aligned, within the parameters and behind all arrays that were asked for before. */
export function holds(offset: u32, bytes: u64): bool {
  const start = <u64>blob + <u64>offset, end = start + bytes;
  if (offset & 15 || start < <u64>free || end > <u64>parametersEnd) return false;
  free = <usize>end;
  return true;
}

/** Sections follow one another without gaps but for their padding, which is zero. */
export function checkDirectory(address: usize, length: u32): i32 {
  const count = <u32>load<u16>(address, L.HEADER_SECTIONS);
  let at: u64 = L.HEADER_BYTES + count * L.SECTION_BYTES;
  let seen: u32 = 0;
  let entry = address + L.HEADER_BYTES;
  blob = address;
  program = 0;
  parameters = 0;
  learning = 0;
  learnt = 0;
  if (u32(count > L.MAX_SECTIONS) | u32(at > <u64>length)) return L.BAD_SECTION;
  const last = address + <usize>at;
  for (; entry < last; entry += L.SECTION_BYTES) {
    const kind = <u32>load<u16>(entry), flags = <u32>load<u16>(entry, L.SECTION_FLAGS), bytes = load<u32>(entry, L.SECTION_LENGTH);
    const start = blob + <usize>at;
    at += bytes;
    const next = (at + 15) & ~15;
    let bad = load<u32>(entry, L.SECTION_OFFSET) ^ <u32>(start - blob) | u32(next > <u64>length) | flags >> 1 | load<u32>(entry, L.SECTION_ZERO);
    // nothing follows the learnt section
    bad |= <u32>learnt;
    if (bad || !zeros(blob + <usize>at, blob + <usize>next)) return L.BAD_SECTION;
    at = next;
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
      programEnd = start + bytes;
    } else if (kind == L.SECTION_PARAMETERS) {
      parameters = start;
      free = start;
      parametersEnd = start + bytes;
    } else if (kind == L.SECTION_LEARNING) {
      learning = start;
      learningEnd = start + bytes;
    }
  }
  return u32(at == <u64>length) & u32(program != 0) & u32(parameters != 0) ? L.OK : L.BAD_SECTION;
}
