/** The checksum of blobs (docs/FORMAT.md, header at 12) and of other files that hosts meet. */

/** Remainders of all bytes: polynomial EDB88320, reflected, as in zlib. */
const TABLE = new Uint32Array(256).map((_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  }
  return remainder;
});

/**
 * CRC-32 of `bytes`, without those from `skipFrom` to `skipTo` (a field that holds the checksum itself).
 *
 * @param bytes any length
 * @param skipFrom first byte to leave out; without it all bytes count
 * @param skipTo first byte to count again, `skipFrom` … `bytes.length`
 * @returns 0 … 2^32 − 1
 * @example crc32(new TextEncoder().encode("123456789")) === 0xcbf43926
 */
export function crc32(bytes: Uint8Array, skipFrom = bytes.length, skipTo = skipFrom): number {
  const head = update(0xffffffff, bytes, 0, skipFrom);
  return ~update(head, bytes, skipTo, bytes.length) >>> 0;
}

function update(crc: number, bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) crc = TABLE[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
  return crc;
}
