/** Parses a valid blob (docs/FORMAT.md) back into a Program. Whether its numbers are legal is the core's to say. */
import * as layout from "../../../assembly/layout.js";
import { crc32 } from "../../../host/crc32.js";
import type { Program } from "../program.js";
import { CODE_NUMBERS } from "../writers/blob-numbers.js";
import { nameOf } from "./blob-fields.js";
import type { SectionEntry } from "./blob-fields.js";
import { readLearning, readLearnt } from "./blob-learning.js";
import type { Learnt } from "./blob-learning.js";
import { readOperations } from "./blob-operations.js";

export type { Learnt, SectionEntry };

export interface BlobProgram extends Program {
  /** bytes of arena that the header asks for */
  arenaBytes: number;
  /** absent in a blob in which nothing was learnt */
  learnt?: Learnt;
}

/**
 * Reads a blob. Names are not part of it: operations are called by kind and index, as in `lif1`.
 *
 * @param bytes one whole blob, at any address
 * @throws Error where magic, version, length or CRC are wrong, or a critical section is unknown or missing
 */
export function readBlob(bytes: Uint8Array): BlobProgram {
  checkFrame(bytes);
  const view = viewOf(bytes);
  const directory = readDirectory(bytes);
  const opened = { view, directory };
  const operations = readOperations(opened);
  const learning = readLearning(opened, operations);
  const program: BlobProgram = {
    inputs: view.getUint32(layout.HEADER_INPUTS, true),
    inputKind: view.getUint16(layout.HEADER_INPUT_KIND, true) === layout.INPUT_SPIKES ? "spikes" : "analogue",
    inputRange: view.getUint32(layout.HEADER_INPUT_RANGE, true),
    events: view.getUint32(layout.HEADER_EVENTS, true),
    maxSteps: view.getUint32(layout.HEADER_STEPS, true),
    classes: view.getUint16(layout.HEADER_CLASSES, true),
    code: nameOf(CODE_NUMBERS, view.getUint16(layout.HEADER_CODE, true), "output code"),
    operations,
    learning,
    metadata: readMetadata(bytes, directory),
    arenaBytes: view.getUint32(layout.HEADER_ARENA, true),
  };
  const learnt = learning && readLearnt(opened, operations, learning);
  if (learnt !== null) program.learnt = learnt;
  return program;
}

/**
 * The sections of a blob by kind, those of length 0 included.
 *
 * @throws Error where a critical section's kind is unknown
 */
export function readDirectory(bytes: Uint8Array): Map<number, SectionEntry> {
  const view = viewOf(bytes);
  const directory = new Map<number, SectionEntry>();
  for (let index = 0; index < view.getUint16(layout.HEADER_SECTIONS, true); index++) {
    const entry = layout.HEADER_BYTES + index * layout.SECTION_BYTES;
    const kind = view.getUint16(entry + layout.SECTION_KIND, true);
    const flags = view.getUint16(entry + layout.SECTION_FLAGS, true);
    const known = kind >= layout.SECTION_OPERATIONS && kind <= layout.SECTION_LEARNT;
    if (!known && flags & layout.SECTION_CRITICAL) {
      throw new Error(`blob: found critical section ${kind}, expected kinds 1 … ${layout.SECTION_LEARNT}`);
    }
    directory.set(kind, {
      entry,
      offset: view.getUint32(entry + layout.SECTION_OFFSET, true),
      length: view.getUint32(entry + layout.SECTION_LENGTH, true),
    });
  }
  return directory;
}

function checkFrame(bytes: Uint8Array): void {
  if (bytes.length < layout.HEADER_BYTES) {
    throw new Error(`blob: found ${bytes.length} bytes, expected a header of ${layout.HEADER_BYTES}`);
  }
  const view = viewOf(bytes);
  expectEqual("magic", view.getUint32(layout.HEADER_MAGIC, true), layout.MAGIC, hex);
  expectEqual("format version", view.getUint16(layout.HEADER_VERSION, true), layout.FORMAT_VERSION, String);
  expectEqual("length", bytes.length, view.getUint32(layout.HEADER_LENGTH, true), (n) => `${n} bytes`);
  const crc = crc32(bytes, layout.HEADER_CRC, layout.HEADER_CRC + 4);
  expectEqual("CRC", crc, view.getUint32(layout.HEADER_CRC, true), hex);
}

function expectEqual(what: string, found: number, expected: number, text: (n: number) => string): void {
  if (found !== expected) throw new Error(`blob: ${what}: found ${text(found)}, expected ${text(expected)}`);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

/** The core never reads metadata, so it may be damaged in meaning: then there is none. */
function readMetadata(bytes: Uint8Array, directory: Map<number, SectionEntry>): Record<string, unknown> {
  const section = directory.get(layout.SECTION_METADATA);
  if (!section?.length) return {};
  const text = new TextDecoder().decode(bytes.subarray(section.offset, section.offset + section.length));
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
