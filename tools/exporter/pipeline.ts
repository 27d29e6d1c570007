/**
 * From a model file to a blob: readers → passes → writers, in one call. The command line and the examples go this way.
 */
import * as L from "../../assembly/layout.js";
import { readCore } from "./core.js";
import { InputError } from "./errors.js";
import type { Model } from "./model.js";
import { calibrate, guessRanges } from "./passes/calibrate.js";
import type { LayerRange } from "./passes/calibrate.js";
import { checkModel } from "./passes/check-model.js";
import { discretise } from "./passes/discretise.js";
import type { DiscretiseOptions } from "./passes/discretise.js";
import { deadOrStuck } from "./passes/inspect-neurons.js";
import { targetUnitOf } from "./passes/learning.js";
import { checkLimits } from "./passes/limits.js";
import { quantise } from "./passes/quantise.js";
import type { LayerScale, Quantised, QuantiseOptions } from "./passes/quantise.js";
import type { Program } from "./program.js";
import { readNir } from "./readers/nir.js";
import type { Window } from "./simulate/float.js";
import { setArenaBytes, writeBlob } from "./writers/blob.js";
import { quoted } from "./text.js";

export interface ReadModel {
  model: Model;
  warnings: string[];
}

/** What export needs beside the model; see QuantiseOptions for each. */
export type ExportOptions = Omit<QuantiseOptions, "metadata"> & {
  metadata?: Record<string, unknown>;
  /** name of the model's file, for messages */
  file?: string;
  /** samples to calibrate on; without them ranges are guessed, with a warning */
  calibration?: Iterable<Window>;
  /** called after each calibration sample */
  onSample?: () => void;
};

export interface Exported {
  blob: Uint8Array<ArrayBuffer>;
  program: Program;
  scales: LayerScale[];
  ranges: LayerRange[];
  arenaBytes: number;
  warnings: string[];
}

/**
 * @param bytes contents of a NIR file
 * @param file its name, for messages
 * @throws InputError where it cannot be read or run
 */
export async function readModel(
  bytes: Uint8Array,
  file: string,
  options: DiscretiseOptions,
): Promise<ReadModel> {
  const { graph, warnings } = await readNir(bytes, file, { strict: options.strict });
  const discrete = discretise(graph, options);
  return { model: discrete.model, warnings: [...warnings, ...discrete.warnings] };
}

/**
 * @throws InputError where a blob has no room for the model, or the core refuses what came out, which names the reason
 */
export function exportModel(model: Model, options: ExportOptions): Exported {
  const { calibration, onSample, metadata = {}, file = "the model", ...rest } = options;
  const { range, scale, kind } = options.input;
  naming(file, () => {
    checkModel(model, kind);
    checkLimits(model);
    if (options.learn) expectOutputEach(model, options.classes);
  });
  const warnings = deadOrStuck(model, kind === "analogue" ? range * scale : 1);
  const ranges = calibration
    ? calibrate(model, calibration, onSample)
    : guessRanges(model, kind === "analogue" ? range * scale : 1);
  if (!calibration)
    warnings.push("no calibration data: the membranes' ranges are guessed; --calibrate DATA measures them");
  warnings.push(...silentNeurons(model, ranges));
  const quantised = naming(file, () => quantise(model, ranges, { ...rest, metadata: { ...metadata } }));
  warnings.push(...quantised.warnings);
  const { program, scales } = quantised;
  Object.assign(program.metadata, metadataOf(model, quantised, options));
  const { blob, arenaBytes } = naming(file, () => assemble(program));
  return { blob, arenaBytes, program, scales, ranges, warnings };
}

/** Errors are of outputs, so that several of them cannot share a class. */
function expectOutputEach({ layers }: Model, classes: number): void {
  const { name, neurons } = layers[layers.length - 1];
  if (classes === neurons) return;
  throw new InputError(
    `layer ${quoted(name)}: found ${neurons} outputs for ${classes} classes, expected one each where a net learns; export with another --code than population, or without --learn`,
  );
}

/** What only the finished program knows: the names of its operations, the units of its layers and of rows of targets. */
function metadataOf(
  model: Model,
  { program, scales }: Quantised,
  { input, learn }: ExportOptions,
): Record<string, unknown> {
  const names = program.operations.map(({ name }) => name);
  const units = scales.map(({ unit }) => unit.reduce((sum, u) => sum + u, 0) / unit.length);
  if (!learn?.loss?.targets) return { names, units };
  return { names, units, targetScale: targetUnitOf(model, program, scales, input, learn) };
}

/** What the passes and the core refuse of a Model, which does not know its file, begins with the file's name. */
export function naming<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Layers of which a part never fired, or never stopped, on the calibration samples. */
function silentNeurons(model: Model, ranges: LayerRange[]): string[] {
  return model.layers.flatMap((layer, l) => {
    const { silent, stuck } = ranges[l];
    const lines: string[] = [];
    if (silent)
      lines.push(
        `layer ${quoted(layer.name)}: ${silent} of ${layer.neurons} neurons never fired on the calibration data`,
      );
    if (stuck)
      lines.push(
        `layer ${quoted(layer.name)}: ${stuck} of ${layer.neurons} neurons fired in every step of the calibration data`,
      );
    return lines;
  });
}

/**
 * The Program's bytes, with the arena that the core asks for in the header.
 *
 * @throws InputError where the core refuses the program
 */
export function assemble(program: Program): { blob: Uint8Array<ArrayBuffer>; arenaBytes: number } {
  const blob = new Uint8Array(writeBlob(program, 0));
  const arenaBytes = measure(blob);
  setArenaBytes(blob, arenaBytes);
  return { blob, arenaBytes };
}

const REASONS: Record<number, string> = {
  [L.BAD_RANGE]: "a sum could leave 32 bits: fewer inputs or a smaller input range would do",
  [L.BAD_LEARNING]: "its learning rules do not fit; please report it",
};

/** Bytes of arena that the core asks for. */
function measure(blob: Uint8Array): number {
  const core = readCore();
  const at = 1024;
  const missing = at + blob.length - core.memory.buffer.byteLength;
  if (missing > 0) core.memory.grow(Math.ceil(missing / 65536));
  new Uint8Array(core.memory.buffer).set(blob, at);
  const bytes = core.measure(at, blob.length);
  if (bytes >= 0) return bytes;
  throw new InputError(
    `the core does not take the exported network (status ${-bytes}): ${REASONS[-bytes] ?? "please report it"}`,
  );
}
