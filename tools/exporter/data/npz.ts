/** NumPy's .npz files: a zip archive of .npy files. */
import { unzipSync, zipSync } from "fflate";
import { InputError } from "../errors.js";
import { readNpy, writeNpy } from "./npy.js";
import type { NpyArray, NumericArray } from "./npy.js";

/** The same arrays give the same bytes: every entry has the date that zip counts from. */
const NO_DATE = "1980-01-01T00:00:00";

/** Whether bytes begin as a zip archive does. */
export function isNpz(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

/**
 * The arrays of an archive that are asked for, as far as they are there. Others are not looked at, whatever they hold.
 *
 * @param file its name, for messages
 * @throws InputError for a damaged archive or array
 */
export function readNpz(bytes: Uint8Array, file: string, names: readonly string[]): Map<string, NpyArray> {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes, { filter: ({ name }) => names.includes(name.replace(/\.npy$/, "")) });
  } catch (error) {
    throw new InputError(
      `${file}: the archive is damaged or ends early (${(error as Error).message}); save it again with numpy.savez`,
    );
  }
  return new Map(
    Object.entries(entries).map(([entry, content]) => {
      const name = entry.replace(/\.npy$/, "");
      return [name, readNpy(content, `${file}: "${name}"`)];
    }),
  );
}

/** @returns an archive that numpy.load opens, a pure function of the arrays */
export function writeNpz(
  arrays: Record<string, { shape: readonly number[]; data: NumericArray }>,
): Uint8Array {
  const entries = Object.entries(arrays).map(
    ([name, { shape, data }]) => [`${name}.npy`, writeNpy(shape, data)] as const,
  );
  return zipSync(Object.fromEntries(entries), { level: 6, mtime: NO_DATE });
}
