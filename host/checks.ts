/** What a caller hands over, checked before the core sees it. */
import { ModelError } from "./errors.js";
import type { NetworkInfo } from "./info.js";

/** @throws TypeError where the value is no Uint8Array */
export function expectBytes(bytes: unknown): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError("found no Uint8Array, expected the bytes of a blob");
  }
}

/** @throws TypeError, RangeError where the label is none of the network's classes */
export function expectLabel({ classes }: NetworkInfo, label: unknown): void {
  if (typeof label !== "number") {
    throw new TypeError(`found a label of type ${typeof label}, expected a number`);
  }
  if (!Number.isInteger(label) || label < 0 || label >= classes) {
    throw new RangeError(`found label ${label}, expected 0 … ${classes - 1}`);
  }
}

/**
 * An app that feeds and reads the old network must be able to go on with the new one.
 *
 * @throws ModelError OTHER_NETWORK
 */
export function expectSameDoors(old: NetworkInfo, next: NetworkInfo): void {
  for (const field of ["inputs", "inputKind", "outputs", "classes", "code"] as const) {
    if (old[field] === next[field]) continue;
    throw new ModelError(
      "OTHER_NETWORK",
      `found a network with ${next[field]} for "${field}", expected ${old[field]}; load() it as a network of its own`,
    );
  }
}
