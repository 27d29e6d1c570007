/** What export writes into a blob for later commands. The core never reads it, so that nothing in it may be trusted. */
import { InputError } from "../errors.js";
import type { DiscretiseOptions } from "../passes/discretise.js";
import { RESETS } from "../passes/resets.js";

/** Other writers may leave any of it out. */
export interface BlobMetadata {
  /** an operation each */
  names?: string[];
  source?: { file: string; sha256: string };
  /** model units of one integer of analogue input */
  inputScale?: number;
  /** model units of one integer of a row of targets */
  targetScale?: number;
  /** how the model was discretised */
  options?: Partial<DiscretiseOptions>;
}

type Check = [expected: string, fits: (value: unknown) => boolean];

const positive: Check = ["a finite number above 0", (x) => typeof x === "number" && x > 0 && x < Infinity];
const oneOf = (...words: readonly unknown[]): Check => [words.join(", "), (x) => words.includes(x)];

const OPTIONS: Record<string, Check> = {
  dt: positive,
  discretise: oneOf("exact", "euler"),
  reset: oneOf(...RESETS),
  resetAt: oneOf("next", "now"),
  lowerBound: [
    "a number up to 0, or threshold",
    (x) => x === "threshold" || (typeof x === "number" && x <= 0 && x > -Infinity),
  ],
};

/**
 * The metadata of a blob, as far as commands use them.
 *
 * @param file name of the blob, for messages
 * @throws InputError naming the field that cannot be what export wrote
 */
export function expectMetadata(metadata: Record<string, unknown>, file: string): BlobMetadata {
  const { inputScale, targetScale, options } = metadata;
  expectField(file, "inputScale", inputScale, positive);
  expectField(file, "targetScale", targetScale, positive);
  expectField(file, "options", options, ["an object", (x) => typeof x === "object"]);
  for (const [name, check] of Object.entries(OPTIONS)) {
    expectField(
      file,
      `options.${name}`,
      (options as Record<string, unknown> | null | undefined)?.[name],
      check,
    );
  }
  return metadata;
}

function expectField(file: string, name: string, value: unknown, [expected, fits]: Check): void {
  if (value === undefined || value === null || fits(value)) return;
  throw new InputError(
    `${file}: found ${JSON.stringify(value).slice(0, 40)} for ${name} in the metadata, expected ${expected}; export the model again`,
  );
}
