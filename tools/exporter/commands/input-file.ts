/** Files that commands read: looked at before they are opened, so that what is no file, or far too large, ends in one line. */
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { FileError, fileErrorOf } from "../../../host/node/file-error.js";
import { InputError } from "../errors.js";

/** Bytes; what is packed in them is bounded where it is unpacked. */
export const LARGEST_DATA = 2 ** 30;
export const LARGEST_MODEL = 2 ** 29;

/**
 * Reads a file, or what a shell hands over in place of one (`<(…)`, a pipe).
 *
 * @throws FileError, InputError as expectInput()
 */
export async function readInput(path: string, largest: number): Promise<Uint8Array> {
  const kind = await expectInput(path, largest);
  try {
    return kind === "file" ? new Uint8Array(await readFile(path)) : await readPipe(path, largest);
  } catch (error) {
    throw fileErrorOf(error, path);
  }
}

/**
 * @param largest bytes that are read at most
 * @param options.mayBeMissing says nothing where there is no file: a snapshot before it may stand in
 * @throws FileError where there is no such file, a folder or a device
 * @throws InputError for a file that is too large
 */
export async function expectInput(
  path: string,
  largest: number,
  { mayBeMissing = false } = {},
): Promise<"file" | "pipe" | "missing"> {
  if (path === "") throw new InputError("found an empty name of a file, expected a path; name the file");
  const found = await stat(path).catch((error: unknown) => {
    if (mayBeMissing && (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw fileErrorOf(error, path);
  });
  if (found === null) return "missing";
  if (found.isDirectory()) throw refusal(path, "a folder", "expected a file; name a file in it");
  if (found.isFIFO() || found.isSocket()) return "pipe";
  if (!found.isFile()) throw refusal(path, "a device", "expected a file; check the path");
  if (found.size > largest) throw tooLarge(path, `${megabytes(found.size)} MB`, largest);
  return "file";
}

async function readPipe(path: string, largest: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > largest) throw tooLarge(path, "more than that", largest);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, length));
}

function refusal(path: string, found: string, expected: string): FileError {
  return new FileError(path, `found ${found}, ${expected}`, "NOT_A_FILE", "stat");
}

function tooLarge(path: string, found: string, largest: number): InputError {
  return new InputError(
    `${basename(path)}: too large: found ${found}, expected at most ${megabytes(largest)} MB; make it smaller, or split it`,
  );
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
