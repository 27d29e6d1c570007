/** The WebAssembly core, called as a host calls it: lists copied into its memory, one call a window or one a step. */
import { readFileSync } from "node:fs";
import * as L from "../assembly/layout.js";
import type { Population, Program } from "../tools/exporter/program.js";
import { setArenaBytes, writeBlob } from "../tools/exporter/writers/blob.js";
import { STEPS } from "./net.js";
import type { BenchWindow } from "./net.js";

interface Exports {
  memory: WebAssembly.Memory;
  measure(blob: number, length: number): number;
  load(blob: number, length: number, arena: number, arenaLength: number): number;
  run(arena: number, steps: number, flags: number): number;
  decode(arena: number): number;
  teach(arena: number, target: number, from: number, to: number, reward: number): number;
}

export type Build = "mvp" | "simd";

const BLOB = 1024;
const FILES: Record<Build, string> = { mvp: "../spikelet.wasm", simd: "../spikelet.simd.wasm" };

export class Core {
  private readonly core: Exports;
  private readonly blob: Uint8Array;
  private readonly arena: number;
  private readonly bytes: number;
  private readonly events: Uint16Array;
  private readonly offsets: Uint32Array;

  constructor(
    build: Build,
    private readonly program: Program,
    file: URL | string = new URL(FILES[build], import.meta.url),
  ) {
    const module = new WebAssembly.Module(readFileSync(file));
    this.core = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
    this.blob = writeBlob(program, 0);
    this.arena = (BLOB + this.blob.length + 15) & ~15;
    this.reserve(this.arena);
    this.memory(Uint8Array, BLOB, this.blob.length).set(this.blob);
    this.bytes = this.core.measure(BLOB, this.blob.length);
    if (this.bytes < 0) throw new Error(`the core refuses the net with status ${-this.bytes}`);
    setArenaBytes(this.blob, this.bytes);
    this.reserve(this.arena + this.bytes);
    this.restore();
    this.events = this.memory(Uint16Array, this.field(L.ARENA_EVENTS), program.events);
    this.offsets = this.memory(Uint32Array, this.field(L.ARENA_OFFSETS), STEPS + 1);
  }

  /** Loads the net again: nothing is learnt, every state at rest. */
  restore(): void {
    this.memory(Uint8Array, BLOB, this.blob.length).set(this.blob);
    const status = this.core.load(BLOB, this.blob.length, this.arena, this.bytes);
    if (status) throw new Error(`load refused with status ${status}`);
  }

  /** @returns the label */
  window({ events, offsets }: BenchWindow, flags = L.RUN_RESET): number {
    this.events.set(events);
    this.offsets.set(offsets);
    const status = this.core.run(this.arena, STEPS, flags);
    if (status) throw new Error(`run refused with status ${status}`);
    return this.core.decode(this.arena);
  }

  /** The same, a call a step. */
  steps({ events, offsets }: BenchWindow): number {
    for (let t = 0; t < STEPS; t++) {
      const from = offsets[t],
        to = offsets[t + 1];
      for (let p = from; p < to; p++) this.events[p - from] = events[p];
      this.offsets[1] = to - from;
      const status = this.core.run(this.arena, 1, t ? 0 : L.RUN_RESET);
      if (status) throw new Error(`run refused with status ${status}`);
    }
    return this.core.decode(this.arena);
  }

  /** A recorded window, and the weights that come of it. */
  learn(window: BenchWindow): number {
    const label = this.window(window, L.RUN_RESET | L.RUN_RECORD);
    const status = this.core.teach(this.arena, window.target, 0, STEPS, 16384);
    if (status) throw new Error(`teach refused with status ${status}`);
    return label;
  }

  get arenaBytes(): number {
    return this.bytes;
  }

  /** Bytes a synapse that learning keeps beside the weight. */
  extraBytes(): number {
    const paths = this.program.learning?.paths ?? [];
    return Math.max(
      0,
      ...paths.map(({ learns, residuals, update }) =>
        learns ? Number(residuals) + (update.kind === "momentum" ? 2 : 0) : 0,
      ),
    );
  }

  /** Hidden spikes of the window so far. */
  hiddenSpikes(): number {
    const at = this.field(L.ARENA_NODES) + 2 * L.NODE_BYTES + L.NODE_TOTAL;
    return Number(new DataView(this.core.memory.buffer).getBigUint64(at, true));
  }

  /** Readout membranes after each step of the last window. */
  outputs(): Int32Array {
    const { neurons } = this.program.operations[this.program.operations.length - 1] as Population;
    return this.memory(Int32Array, this.field(L.ARENA_OUTPUTS), STEPS * neurons).slice();
  }

  private field(offset: number): number {
    return new DataView(this.core.memory.buffer).getUint32(this.arena + offset, true);
  }

  private reserve(bytes: number): void {
    const missing = bytes - this.core.memory.buffer.byteLength;
    if (missing > 0) this.core.memory.grow(Math.ceil(missing / 65536));
  }

  private memory<T>(
    Type: new (buffer: ArrayBuffer, at: number, length: number) => T,
    at: number,
    length: number,
  ): T {
    return new Type(this.core.memory.buffer as ArrayBuffer, at, length);
  }
}
