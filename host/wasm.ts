/** The core as a host holds it: exports with types, instantiation, and memory that grows only while a blob is loaded. */
import { typeName } from "./checks.js";
import { ModelError, messageOf } from "./errors.js";
import { NO_SPACE } from "../assembly/layout.js";

/** Exports of both builds, assembly/index.ts. Addresses are bytes in `memory`; a status is 0 or one of layout.ts. */
export interface CoreExports {
  memory: WebAssembly.Memory;
  measure(blob: number, length: number): number;
  load(blob: number, length: number, arena: number, arenaLength: number): number;
  reset(arena: number): void;
  run(arena: number, steps: number, flags: number): number;
  decode(arena: number): number;
  teach(arena: number, target: number, from: number, to: number, reward: number): number;
  teachStep(arena: number, target: number): number;
  setRate(arena: number, rule: number, schedule: number, mantissa: number, shift: number): number;
  snapshot(arena: number, out: number, capacity: number): number;
}

const EXPORTS: Record<keyof CoreExports, "memory" | "function"> = {
  memory: "memory",
  measure: "function",
  load: "function",
  reset: "function",
  run: "function",
  decode: "function",
  teach: "function",
  teachStep: "function",
  setRate: "function",
  snapshot: "function",
};

/** A compiled core, or the bytes of one. */
export type CoreSource = WebAssembly.Module | Uint8Array<ArrayBuffer> | ArrayBuffer;

const PAGE = 65536;

/** A module of one function: i8x16.popcnt(i8x16.splat(0)). */
const SIMD_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 96, 0, 1, 123], // type () → v128
  ...[3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

let simd: boolean | undefined;

/** Whether this engine runs the SIMD build. */
export function hasSimd(): boolean {
  simd ??= WebAssembly.validate(SIMD_PROBE);
  return simd;
}

/** One instance of the core; a network has one of its own. */
export class Core {
  private constructor(readonly exports: CoreExports) {}

  /**
   * @param source a module is shared between instances, bytes are compiled
   * @throws TypeError where it is neither, or another module than the core
   * @throws WebAssembly.CompileError where the bytes are no module
   */
  static async instantiate(source: CoreSource): Promise<Core> {
    const module =
      source instanceof WebAssembly.Module ? source : await WebAssembly.compile(expectCode(source));
    expectCore(module);
    const instance = await WebAssembly.instantiate(module, {});
    return new Core(instance.exports as unknown as CoreExports);
  }

  /** The memory's bytes of now: views of it are lost when it grows. */
  get buffer(): ArrayBuffer {
    return this.exports.memory.buffer as ArrayBuffer;
  }

  /**
   * Grows the memory until `bytes` can be addressed.
   *
   * @throws ModelError NO_SPACE where the engine has no more
   */
  reserve(bytes: number): void {
    const missing = bytes - this.buffer.byteLength;
    if (missing <= 0) return;
    try {
      this.exports.memory.grow(Math.ceil(missing / PAGE));
    } catch {
      throw new ModelError("NO_SPACE", `${messageOf(NO_SPACE)} (${bytes} bytes)`);
    }
  }
}

function expectCode(source: unknown): BufferSource {
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return source as BufferSource;
  throw new TypeError(
    `found ${typeName(source)} for the core, expected bytes, a WebAssembly.Module, a URL or a Response; leave wasm out for the shipped one`,
  );
}

function expectCore(module: WebAssembly.Module): void {
  const next = "take spikelet.wasm of this release";
  const [wanted] = WebAssembly.Module.imports(module);
  if (wanted !== undefined) {
    throw new TypeError(
      `found a module that imports ${wanted.module}.${wanted.name}, expected none; ${next}`,
    );
  }
  const given = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  for (const [name, kind] of Object.entries(EXPORTS)) {
    if (given.get(name) === kind) continue;
    const found = given.has(name) ? `a ${given.get(name)}` : "nothing";
    throw new TypeError(`found ${found} exported as "${name}", expected the core's ${kind}; ${next}`);
  }
}
