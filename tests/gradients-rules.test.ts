/** Every rule of docs/LEARNING.md at the end of a window, in nets of one to three spiking layers, against float64. */
import { describe, expect, test } from "vitest";
import { builds } from "./core.js";
import type { Build } from "./core.js";
import { compareWindow, complaints } from "./reference/lessons.js";
import { randomCase } from "./reference/random-case.js";
import { SHAPES } from "./reference/random-net.js";
import { DECAYS, randomWish, RULES } from "./reference/random-wish.js";
import type { Neuron, Wish } from "./reference/wish.js";

const NEURONS: Neuron[] = ["lif", "alif", "cuba"];

function wrongIn(wish: Wish, build: Build): string[] {
  const example = randomCase(wish);
  return complaints(example, compareWindow(example, build));
}

/** Symmetric feedback comes through a layer's own weights into the readout, so that every layer has some. */
function netFor(rule: string): Partial<Wish> {
  return { rule: RULES[rule], skips: RULES[rule].signal === "symmetric" };
}

describe.each(builds)("the %s build", (build: Build) => {
  const offset = build === "simd" ? 1000 : 0;

  describe.each(Object.keys(RULES))("learns by the rule %s", (rule) => {
    test.each([1, 2, 3])("through %d spiking layers", (depth) => {
      const wrong = NEURONS.flatMap((neuron, n) => {
        // what one build does with recurrent nets the other does without
        const recurrent = (n + depth + offset / 1000) % 2 === 1;
        const seed = 1000 * depth + 10 * n + Number(recurrent) + offset;
        const beta = DECAYS[(seed + depth) % 5];
        return wrongIn(randomWish(seed, { ...netFor(rule), depth, neuron, recurrent, beta }), build);
      });
      expect(wrong).toEqual([]);
    });
  });

  // what a layer hands down of a step is nothing where that step is reset as a whole
  test.each(SHAPES)(
    "learns by the rule OSTL from layers reset for a step, with the surrogate %s",
    (shape) => {
      const rule = { ...RULES.OSTL, surrogate: { shape, width: 1, gamma: 0.3 } };
      const reset = { reset: "zero-step", resetAt: "next" } as const;
      const seed = 10 * SHAPES.indexOf(shape) + offset;
      const wrong = [2, 3].flatMap((depth) =>
        wrongIn(randomWish(seed + depth, { rule, ...reset, depth, recurrent: depth === 2 }), build),
      );
      expect(wrong).toEqual([]);
    },
  );
});
