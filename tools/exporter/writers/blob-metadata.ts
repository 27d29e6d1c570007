/** Other metadata in a blob that there is already. */
import * as layout from "../../../assembly/layout.js";
import { padded } from "../program.js";
import { readDirectory } from "../readers/blob.js";
import { metadataBytes, sealBlob } from "./blob.js";

/**
 * The blob with other metadata, and all else, what was learnt included, as it was.
 *
 * @param blob whose metadata stands behind its parameters, as writeBlob() writes it: operations know their arrays by offsets
 * @returns a copy
 */
export function withMetadata(blob: Uint8Array, metadata: Record<string, unknown>): Uint8Array<ArrayBuffer> {
  const directory = readDirectory(blob);
  const { entry, offset, length } = directory.get(layout.SECTION_METADATA)!;
  const json = metadataBytes(metadata);
  const moved = padded(json.length) - padded(length);
  const bytes = new Uint8Array(blob.length + moved);
  bytes.set(blob.subarray(0, offset));
  bytes.set(json, offset);
  bytes.set(blob.subarray(offset + padded(length)), offset + padded(json.length));
  const view = new DataView(bytes.buffer);
  for (const section of directory.values()) {
    if (section.entry <= entry) continue;
    view.setUint32(section.entry + layout.SECTION_OFFSET, section.offset + moved, true);
  }
  view.setUint32(entry + layout.SECTION_LENGTH, json.length, true);
  view.setUint32(layout.HEADER_LENGTH, bytes.length, true);
  sealBlob(bytes);
  return bytes;
}
