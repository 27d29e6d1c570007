/**
 * CRC-32 as in zlib (polynomial EDB88320, reflected), bit by bit: no table to keep, and a blob is checked once.
 *
 * @param p first byte
 * @param length number of bytes
 * @param state 0xFFFFFFFF at the start, or what an earlier call returned; the complement of the last state is the sum
 */
export function crc32(p: usize, length: u32, state: u32): u32 {
  const end = p + length;
  let c = state;
  while (p < end) {
    c ^= load<u8>(p++);
    for (let i = 0; i < 8; i++) c = (c >> 1) ^ (0xedb88320 & (0 - (c & 1)));
  }
  return c;
}
