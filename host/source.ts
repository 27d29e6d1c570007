/** What both doors take for a model or a core, and how it becomes bytes. */
import { expectAttached } from "./checks.js";
import type { CoreSource } from "./wasm.js";

export interface LoadOptions {
  /** the core to use in place of the shipped one: bytes, a compiled module, or where it lies */
  wasm?: CoreSource | URL | Response;
  /** false takes the build without SIMD, true the one with it; without it what the engine can run */
  simd?: boolean;
}

/**
 * @throws TypeError for an answer that is no success
 */
export async function fetchBytes(source: string | URL | Response): Promise<Uint8Array<ArrayBuffer>> {
  const response = source instanceof Response ? source : await fetch(source);
  if (!response.ok) {
    throw new TypeError(`${response.url}: found status ${response.status}, expected 200; check the address`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * The bytes of a typed array or a buffer, or null where the value is something else.
 *
 * @throws TypeError for a buffer that was transferred away
 */
export function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  if (!(value instanceof ArrayBuffer)) return null;
  expectAttached(value);
  return new Uint8Array(value);
}
