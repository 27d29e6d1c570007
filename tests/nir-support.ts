/** What the tests of NIR files share: the fixtures, and the error of a file that is refused. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import type { DiscretiseOptions } from "../tools/exporter/passes/discretise.js";
import { readNir } from "../tools/exporter/readers/nir.js";

export const fixtures = path.join(import.meta.dirname, "fixtures/nir");

export const bytesOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(path.join(fixtures, `${name}.nir`)));
export const read = (name: string) => readNir(bytesOf(name), `${name}.nir`);
export const euler: DiscretiseOptions = { discretise: "euler" };

/** The error that a promise ends with, for a look at its class and its message. */
export async function refusal(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("expected a refusal"),
    (error: Error) => error,
  );
}
