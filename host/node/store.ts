/** Snapshots in files that survive a power cut. */
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { isWhole } from "../blob.js";
import type { Restored, SnapshotStore } from "../store.js";
import { expectFile, FileError, fileErrorOf } from "./file-error.js";
import { checkTarget, followLinks, modeOf, replaceFile } from "./target.js";
import { Turns } from "./turns.js";

/** Saves as they were asked for. */
const asked = new Turns();
/** Saves by the place where they end: links give one place several names, and two at once would write the same file aside. */
const writing = new Turns();

/**
 * A store in one file. Beside it lie `<path>.previous`, the last good snapshot before it, and, while saving, a file
 * that ends in `.aside`. Both snapshots are replaced by a rename of a file that is wholly on the disk, so at every moment
 * each is either the old one or the new one. What a disk or a memory card still tears is noticed by length and checksum
 * when loading, and the previous one is taken. One process at a time may save to a path. A link stays, and all of this
 * happens where it leads.
 *
 * @throws TypeError where the path is no string; load and save, FileError for what is no file
 * @example await net.save(fileStore("digits.spkl"));
 */
export function fileStore(path: string): SnapshotStore {
  if (typeof path !== "string") {
    throw new TypeError(
      `found a path of type ${typeof path}, expected a string; a URL goes through fileURLToPath()`,
    );
  }
  const target = resolve(path);
  return {
    load: () => loadFile(target),
    save: (bytes) =>
      asked.take(target, async () => {
        const place = await followLinks(target);
        await writing.take(place, () => saveFile(place, bytes));
      }),
  };
}

async function loadFile(path: string): Promise<Restored> {
  const place = await followLinks(path, "read from");
  const previousPlace = previousOf(place);
  const newest = await readSnapshot(place);
  if (isGood(newest)) return { bytes: newest, restoredFrom: null };
  const previous = await readSnapshot(previousPlace);
  if (isGood(previous)) return { bytes: previous, restoredFrom: previousPlace };
  // Without anything better the core says what is wrong with the newest.
  if (newest instanceof Uint8Array) return { bytes: newest, restoredFrom: null };
  throw nothingGood(newest, previous, previousPlace);
}

async function saveFile(place: string, bytes: Uint8Array): Promise<void> {
  const previousPlace = await followLinks(previousOf(place));
  await checkTarget(place);
  await checkTarget(previousPlace);
  const mode = await modeOf(place);
  const newest = await readSnapshot(place);
  if (isGood(newest)) await replaceFile(previousPlace, newest, mode);
  await replaceFile(place, bytes, mode);
}

function previousOf(place: string): string {
  return `${place}.previous`;
}

/** What lies there, whole or not, or why nothing could be read. */
async function readSnapshot(path: string): Promise<Uint8Array | FileError> {
  try {
    // first, since who opens a FIFO may wait for ever
    expectFile(await stat(path), path, "a file");
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const fault = fileErrorOf(error, path);
    if (fault instanceof FileError) return fault;
    throw error;
  }
}

function isGood(found: Uint8Array | FileError): found is Uint8Array {
  return found instanceof Uint8Array && isWhole(found);
}

/** The newest cannot be read; what is wrong with the previous one is told too, if there is one. */
function nothingGood(newest: FileError, previous: Uint8Array | FileError, previousPlace: string): FileError {
  if (previous instanceof FileError && previous.code === "ENOENT") return newest;
  const second =
    previous instanceof FileError
      ? previous.message
      : `${previousPlace}: found ${previous.length} bytes that are damaged, expected the snapshot before it; bring one of the two back from a copy`;
  const { path, problem, code, syscall } = newest;
  return new FileError(path, `${problem}; and ${second}`, code, syscall, { cause: newest });
}
