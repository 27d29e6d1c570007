/**
 * The door for browsers and workers, with or without a bundler.
 *
 * @example
 * const net = await load("digits.spkl");
 * const { label } = net.run(window);
 */
import { expectOptions, typeName } from "../checks.js";
import { Network } from "../network.js";
import { bytesOf, fetchBytes } from "../source.js";
import type { LoadOptions } from "../source.js";
import { expectRestored, isStore } from "../store.js";
import type { Restored, SnapshotStore } from "../store.js";
import { Core, hasSimd } from "../wasm.js";
import type { CoreSource } from "../wasm.js";

export { ModelError } from "../errors.js";
export type { ModelErrorCode } from "../errors.js";
export type { NetworkInfo, NodeInfo, OutputCode, PathInfo, RuleInfo, Schedule, Signal } from "../info.js";
export { Learner } from "../learner.js";
export type { LearnerOptions, LearnerReport, Sample } from "../learner.js";
export type { Lesson } from "../lesson.js";
export { Network } from "../network.js";
export type { Saturation } from "../network.js";
export type { Answer, LearnOptions, RunOptions, StepOptions } from "../answer.js";
export type { LoadOptions } from "../source.js";
export type { DenseSpikes, Frames, SpikeLists, SpikeWindow, StepInput } from "../spikes.js";
export type { Stats } from "../stats.js";
export type { Restored, SnapshotStore } from "../store.js";

/** An address, bytes, an answer of fetch(), or a store that the network was saved to. */
export type ModelSource = string | URL | Uint8Array | ArrayBuffer | Response | SnapshotStore;

/** Compiled cores, one a build. */
const modules = new Map<boolean, Promise<WebAssembly.Module>>();

/**
 * Loads a blob or a snapshot.
 *
 * @param model a string is an address, relative to the page
 * @throws TypeError for a source of the wrong type, or one that cannot be fetched
 * @throws ModelError where the core refuses the blob
 */
export async function load(model: ModelSource, options: LoadOptions = {}): Promise<Network> {
  expectOptions(options);
  const [{ bytes, restoredFrom }, core] = await Promise.all([readModel(model), coreOf(options)]);
  const net = new Network(await Core.instantiate(core), bytes);
  net.restoredFrom = restoredFrom;
  return net;
}

async function readModel(model: ModelSource): Promise<Restored> {
  const bytes = bytesOf(model);
  if (bytes !== null) return { bytes, restoredFrom: null };
  if (typeof model === "string" || model instanceof URL || model instanceof Response) {
    return { bytes: await fetchBytes(model), restoredFrom: null };
  }
  if (isStore(model)) return expectRestored(await model.load());
  throw new TypeError(
    `found ${typeName(model)} for a model, expected an address, bytes, a Response or a store; give one of these`,
  );
}

async function coreOf({ wasm, simd = hasSimd() }: LoadOptions): Promise<CoreSource> {
  if (wasm instanceof URL || wasm instanceof Response) return fetchBytes(wasm);
  return wasm ?? shippedCore(simd);
}

function shippedCore(simd: boolean): Promise<WebAssembly.Module> {
  let module = modules.get(simd);
  if (module === undefined) {
    // Bundlers look for exactly this form, with the name in it, to take the file along.
    const url = simd
      ? new URL("../../spikelet.simd.wasm", import.meta.url)
      : new URL("../../spikelet.wasm", import.meta.url);
    module = fetchBytes(url).then((bytes) => WebAssembly.compile(bytes));
    modules.set(simd, module);
    module.catch(() => modules.delete(simd));
  }
  return module;
}
