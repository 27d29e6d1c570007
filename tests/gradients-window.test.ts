/**
 * What the integers learn at the end of a window against gradients in float64, on random nets. The reference follows the spikes and
 * membranes of the integer run step by step, so that the arithmetic of learning alone is on trial; the last test runs by itself.
 */
import { describe, expect, test } from "vitest";
import { builds } from "./core.js";
import type { Build } from "./core.js";
import { aloneResult, compareWindow, complaints } from "./reference/lessons.js";
import { randomCase } from "./reference/random-case.js";
import { DECAYS, INPUTS, randomWish } from "./reference/random-wish.js";
import { sameSpikes } from "./reference/recorder.js";
import type { Wish } from "./reference/wish.js";

function wrongIn(wish: Wish, build: Build): string[] {
  const example = randomCase(wish);
  return complaints(example, compareWindow(example, build));
}

describe.each(builds)("the %s build", (build: Build) => {
  const offset = build === "simd" ? 1000 : 0;

  describe.each(INPUTS)("with %s for input", (input) => {
    test.each(DECAYS)("learns the gradient of a window with β = %d", (beta) => {
      const wrong = DECAYS.flatMap((kappa, n) =>
        wrongIn(randomWish(17 * n + Math.round(1e4 * beta) + offset, { input, beta, kappa }), build),
      );
      expect(wrong).toEqual([]);
    });
  });

  test("learns the gradient of a window where every neuron has a decay of its own", () => {
    const wrong = INPUTS.flatMap((input, n) =>
      [0.9, 0.9995].flatMap((kappa) =>
        wrongIn(randomWish(n + offset, { input, beta: [0.5, 0.9999], kappa }), build),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test("learns the gradient of a window whose error is small because the net is right", () => {
    const wrong = DECAYS.flatMap((beta, n) =>
      wrongIn(
        randomWish(n + offset, {
          input: "spikes",
          beta,
          kappa: DECAYS[(2 * n) % 5],
          right: true,
          spread: 12,
        }),
        build,
      ),
    );
    expect(wrong).toEqual([]);
  });
});

/**
 * The reference runs the net by itself, in float64 without truncating a leak, and takes no spike from the integers. Windows
 * in which a spike differs are other windows to the two, and are left out. Inputs change with time: what a held one loses to rounding
 * is the same in every step, adds up to percents of a membrane and so of ψ, and is no matter of learning. Targets are random for a
 * like reason: where the net is right, its small error hangs on the readout's last bits.
 */
test("from input to weights, the integers learn what float64 learns wherever both fire alike", () => {
  const wishes = Array.from({ length: 40 }, (_, seed): Wish => {
    const fixed = { beta: DECAYS[seed % 5], kappa: DECAYS[(seed >> 1) % 5], input: INPUTS[seed % 2] };
    return randomWish(seed, { ...fixed, small: true, right: false });
  });
  const compared = wishes.flatMap((wish) => {
    const example = randomCase(wish);
    const alone = aloneResult(example);
    return sameSpikes(alone.course, example.course) ? [{ example, alone }] : [];
  });
  expect(compared.length / wishes.length, "share of windows with the same spikes").toBeGreaterThan(0.5);
  const wrong = compared.flatMap(({ example, alone }) =>
    complaints(example, compareWindow(example, "simd", alone)),
  );
  expect(wrong).toEqual([]);
});
