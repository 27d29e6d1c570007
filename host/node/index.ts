/**
 * The door for Node: models from files, snapshots into files.
 *
 * @example
 * const net = await load("digits.spkl");
 * const { label } = net.run(window);
 * net.learn(window, 7);
 * await net.save("digits.spkl");
 */
import { fileURLToPath } from "node:url";
import { expectOptions, typeName } from "../checks.js";
import { ModelError } from "../errors.js";
import { Network as SharedNetwork } from "../network.js";
import { bytesOf, fetchBytes } from "../source.js";
import type { LoadOptions } from "../source.js";
import { expectRestored, isStore } from "../store.js";
import type { Restored, SnapshotStore } from "../store.js";
import { Core } from "../wasm.js";
import { coreOf } from "./core.js";
import { fileStore } from "./store.js";

export { ModelError } from "../errors.js";
export type { ModelErrorCode } from "../errors.js";
export type { NetworkInfo, NodeInfo, OutputCode, PathInfo, RuleInfo, Schedule, Signal } from "../info.js";
export { Learner } from "../learner.js";
export type { LearnerOptions, LearnerReport, Sample } from "../learner.js";
export type { Lesson } from "../lesson.js";
export type { Answer, LearnOptions, RunOptions, StepOptions } from "../answer.js";
export type { LoadOptions } from "../source.js";
export type { DenseSpikes, Frames, SpikeLists, SpikeWindow, StepInput } from "../spikes.js";
export type { Stats } from "../stats.js";
export type { Restored, SnapshotStore } from "../store.js";
export { FileError } from "./file-error.js";
export { fileStore } from "./store.js";

/** A network that can be saved to a path. */
export class Network extends SharedNetwork {
  /**
   * Keeps the network, all or nothing.
   *
   * @param store a path, or what fileStore() gives
   */
  override async save(store: string | SnapshotStore): Promise<void> {
    await super.save(typeof store === "string" ? fileStore(store) : store);
  }
}

/** A path, an address, bytes, an answer of fetch(), or a store that the network was saved to. */
export type ModelSource = string | URL | Uint8Array | ArrayBuffer | Response | SnapshotStore;

/**
 * Loads a blob or a snapshot. Of a file that is damaged or missing, the snapshot before it is taken, if there is one:
 * then `restoredFrom` of the network says so.
 *
 * @throws TypeError for a source of the wrong type
 * @throws FileError for a file that cannot be read
 * @throws ModelError where the core refuses the blob
 */
export async function load(model: ModelSource, options: LoadOptions = {}): Promise<Network> {
  expectOptions(options);
  const [{ bytes, restoredFrom }, core] = await Promise.all([readModel(model), coreOf(options)]);
  const instance = await Core.instantiate(core);
  const net = naming(pathOf(model), () => new Network(instance, bytes));
  net.restoredFrom = restoredFrom;
  return net;
}

async function readModel(model: ModelSource): Promise<Restored> {
  const bytes = bytesOf(model);
  if (bytes !== null) return { bytes, restoredFrom: null };
  const path = pathOf(model);
  if (path !== null) return fileStore(path).load();
  if (model instanceof URL || model instanceof Response)
    return { bytes: await fetchBytes(model), restoredFrom: null };
  if (isStore(model)) return expectRestored(await model.load());
  throw new TypeError(
    `found ${typeName(model)} for a model, expected a path, a URL, bytes, a Response or a store; give one of these`,
  );
}

function pathOf(model: ModelSource): string | null {
  if (typeof model === "string") return model;
  return model instanceof URL && model.protocol === "file:" ? fileURLToPath(model) : null;
}

/** What the core refuses of a file is said with the file's name. */
function naming<T>(path: string | null, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (path === null || !(error instanceof ModelError)) throw error;
    throw new ModelError(error.code, `${path}: ${error.message}`);
  }
}
