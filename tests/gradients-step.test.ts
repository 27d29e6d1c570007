/** What the integers learn at every step at once against gradients in float64, on random nets; as tests/gradients-window.test.ts does. */
import { describe, expect, test } from "vitest";
import { builds } from "./core.js";
import type { Build } from "./core.js";
import {
  compare,
  compareSteps,
  complaints,
  learnSteps,
  loudRates,
  stillResult,
} from "./reference/lessons.js";
import type { Likenesses } from "./reference/lessons.js";
import { flat } from "./reference/difference.js";
import type { PopulationGradients } from "./reference/net.js";
import { randomCase } from "./reference/random-case.js";
import { DECAYS, INPUTS, randomWish, RULES } from "./reference/random-wish.js";
import type { Wish } from "./reference/wish.js";

/** At every step, the bias of a layer with analogue input moves by an amount that is rounded too coarsely to compare. */
function withoutFirstBias(all: Likenesses): Likenesses {
  return Object.fromEntries(Object.entries(all).filter(([name]) => name !== "bias of lif 0"));
}

function wrongIn(wish: Wish, build: Build): string[] {
  const example = randomCase(wish);
  const all = compareSteps(example, build);
  return complaints(example, wish.input === "spikes" ? all : withoutFirstBias(all));
}

/** Errors of a net that is right are a few units, and what a step makes of them at once is rounded to whole numbers. */
const STEP = { schedule: "step", mask: "none", right: false } as const;

describe.each(builds)("the %s build", (build: Build) => {
  const offset = build === "simd" ? 1000 : 0;
  // the builds share the cases, in the manner of a chessboard: that they learn alike to the bit is held elsewhere
  const mine = (row: number, column: number): boolean => (row + column) % 2 === Number(build === "simd");

  describe.each(INPUTS)("with %s for input", (input) => {
    test.each(DECAYS)("learns the gradient of each step at once with β = %d", (beta) => {
      const wrong = DECAYS.flatMap((kappa, n) => {
        if (!mine(DECAYS.indexOf(beta), n)) return [];
        const seed = 31 * n + Math.round(1e4 * beta) + offset;
        return wrongIn(randomWish(seed, { ...STEP, input, beta, kappa }), build);
      });
      expect(wrong).toEqual([]);
    });
  });

  const local = [
    "random e-prop without κ",
    "spatial, this step only",
    "direct random target projection",
    "local readouts",
  ];
  describe.each(local)("by the rule %s", (rule) => {
    test.each([1, 2, 3])("learns the gradient of each step at once through %d spiking layers", (depth) => {
      const wrong = [0.5, 0.9, 0.98].flatMap((beta, n) => {
        if (!mine(depth, n)) return [];
        const seed = 100 * depth + n + offset;
        return wrongIn(
          randomWish(seed, {
            ...STEP,
            input: "spikes",
            beta,
            depth,
            recurrent: n % 2 === 1,
            rule: RULES[rule],
          }),
          build,
        );
      });
      expect(wrong).toEqual([]);
    });
  });
});

/**
 * Here a window moves no weight by more than about 100/256 of a unit, so that most updates of a step are fractions of the
 * least and come to pass by chance. One run is mostly that chance: it is the mean over the generator's seeds that has to
 * be the gradient. Each run's reference follows that run's own course.
 */
test.each([
  [0.5, 0.9],
  [0.9, 0.9995],
  [0.995, 0.9],
  [0.9995, 0.98],
])("updates below the least one add up to the gradient of the steps, β = %d and κ = %d", (beta, kappa) => {
  const example = randomCase(randomWish(1, { ...STEP, input: "spikes", beta, kappa, spread: 3 }));
  const rates = loudRates(example, stillResult(example), 100);
  const runs = Array.from({ length: 24 }, (_, run) => learnSteps(example, "simd", rates, 977 * run + 1));
  const all = compare(
    example,
    sum(runs.map(({ found }) => found)),
    sum(runs.map(({ reference }) => reference)),
  );
  const weights = Object.entries(all).filter(([name]) => !name.startsWith("bias"));
  expect(complaints(example, Object.fromEntries(weights))).toEqual([]);
});

function sum(all: PopulationGradients[][]): PopulationGradients[] {
  const added = (of: (gradients: PopulationGradients[]) => Float64Array): Float64Array =>
    all.map(of).reduce((a, b) => a.map((x, at) => x + b[at]));
  expect(new Set(all.map((one) => flat(one).length)).size).toBe(1);
  return all[0].map(({ paths }, p) => ({
    paths: paths.map((_, n) => added((gradients) => gradients[p].paths[n])),
    bias: added((gradients) => gradients[p].bias),
  }));
}
