/** Where snapshots live: a file, a database, whatever keeps bytes. */

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
