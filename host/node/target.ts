/** Places that files are written to: whether one can be, and writing there all or nothing. */
import { constants } from "node:fs";
import type { Stats } from "node:fs";
import { access, lstat, open, readlink, realpath, rename, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { expectFile, FileError, fileErrorOf } from "./file-error.js";

/** What new files get, less the process's mask. */
const USUAL_MODE = 0o666;

type FolderUse = "write into" | "read from";

/**
 * Whether a file can be written there, so that a long work is not begun in vain. Changes nothing.
 *
 * @param path of a file that is there already, or of nothing in a folder that is there; a link stands for what it names
 * @throws FileError where there is a folder, a device or the like, or where nothing may be written
 * @example await checkTarget(flags.output);
 */
export async function checkTarget(path: string): Promise<void> {
  const target = await followLinks(path);
  const mode = await modeOf(target);
  await expectClear(asideOf(target));
  try {
    await access(dirname(target), constants.W_OK);
    if (mode !== null) await access(target, constants.W_OK);
  } catch (error) {
    throw fileErrorOf(error, path);
  }
}

/**
 * Writes a file all or nothing: aside, onto the disk, then in place of the old one, whose mode it keeps. A link stays
 * and what it names is replaced. One call at a time may write to a path.
 *
 * @throws FileError as checkTarget(), and where the disk takes no more; then the old file is unharmed
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await checkTarget(path);
  const target = await followLinks(path);
  await replaceFile(target, bytes, await modeOf(target));
}

/**
 * Where a path leads: through all links, also to a file that is not there yet.
 *
 * @param use what the folder is for
 * @throws FileError where its folder is missing
 */
export async function followLinks(path: string, use: FolderUse = "write into"): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw fileErrorOf(error, path);
  }
  const place = join(await realFolder(dirname(resolve(path)), use), basename(path));
  const link = await linkAt(place);
  return link === null ? place : followLinks(resolve(dirname(place), link), use);
}

/**
 * Puts bytes in place of a file.
 *
 * @param target without links, see followLinks()
 * @param mode of the new file; null: the usual one
 */
export async function replaceFile(target: string, bytes: Uint8Array, mode: number | null): Promise<void> {
  const aside = asideOf(target);
  await clear(aside);
  try {
    // "x": what has appeared under this name meanwhile, a link above all, is not written through
    const file = await open(aside, "wx", mode ?? USUAL_MODE);
    try {
      await fill(file, bytes, mode);
      await rename(aside, target);
    } catch (error) {
      await unlink(aside).catch(() => undefined);
      throw error;
    }
  } catch (error) {
    throw fileErrorOf(error, target);
  }
  await syncFolder(dirname(target));
}

/**
 * Permissions of the file at `target`, null where there is none.
 *
 * @throws FileError where there is something else than a file
 */
export async function modeOf(target: string): Promise<number | null> {
  const stats = await statsAt(target);
  if (stats === null) return null;
  expectFile(stats, target, "a file or nothing");
  return stats.mode & 0o7777;
}

/** Beside the target, since nothing is renamed from one disk to another. */
function asideOf(target: string): string {
  return `${target}.aside`;
}

/** The name aside may be taken by what an earlier process left there, and by nothing else. */
async function expectClear(aside: string): Promise<void> {
  const stats = await statsAt(aside);
  if (stats !== null && !stats.isSymbolicLink()) expectFile(stats, aside, "a file or nothing");
}

async function clear(aside: string): Promise<void> {
  await expectClear(aside);
  try {
    await unlink(aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw fileErrorOf(error, aside);
  }
}

/** Writes, waits for the disk, closes. */
async function fill(file: FileHandle, bytes: Uint8Array, mode: number | null): Promise<void> {
  try {
    // the mask has taken some of it away
    if (mode !== null) await file.chmod(mode);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no handles of folders to wait for.
  if (process.platform === "win32") return;
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, "r");
    await folder.sync();
  } catch (error) {
    throw fileErrorOf(error, path);
  } finally {
    await folder?.close();
  }
}

async function realFolder(path: string, use: FolderUse): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") throw fileErrorOf(error, path);
    const problem = `found no such folder, expected one to ${use} (ENOENT); make it, or check the path`;
    throw new FileError(path, problem, code, syscall!, { cause: error });
  }
}

async function linkAt(path: string): Promise<string | null> {
  const stats = await statsAt(path);
  return stats?.isSymbolicLink() ? readlink(path) : null;
}

/** Of the link itself where there is one; null where there is nothing. */
async function statsAt(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw fileErrorOf(error, path);
  }
}
