/** Files of the command line: models, blobs, samples. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { load, ModelError } from "../../../host/node/index.js";
import type { Network } from "../../../host/node/index.js";
import { readDataset } from "../data/dataset.js";
import type { Dataset } from "../data/dataset.js";
import { presentationOf } from "../data/form.js";
import type { Presentation } from "../data/form.js";
import { InputError, UsageError } from "../errors.js";
import { warn } from "../io.js";
import type { Io } from "../io.js";
import type { InputForm } from "../passes/quantise.js";
import { expectInput, LARGEST_DATA, LARGEST_MODEL, readInput } from "./input-file.js";
import { expectMetadata } from "./metadata.js";
import type { BlobMetadata } from "./metadata.js";

export async function readSamples(path: string): Promise<Dataset> {
  return readDataset(await readInput(path, LARGEST_DATA), basename(path));
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export interface OpenBlob {
  file: string;
  net: Network;
  metadata: BlobMetadata;
  form: InputForm;
  /** how samples of one frame are presented, if the blob has room for held frames alone */
  usual: Presentation | null;
}

/**
 * Loads a blob to run samples on.
 *
 * @throws InputError where the core refuses it
 */
export async function openBlob(path: string, io: Io): Promise<OpenBlob> {
  const file = basename(path);
  if ((await expectInput(path, LARGEST_MODEL, { mayBeMissing: true })) === "pipe") {
    throw new InputError(
      `${path}: found a pipe, expected a file, since snapshots may lie beside it; save it first`,
    );
  }
  let net: Network;
  try {
    net = await load(path);
  } catch (error) {
    if (error instanceof ModelError) throw new InputError(error.message, { cause: error });
    throw error;
  }
  if (net.restoredFrom !== null) {
    warn(io, [`${file}: damaged or missing, went on with ${net.restoredFrom}, the snapshot before it`]);
  }
  const { inputKind: kind, inputRange: range, events, maxSteps } = net.info;
  const metadata = expectMetadata(net.info.metadata, file);
  const heldOnly = kind === "analogue" && events === 1 && maxSteps > 1;
  // without a scale the hosts' rule: in floats 1.0 is the input range
  const scale = metadata.inputScale ?? 1 / range;
  return {
    file,
    net,
    metadata,
    form: { kind, range, scale: kind === "spikes" ? 1 : scale },
    usual: heldOnly ? { steps: maxSteps, hold: true } : null,
  };
}

/**
 * How samples are presented to a blob, as the options and the blob itself say.
 *
 * @throws UsageError, InputError where that is longer than it has room for
 */
export function presentationTo(
  { net, file, usual }: OpenBlob,
  dataset: Dataset,
  given: { hold?: boolean; steps?: number },
): Presentation {
  const presentation = presentationOf(dataset, given, usual);
  const { maxSteps } = net.info;
  if (presentation.steps <= maxSteps) return presentation;
  const room = `expected at most ${maxSteps}, the longest window of ${file}`;
  if (given.steps !== undefined) {
    throw new UsageError(`--steps ${given.steps}: ${room}; export with a larger --max-steps`);
  }
  throw new InputError(
    `${dataset.file}: found ${presentation.steps} steps a sample, ${room}; export with a larger --max-steps`,
  );
}

/** Runs something on one sample; what the network refuses of it is said with the sample's number. */
export function onSample<T>({ file }: Dataset, index: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) {
      throw new InputError(`${file}: sample ${index}: ${error.message}`);
    }
    throw error;
  }
}
