import { expect } from "vitest";
import { FileError } from "../host/node/index.js";

/** What a promise is refused with. */
export async function refusal(work: Promise<unknown>): Promise<FileError> {
  const error = await work.then(
    () => expect.fail("expected a refusal"),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(FileError);
  return error as FileError;
}
