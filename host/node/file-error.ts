/** What is wrong with a file or a folder, in words: the path, what was found, what was expected, what to do. */
import type { Stats } from "node:fs";

/** A file that cannot be read or written. `code`, `path` and `syscall` are what the system's own errors have. */
export class FileError extends Error {
  override name = "FileError";

  /**
   * @param path what the message begins with
   * @param problem the rest of the line: found …, expected …; what to do
   * @param code the system's name of the reason, ENOENT and the like, or NOT_A_FILE
   * @param syscall what was tried
   */
  constructor(
    readonly path: string,
    readonly problem: string,
    readonly code: string,
    readonly syscall: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${problem}`, options);
  }
}

const PROBLEMS: Record<string, string> = {
  ENOENT: "found no such file, expected one (ENOENT); check the name and the folder",
  ENOTDIR: "found a file where the path wants a folder (ENOTDIR); check the path",
  EISDIR: "found a folder, expected a file (EISDIR); name a file in it",
  EACCES:
    "found no permission, expected to read and write here (EACCES); change the rights, or choose another place",
  EPERM:
    "found no permission, expected to read and write here (EPERM); change the rights, or choose another place",
  EROFS: "found a file system that can only be read, expected one to write to (EROFS); choose another place",
  ENOSPC:
    "found no space left on the disk, expected room for the file (ENOSPC); free some, what was there is unharmed",
  EDQUOT:
    "found the quota used up, expected room for the file (EDQUOT); free some, what was there is unharmed",
  ENAMETOOLONG:
    "found a name that is too long, expected room for an ending after it (ENAMETOOLONG); shorten it",
  ELOOP: "found links that lead to one another, expected a file at their end (ELOOP); remove one",
};

/**
 * An error of the file system as one that names `path`.
 *
 * @param path what was to be read or written
 * @returns the error itself where it is none of the file system's
 */
export function fileErrorOf(error: unknown, path: string): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (error instanceof FileError || code === undefined || syscall === undefined) return error;
  const problem =
    PROBLEMS[code] ?? `found "${message}", expected a file that can be used; try again, or elsewhere`;
  return new FileError(path, problem, code, syscall, { cause: error });
}

/**
 * @param expected "a file", "a file or nothing"
 * @throws FileError NOT_A_FILE for a folder, a device, a FIFO, a socket: what writes there destroys it, what reads may wait for ever
 */
export function expectFile(stats: Stats, path: string, expected: string): void {
  if (stats.isFile()) return;
  const next = stats.isDirectory() ? "name a file in it" : "choose another name";
  throw new FileError(path, `found ${kindOf(stats)}, expected ${expected}; ${next}`, "NOT_A_FILE", "stat");
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a directory";
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return "a device";
  if (stats.isFIFO()) return "a FIFO";
  if (stats.isSocket()) return "a socket";
  return "something else than a file";
}
