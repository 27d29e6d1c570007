/** What the parts of the blob's reader share. */

/** A directory entry; lengths and offsets in bytes from the blob's start. */
export interface SectionEntry {
  /** where the entry itself stands */
  entry: number;
  offset: number;
  length: number;
}

/** A blob and its sections by kind, those of length 0 included. */
export interface Opened {
  view: DataView;
  directory: Map<number, SectionEntry>;
}

/** The key of a table of numbers. */
export function nameOf<Name extends string>(table: Record<Name, number>, number: number, what: string): Name {
  const found = (Object.keys(table) as Name[]).find((name) => table[name] === number);
  if (found === undefined) {
    throw new Error(`blob: found ${what} ${number}, expected one of ${Object.values(table).join(", ")}`);
  }
  return found;
}

export function readUint16(view: DataView, at: number, count: number): Uint16Array {
  return Uint16Array.from({ length: count }, (_, j) => view.getUint16(at + 2 * j, true));
}

export function readInt32(view: DataView, at: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, j) => view.getInt32(at + 4 * j, true));
}

export function readUint32(view: DataView, at: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, j) => view.getUint32(at + 4 * j, true));
}
