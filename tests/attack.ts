/**
 * A core whose memory is known byte for byte: every byte outside the blob, the arena and the snapshot holds a pattern, and
 * after every attack it must hold it still. A blob that is accepted has to live through runs, lessons and snapshots.
 */
import * as L from "../assembly/layout.js";
import { sealBlob, setArenaBytes } from "../tools/exporter/writers/blob.js";
import { isSynapses } from "../tools/exporter/program.js";
import type { Learning, Path, Population, Program, Synapses } from "../tools/exporter/program.js";
import { assemble, BLOB, instance } from "./core.js";
import type { Build, Exports } from "./core.js";
import { randomProgram } from "./random-program.js";
import type { Random } from "./random.js";

/** Bytes of pattern before and behind an arena. */
const MARGIN = 4096;
const PAGES = 4;
/** Larger arenas are measured, but not lived in. */
const ARENA_ROOM = 128 * 1024;
/** In the place of a class: rows of targets. */
const ROWS = 0xffffffff;
/** Milliseconds that one attack may take, check and life together. */
export const TIME_LIMIT = 2000;

const align = (n: number): number => (n + 15) & ~15;

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A copy with some of its bytes changed and the checksum made right again. */
export function changed(blob: Uint8Array, change: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  const bytes = Uint8Array.from(blob);
  change(viewOf(bytes), bytes);
  sealBlob(bytes);
  return bytes;
}

/** What a program has, so that whoever attacks a few of each has attacked everything. */
const KINDS: readonly ((program: Program) => unknown)[] = [
  ...(["spikes", "analogue"] as const).flatMap((kind) => [
    (one: Program) => !one.learning && one.inputKind === kind,
    (one: Program) => learns(one, ({ schedules }) => schedules.length === 2) && one.inputKind === kind,
    (one: Program) => learns(one, ({ schedules }) => !schedules.includes("step")) && one.inputKind === kind,
  ]),
  (one) => !one.learning && one.operations.some((op, i) => isSynapses(op) && op.source > i),
  (one) => learns(one, ({ paths }) => paths.some((path) => path.learns && isRecurrent(one, path))),
  (one) =>
    learns(one, ({ paths }) => paths.some((path) => path.returns !== "nothing" && isRecurrent(one, path))),
  (one) => learns(one, ({ rules }) => rules.some(({ coupling }) => coupling)),
  (one) => learns(one, ({ rules }) => rules.some(({ population }) => populationOf(one, population).current)),
  ...(["random", "target", "local", "reward", "stdp"] as const).map(
    (kind) => (one: Program) => learns(one, ({ rules }) => rules.some(({ signal }) => signal === kind)),
  ),
  (one) => learns(one, ({ rules }) => rules.some(({ filtered }) => filtered)),
  (one) => learns(one, ({ rules }) => rules.some(({ regulariser }) => regulariser)),
  (one) => learns(one, ({ rules }) => rules.some(({ surrogate }) => surrogate?.height)),
  (one) => learns(one, ({ rules }) => rules.some(({ surrogate }) => surrogate?.shift)),
  ...(["momentum", "sign"] as const).map(
    (kind) => (one: Program) => learns(one, ({ paths }) => paths.some(({ update }) => update.kind === kind)),
  ),
  (one) => learns(one, ({ paths }) => paths.some(({ residuals }) => !residuals)),
  (one) => learns(one, ({ paths }) => paths.some(({ pullShift }) => pullShift > 0)),
  (one) => learns(one, ({ paths }) => paths.some(({ traceFactor }) => traceFactor > 1)),
  (one) => learns(one, ({ targets }) => targets),
  (one) => learns(one, ({ loss }) => loss.of === "membrane" && loss.when === "max"),
  (one) => learns(one, ({ loss }) => loss.of === "count"),
  (one) => learns(one, ({ loss }) => loss.of === "time"),
];

const learns = ({ learning }: Program, how: (learning: Learning) => unknown): unknown =>
  learning && how(learning);
const isRecurrent = ({ operations }: Program, { synapse }: Path): boolean =>
  (operations[synapse] as Synapses).source > synapse;
const populationOf = ({ operations }: Program, index: number): Population => operations[index] as Population;

/** Small programs, so many of each kind, the kinds one after the other. */
export function smallBlobs(
  core: Exports,
  each: number,
  seed: number,
): { blob: Uint8Array; program: Program }[] {
  return KINDS.flatMap((isKind) => {
    const found: { blob: Uint8Array; program: Program }[] = [];
    while (found.length < each) {
      const program = randomProgram(seed++);
      if (!isKind(program)) continue;
      const blob = assemble(core, program);
      if (blob.length > 4096 || viewOf(blob).getUint32(L.HEADER_ARENA, true) > 32768) continue;
      found.push({ blob, program });
    }
    return found;
  });
}

/** What became of a blob. */
interface Outcome {
  /** 0 where it was accepted; BAD_ARENA also where its arena is too large to live in */
  status: number;
  /** the arena at the end of its life and the last snapshot, none where it did not live */
  arena: Uint8Array | null;
  snapshot: Uint8Array | null;
}

export class Ground {
  readonly core: Exports;
  /** what the memory must be */
  private readonly image: Uint8Array;
  private readonly pattern: Uint8Array;
  private readonly memory: Uint8Array;
  private arena = 0;
  private arenaEnd = 0;
  /** behind the arena, or behind the snapshot */
  private dirtyEnd = 0;

  /** @param salt the pattern's; nothing may depend on it */
  constructor(build: Build, salt = 1) {
    this.core = instance(build);
    this.core.memory.grow(PAGES - 1);
    this.memory = new Uint8Array(this.core.memory.buffer);
    this.pattern = Uint8Array.from(this.memory, (_, i) => (Math.imul(i + salt, 0x9e3779b1) >>> 24) | 1);
    this.image = Uint8Array.from(this.pattern);
    this.memory.set(this.pattern);
  }

  /**
   * Has the core load a blob, with the arena that the core asks for and the right checksum in its header, and live with it.
   *
   * @param random what it lives through
   * @throws Error where the core does what it must not do
   */
  attack(blob: Uint8Array, random: Random): Outcome {
    const began = performance.now();
    const bytes = Uint8Array.from(blob);
    try {
      return this.load(bytes, random);
    } finally {
      this.restore(0, BLOB + bytes.length + MARGIN);
      this.restore(this.arena, this.dirtyEnd);
      const took = performance.now() - began;
      if (took > TIME_LIMIT) throw new Error(`took ${Math.round(took)} ms`);
    }
  }

  private load(bytes: Uint8Array, random: Random): Outcome {
    const { core } = this;
    this.arena = align(BLOB + bytes.length) + MARGIN;
    this.arenaEnd = this.dirtyEnd = this.arena;
    this.put(bytes);
    const needs = core.measure(BLOB, bytes.length);
    if (needs > 0) setArenaBytes(bytes, needs);
    else sealBlob(bytes);
    this.put(bytes);

    const fits = needs > 0 && needs <= ARENA_ROOM;
    if (!fits || random.chance(0.1)) {
      const room = fits ? random.pick([0, 16, needs - 16, needs - 1]) : ARENA_ROOM;
      const status = core.load(BLOB, bytes.length, this.arena, room);
      const expected = needs > 0 ? L.BAD_ARENA : -needs;
      if (status !== expected) throw new Error(`load: status ${status}, expected ${expected}`);
      if (status < L.BAD_LENGTH || status > L.BAD_ALIGNMENT) throw new Error(`load: status ${status}`);
      this.verify("a load that was refused");
      if (!fits) return { status, arena: null, snapshot: null };
    }
    const status = core.load(BLOB, bytes.length, this.arena, needs);
    if (status !== L.OK) throw new Error(`load: status ${status} for an arena of ${needs} bytes`);
    this.arenaEnd = this.dirtyEnd = this.arena + needs;
    this.verify("load");
    const snapshot = this.live(bytes, random);
    return { status, arena: this.memory.slice(this.arena, this.arenaEnd), snapshot };
  }

  private put(bytes: Uint8Array): void {
    this.memory.set(bytes, BLOB);
    this.image.set(bytes, BLOB);
  }

  private restore(from: number, to: number): void {
    const part = this.pattern.subarray(from, to);
    this.memory.set(part, from);
    this.image.set(part, from);
  }

  /** Everything but the arena is as it was put. */
  private verify(what: string): void {
    const { memory, image, arena, arenaEnd } = this;
    if (memory.buffer !== this.core.memory.buffer) throw new Error(`${what}: memory grew`);
    for (const [from, to] of [
      [0, arena],
      [arenaEnd, memory.length],
    ]) {
      if (Buffer.compare(memory.subarray(from, to), image.subarray(from, to)) === 0) continue;
      const at = memory.subarray(from, to).findIndex((byte, i) => byte !== image[from + i]) + from;
      throw new Error(`${what}: wrote to ${at}, arena ${arena} … ${arenaEnd}, memory ${memory.length}`);
    }
  }

  private live(bytes: Uint8Array, random: Random): Uint8Array {
    const { core, arena } = this;
    const view = viewOf(bytes);
    const learning = sectionOf(view, L.SECTION_LEARNING);
    const schedules = learning ? view.getUint16(learning + L.LEARNING_SCHEDULES, true) : 0;
    const classes = view.getUint16(L.HEADER_CLASSES, true);
    for (let round = 0; round < 2; round++) {
      if (random.chance(0.2)) core.reset(arena);
      if (random.chance(0.1)) this.annoy(view, random);
      if (learning && random.chance(0.1)) this.hurry(view, learning, random);
      const flags = this.input(view, random);
      const record = learning && random.chance(0.9) ? L.RUN_RECORD : 0;
      expectStatus("run", core.run(arena, flags.steps, flags.flags | record), L.OK);
      const lesson = (schedule: number) =>
        !(schedules & schedule) ? L.NOT_LEARNING : record ? L.OK : L.NOT_RECORDED;
      const rows = learning ? this.rows(view, learning, random) : false;
      const target = rows && random.chance(0.7) ? ROWS : random.int(0, classes - 1);
      if (random.chance(0.8))
        expectStatus("teachStep", core.teachStep(arena, target), lesson(L.SCHEDULE_STEP));
      if (random.chance(0.1)) this.misteach(view, rows, lesson(L.SCHEDULE_WINDOW), flags.steps, random);
      if (random.chance(0.8)) {
        const from = random.chance(0.6) ? 0 : random.int(0, flags.steps - 1);
        const to = random.chance(0.6) ? flags.steps : random.int(from + 1, flags.steps);
        const reward = random.pick([16384, -16384, 0, random.int(-16384, 16384)]);
        expectStatus("teach", core.teach(arena, target, from, to, reward), lesson(L.SCHEDULE_WINDOW));
      }
      const label = core.decode(arena);
      if (label < 0 || label >= classes) throw new Error(`decode: class ${label} of ${classes}`);
    }
    this.verify("life");
    return this.remember(bytes);
  }

  /** Calls that must be refused, whatever the network. */
  private annoy(view: DataView, random: Random): void {
    const { core, arena } = this;
    const most = view.getUint32(L.HEADER_STEPS, true);
    expectStatus("run", core.run(arena, random.pick([0, most + 1, -1]), random.int(0, 15)), L.BAD_STEPS);
    if (
      core.run(arena, 1, L.RUN_RESET) !== L.OK &&
      view.getUint16(L.HEADER_INPUT_KIND, true) !== L.INPUT_SPIKES
    )
      throw new Error("run: refused a frame");
    if (core.snapshot(arena, this.arenaEnd, 15) !== -L.NO_SPACE) throw new Error("snapshot: into 15 bytes");
  }

  /** Random rows of targets into the arena; whether there is room for them. */
  private rows(view: DataView, learning: number, random: Random): boolean {
    if (!(view.getUint16(learning + L.LEARNING_FLAGS, true) & L.LEARNING_TARGETS)) return false;
    const at = new DataView(this.memory.buffer).getUint32(this.arena + L.ARENA_TARGETS, true);
    const count = view.getUint32(L.HEADER_STEPS, true) * view.getUint32(L.HEADER_OUTPUTS, true);
    const value = random.pick([
      () => random.int(-32768, 32767),
      () => random.int(0, 16384),
      () => random.pick([-32768, 32767]),
    ]);
    const rows = new Int16Array(this.memory.buffer, at, count);
    for (let i = 0; i < count; i++) rows[i] = value();
    return true;
  }

  /** Lessons that must be refused, and leave what is on record. @param status of a good one */
  private misteach(view: DataView, rows: boolean, status: number, steps: number, random: Random): void {
    const { core, arena } = this;
    const classes = view.getUint16(L.HEADER_CLASSES, true);
    const expected = (otherwise: number) => (status === L.OK ? otherwise : status);
    const strange = random.pick([classes, classes + 1, 65535, -2, ...(rows ? [] : [ROWS])]);
    expectStatus("teach", core.teach(arena, strange, 0, steps, 0), expected(L.BAD_TARGET));
    const [from, to] = random.pick([
      [0, 0],
      [0, steps + 1],
      [steps, steps],
      [steps, steps + 1],
      [1, 0],
      [0, -1],
      [-1, steps],
      [-1, -1],
      [2 ** 31, -1],
    ]);
    expectStatus("teach", core.teach(arena, 0, from, to, 0), expected(L.BAD_STEPS));
    const reward = random.pick([16385, -16385, 32768, 2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 16384]);
    expectStatus("teach", core.teach(arena, 0, 0, steps, reward), expected(L.BAD_TARGET));
  }

  /** Rates that the blob did not have, the greatest among them. */
  private hurry(view: DataView, learning: number, random: Random): void {
    const rule = random.int(0, view.getUint16(learning + L.LEARNING_RULES, true) - 1);
    const shift = random.pick([0, 0, 30, random.int(0, 30)]);
    const mantissa = random.pick([1023, random.int(0, 1023)]);
    const schedule = random.pick([L.SCHEDULE_STEP, L.SCHEDULE_WINDOW]);
    expectStatus("setRate", this.core.setRate(this.arena, rule, schedule, mantissa, shift), L.OK);
  }

  /** Puts a random window into the arena. */
  private input(view: DataView, random: Random): { steps: number; flags: number } {
    const inputs = view.getUint32(L.HEADER_INPUTS, true);
    const room = view.getUint32(L.HEADER_EVENTS, true);
    const most = Math.min(view.getUint32(L.HEADER_STEPS, true), random.chance(0.01) ? 2000 : 60);
    let steps = random.chance(0.3) ? most : random.int(1, Math.min(most, 6));
    let flags = random.int(0, 1) * L.RUN_RESET;
    const words = new DataView(this.memory.buffer);
    const at = words.getUint32(this.arena + L.ARENA_EVENTS, true);
    if (view.getUint16(L.HEADER_INPUT_KIND, true) !== L.INPUT_SPIKES) {
      const held = random.chance(0.3);
      if (held) flags |= L.RUN_HOLD;
      else steps = Math.min(steps, room);
      const frames = new Int16Array(this.memory.buffer, at, inputs * (held ? 1 : steps));
      const value = random.pick([
        () => 0,
        () => -32768,
        () => 32767,
        () => random.int(-32768, 32767),
        () => random.int(-3, 3),
      ]);
      for (let i = 0; i < frames.length; i++) frames[i] = value();
      return { steps, flags };
    }
    const offsets = new Uint32Array(
      this.memory.buffer,
      words.getUint32(this.arena + L.ARENA_OFFSETS, true),
      steps + 1,
    );
    const each = random.pick([0, 1, inputs, random.int(0, 2 * inputs), room]);
    const index = random.pick([() => inputs - 1, () => random.int(0, inputs - 1)]);
    offsets[0] = 0;
    for (let t = 0; t < steps; t++)
      offsets[t + 1] = Math.min(room, 8192, offsets[t] + random.int(each >> 1, each));
    const events = new Uint16Array(this.memory.buffer, at, offsets[steps]);
    for (let i = 0; i < events.length; i++) events[i] = index();
    return { steps, flags };
  }

  /** A snapshot fits its room to the byte, and loads again. */
  private remember(bytes: Uint8Array): Uint8Array {
    const { core, arena, arenaEnd, memory } = this;
    const length = core.snapshot(arena, 0, 0);
    const out = align(arenaEnd) + MARGIN;
    if (length < bytes.length || out + length > memory.length) throw new Error(`snapshot: ${length} bytes`);
    if (core.snapshot(arena, out, length - 1) !== -L.NO_SPACE) throw new Error("snapshot: needs no space");
    if (core.snapshot(arena, out, length) !== length) throw new Error("snapshot: another length");
    const snapshot = memory.slice(out, out + length);
    this.image.set(snapshot, out);
    this.dirtyEnd = out + length;
    this.verify("snapshot");

    const status = core.load(out, length, arena, arenaEnd - arena);
    if (status !== L.OK) throw new Error(`a snapshot is refused with status ${status}`);
    if (core.snapshot(arena, out, length) !== length) throw new Error("snapshot: another length");
    if (Buffer.compare(snapshot, memory.subarray(out, out + length)) !== 0) {
      throw new Error("the snapshot of a snapshot is another one");
    }
    this.verify("the snapshot of a snapshot");
    return snapshot;
  }
}

function expectStatus(call: string, status: number, expected: number): void {
  if (status !== expected) throw new Error(`${call}: status ${status}, expected ${expected}`);
}

/** Where a section's directory entry stands, or 0 where it is absent. */
export function entryOf(view: DataView, kind: number): number {
  for (let i = 0; i < view.getUint16(L.HEADER_SECTIONS, true); i++) {
    const entry = L.HEADER_BYTES + i * L.SECTION_BYTES;
    if (view.getUint16(entry, true) === kind && view.getUint32(entry + L.SECTION_LENGTH, true)) return entry;
  }
  return 0;
}

/** Where a section begins, or 0. */
export function sectionOf(view: DataView, kind: number): number {
  const entry = entryOf(view, kind);
  return entry && view.getUint32(entry + L.SECTION_OFFSET, true);
}

export function sectionEnd(view: DataView, kind: number): number {
  return sectionOf(view, kind) + view.getUint32(entryOf(view, kind) + L.SECTION_LENGTH, true);
}
