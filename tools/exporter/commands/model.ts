/** From a model file and the options about its meaning to a Model, for export, simulate and verify. */
import { basename } from "node:path";
import { InputError, UsageError } from "../errors.js";
import { warn } from "../io.js";
import type { Io } from "../io.js";
import type { Layer, Model } from "../model.js";
import type { DiscretiseOptions } from "../passes/discretise.js";
import { withSpareClasses } from "../passes/spare-classes.js";
import { naming, readModel } from "../pipeline.js";
import type { Code } from "../program.js";
import { sha256 } from "./files.js";
import { LARGEST_MODEL, readInput } from "./input-file.js";
import { CODES } from "./options.js";
import type { AnswerFlags } from "./options.js";
import { quoted } from "../text.js";

export interface OpenModel {
  file: string;
  model: Model;
  sha256: string;
  warnings: string[];
}

/** Whether the bytes are a blob. */
export function isBlob(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes.subarray(0, 4)) === "SPKL";
}

/** @throws InputError where the file holds no model that can be run */
export async function openModel(path: string, options: DiscretiseOptions): Promise<OpenModel> {
  const file = basename(path);
  const bytes = await readInput(path, LARGEST_MODEL);
  if (isBlob(bytes)) {
    throw new InputError(
      `${file}: found a blob, expected a model such as a .nir file; spikelet run takes blobs`,
    );
  }
  const { model, warnings } = await readModel(bytes, file, options);
  return { file, model, sha256: sha256(bytes), warnings };
}

/**
 * The model with spare classes.
 *
 * @throws InputError naming the file, where its last layer cannot have so many
 */
export function withSpares({ model, file }: OpenModel, count: number): Model {
  return naming(file, () => withSpareClasses(model, count));
}

/** How the outputs of a model become classes. */
export interface AnswerForm {
  code: Code;
  classes: number;
}

/**
 * @param usual code where the user names none; else count of a layer that spikes, sum of membranes
 * @throws UsageError where the code does not go with the last layer
 */
export function answerFormOf({ model, file }: OpenModel, flags: AnswerFlags, usual?: Code): AnswerForm {
  const last = model.layers[model.layers.length - 1];
  const spiking = last.kind === "lif";
  const code = flags.code ?? usual ?? (spiking ? "count" : "membrane-sum");
  if (code.startsWith("membrane") === spiking) {
    const found = spiking ? "spikes" : "is read as membranes";
    const fitting = CODES.filter((c) => c.startsWith("membrane") !== spiking);
    throw new UsageError(
      `--code ${code}: ${file}: the last layer ${quoted(last.name)} ${found}, expected ${fitting.join(", ")}`,
    );
  }
  return { code, classes: classesOf(last, code, flags.classes) };
}

function classesOf({ name, neurons }: Layer, code: Code, wanted: number | undefined): number {
  if (code !== "population") {
    if (wanted === undefined || wanted === neurons) return neurons;
    throw new UsageError(
      `--classes ${wanted}: the last layer ${quoted(name)} has ${neurons} neurons, expected as many classes; only --code population groups them`,
    );
  }
  if (wanted === undefined) throw new UsageError("--code population needs --classes N, the number of groups");
  if (neurons % wanted === 0) return wanted;
  throw new UsageError(
    `--classes ${wanted}: the last layer ${quoted(name)} has ${neurons} neurons, expected a divisor of that`,
  );
}

/** Collects what is assumed, or refuses it. */
export function assumptionsOf(
  file: string,
  strict: boolean | undefined,
): {
  warnings: string[];
  assume: (line: string) => void;
} {
  const warnings: string[] = [];
  const assume = (line: string): void => {
    if (strict) throw new InputError(`${file}: ${line}; --strict assumes nothing`);
    warnings.push(`${file}: ${line}`);
  };
  return { warnings, assume };
}

/** Prints warnings once each. */
export function warnAll(io: Io, ...lists: string[][]): string[] {
  const lines = [...new Set(lists.flat())];
  warn(io, lines);
  return lines;
}
