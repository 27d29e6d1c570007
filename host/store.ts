/** Where snapshots live: a file, a database, whatever keeps bytes. */
import { typeName } from "./checks.js";

/** What a store gives back. */
export interface Restored {
  /** a blob */
  bytes: Uint8Array;
  /** where it came from, if the newest one was damaged or missing; null where it is the newest */
  restoredFrom: string | null;
}

/** A place that keeps one network. `save` is all or nothing: after a crash, `load` finds the old blob or the new one. */
export interface SnapshotStore {
  load(): Promise<Restored>;
  save(bytes: Uint8Array): Promise<void>;
}

/** Whether a value can save and load snapshots. */
export function isStore(value: unknown): value is SnapshotStore {
  const store = value as Partial<SnapshotStore> | null;
  return typeof store === "object" && typeof store?.load === "function" && typeof store.save === "function";
}

/**
 * What a store gave back, which may be anybody's.
 *
 * @throws TypeError where it is not what SnapshotStore asks for
 */
export function expectRestored(value: unknown): Restored {
  const { bytes, restoredFrom = null } = (value ?? {}) as Partial<Restored>;
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `found ${typeName(value)} from the store's load(), expected { bytes: Uint8Array, restoredFrom: string or null }; save() to it first, or load the shipped blob`,
    );
  }
  if (restoredFrom !== null && typeof restoredFrom !== "string") {
    throw new TypeError(
      `found ${typeName(restoredFrom)} for the restoredFrom of the store's load(), expected a string or null; null says that it is the newest`,
    );
  }
  return { bytes, restoredFrom };
}
