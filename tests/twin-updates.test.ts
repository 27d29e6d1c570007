/** What updates do to weights, worked out by hand from docs/ARITHMETIC.md. */
import { describe, expect, test } from "vitest";
import type { Learning, Path } from "../tools/exporter/program.js";
import { IntegerNetwork } from "../tools/exporter/simulate/integer.js";
import type { Lesson } from "../tools/exporter/simulate/integer.js";
import { dense, fine, learning, li, network, path, rule } from "./twin-support.js";

/** A target of ±100 against membranes of 0: D = ∓100 at the one spike, q = 32896 ± 100 where that is all. */
function net(changes: Partial<Path>, rest: Partial<Learning> = {}): IntegerNetwork {
  return network([dense(0, 1, [0, 0]), li(2, { decay: new Uint16Array(2) })], {
    code: "membrane-last",
    learning: learning({
      ...{ loss: { of: "membrane", kind: "mean-square", when: "every" }, on: 100, off: -100 },
      ...{ rules: [rule(1)], paths: [path(0, changes)] },
      ...rest,
    }),
  });
}

/** A window of one step, with or without a spike. */
function teach(twin: IntegerNetwork, spikes = 1, lesson: Lesson = 0): void {
  const events = new Uint16Array(spikes);
  twin.run({ offsets: Uint32Array.of(0, spikes), events }, { steps: 1, reset: true, record: true });
  twin.teach(lesson);
}

/** u alone, of both weights. */
const stored = (twin: IntegerNetwork) => [...twin.weights(0).subarray(0, 2)];

describe("an update", () => {
  test("is plain: the sum over a source's spikes", () => {
    const twin = net({});
    teach(twin);
    expect(fine(twin, 0, 0, 2)).toEqual([32996, 32796]);
    teach(twin, 2);
    expect(fine(twin, 0, 0, 2)).toEqual([33196, 32596]);
  });

  test("keeps a moment, which goes on where nothing fires", () => {
    const twin = net({ update: { kind: "momentum", kept: 32768 } });
    // M = ∓100, ∓150, ∓75
    teach(twin);
    expect(fine(twin, 0, 0, 2)).toEqual([32996, 32796]);
    teach(twin, 0);
    expect(fine(twin, 0, 0, 2)).toEqual([33046, 32746]);
    teach(twin, 0);
    expect(fine(twin, 0, 0, 2)).toEqual([33071, 32721]);
  });

  test("takes one step in the direction of the sum, none where that is 0", () => {
    const twin = net({ update: { kind: "sign", step: 7 } });
    teach(twin, 3);
    teach(twin, 0);
    expect(fine(twin, 0, 0, 2)).toEqual([32903, 32889]);
  });

  test("without residuals is rounded at random, a draw a neuron for each source", () => {
    const twin = net({ residuals: false });
    teach(twin);
    // Draws 1 … 4 of every lane went into D; the fifth ends in 0x27 and 0xdd: (39 − 100) >> 8, (221 + 100) >> 8.
    expect(stored(twin)).toEqual([129, 127]);
    expect(twin.residuals(0)).toBeNull();
  });

  test("sums 16 spikes of a source before they meet the weight, and the rest after", () => {
    // D = 1000 in step 1, where the source fires 16 times, −1000 in step 2; the weight is the smallest there is.
    const loss = { of: "membrane", kind: "mean-square", when: "every" } as const;
    const twin = network([dense(0, 1, [-128]), li(1, { decay: new Uint16Array(1) })], {
      code: "membrane-last",
      learning: learning({ loss, rules: [rule(1)], paths: [path(0)], targets: true }),
    });
    const run = (first: number) =>
      twin.run(
        { offsets: Uint32Array.of(0, first, first + 1), events: new Uint16Array(first + 1) },
        { steps: 2, reset: true, record: true },
      );
    run(16);
    twin.teach({ rows: Int16Array.of(-16 * 128 - 1000, -128 + 1000) });
    expect(fine(twin, 0, 0)).toEqual([1000]);
    // The weight is −125 now. 1010 and −1010 of one group are nothing.
    run(1);
    twin.teach({ rows: Int16Array.of(-125 - 1010, -125 + 1010) });
    expect(fine(twin, 0, 0)).toEqual([1000]);
  });
});

describe("a pull", () => {
  test("goes a fraction of the way back, after the update", () => {
    const twin = net({ pullShift: 1 });
    teach(twin);
    // (100 + draw & 1) >> 1 and (−100 + draw & 1) >> 1 of what the update had moved.
    expect(fine(twin, 0, 0, 2)).toEqual([32946, 32846]);
  });

  test("without residuals has its own draws before those of the rounding", () => {
    const twin = net({ pullShift: 1, residuals: false });
    teach(twin);
    // u = 129, 127 as above. Ninth draws end in 0x53 and 0xfa: Δ = 128, −128; thirteenth in 0x85 and 0xb2.
    expect(stored(twin)).toEqual([128, 127]);
  });

  test("goes to the bytes that were loaded, also from a snapshot", () => {
    const first = net({ pullShift: 1 });
    teach(first, 5);
    // 500 and half of it back.
    expect(fine(first, 0, 0)).toEqual([32896 + 250]);
    const second = new IntegerNetwork(first.snapshot());
    teach(second, 0);
    // To 129 · 256 + 128, 6 further on, from which 250 was far behind.
    expect(fine(second, 0, 0)).toEqual([33149]);
  });
});

describe("rows of targets", () => {
  test("teach the last step where the schedule is step", () => {
    const twin = net(
      {},
      { schedules: ["step"], targets: true, rules: [rule(1, { traceView: 8, stepRateShift: 10 })] },
    );
    twin.step(Uint16Array.of(0), { record: true });
    twin.teachStep({ rows: Int16Array.of(1024, -1024) });
    // Y = ∓1024, X = 2^18 >> 8, t = 10.
    expect(fine(twin, 0, 0, 2)).toEqual([32896 + 1024, 32896 - 1024]);
    expect(() => twin.teachStep({ rows: new Int16Array(4) })).toThrow("found rows of 4 numbers, expected 2");
  });
});
