/** Snapshots in files that survive a power cut. */
import { open, readFile, rename } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isWhole } from "../blob.js";
import type { Restored, SnapshotStore } from "../store.js";

/** Saves that are under way, a chain a path: two at once would write the same file aside. */
const pending = new Map<string, Promise<void>>();

/**
 * A store in one file. Beside it lie `<path>.previous`, the last good snapshot before it, and, while saving,
 * `<path>.aside`. Both are replaced by a rename of a file that is wholly on the disk, so at every moment each is either
 * the old one or the new one. What a disk or a memory card still tears is noticed by length and checksum when loading,
 * and the previous one is taken. One process at a time may save to a path.
 *
 * @example await net.save(fileStore("digits.spkl"));
 */
export function fileStore(path: string): SnapshotStore {
  const target = resolve(path);
  return {
    load: () => loadFile(target),
    save: (bytes) => {
      const turn = (pending.get(target) ?? Promise.resolve()).then(() => saveFile(target, bytes));
      const settled = turn.catch(() => undefined);
      pending.set(target, settled);
      void settled.then(() => pending.get(target) === settled && pending.delete(target));
      return turn;
    },
  };
}

async function loadFile(path: string): Promise<Restored> {
  const newest = await readIfThere(path);
  if (newest !== null && isWhole(newest)) return { bytes: newest, restoredFrom: null };
  const previous = await readIfThere(`${path}.previous`);
  if (previous !== null && isWhole(previous)) return { bytes: previous, restoredFrom: `${path}.previous` };
  // Without anything better the core says what is wrong with the newest, or the file system that there is none.
  return { bytes: newest ?? (await readFile(path)), restoredFrom: null };
}

async function saveFile(path: string, bytes: Uint8Array): Promise<void> {
  const newest = await readIfThere(path);
  if (newest !== null && isWhole(newest)) await replaceFile(path, `${path}.previous`, newest);
  await replaceFile(path, path, bytes);
}

/** Writes aside, waits for the disk, renames, waits for the directory. */
async function replaceFile(path: string, target: string, bytes: Uint8Array): Promise<void> {
  const aside = `${path}.aside`;
  const file = await open(aside, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, target);
  await syncDirectory(dirname(path));
}

async function syncDirectory(path: string): Promise<void> {
  // Windows has no handles of directories to wait for.
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
