/** Every loss, surrogate and regulariser at the end of a window, against float64. */
import { describe, expect, test } from "vitest";
import type { LossOptions } from "../tools/exporter/passes/learning/options.js";
import { compareWindow, complaints } from "./reference/lessons.js";
import { randomCase } from "./reference/random-case.js";
import { SHAPES } from "./reference/random-net.js";
import { randomWish, RULES } from "./reference/random-wish.js";
import type { Wish } from "./reference/wish.js";

const SEEDS = [1, 2, 3, 4];

function wrongIn(seed: number, fixed: Partial<Wish>): string[] {
  const example = randomCase(randomWish(seed, fixed));
  return complaints(example, compareWindow(example, seed % 2 ? "simd" : "mvp"));
}

/** Through the weights of the layer above, or by random feedback: the error reaches a layer in both ways. */
function ruleOf(seed: number): Wish["rule"] {
  return RULES[seed % 2 ? "backpropagation through time" : "random e-prop"];
}

const MEMBRANES: LossOptions[] = (["every", "last", "max", "sum"] as const).flatMap((when) => [
  { of: "membrane", kind: "cross-entropy", when },
  { of: "membrane", kind: "mean-square", when, on: 3, off: -1 },
]);
/** Errors of a mean square end at twice the span of its targets. */
const SPIKES: LossOptions[] = [
  { of: "count", kind: "cross-entropy" },
  { of: "count", kind: "mean-square", on: 60, off: 0 },
  { of: "time", kind: "cross-entropy" },
  { of: "time", kind: "cross-entropy", inverted: true },
  { of: "time", kind: "mean-square", on: 2, off: 150 },
  { of: "time", kind: "mean-square", on: 2, off: 120, relative: true },
];

const masks = (seed: number): Wish["mask"] => (seed > 2 ? "some" : "none");

describe("the integers learn the gradient of", () => {
  test.each(MEMBRANES)("the $kind of membranes, $when", (loss) => {
    const wrong = SEEDS.flatMap((seed) => {
      // what is summed over a window is to spread as what is read in one step
      const spread = loss.when === "sum" ? 0.03 : 3;
      return wrongIn(seed, { rule: { ...ruleOf(seed), loss }, mask: masks(seed), right: false, spread });
    });
    expect(wrong).toEqual([]);
  });

  test.each(SPIKES)("the $kind of $of, inverted $inverted, relative $relative", (loss) => {
    const wrong = SEEDS.flatMap((seed) => {
      // the last layer hears the loss alone
      return wrongIn(seed, {
        ...{ depth: 2, spiking: true },
        // errors of the first spikes' inverted times end at a value that only very early ones pass
        // and those of late ones are a few units, too few to go through several layers
        ...{ rule: { ...(loss.inverted ? RULES["random e-prop"] : ruleOf(seed)), loss } },
        ...{ mask: loss.inverted ? "late" : masks(seed) },
      });
    });
    expect(wrong).toEqual([]);
  });

  test("rows of targets, a probability an output and step", () => {
    const loss: LossOptions = { of: "membrane", kind: "cross-entropy", when: "every", targets: true };
    const wrong = SEEDS.flatMap((seed) => {
      return wrongIn(seed, { rule: { ...ruleOf(seed), loss }, mask: masks(seed) });
    });
    expect(wrong).toEqual([]);
  });

  test.each(SHAPES)("a net with the surrogate %s", (shape) => {
    const wrong = SEEDS.flatMap((seed) => {
      const surrogate = { shape, width: [1, 0.5, 0.25, 0.1][seed - 1], gamma: 0.3 };
      return wrongIn(seed, { rule: { ...ruleOf(seed), surrogate } });
    });
    expect(wrong).toEqual([]);
  });

  test.each([
    { lower: 0.3 },
    { rate: 0.05 },
    { upper: { bound: 0.02, norm: "l1" } },
    { upper: { bound: 0.02, norm: "l2" } },
    { upper: { bound: 0.02, norm: "each" } },
    { lower: 0.05, rate: 0.1, upper: { bound: 0.03, norm: "l2" } },
  ] as const)("a loss with the regulariser %j", (bounds) => {
    const wrong = SEEDS.flatMap((seed) => {
      const regularise = { ...bounds, strength: [0.1, 1, 10, 100][seed - 1] };
      return wrongIn(seed, { rule: { ...ruleOf(seed), regularise } });
    });
    expect(wrong).toEqual([]);
  });
});
