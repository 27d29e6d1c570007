/** Turns a Program into a blob, docs/FORMAT.md. The bytes are a pure function of the arguments. */
import * as layout from "../../../assembly/layout.js";
import { crc32 } from "../../../host/crc32.js";
import { padded } from "../program.js";
import type { Population, Program } from "../program.js";
import { concatenate, Pool } from "./blob-arrays.js";
import { learningSection } from "./blob-learning.js";
import { CODE_NUMBERS } from "./blob-numbers.js";
import { operationsSection } from "./blob-operations.js";

interface Section {
  kind: number;
  critical: boolean;
  bytes: Uint8Array;
}

/**
 * The blob of a program in which nothing was learnt yet.
 *
 * @param program numbers within the ranges of docs/FORMAT.md; the core's `plan` checks them, not this function
 * @param arenaBytes what the core says it needs for this blob; 0 before it was asked
 * @returns a buffer of its own, a multiple of 16 bytes, CRC set
 */
export function writeBlob(program: Program, arenaBytes: number): Uint8Array<ArrayBuffer> {
  const count = program.learning === null ? 3 : 5;
  const directoryEnd = layout.HEADER_BYTES + count * layout.SECTION_BYTES;
  const sections = makeSections(program, directoryEnd);
  const end = sections.reduce((at, section) => at + padded(section.bytes.length), directoryEnd);

  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  writeHeader(view, program, count);
  let at = directoryEnd;
  sections.forEach((section, index) => {
    writeEntry(view, index, section, at);
    bytes.set(section.bytes, at);
    at += padded(section.bytes.length);
  });
  if (program.learning !== null) {
    const nothing = { kind: layout.SECTION_LEARNT, critical: false, bytes: new Uint8Array(0) };
    writeEntry(view, count - 1, nothing, end);
  }
  setArenaBytes(bytes, arenaBytes);
  return bytes;
}

/** Computes a blob's CRC and stores it. Changes `bytes` in place; the header must be there. */
export function sealBlob(bytes: Uint8Array): void {
  const crc = crc32(bytes, layout.HEADER_CRC, layout.HEADER_CRC + 4);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(layout.HEADER_CRC, crc, true);
}

/** Stores the bytes of arena that the core asks for, 0 … 2^32 − 1, and seals the blob again, in place. */
export function setArenaBytes(bytes: Uint8Array, arenaBytes: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(layout.HEADER_ARENA, arenaBytes, true);
  sealBlob(bytes);
}

/** All sections that have bytes, in the order of the blob. */
function makeSections(program: Program, start: number): Section[] {
  const pool = new Pool(start + program.operations.length * layout.OPERATION_BYTES);
  const operations = operationsSection(program.operations, pool);
  const learning = program.learning && learningSection(program.learning, pool);
  const sections: Section[] = [
    { kind: layout.SECTION_OPERATIONS, critical: true, bytes: operations },
    { kind: layout.SECTION_PARAMETERS, critical: true, bytes: concatenate(pool.chunks) },
  ];
  if (learning !== null) sections.push({ kind: layout.SECTION_LEARNING, critical: true, bytes: learning });
  sections.push({ kind: layout.SECTION_METADATA, critical: false, bytes: metadataBytes(program.metadata) });
  return sections;
}

function writeHeader(view: DataView, program: Program, sections: number): void {
  const last = program.operations[program.operations.length - 1] as Population;
  const kind = program.inputKind === "spikes" ? layout.INPUT_SPIKES : layout.INPUT_ANALOGUE;
  view.setUint32(layout.HEADER_MAGIC, layout.MAGIC, true);
  view.setUint16(layout.HEADER_VERSION, layout.FORMAT_VERSION, true);
  view.setUint32(layout.HEADER_LENGTH, view.byteLength, true);
  view.setUint32(layout.HEADER_STEPS, program.maxSteps, true);
  view.setUint32(layout.HEADER_INPUTS, program.inputs, true);
  view.setUint32(layout.HEADER_OUTPUTS, last.neurons, true);
  view.setUint16(layout.HEADER_CLASSES, program.classes, true);
  view.setUint16(layout.HEADER_CODE, CODE_NUMBERS[program.code], true);
  view.setUint16(layout.HEADER_INPUT_KIND, kind, true);
  view.setUint16(layout.HEADER_SECTIONS, sections, true);
  view.setUint32(layout.HEADER_INPUT_RANGE, program.inputRange, true);
  view.setUint32(layout.HEADER_EVENTS, program.events, true);
}

function writeEntry(view: DataView, index: number, section: Section, offset: number): void {
  const at = layout.HEADER_BYTES + index * layout.SECTION_BYTES;
  view.setUint16(at + layout.SECTION_KIND, section.kind, true);
  view.setUint16(at + layout.SECTION_FLAGS, section.critical ? layout.SECTION_CRITICAL : 0, true);
  view.setUint32(at + layout.SECTION_OFFSET, offset, true);
  view.setUint32(at + layout.SECTION_LENGTH, section.bytes.length, true);
}

/** JSON with the keys of every object sorted, so that equal metadata gives equal bytes. */
export function metadataBytes(metadata: Record<string, unknown>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(metadata, (_, value: unknown) => sortKeys(value)));
}

function sortKeys(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
