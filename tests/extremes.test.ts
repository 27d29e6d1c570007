/** Learning under input that is all silence or all fire: the core and its twin agree, and every number stays in its width. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { isSynapses } from "../tools/exporter/program.js";
import type { Population, Program } from "../tools/exporter/program.js";
import { IntegerNetwork } from "../tools/exporter/simulate/integer.js";
import type { Lesson, WindowInput } from "../tools/exporter/simulate/integer.js";
import { sectionOf, viewOf } from "./attack.js";
import { pairingProgram, richProgram, spikingProgram } from "./blob-support.js";
import { assemble, builds, CoreNetwork, instance } from "./core.js";
import { randomProgram } from "./random-program.js";
import { Random } from "./random.js";

const SEED = Number(process.env.SPIKELET_SEED ?? Date.now() % 2 ** 31);
const PROGRAMS = 24;
const ROUNDS = 8;

type Extreme = "silence" | "fire" | "negative fire" | "fire in the last step";
const EXTREMES: readonly Extreme[] = ["silence", "fire", "negative fire", "fire in the last step"];

/** A window of the longest kind: nothing at all, or as much as there is room for. */
function extremeInput(program: Program, extreme: Extreme): { input: WindowInput; steps: number } {
  const { inputs, events: room, maxSteps, inputKind } = program;
  const late = extreme === "fire in the last step";
  if (inputKind === "analogue") {
    const steps = Math.min(room, maxSteps);
    const value = extreme === "silence" ? 0 : extreme === "negative fire" ? -32768 : 32767;
    const frames = new Int16Array(steps * inputs);
    frames.fill(value, late ? (steps - 1) * inputs : 0);
    return { input: { frames }, steps };
  }
  const offsets = new Uint32Array(maxSteps + 1);
  const all = extreme === "silence" ? 0 : room;
  for (let t = 1; t <= maxSteps; t++) {
    offsets[t] = t === maxSteps ? all : late ? 0 : Math.floor((all * t) / maxSteps);
  }
  return {
    input: { offsets, events: Uint16Array.from({ length: all }, (_, i) => i % inputs) },
    steps: maxSteps,
  };
}

/** A class, or rows as far off as 16 bits hold, with as much reward as there is, or as little. */
function extremeLesson(program: Program, steps: number, target: number, round: number): Lesson {
  const reward = [16384, -16384][round & 1];
  if (!program.learning!.targets || round % 3 === 0) return { target, reward };
  const rows = new Int16Array(steps * program.classes).fill(round & 1 ? 32767 : -32768);
  return { rows, reward };
}

/** A random program that learns, its weights all at one end where the seed says so. */
function hotProgram(seed: number): Program {
  const program = randomProgram(seed, { learns: true });
  const random = new Random(seed);
  for (const op of program.operations) {
    if (isSynapses(op) && random.chance(0.6)) op.weights.fill(random.pick([127, -128]));
  }
  return program;
}

function expectInRange(core: CoreNetwork, what: string): void {
  core.program.operations.forEach((op, index) => {
    if (isSynapses(op)) return;
    const top = 2 ** (op.bits - 1) - 1;
    const inside = core.membranes(index).every((u) => u >= op.lower && u <= top);
    expect(inside, `${what}: membranes of operation ${index}`).toBe(true);
    const states = [
      ...(op.adaptation ? core.adaptation(index) : []),
      ...(op.current ? core.current(index) : []),
    ];
    const wide = states.every((x) => Math.abs(x) < 2 ** 30);
    expect(wide, `${what}: adaptation and current of operation ${index}`).toBe(true);
  });
  for (const rule of core.program.learning!.rules) {
    if (!rule.learnsBias) continue;
    const small = core.biases(rule.population).every((b) => Math.abs(b) <= 2 ** 21);
    expect(small, `${what}: bias of operation ${rule.population}`).toBe(true);
  }
}

function expectSame(core: CoreNetwork, twin: IntegerNetwork, what: string): void {
  core.program.operations.forEach((op, index) => {
    const [mine, other] = isSynapses(op)
      ? [core.weights(index), twin.weights(index)]
      : [core.membranes(index), twin.membranes(index)];
    const bytes = ({ buffer, byteOffset, byteLength }: typeof mine) =>
      Buffer.from(buffer, byteOffset, byteLength);
    expect(bytes(mine).equals(bytes(other)), `${what}: state of operation ${index}`).toBe(true);
  });
  expect(core.decode(), `${what}: answer`).toEqual(twin.decode());
  expect(Buffer.compare(core.snapshot(), twin.snapshot()), `${what}: snapshot`).toBe(0);
}

describe.each(builds)("the %s build", (build) => {
  it.each(EXTREMES)(
    "learns from %s, window after window, without a trap, a number out of its width or a difference from its twin",
    { timeout: 120_000 },
    (extreme) => {
      let changes = 0;
      for (let seed = SEED; seed < SEED + PROGRAMS; seed++) {
        const program = hotProgram(seed);
        const core = new CoreNetwork(instance(build), program, assemble(instance(build), program));
        const twin = new IntegerNetwork(core.blob);
        const { input, steps } = extremeInput(program, extreme);
        const before = core.snapshot();
        const target = seed % program.classes;
        for (let round = 0; round < ROUNDS; round++) {
          const what = `SPIKELET_SEED=${seed}, ${extreme}, round ${round}`;
          const reset = round % 3 === 0;
          expect(core.run(input, steps, L.RUN_RECORD | (reset ? L.RUN_RESET : 0)), what).toBe(L.OK);
          twin.run(input, { steps, reset, record: true });
          if (program.learning!.schedules.includes("step")) {
            expect(core.teachStep(target), what).toBe(L.OK);
            twin.teachStep(target);
          }
          if (program.learning!.schedules.includes("window")) {
            const lesson = extremeLesson(program, steps, target, round);
            expect(core.teach(lesson), what).toBe(L.OK);
            twin.teach(lesson);
          }
          expectInRange(core, what);
          if (round % 4 === 3) expectSame(core, twin, what);
        }
        if (Buffer.compare(core.snapshot(), before) !== 0) changes++;
      }
      expect(changes, `programs that changed, SPIKELET_SEED=${SEED}`).toBeGreaterThan(PROGRAMS / 3);
    },
  );
});

describe.each(builds)("the %s build", (build) => {
  it("changes neither weight nor residual in silence, whatever the rule", () => {
    for (let seed = SEED; seed < SEED + 4 * PROGRAMS; seed++) {
      const program = randomProgram(seed, { learns: true });
      for (const op of program.operations) if (!isSynapses(op)) op.bias = null;
      for (const rule of program.learning!.rules) rule.learnsBias = false;
      const core = new CoreNetwork(instance(build), program, assemble(instance(build), program));
      const { input, steps } = extremeInput(program, "silence");
      const weights = () =>
        Buffer.concat(program.operations.flatMap((op, i) => (isSynapses(op) ? [core.weights(i)] : [])));
      const before = weights();
      const residuals = () => {
        const bytes = core.snapshot();
        return Buffer.from(bytes.subarray(sectionOf(viewOf(bytes), L.SECTION_LEARNT) + 16));
      };
      const fine = residuals();
      for (let round = 0; round < 3; round++) {
        const what = `SPIKELET_SEED=${seed}, round ${round}`;
        expect(core.run(input, steps, L.RUN_RECORD | L.RUN_RESET), what).toBe(L.OK);
        if (program.learning!.schedules.includes("step")) expect(core.teachStep(0), what).toBe(L.OK);
        if (program.learning!.schedules.includes("window"))
          expect(core.teach({ target: 0 }), what).toBe(L.OK);
        // regularisation, too, reaches weights through the spikes of their sources, and a pull finds nothing to pull
        expect(weights().equals(before), `${what}: weights`).toBe(true);
        expect(residuals().equals(fine), `${what}: residuals`).toBe(true);
      }
    }
  });
});

it(
  "windows of 65535 steps at the highest rates teach both builds what they teach the twin",
  { timeout: 240_000 },
  () => {
    const longest = { maxSteps: 65535, events: 2 * 65535 };
    const square = { of: "count", kind: "mean-square" } as const;
    const late = { of: "time", kind: "cross-entropy", inverted: true, timeShift: 0 } as const;
    for (const [name, program] of Object.entries({
      rich: richProgram(),
      pairs: pairingProgram(),
      counts: spikingProgram(square, { on: 32767, off: -32768 }),
      times: spikingProgram(late),
    })) {
      const rules = program.learning!.rules.map((rule) => ({ ...rule, rate: 1023, rateShift: 0 }));
      const long: Program = { ...program, ...longest, learning: { ...program.learning!, rules } };
      const cores = builds.map(
        (build) => new CoreNetwork(instance(build), long, assemble(instance(build), long)),
      );
      const twin = new IntegerNetwork(cores[0].blob);
      const { input, steps } = extremeInput(long, name === "times" ? "fire in the last step" : "fire");
      const lesson = extremeLesson(long, steps, 0, 1);
      twin.run(input, { steps, reset: true, record: true });
      twin.teach(lesson);
      for (const core of cores) {
        expect(core.run(input, steps, L.RUN_RECORD | L.RUN_RESET)).toBe(L.OK);
        expect(core.teach(lesson)).toBe(L.OK);
        expectInRange(core, name);
        expectSame(core, twin, name);
      }
    }
  },
);

/** So that the numbers above are those of a network that did something. */
it("all fire makes neurons fire, silence leaves those without a bias at rest", () => {
  const spikesUnder = (extreme: Extreme, seed: number) => {
    const program = hotProgram(seed);
    for (const op of program.operations) if (!isSynapses(op)) (op as Population).bias = null;
    for (const rule of program.learning!.rules) rule.learnsBias = false;
    const core = new CoreNetwork(instance("mvp"), program, assemble(instance("mvp"), program));
    const { input, steps } = extremeInput(program, extreme);
    core.run(input, steps, L.RUN_RECORD);
    const lif = program.operations.flatMap((op, i) => (op.kind === "lif" ? [i] : []));
    return lif.reduce((sum, i) => sum + core.total(i), 0);
  };
  let fired = 0;
  for (let seed = SEED; seed < SEED + PROGRAMS; seed++) {
    expect(spikesUnder("silence", seed), `SPIKELET_SEED=${seed}`).toBe(0);
    if (spikesUnder("fire", seed) > 0) fired++;
  }
  expect(fired, `SPIKELET_SEED=${SEED}`).toBeGreaterThan(PROGRAMS / 10);
});
