/** Lives of random networks in V8, written down for another machine to live them again (lives.c). */
import * as L from "../../assembly/layout.js";
import { crc32 } from "../../host/crc32.js";
import type { Population, Program } from "../../tools/exporter/program.js";
import type { Lesson, WindowInput } from "../../tools/exporter/simulate/integer.js";
import { assemble, CoreNetwork, instance } from "../core.js";
import { randomInput, randomLesson, randomProgram, randomStepLesson } from "../random-program.js";
import { Random } from "../random.js";

/** Commands of lives.c, in its order. */
const COMMANDS = [
  "END",
  "OPEN",
  "SPIKES",
  "FRAME",
  "RUN",
  "HELD",
  "TEACH",
  "TEACH_STEP",
  "SNAPSHOT",
] as const;
type What = (typeof COMMANDS)[number];
const ROWS = 0xffffffff;
const ROUNDS = 3;

/** Room of lives.c. */
const ARENA_BYTES = 512 << 10;
const SNAPSHOT_BYTES = 128 << 10;
const SCRIPT_BYTES = 2 << 20;

export interface Lives {
  script: Uint8Array;
  /** what lives.c prints: a checksum of each life */
  lines: string[];
}

/**
 * Lives of the seeds from 0 to `seeds` − 1.
 *
 * @param most bytes of script; those that are too large for lives.c, or come after it is full, are left out
 */
export function randomLives(seeds: number, most = SCRIPT_BYTES): Lives {
  const lines: string[] = [];
  const parts: Uint8Array[] = [];
  const end = command("END");
  let length = end.length;
  for (let seed = 0; seed < seeds && length < most; seed++) {
    const life = new Life(randomProgram(seed), seed);
    if (life.arenaBytes > ARENA_BYTES || life.snapshotBytes > SNAPSHOT_BYTES) continue;
    const bytes = life.live();
    length += bytes.length;
    if (length > most) break;
    parts.push(bytes);
    lines.push(`life 0x${life.sum.toString(16)}`);
  }
  return { script: Buffer.concat([...parts, end]), lines };
}

class Life {
  readonly arenaBytes: number;
  readonly snapshotBytes: number;
  sum = 0;
  private readonly core: CoreNetwork;
  private readonly written: Uint8Array[] = [];
  private readonly seen: Uint8Array[] = [];

  constructor(
    private readonly program: Program,
    private readonly seed: number,
  ) {
    const core = instance("mvp");
    const blob = assemble(core, program);
    this.core = new CoreNetwork(core, program, blob);
    this.arenaBytes = new DataView(blob.buffer).getUint32(L.HEADER_ARENA, true);
    this.snapshotBytes = this.core.core.snapshot(this.core.arena, 0, 0);
  }

  /** A few windows with and without start from rest, record and lesson; then a snapshot. */
  live(): Uint8Array {
    const { program, seed } = this;
    const random = new Random(seed ^ 0x11fe);
    this.write("OPEN", { payload: this.core.blob });
    // spikelet_describe, spikelet_open
    this.see(0, 0);
    for (let round = 0; round < ROUNDS; round++) {
      const { input, steps, hold } = randomInput(program, seed + round);
      const record = program.learning !== null && random.chance(0.9);
      this.put(input, steps, hold);
      this.run(input, steps, hold, (random.chance(0.7) ? L.RUN_RESET : 0) | (record ? L.RUN_RECORD : 0));
      if (record) this.teach(random, steps);
    }
    this.write("SNAPSHOT", {});
    this.see(0);
    this.seen.push(this.core.snapshot());
    this.sum = crc32(Buffer.concat(this.seen));
    return Buffer.concat(this.written);
  }

  private put(input: WindowInput, steps: number, hold: boolean): void {
    const { inputs } = this.program;
    if ("frames" in input) {
      for (let t = 0; t < (hold ? 1 : steps); t++)
        this.write("FRAME", { payload: bytesOf(input.frames.slice(t * inputs, (t + 1) * inputs)) });
      return;
    }
    for (let t = 0; t < steps; t++) {
      this.write("SPIKES", { payload: bytesOf(input.events.slice(input.offsets[t], input.offsets[t + 1])) });
      this.see(0);
    }
  }

  private run(input: WindowInput, steps: number, hold: boolean, flags: number): void {
    this.write(hold ? "HELD" : "RUN", { a: flags, b: steps });
    const status = this.core.run(input, steps, flags | (hold ? L.RUN_HOLD : 0));
    const { label, margin, scores } = this.core.decode();
    // status of the run, of spikelet_decode
    this.see(status, 0, label, margin);
    this.seen.push(bytesOf(scores), this.outputs(steps));
  }

  private teach(random: Random, steps: number): void {
    const { schedules } = this.program.learning!;
    if (schedules.includes("step") && random.chance(schedules.length > 1 ? 0.5 : 1)) {
      const lesson = randomStepLesson(random, this.program);
      const { target, payload } = partsOf(lesson);
      const { neurons } = this.program.operations.at(-1) as Population;
      const row = (this.core.field(L.ARENA_RECORDED) - 1) * neurons;
      this.write("TEACH_STEP", { a: target, b: row, payload });
      this.see(this.core.teachStep(lesson));
      return;
    }
    const lesson = randomLesson(random, this.program, steps);
    const { target, from, to, reward, payload } = partsOf(lesson);
    this.write("TEACH", {
      a: target,
      b: from,
      c: to ?? this.core.field(L.ARENA_RECORDED),
      d: reward,
      payload,
    });
    this.see(this.core.teach(lesson));
  }

  private outputs(steps: number): Uint8Array {
    const at = this.core.field(L.ARENA_OUTPUTS);
    const { neurons } = this.program.operations.at(-1) as Population;
    return new Uint8Array(this.core.core.memory.buffer.slice(at, at + 4 * steps * neurons));
  }

  private write(what: What, parts: Parts): void {
    this.written.push(command(what, parts));
  }

  private see(...words: number[]): void {
    this.seen.push(bytesOf(Int32Array.from(words)));
  }
}

interface Parts {
  a?: number;
  b?: number;
  c?: number;
  d?: number;
  payload?: Uint8Array;
}

function command(
  what: What,
  { a = 0, b = 0, c = 0, d = 0, payload = new Uint8Array(0) }: Parts = {},
): Uint8Array {
  const bytes = new Uint8Array(32 + ((payload.length + 15) & ~15));
  const words = [COMMANDS.indexOf(what), payload.length, a, b, c, d];
  words.forEach((word, i) => new DataView(bytes.buffer).setUint32(4 * i, word, true));
  bytes.set(payload, 32);
  return bytes;
}

function partsOf(lesson: Lesson): {
  target: number;
  from: number;
  to?: number;
  reward: number;
  payload?: Uint8Array;
} {
  if (typeof lesson === "number") return { target: lesson, from: 0, reward: 16384 };
  const { target = 0, rows, from = 0, to, reward = 16384 } = lesson;
  if (!rows) return { target, from, to, reward };
  return { target: ROWS, from, to, reward, payload: bytesOf(rows) };
}

function bytesOf(numbers: Int16Array | Uint16Array | Int32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
