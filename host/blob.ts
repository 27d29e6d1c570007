/** What can be said of a blob without a core. */
import * as L from "../assembly/layout.js";
import { crc32 } from "./crc32.js";

/** Whether bytes begin as a blob does and are as long, and as they were, when it was written. */
export function isWhole(bytes: Uint8Array): boolean {
  if (bytes.length < L.HEADER_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (
    view.getUint32(L.HEADER_MAGIC, true) === L.MAGIC &&
    view.getUint32(L.HEADER_LENGTH, true) === bytes.length &&
    view.getUint32(L.HEADER_CRC, true) === crc32(bytes, L.HEADER_CRC, L.HEADER_CRC + 4)
  );
}
