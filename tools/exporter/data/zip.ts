/**
 * Zip archives as files from elsewhere have them: the directory is read first, so that sizes are known before anything is
 * unpacked, and what comes out is held against the directory. Names of fields are those of PKWARE's APPNOTE.TXT 6.3, 4.3.
 */
import { inflateRawSync } from "node:zlib";
import { crc32 } from "../../../host/crc32.js";
import { quoted } from "../text.js";

export interface ZipEntry {
  name: string;
  /** 0 stored, 8 deflated */
  method: number;
  /** of the bytes once unpacked */
  crc: number;
  packedSize: number;
  size: number;
  /** where its local header stands */
  offset: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const LOCATOR_64_BYTES = 20;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 65535;
/** Stands for a number that is in the ZIP64 field. */
const IN_64 = 0xffffffff;
const FIELD_64 = 1;
const ENCRYPTED = 1;

/**
 * The directory, in the order of the archive.
 *
 * @throws Error, one phrase, where there is none or it is cut off
 */
export function readDirectory(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let { at, left } = findDirectory(view);
  const entries: ZipEntry[] = [];
  for (; left > 0; left--) {
    if (at + ENTRY_BYTES > view.byteLength || view.getUint32(at, true) !== ENTRY)
      throw new Error("its directory is cut off");
    const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    if (extraEnd > view.byteLength) throw new Error("its directory is cut off");
    if (view.getUint16(at + 8, true) & ENCRYPTED) throw new Error("it is encrypted");
    // in the order in which the ZIP64 field holds those that do not fit
    const [size, packedSize, offset] = widened(
      [24, 20, 42].map((field) => view.getUint32(at + field, true)),
      view,
      nameEnd,
      extraEnd,
    );
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + ENTRY_BYTES, nameEnd)),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedSize,
      size,
      offset,
    });
    at = extraEnd + view.getUint16(at + 32, true);
  }
  return entries;
}

/**
 * The bytes of one entry, as many as the directory says and with its checksum.
 *
 * @throws Error, one phrase, where they are others
 */
export function unpack(
  bytes: Uint8Array,
  { name, method, crc, packedSize, size, offset }: ZipEntry,
): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (offset + LOCAL_BYTES > view.byteLength || view.getUint32(offset, true) !== LOCAL)
    throw new Error(`${quoted(name)} is not where the directory says`);
  const from = offset + LOCAL_BYTES + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (from + packedSize > view.byteLength) throw new Error(`${quoted(name)} is cut off`);
  if (method !== 0 && method !== 8)
    throw new Error(`${quoted(name)} is packed by method ${method}, expected 8, deflate`);
  const packed = bytes.subarray(from, from + packedSize);
  const content = method === 0 ? packed : inflated(packed, name, size);
  if (content.length !== size)
    throw new Error(
      `${quoted(name)} unpacks to ${content.length} bytes, expected the ${size} of the directory`,
    );
  if (crc32(content) !== crc) throw new Error(`${quoted(name)} has another checksum than the directory says`);
  return content;
}

function findDirectory(view: DataView): { at: number; left: number } {
  const last = view.byteLength - END_BYTES;
  let end = last;
  while (end >= 0 && view.getUint32(end, true) !== END) {
    if (--end < last - LONGEST_COMMENT) break;
  }
  if (end < 0 || end < last - LONGEST_COMMENT) throw new Error("it has no directory at its end");
  const locator = end - LOCATOR_64_BYTES;
  if (locator >= 0 && view.getUint32(locator, true) === LOCATOR_64) {
    const end64 = whole64(view, locator + 8);
    if (end64 + 56 <= view.byteLength && view.getUint32(end64, true) === END_64)
      return { at: whole64(view, end64 + 48), left: whole64(view, end64 + 32) };
  }
  return { at: view.getUint32(end + 16, true), left: view.getUint16(end + 10, true) };
}

/** Numbers of an entry, those that did not fit 32 bits taken from its ZIP64 field (4.5.3). */
function widened(numbers: number[], view: DataView, from: number, to: number): number[] {
  let at = from;
  while (at + 4 <= to && view.getUint16(at, true) !== FIELD_64) at += 4 + view.getUint16(at + 2, true);
  at += 4;
  return numbers.map((number) => {
    if (number !== IN_64 || at + 8 > to) return number;
    at += 8;
    return whole64(view, at - 8);
  });
}

function whole64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

/** @param size that is expected: what would be longer is not unpacked to its end */
function inflated(packed: Uint8Array, name: string, size: number): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw new Error(`${quoted(name)} unpacks to more than the ${size} bytes of the directory`, {
        cause: error,
      });
    throw new Error(`${quoted(name)} does not unpack`, { cause: error });
  }
}
