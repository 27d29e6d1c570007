/** The core against its twin, bit for bit, on random programs: inference, learning, snapshots; both builds. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { isSynapses } from "../tools/exporter/program.js";
import { IntegerNetwork } from "../tools/exporter/simulate/integer.js";
import { assemble, builds, CoreNetwork, instance } from "./core.js";
import { randomInput, randomProgram } from "./random-program.js";
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
function live(seed: number, build: "mvp" | "simd"): void {
  const program = randomProgram(seed);
  const random = new Random(seed ^ 0x11fe);
  const blob = assemble(cores[build], program);
  const core = new CoreNetwork(cores[build], program, blob);
  const twin = new IntegerNetwork(blob);
  for (let round = 0; round < 4; round++) {
    const { input, steps, hold } = randomInput(program, seed + round);
    const reset = random.chance(0.7);
    const record = program.learning !== null && random.chance(0.9);
    const flags = (reset ? L.RUN_RESET : 0) | (hold ? L.RUN_HOLD : 0) | (record ? L.RUN_RECORD : 0);
    expect(core.run(input, steps, flags), "status of run").toBe(L.OK);
    twin.run(input, { steps, reset, hold, record });
    expect(difference(core, twin), `after run ${round}`).toBeNull();
    if (!record) continue;

    const target = random.int(0, program.classes - 1);
    const schedules = program.learning!.schedules;
    if (schedules.includes("step") && random.chance(schedules.length > 1 ? 0.5 : 1)) {
      expect(core.core.teachStep(core.arena, target)).toBe(L.OK);
      twin.teachStep(target);
    } else if (schedules.includes("window")) {
      expect(core.core.teach(core.arena, target)).toBe(L.OK);
      twin.teach(target);
    }
    expect(difference(core, twin), `after lesson ${round}`).toBeNull();
  }
  expect(
    Buffer.from(core.snapshot()).equals(Buffer.from(twin.snapshot())),
    "snapshots are the same bytes",
  ).toBe(true);
}

describe.each(builds)("the %s build and the twin", (build) => {
  it(
    `agree on every state, spike, weight and snapshot of ${RUNS} random programs`,
    { timeout: 240_000 },
    () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => live(seed, build)),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
  );
});
