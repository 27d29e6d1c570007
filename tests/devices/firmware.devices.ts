/** The example's firmware on emulated boards: what V8 answers and learns, in instructions that are counted, in memory that suffices. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { BOARDS, codeBytes, run } from "../../examples/cortex-m/boards.js";
import type { Printed } from "../../examples/cortex-m/boards.js";
import { exportDigits, readNet, shownDigits, STEPS as DIGIT_STEPS } from "../../examples/cortex-m/digits.js";
import { costOf, flash } from "../../examples/cortex-m/figures.js";
import type { Cost, Figures } from "../../examples/cortex-m/figures.js";
import { exportGestures, recordings } from "../../examples/cortex-m/gestures.js";
import type { Recording } from "../../examples/cortex-m/gestures.js";
import { DIGITS_OF_EACH, RECORDINGS } from "../../examples/cortex-m/header-files.js";
import { networkOf } from "../../examples/cortex-m/headers.js";
import { crc32 } from "../../host/crc32.js";
import type { Network } from "../../host/node/index.js";
import type { RunOptions } from "../../host/answer.js";
import type { SpikeWindow } from "../../host/spikes.js";

/** What was measured when the file was written; more than 5 % above it is a step back. */
const SLACK = 1.05;
/** Of a chip with 16 kB, for variables and stack. */
const SMALL_RAM = 16384;

const golden = JSON.parse(readFileSync(new URL("golden.json", import.meta.url), "utf8")) as Figures & {
  command: string;
};

interface Sample {
  window: SpikeWindow;
  label: number;
}

function sampleOf({ steps, label }: Recording): Sample {
  const ends = steps.reduce<number[]>((all, spikes) => [...all, all.at(-1)! + spikes.length], [0]);
  return { window: { offsets: Uint32Array.from(ends), events: Uint16Array.from(steps.flat()) }, label };
}

/** The firmware's lines, as V8 has them. */
class Expected {
  readonly lines = new Map<string, string>();

  constructor(
    private readonly net: Network,
    private readonly options: RunOptions,
  ) {}

  test(when: string, samples: Sample[]): this {
    const answers = samples.map(({ window }) => this.net.run(window, { ...this.options, record: false }));
    const scores = answers.map(({ scores: row }) => Buffer.from(Int32Array.from(row).buffer));
    const right = answers.filter(({ label }, i) => label === samples[i].label).length;
    this.lines.set(`${when}.right`, String(right));
    this.lines.set(`${when}.scores`, hex(Buffer.concat(scores)));
    return this;
  }

  learn(samples: Sample[]): this {
    for (const { window, label } of samples) this.net.learn(window, label, this.options);
    this.lines.set("snapshot", hex(this.net.snapshot()));
    return this;
  }

  /** As the firmware, which opens what it kept. */
  keep(when: string): this {
    for (const name of ["right", "scores"])
      this.lines.set(`${when}.${name}`, this.lines.get(`after.${name}`)!);
    return this;
  }
}

function hex(bytes: Uint8Array): string {
  return `0x${crc32(bytes).toString(16)}`;
}

function expectSame(printed: Printed, { lines }: Expected): void {
  expect(Object.fromEntries([...lines.keys()].map((name) => [name, printed.get(name)]))).toEqual(
    Object.fromEntries(lines),
  );
}

function expectCost(printed: Printed, name: string): void {
  const before = golden.instructions[name];
  const now = costOf(printed);
  for (const [part, count] of Object.entries(before) as [keyof Cost, number][])
    expect(now[part], `${name}, ${part}; as wanted? ${golden.command}`).toBeLessThanOrEqual(SLACK * count);
}

let gestures: Expected;
let digits: Expected;
let learntDigits: Expected;

beforeAll(async () => {
  const [lessons, tests] = [1, 2].map((seed) => recordings(RECORDINGS, seed).map(sampleOf));
  gestures = new Expected(await networkOf(exportGestures().blob), {});
  gestures.test("before", tests).learn(lessons).test("after", tests).keep("kept");
  const model = await readNet();
  const shown = shownDigits(DIGITS_OF_EACH).map(({ pixels, label }) => ({ window: pixels, label }));
  const held = { steps: DIGIT_STEPS, hold: true };
  digits = new Expected(await networkOf(exportDigits(model, false).blob), held);
  digits.test("before", shown);
  learntDigits = new Expected(await networkOf(exportDigits(model, true).blob), held);
  learntDigits.test("before", shown).learn(shown).test("after", shown);
});

describe.each(BOARDS)("a Cortex-%s", (board) => {
  it("tells gestures, learns them and keeps them in flash as V8 does, within 16 kB of RAM", () => {
    const printed = run({ program: "gestures", board, opt: "-O2" });
    expectSame(printed, gestures);
    expectCost(printed, `gestures ${board}`);
    expect(Number(printed.get("ram.static")) + Number(printed.get("ram.stack"))).toBeLessThan(SMALL_RAM);
  });

  it("tells digits as V8 does, from flash alone but for 5 kB", () => {
    const printed = run({ program: "digits", board, opt: "-O2" });
    expectSame(printed, digits);
    expectCost(printed, `digits ${board}`);
    expect(Number(printed.get("ram.static")) + Number(printed.get("ram.stack"))).toBeLessThan(5120);
  });

  it("learns digits as V8 does", () => {
    const printed = run({ program: "digits-learn", board, opt: "-O2" });
    expectSame(printed, learntDigits);
    expectCost(printed, `digits-learn ${board}`);
  });
});

describe("the firmware", () => {
  it("does the same, to the instruction, every time", () => {
    const firmware = { program: "gestures", board: "m3", opt: "-O2" } as const;
    expect([...run(firmware)]).toEqual([...run(firmware)]);
  });

  it("is as small as it was", () => {
    const now = flash();
    for (const part of ["core", "store", "library"] as const)
      expect(now[part], `${part}; as wanted? ${golden.command}`).toBeLessThanOrEqual(
        SLACK * golden.flash[part],
      );
    expect(codeBytes({ program: "gestures", board: "m3", opt: "-Os" })).toEqual(now);
  });

  it.each(["gestures", "digits"])("answers as %s written by hand does", (program) => {
    const [core, hand] = [program, `plain-${program}`].map((name) =>
      run({ program: name, board: "m3", opt: "-O2" }),
    );
    expect(hand.get("before.scores")).toBe(core.get("before.scores"));
  });
});
