/** The core against its twin, bit for bit, on random programs: inference, learning, snapshots; both builds. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { isSynapses } from "../tools/exporter/program.js";
import type { Program } from "../tools/exporter/program.js";
import { IntegerNetwork } from "../tools/exporter/simulate/integer.js";
import { assemble, builds, CoreNetwork, instance } from "./core.js";
import { crowd, longStep, longWindow } from "./extreme-programs.js";
import { randomInput, randomLesson, randomProgram, randomStepLesson } from "./random-program.js";
import { Random } from "./random.js";

const RUNS = Number(process.env.SPIKELET_RUNS ?? 1500);
const cores = { mvp: instance("mvp"), simd: instance("simd") };

/** Everything that can be seen of both, or nothing where they agree. */
function difference(core: CoreNetwork, twin: IntegerNetwork): string | null {
  for (const [index, op] of core.program.operations.entries()) {
    const pairs: [string, ArrayLike<number>, ArrayLike<number>][] = isSynapses(op)
      ? [
          ["weights", core.weights(index), twin.weights(index)],
          ["synaptic operations", [core.total(index)], [twin.sops(index)]],
        ]
      : [
          ["membranes", core.membranes(index), twin.membranes(index)],
          ["biases", op.bias ? core.biases(index) : [], twin.biases(index) ?? []],
        ];
    if (!isSynapses(op) && op.adaptation) {
      pairs.push(["adaptation", core.adaptation(index), twin.adaptation(index)!]);
    }
    if (!isSynapses(op) && op.current) pairs.push(["current", core.current(index), twin.current(index)!]);
    if (op.kind === "lif") {
      pairs.push(["spikes", core.spikes(index), twin.spikes(index)]);
      pairs.push(["spike count", [core.total(index)], [twin.spikeCount(index)]]);
    }
    for (const [name, a, b] of pairs) {
      const at = Array.from(a).findIndex((x, i) => x !== b[i]);
      if (a.length !== b.length) return `${name} of operation ${index}: ${a.length} and ${b.length} of them`;
      if (at >= 0) return `${name} of operation ${index} at ${at}: core ${a[at]}, twin ${b[at]}`;
    }
  }
  const [a, b] = [core.decode(), twin.decode()];
  const same = a.label === b.label && a.margin === b.margin && a.scores.every((x, i) => x === b.scores[i]);
  return same ? null : `answer: core ${JSON.stringify(a)}, twin ${JSON.stringify(b)}`;
}

/** A life of a few windows, each with or without a start from rest, a record and a lesson. */
function live(program: Program, seed: number, build: "mvp" | "simd", rounds = 4): void {
  const random = new Random(seed ^ 0x11fe);
  const blob = assemble(cores[build], program);
  const core = new CoreNetwork(cores[build], program, blob);
  const twin = new IntegerNetwork(blob);
  for (let round = 0; round < rounds; round++) {
    const { input, steps, hold } = randomInput(program, seed + round);
    const reset = random.chance(0.7);
    const record = program.learning !== null && random.chance(0.9);
    const flags = (reset ? L.RUN_RESET : 0) | (hold ? L.RUN_HOLD : 0) | (record ? L.RUN_RECORD : 0);
    expect(core.run(input, steps, flags), "status of run").toBe(L.OK);
    twin.run(input, { steps, reset, hold, record });
    expect(difference(core, twin), `after run ${round}`).toBeNull();
    if (!record) continue;

    const said = teach(core, twin, program, random, steps);
    expect(difference(core, twin), `after lesson ${round}, ${said}`).toBeNull();
  }
  expect(
    Buffer.from(core.snapshot()).equals(Buffer.from(twin.snapshot())),
    "snapshots are the same bytes",
  ).toBe(true);
}

/** One lesson for both, in a schedule that the program has. @returns what it was, for the message of a failure */
function teach(
  core: CoreNetwork,
  twin: IntegerNetwork,
  program: Program,
  random: Random,
  steps: number,
): string {
  const { schedules } = program.learning!;
  if (schedules.includes("step") && random.chance(schedules.length > 1 ? 0.5 : 1)) {
    const lesson = randomStepLesson(random, program);
    expect(core.teachStep(lesson), "status of teachStep").toBe(L.OK);
    twin.teachStep(lesson);
    return `teachStep(${JSON.stringify(lesson)})`;
  }
  const lesson = randomLesson(random, program, steps);
  expect(core.teach(lesson), "status of teach").toBe(L.OK);
  twin.teach(lesson);
  return `teach(${JSON.stringify(lesson)})`;
}

describe.each(builds)("the %s build and the twin", (build) => {
  it(
    `agree on every state, spike, weight and snapshot of ${RUNS} random programs`,
    { timeout: 240_000 },
    () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) =>
          live(randomProgram(seed), seed, build),
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
  );

  it("agree on populations of some hundred neurons", { timeout: 120_000 }, () => {
    for (let seed = 0; seed < 12; seed++)
      live(randomProgram(seed, { learns: true, wide: true }), seed, build, 2);
  });

  it("agree where long windows bring states and sums to their ends", { timeout: 120_000 }, () => {
    const { core, twin } = pair(longWindow(), build);
    const masks = [1501, 1503, 1505, 1508].map((to) => ({ target: 0, to }));
    for (const lesson of [...masks, { target: 1, from: 1000 }, 2]) {
      runFull(core, twin);
      expect(core.teach(lesson)).toBe(L.OK);
      twin.teach(lesson);
      expect(difference(core, twin)).toBeNull();
    }
    expect(twin.adaptation(1)).toEqual(Int32Array.of(2 ** 30 - 1, 2 ** 30 - 1));
  });

  it("agree where very many coefficients of one sign meet", () => {
    const { core, twin } = pair(crowd(), build);
    for (let target = 0; target < 3; target++) {
      runFull(core, twin);
      expect(core.teach(target)).toBe(L.OK);
      twin.teach(target);
      expect(difference(core, twin)).toBeNull();
    }
  });

  it("agree where traces of inputs are full", { timeout: 120_000 }, () => {
    const { core, twin } = pair(longStep(), build);
    runFull(core, twin);
    expect(core.teachStep(1)).toBe(L.OK);
    twin.teachStep(1);
    expect(difference(core, twin)).toBeNull();
    expect(Buffer.from(core.snapshot()).equals(Buffer.from(twin.snapshot()))).toBe(true);
  });
});

function pair(program: Program, build: "mvp" | "simd"): { core: CoreNetwork; twin: IntegerNetwork } {
  const blob = assemble(cores[build], program);
  return { core: new CoreNetwork(cores[build], program, blob), twin: new IntegerNetwork(blob) };
}

/** The longest window, a spike of input 0 in every step, recorded. */
function runFull(core: CoreNetwork, twin: IntegerNetwork): void {
  const steps = core.program.maxSteps;
  const input = {
    offsets: Uint32Array.from({ length: steps + 1 }, (_, t) => t),
    events: new Uint16Array(steps),
  };
  expect(core.run(input, steps, L.RUN_RESET | L.RUN_RECORD)).toBe(L.OK);
  twin.run(input, { steps, reset: true, record: true });
  expect(difference(core, twin)).toBeNull();
}
