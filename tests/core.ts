/** The core as tests see it: an instance, a blob and an arena at chosen places, every state in plain arrays. */
import { readFileSync } from "node:fs";
import * as L from "../assembly/layout.js";
import { setArenaBytes, writeBlob } from "../tools/exporter/writers/blob.js";
import type { Population, Program } from "../tools/exporter/program.js";
import { isSynapses, padded } from "../tools/exporter/program.js";
import type { Lesson, WindowInput } from "../tools/exporter/simulate/integer.js";

export interface Exports {
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

const BUILDS = { mvp: "../dist/spikelet.wasm", simd: "../dist/spikelet.simd.wasm" } as const;
export type Build = keyof typeof BUILDS;
export const builds = Object.keys(BUILDS) as Build[];

const modules = new Map<Build, WebAssembly.Module>();

export function coreBytes(build: Build): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(BUILDS[build], import.meta.url)));
}

export function instance(build: Build): Exports {
  let module = modules.get(build);
  if (!module) modules.set(build, (module = new WebAssembly.Module(coreBytes(build))));
  return new WebAssembly.Instance(module, {}).exports as unknown as Exports;
}

export const BLOB = 1024;
const align = (n: number): number => (n + 15) & ~15;

export function room(core: Exports, bytes: number): void {
  const missing = bytes - core.memory.buffer.byteLength;
  if (missing > 0) core.memory.grow(Math.ceil(missing / 65536));
}

/** A program as a blob whose header announces the arena that the core asks for. */
export function assemble(core: Exports, program: Program): Uint8Array<ArrayBuffer> {
  const bytes = writeBlob(program, 0) as Uint8Array<ArrayBuffer>;
  const arena = measure(core, bytes);
  if (arena < 0) throw new Error(`the core refuses the program with status ${-arena}`);
  setArenaBytes(bytes, arena);
  return bytes;
}

export function measure(core: Exports, bytes: Uint8Array): number {
  room(core, BLOB + align(bytes.length));
  new Uint8Array(core.memory.buffer).set(bytes, BLOB);
  return core.measure(BLOB, bytes.length);
}

/** One network in one instance. */
export class CoreNetwork {
  readonly arena: number;
  private readonly view: () => DataView;

  constructor(
    readonly core: Exports,
    readonly program: Program,
    readonly blob: Uint8Array,
    at = BLOB,
  ) {
    const bytes = new DataView(blob.buffer, blob.byteOffset).getUint32(L.HEADER_ARENA, true);
    this.arena = align(at + blob.length);
    room(core, this.arena + bytes);
    new Uint8Array(core.memory.buffer).set(blob, at);
    this.view = () => new DataView(core.memory.buffer);
    const status = core.load(at, blob.length, this.arena, bytes);
    if (status) throw new Error(`load refused with status ${status}`);
  }

  put(input: WindowInput): void {
    const events = this.field(L.ARENA_EVENTS);
    if ("frames" in input) {
      new Int16Array(this.core.memory.buffer).set(input.frames, events / 2);
      return;
    }
    new Uint16Array(this.core.memory.buffer).set(input.events, events / 2);
    new Uint32Array(this.core.memory.buffer).set(input.offsets, this.field(L.ARENA_OFFSETS) / 4);
  }

  run(input: WindowInput, steps: number, flags: number): number {
    this.put(input);
    return this.core.run(this.arena, steps, flags);
  }

  teach(lesson: Lesson, recorded = this.field(L.ARENA_RECORDED)): number {
    const { target, from = 0, to = recorded, reward = 16384 } = this.lesson(lesson, 0);
    return this.core.teach(this.arena, target, from, to, reward);
  }

  teachStep(lesson: Lesson): number {
    const { target } = this.lesson(lesson, this.field(L.ARENA_RECORDED) - 1);
    return this.core.teachStep(this.arena, target);
  }

  /** A lesson with its rows, if it has any, put where the core reads them: from that of step `first`. */
  private lesson(lesson: Lesson, first: number): Exclude<Lesson, number> & { target: number } {
    if (typeof lesson === "number") return { target: lesson };
    if (!lesson.rows) return { ...lesson, target: lesson.target ?? 0 };
    const outputs = (this.program.operations.at(-1) as Population).neurons;
    const at = this.field(L.ARENA_TARGETS) && this.field(L.ARENA_TARGETS) + 2 * first * outputs;
    if (at) new Int16Array(this.core.memory.buffer).set(lesson.rows, at / 2);
    return { ...lesson, target: 0xffffffff };
  }

  decode(): { label: number; margin: number; scores: Int32Array } {
    const label = this.core.decode(this.arena);
    const scores = this.ints(this.field(L.ARENA_SCORES), this.program.classes, 32);
    return { label, margin: this.view().getInt32(this.arena + L.ARENA_MARGIN, true), scores };
  }

  membranes(op: number): Int32Array {
    const { neurons, bits } = this.program.operations[op] as Population;
    return this.ints(this.node(op, L.NODE_MEMBRANES), neurons, bits);
  }

  spikes(op: number): Uint16Array {
    const at = this.node(op, L.NODE_LIST);
    return new Uint16Array(this.core.memory.buffer.slice(at, at + 2 * this.node(op, L.NODE_COUNT)));
  }

  total(op: number): number {
    return Number(this.view().getBigUint64(this.nodeAt(op) + L.NODE_TOTAL, true));
  }

  weights(op: number): Uint8Array {
    return this.plane(op, this.node(op, L.NODE_WEIGHTS));
  }

  biases(op: number): Int32Array {
    return this.ints(this.node(op, L.NODE_BIAS), (this.program.operations[op] as Population).neurons, 32);
  }

  /** a of neurons whose thresholds adapt. */
  adaptation(op: number): Int32Array {
    const { neurons, bits } = this.program.operations[op] as Population;
    return this.ints(this.node(op, L.NODE_MEMBRANES) + (padded(neurons) * bits) / 8, neurons, 32);
  }

  /** I of neurons with a current. */
  current(op: number): Int32Array {
    const { neurons, bits, adaptation } = this.program.operations[op] as Population;
    const before = padded(neurons) * (bits / 8 + (adaptation ? 4 : 0));
    return this.ints(this.node(op, L.NODE_MEMBRANES) + before, neurons, 32);
  }

  snapshot(): Uint8Array {
    const bytes = this.core.snapshot(this.arena, 0, 0);
    const out = align(this.core.memory.buffer.byteLength);
    room(this.core, out + bytes);
    if (this.core.snapshot(this.arena, out, bytes) !== bytes) throw new Error("snapshot: length changed");
    return new Uint8Array(this.core.memory.buffer.slice(out, out + bytes));
  }

  field(offset: number): number {
    return this.view().getUint32(this.arena + offset, true);
  }

  private nodeAt(op: number): number {
    return this.field(L.ARENA_NODES) + (op + 1) * L.NODE_BYTES;
  }

  private node(op: number, offset: number): number {
    return this.view().getUint32(this.nodeAt(op) + offset, true);
  }

  private plane(op: number, at: number): Uint8Array {
    const synapses = this.program.operations[op];
    if (!isSynapses(synapses)) throw new Error(`operation ${op} has no weights`);
    return new Uint8Array(this.core.memory.buffer.slice(at, at + synapses.inputs * padded(synapses.outputs)));
  }

  private ints(at: number, count: number, bits: number): Int32Array {
    const { buffer } = this.core.memory;
    if (bits === 8) return Int32Array.from(new Int8Array(buffer, at, count));
    if (bits === 16) return Int32Array.from(new Int16Array(buffer, at, count));
    return new Int32Array(buffer.slice(at, at + 4 * count));
  }
}
