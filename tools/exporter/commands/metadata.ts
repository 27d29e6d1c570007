/** What export writes into a blob for later commands. The core never reads it, so that nothing in it may be trusted. */
import { MAX_LEARNING_CLASSES } from "../../../assembly/layout.js";
import { InputError } from "../errors.js";
import type { DiscretiseOptions } from "../passes/discretise.js";
import { RESETS } from "../passes/resets.js";

/** Other writers may leave any of it out. */
export interface BlobMetadata {
  /** an operation each */
  names?: string[];
  source?: { file: string; sha256: string };
  /** a layer each: model units of one unit of its weights, the mean where its neurons have units of their own */
  units?: number[];
  /** model units of one integer of analogue input */
  inputScale?: number;
  /** model units of one integer of a row of targets */
  targetScale?: number;
  /** how many of the classes, the last ones, were never taught: not before the export, and not by `learn` */
  spareClasses?: number;
  /** how many were spare at the export and have been taught by `learn` since */
  learntClasses?: number;
  /** how the model was discretised */
  options?: Partial<DiscretiseOptions>;
}

type Check = [expected: string, fits: (value: unknown) => boolean];

const positive: Check = ["a finite number above 0", (x) => typeof x === "number" && x > 0 && x < Infinity];
const spares: Check = [
  `a whole number, 0 … ${MAX_LEARNING_CLASSES - 1}`,
  (x) => Number.isInteger(x) && (x as number) >= 0 && (x as number) < MAX_LEARNING_CLASSES,
];
/** With what is far beyond, products of units leave the range of numbers. */
const units: Check = [
  "numbers, 1e-30 … 1e30",
  (x) => Array.isArray(x) && x.every((unit) => typeof unit === "number" && unit >= 1e-30 && unit <= 1e30),
];
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
  const { units: ofLayers, inputScale, targetScale, spareClasses, learntClasses, options } = metadata;
  expectField(file, "units", ofLayers, units);
  expectField(file, "inputScale", inputScale, positive);
  expectField(file, "targetScale", targetScale, positive);
  expectField(file, "spareClasses", spareClasses, spares);
  expectField(file, "learntClasses", learntClasses, spares);
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
