/**
 * The float64 references against each other, on random nets with all kinds of neurons, wiring, rules and losses: in reverse mode over
 * the unrolled window, in forward mode with the influence of every parameter, with e-prop's eligibilities, and by the coefficients of
 * docs/ARITHMETIC.md. Where they agree, one mistake would have to be made several times and in several ways.
 */
import { describe, expect, test } from "vitest";
import { backpropagate } from "./reference/backwards.js";
import { cosine, difference } from "./reference/difference.js";
import { followInfluence } from "./reference/influence.js";
import type { Lesson, Net } from "./reference/net.js";
import { gaussian, KEEPING, randomNet, ZEROING } from "./reference/random-net.js";
import type { NetWish } from "./reference/random-net.js";
import { ofPairs, ofTraces } from "./reference/pairs.js";
import { followTraces } from "./reference/traces.js";
import { turnRound } from "./reference/turned.js";
import { Random } from "./random.js";

const ALL_RESETS = [...KEEPING, ...ZEROING];

function wishes(count: number, fixed: Partial<NetWish>): NetWish[] {
  return Array.from({ length: count }, (_, seed) => ({
    ...{ seed, depth: 1 + (seed % 3), spiking: seed % 4 === 3, resets: ALL_RESETS },
    ...{ forward: "any", recurrent: "any", readout: "any", feedback: seed % 2 === 1 },
    ...fixed,
  }));
}

const EPROP: Partial<NetWish> = { forward: "present", recurrent: "nothing", resets: KEEPING };

describe("gradients backwards through the window", () => {
  test("are those of the coefficients of the schedule `window`, whatever the net, its rules and its loss", () => {
    for (const wish of wishes(200, {})) {
      const { net, lesson } = randomNet(wish);
      const { gradients, course } = backpropagate(net, lesson);
      expect(difference(turnRound(net, lesson, course), gradients), JSON.stringify(wish)).toBeLessThan(1e-9);
    }
  });

  test("are those of real-time recurrent learning, whatever the net, its rules and its loss", () => {
    for (const wish of wishes(100, {})) {
      const { net, lesson } = randomNet(wish);
      const { gradients, course } = backpropagate(net, lesson);
      const forward = followInfluence(net, lesson, course);
      expect(difference(forward, gradients), JSON.stringify(wish)).toBeLessThan(1e-9);
    }
  });

  test("leave out what recurrent paths carry, and steps that are reset as a whole, of what is handed down of a step alone", () => {
    const fixed = { forward: "present", readout: "present", recurrent: "carried" } as const;
    for (const wish of wishes(60, { ...fixed, resets: [...KEEPING, ["zero-step", "next"]] })) {
      const { net, lesson } = randomNet(wish);
      const { gradients, course } = backpropagate(net, lesson);
      expect(difference(turnRound(net, lesson, course), gradients), JSON.stringify(wish)).toBeLessThan(1e-9);
      const forward = followInfluence(net, lesson, course);
      expect(difference(forward, gradients), JSON.stringify(wish)).toBeLessThan(1e-9);
    }
  });

  test("are those of an eligibility a synapse where no population hears another one's memory", () => {
    for (const wish of wishes(100, EPROP)) {
      const { net, lesson } = randomNet(wish);
      const { gradients, course } = backpropagate(net, lesson);
      const forward = followTraces(net, lesson, course);
      expect(difference(forward, gradients), JSON.stringify(wish)).toBeLessThan(1e-9);
    }
  });

  test("are not those of an eligibility a synapse where resets to zero cut the membrane's memory", () => {
    const parted = wishes(24, { ...EPROP, resets: ZEROING, depth: 1, spiking: false }).map((wish) => {
      const { net, lesson } = randomNet(wish);
      const { gradients, course } = backpropagate(net, lesson);
      return difference(followTraces(net, lesson, course).slice(0, 1), gradients.slice(0, 1)) > 1e-3;
    });
    expect(parted.filter(Boolean).length, "of 24 nets").toBeGreaterThan(12);
  });

  test("are not those of e-prop where spikes of other neurons carry what is learnt from", () => {
    const parted = wishes(24, { resets: KEEPING, feedback: false, readout: "carried" }).map((wish) => {
      const whole = randomNet({ ...wish, depth: 2, forward: "carried", recurrent: "carried" });
      const part = detachRecurrent(whole.net);
      const { gradients } = backpropagate(whole.net, whole.lesson);
      return cosine(backpropagate(part, whole.lesson).gradients, gradients) < 0.99999;
    });
    expect(parted.filter(Boolean).length, "of 24 nets").toBeGreaterThan(12);
  });
});

function detachRecurrent({ inputs, populations }: Net): Net {
  return {
    inputs,
    populations: populations.map((population, p) => ({
      ...population,
      paths: population.paths.map((path) => ({
        ...path,
        returns: path.source >= p ? ("nothing" as const) : path.returns,
      })),
    })),
  };
}

/** The net with one of its parameters, counted through all of them, moved. */
function moved(net: Net, at: number, by: number): Net {
  let left = at;
  const move = (values: Float64Array): Float64Array => {
    const place = left;
    left -= values.length;
    return place >= 0 && place < values.length ? values.map((x, n) => (n === place ? x + by : x)) : values;
  };
  const populations = net.populations.map((population) => ({
    ...population,
    paths: population.paths.map((path) => ({ ...path, weights: move(path.weights) })),
    bias: move(population.bias),
  }));
  return { ...net, populations };
}

/** What has a slope: all is carried, nothing stands in for a path, membranes are not bounded. */
function differentiable({ net, lesson }: { net: Net; lesson: Lesson }): boolean {
  return lesson.loss.of !== "time" && net.populations.every(({ feedback }) => feedback?.signal !== "random");
}

test("where spikes are smooth functions with ψ for a slope, gradients are slopes of the loss", () => {
  const all = { forward: "carried", recurrent: "carried", readout: "carried" } as const;
  let compared = 0;
  for (const wish of wishes(80, all)) {
    const drawn = randomNet(wish);
    if (!differentiable(drawn)) continue;
    const { lesson } = drawn;
    const net = { ...drawn.net, populations: drawn.net.populations.map((p) => ({ ...p, lower: -Infinity })) };
    const { course } = backpropagate(net, lesson);
    const along = { course, smooth: true };
    const { gradients } = backpropagate(net, lesson, along);
    const analytic = gradients.flatMap(({ paths, bias }) => [...paths.flatMap((g) => [...g]), ...bias]);
    const most = Math.max(...analytic.map(Math.abs));
    const random = new Random(wish.seed);
    for (let n = 0; n < 8; n++) {
      const at = random.int(0, analytic.length - 1);
      const [more, less] = [1e-6, -1e-6].map((by) => backpropagate(moved(net, at, by), lesson, along).loss);
      const off = Math.abs((more - less) / 2e-6 - analytic[at]) / most;
      expect(off, `parameter ${at} of ${JSON.stringify(wish)}`).toBeLessThan(1e-6);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(200);
});

test("pairs of spikes change weights by what two traces say", () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed);
    const steps = random.int(5, 40);
    const rows = (width: number, rate: number): Float64Array[] =>
      Array.from({ length: steps }, () =>
        Float64Array.from({ length: width }, () => Number(random.chance(rate))),
      );
    const [sources, spikes] = [rows(5, 0.3), rows(4, 0.2)];
    const timing = {
      ...{ plus: random.next(), minus: random.next(), reward: gaussian(random) },
      ...{ comes: random.next(), been: random.next() },
    };
    const pairs = [{ paths: [ofPairs(sources, spikes, timing)], bias: new Float64Array(0) }];
    const traces = [{ paths: [ofTraces(sources, spikes, timing)], bias: new Float64Array(0) }];
    expect(difference(traces, pairs), `seed ${seed}`).toBeLessThan(1e-9);
  }
});
