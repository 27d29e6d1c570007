/** Errors worked out by hand from docs/ARITHMETIC.md, "Losses". */
import { describe, expect, test } from "vitest";
import type { Learning, Loss } from "../tools/exporter/program.js";
import { fullLesson } from "../tools/exporter/simulate/integer/lesson.js";
import type { Lesson } from "../tools/exporter/simulate/integer/lesson.js";
import { lessonErrors } from "../tools/exporter/simulate/integer/losses.js";
import { negativePower, probabilities } from "../tools/exporter/simulate/integer/probabilities.js";
import { learning, rule } from "./twin-support.js";

/** err of both outputs at every step. */
function errors(
  loss: Loss,
  outputs: number[][],
  lesson: Lesson = 0,
  changes: Partial<Learning> = {},
): number[][] {
  const section = learning({ ...{ loss, rules: [rule(1)], paths: [] }, ...changes });
  const full = fullLesson(lesson, section, outputs.length, outputs[0].length);
  const found = lessonErrors(
    section,
    outputs.map((values) => Int32Array.from(values)),
    full,
  );
  return found.map((row) => Array.from(row, (error) => error + 0));
}

describe("probabilities", () => {
  test("are a softmax to base 2", () => {
    expect([...probabilities([0, 0])]).toEqual([8192, 8192]);
    expect([...probabilities([1024, 0])]).toEqual([5461, 10923]);
    expect([...probabilities([0, 512])]).toEqual([9598, 6786]);
    expect([...probabilities([15360, 0])]).toEqual([0, 16384]);
  });

  test("have powers of two within 4 units", () => {
    for (let f = 0; f < 1024; f++) {
      expect(Math.abs(negativePower(f) - 2 ** (15 - f / 1024))).toBeLessThan(4);
    }
  });
});

describe("losses of membranes", () => {
  const outputs = [
    [10, 0],
    [30, 5],
    [20, 50],
  ];
  type When = Extract<Loss, { of: "membrane" }>["when"];
  const square = (when: When, lesson: Lesson = 0) =>
    errors({ of: "membrane", kind: "mean-square", when }, outputs, lesson, { on: 100, off: 0 });

  test.each<[When, number[][], number[][]]>([
    [
      "every",
      [
        [-90, 0],
        [-70, 5],
        [-80, 50],
      ],
      [
        [-90, 0],
        [-70, 5],
        [0, 0],
      ],
    ],
    [
      "last",
      [
        [0, 0],
        [0, 0],
        [-80, 50],
      ],
      [
        [0, 0],
        [-70, 5],
        [0, 0],
      ],
    ],
    [
      "max",
      [
        [0, 0],
        [-70, 0],
        [0, 50],
      ],
      [
        [0, 0],
        [-70, 5],
        [0, 0],
      ],
    ],
    [
      "sum",
      [
        [-40, 55],
        [-40, 55],
        [-40, 55],
      ],
      [
        [-60, 5],
        [-60, 5],
        [0, 0],
      ],
    ],
  ])("are taken (%s) from all steps, or from those that the mask counts", (when, all, masked) => {
    expect(square(when)).toEqual(all);
    expect(square(when, { target: 0, to: 2 })).toEqual(masked);
  });

  test("take the first of equal maxima", () => {
    const flat = [
      [7, 1],
      [7, 2],
      [7, 2],
    ];
    const found = errors({ of: "membrane", kind: "mean-square", when: "max" }, flat, 0, { on: 8 });
    expect(found).toEqual([
      [-1, 0],
      [0, 2],
      [0, 0],
    ]);
  });

  test("are held against rows of targets", () => {
    const loss = { of: "membrane", kind: "mean-square", when: "every" } as const;
    const rows = Int16Array.of(1, 2, 3, 4, 5, 6);
    const changes = { targets: true, on: 100 };
    expect(errors(loss, outputs, { rows, from: 1 }, changes)).toEqual([
      [0, 0],
      [27, 1],
      [15, 44],
    ]);
    const entropy = { ...loss, kind: "cross-entropy" } as const;
    const half = Int16Array.of(8192, 8192);
    expect(errors(entropy, [[1024, 0]], { rows: half }, changes)).toEqual([[2731, -2731]]);
    expect(() => errors(loss, outputs, { rows })).toThrow("no room for rows");
  });

  test("cut responses to 16 bits and errors to ± 2^14", () => {
    const loss = { of: "membrane", kind: "mean-square", when: "every" } as const;
    const changes = { logit: 2 ** 20, on: 32767, off: -32768 };
    expect(errors(loss, [[2 ** 31 - 1, 2 ** 31 - 1]], 0, changes)).toEqual([[0, 16384]]);
    expect(errors(loss, [[-(2 ** 31), 0]], 0, changes)).toEqual([[-16384, 16384]]);
  });

  test("have logits of 62 bits without rounding", () => {
    // Products of 41 bits and 20 that differ by 2^20 − 1: in doubles the difference of the logits comes out as 1024.
    const steps = Array.from({ length: 2000 }, (_, t) =>
      t === 0 ? [2 ** 31 - 48, 2 ** 31 - 49] : [2 ** 31 - 1, 2 ** 31 - 1],
    );
    const loss = { of: "membrane", kind: "cross-entropy", when: "sum" } as const;
    const [found] = errors(loss, steps, 0, { logit: 2 ** 20 - 1, logitShift: 10 });
    expect(found).toEqual([10920 - 16384, 5464]);
  });
});

describe("losses of spikes", () => {
  /** The first output fires in steps 2 and 3, the second in step 4 or not at all. */
  const late = [
    [0, 0],
    [1, 0],
    [1, 0],
    [0, 1],
  ];
  const never = late.slice(0, 3);

  test("count them over the mask", () => {
    const loss = { of: "count", kind: "mean-square" } as const;
    expect(errors(loss, never, { target: 0, to: 2 }, { on: 3, off: -1 })).toEqual([
      [-2, 1],
      [-2, 1],
      [0, 0],
    ]);
    const entropy = { of: "count", kind: "cross-entropy" } as const;
    expect(errors(entropy, [[1, 0]], 1, { logit: 1024 })).toEqual([[10923, -10923]]);
  });

  test("of first times teach the step of the first spike alone, the mask's last where there was none", () => {
    const loss = { of: "time", kind: "cross-entropy", inverted: false, timeShift: 0 } as const;
    // to − f = 1, 0
    expect(errors(loss, never, 0, { logit: 1024 })).toEqual([
      [0, 0],
      [-5461, 0],
      [0, 5461],
    ]);
    // With the mask behind step 2 the first spike is that of step 3: nobody was earlier.
    expect(errors(loss, never, { target: 0, from: 2 }, { logit: 1024 })).toEqual([
      [0, 0],
      [0, 0],
      [-8192, 8192],
    ]);
  });

  test("of inverted times weigh errors by the slope of 1 / f", () => {
    const loss = { of: "time", kind: "cross-entropy", inverted: true, timeShift: 23 } as const;
    // v = 32768, 16384; d = 1024; slopes 2^22, 2^20.
    const found = errors(loss, late, 0, { logitShift: 4 });
    expect(found).toEqual([
      [0, 0],
      [-2731, 0],
      [0, 0],
      [0, 682],
    ]);
    expect(errors({ ...loss, timeShift: 0 }, late, 0, { logitShift: 4 })[1]).toEqual([-16384, 0]);
  });

  test("of first times as mean squares turn the sign, since a spike that comes sooner has a smaller time", () => {
    const loss = { of: "time", kind: "mean-square", relative: false } as const;
    const changes = { on: 1, off: 5 };
    // f = 2, 3
    expect(errors(loss, never, 0, changes)).toEqual([
      [0, 0],
      [-1, 0],
      [0, 2],
    ]);
    expect(errors({ ...loss, relative: true }, never, 0, changes)).toEqual([
      [0, 0],
      [-1, 0],
      [0, 4],
    ]);
  });
});

test("a lesson that does not fit is refused", () => {
  const section = learning({ rules: [rule(3), rule(1, { signal: "local" })], paths: [], targets: true });
  const full = (lesson: Lesson) => () => fullLesson(lesson, section, 4, 2);
  expect(full({})).toThrow("found a target and rows, or neither");
  expect(full(2)).toThrow("found target 2, expected 0 … 1");
  expect(full({ target: 0, from: 2, to: 2 })).toThrow("found a mask from 2 to 2, expected 0 ≤ from < to ≤ 4");
  expect(full({ target: 0, to: 5 })).toThrow("found a mask from 0 to 5");
  expect(full({ target: 0, reward: 16385 })).toThrow("found reward 16385");
  expect(full({ rows: new Int16Array(8) })).toThrow("a rule learns from the class");
  expect(full(1)()).toEqual({ target: 1, rows: null, from: 0, to: 4, reward: 16384 });
});
