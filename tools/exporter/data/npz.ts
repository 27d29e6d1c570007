/** NumPy's .npz files: a zip archive of .npy files. */
import { zipSync } from "fflate";
import { InputError } from "../errors.js";
import { readNpy, writeNpy } from "./npy.js";
import type { NpyArray, NumericArray } from "./npy.js";
import { readDirectory, unpack } from "./zip.js";
import type { ZipEntry } from "./zip.js";
import { quoted } from "../text.js";

/** The same arrays give the same bytes: every entry has the date that zip counts from. */
const NO_DATE = "1980-01-01T00:00:00";

/** Of the arrays that are asked for, once unpacked; an archive may be a thousand times smaller. */
const MOST_BYTES = 2 ** 30;

/** Whether bytes begin as a zip archive does. */
export function isNpz(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

/**
 * The arrays of an archive that are asked for, as far as they are there. Others are not looked at, whatever they hold.
 *
 * @param file its name, for messages
 * @throws InputError for a damaged archive or array, one that is there twice, and more than MOST_BYTES
 */
export function readNpz(bytes: Uint8Array, file: string, names: readonly string[]): Map<string, NpyArray> {
  const wanted = whole(file, () => readDirectory(bytes)).filter(({ name }) => names.includes(arrayOf(name)));
  expectOnce(wanted, file);
  const size = wanted.reduce((sum, entry) => sum + entry.size, 0);
  if (size > MOST_BYTES) {
    const found = wanted.map(({ name }) => quoted(arrayOf(name))).join(" and ");
    throw new InputError(
      `${file}: too large: found ${megabytes(size)} MB in ${found}, expected at most ${megabytes(MOST_BYTES)} MB; split the samples over several files`,
    );
  }
  return new Map(
    wanted.map((entry) => {
      const content = whole(file, () => unpack(bytes, entry));
      return [arrayOf(entry.name), readNpy(content, `${file}: ${quoted(arrayOf(entry.name))}`)];
    }),
  );
}

/** `x` of the entry `x.npy`, as numpy.savez calls it. */
function arrayOf(entry: string): string {
  return entry.replace(/\.npy$/, "");
}

function whole<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new InputError(
      `${file}: the archive is damaged or ends early: ${(error as Error).message}; save it again with numpy.savez`,
    );
  }
}

function expectOnce(entries: ZipEntry[], file: string): void {
  const seen = new Map<string, string>();
  for (const { name } of entries) {
    const other = seen.get(arrayOf(name));
    if (other !== undefined) {
      throw new InputError(
        `${file}: found the array ${quoted(arrayOf(name))} twice (${quoted(other)} and ${quoted(name)}), expected it once; save the archive again with numpy.savez`,
      );
    }
    seen.set(arrayOf(name), name);
  }
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
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
