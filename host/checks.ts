/** What a caller hands over, checked before the core sees it. */
import { ModelError } from "./errors.js";
import type { NetworkInfo } from "./info.js";

/** What a message calls a value of the wrong type. */
export function typeName(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return value.constructor?.name ?? "an object";
}

/** @throws TypeError where the value is no Uint8Array, or its buffer has gone to another thread */
export function expectBytes(bytes: unknown): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `found ${typeName(bytes)}, expected a Uint8Array with the bytes of a blob; wrap them in one`,
    );
  }
  if (bytes.length === 0) expectAttached(bytes.buffer);
}

/** @throws TypeError where a buffer has gone to another thread, with all that it held */
export function expectAttached(buffer: ArrayBufferLike): void {
  try {
    // engines have no common property that tells
    new Uint8Array(buffer);
  } catch {
    throw new TypeError(
      "found a buffer that was transferred away, expected the bytes of a blob; copy them before they are posted",
    );
  }
}

/** @throws TypeError where options are no object; what is in them is checked where it is used */
export function expectOptions(options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  throw new TypeError(
    `found ${typeName(options)} for options, expected an object; leave them out for the usual ones`,
  );
}

/** @throws TypeError, RangeError where the label is none of the network's classes */
export function expectLabel({ classes }: NetworkInfo, label: unknown): asserts label is number {
  if (typeof label !== "number") {
    throw new TypeError(
      `found ${typeName(label)} for a label, expected a number; give the index of the right class`,
    );
  }
  if (!Number.isInteger(label) || label < 0 || label >= classes) {
    throw new RangeError(
      `found label ${label}, expected 0 … ${classes - 1}; give the index of the right class`,
    );
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
