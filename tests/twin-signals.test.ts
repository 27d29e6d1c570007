/** What populations learn from, worked out by hand from docs/ARITHMETIC.md. */
import { describe, expect, test } from "vitest";
import type { Regulariser, Rule } from "../tools/exporter/program.js";
import type { Lesson } from "../tools/exporter/simulate/integer.js";
import { makePopulation } from "../tools/exporter/simulate/integer/population.js";
import { penalties } from "../tools/exporter/simulate/integer/regulariser.js";
import { gather } from "../tools/exporter/simulate/integer/signal.js";
import type { Contribution } from "../tools/exporter/simulate/integer/signal.js";
import { pairCoefficients } from "../tools/exporter/simulate/integer/stdp.js";
import { bump, surrogates } from "../tools/exporter/simulate/integer/surrogate.js";
import { dense, fine, learning, li, lif, network, path, rule, TRIANGLE } from "./twin-support.js";

describe("a block of contributions", () => {
  const contribution = (values: number[], weights: number[], changes: Partial<Contribution> = {}) => ({
    ...{ rows: Uint8Array.from(weights, (w) => w + 128), stride: weights.length, recurrent: false },
    ...{ values, exponent: 0, gain: 32768, gainExponent: 0, ...changes },
  });
  /** L of one neuron, and p. */
  const heard = (...contributions: Contribution[]) => {
    const { values, exponent } = gather(contributions, 1);
    return [values[0], exponent];
  };

  test("is shifted by one exponent, so that the largest number has 15 bits and the sum 8 more than a weight", () => {
    // Y = 2^20: e = 6, G = 2^14, s = 7. What is 3 beside it vanishes.
    expect(heard(contribution([2 ** 20], [100]), contribution([3], [127]))).toEqual([12800, 13]);
  });

  test("keeps small numbers as they are", () => {
    expect(heard(contribution([5, -2], [100, 7]))).toEqual([486, 0]);
  });

  test("takes gains with their rounding, and saturates the number that rounds up to 2^15", () => {
    expect(heard(contribution([3], [1], { gain: 16384 }))).toEqual([2, 0]);
    // Y = 65535: e = 1, G = 32767 and not 32768; s = 7; 127 · 32767 / 128.
    expect(heard(contribution([65535], [127]))).toEqual([32511, 8]);
  });

  test("has an exponent for many numbers that are not large by themselves", () => {
    // 1024 numbers of 2^14: a sum of 25 bits, e = 3; G = 2^11, a sum of 22 bits, s = 14.
    const many = contribution(Array<number>(1024).fill(2 ** 14), Array<number>(1024).fill(1));
    expect(heard(many)).toEqual([128, 17]);
    // Four such need two bits more: e = 5, s = 14.
    expect(heard(many, many, many, many)).toEqual([128, 19]);
  });

  test("gives numbers back the bits that their exponent left out", () => {
    // 3 · 2^20: e = 7, G = 3 · 2^13.
    expect(heard(contribution([3], [1], { exponent: 20 }))).toEqual([192, 14]);
    expect(heard(contribution([3], [1], { exponent: 30, gainExponent: -10 }))).toEqual([192, 14]);
    // 2^20 · 2^−12 = 256.
    expect(heard(contribution([2 ** 20], [3], { gainExponent: -12 }))).toEqual([384, 1]);
  });

  test("does not ask the exponent of what is 0 throughout", () => {
    expect(heard(contribution([0, 0], [1, 1], { exponent: 60 }), contribution([5], [2]))).toEqual([10, 0]);
  });

  test("of nothing is nothing", () => {
    expect(gather([], 2)).toEqual({ values: new Float64Array(2), exponent: 0 });
  });
});

/**
 * One step of 2-1-2 neurons: U = 60 fires, ψ = 1280, err = ±10923 (see twin-learning.test.ts). Feedback of seed 1 has
 * the weights 13 − 128 and 104 − 128. With x = 12, D is C / 1024, rounded with the 19 random bits 0x79727: up where
 * 0.95 and the fraction are 1 or more.
 */
describe("feedback that is drawn", () => {
  const taught = (changes: Partial<Rule>, lesson: Lesson = 1) => {
    const below = rule(1, { rateShift: 31, feedbackSeed: 1, gain: 32768, surrogate: TRIANGLE, ...changes });
    const net = network([dense(0, 2, [40, 20]), lif(1, 50), dense(2, 1, [8, -8]), li(2)], {
      code: "membrane-sum",
      learning: learning({ logit: 64, rules: [rule(3, { rate: 0 }), below], paths: [path(0)] }),
    });
    net.run(
      { offsets: Uint32Array.of(0, 2), events: Uint16Array.of(0, 1) },
      { steps: 1, reset: true, record: true },
    );
    net.teach(lesson);
    return fine(net, 0, 0)[0] - 43136;
  };

  test("returns the error through random weights", () => {
    // L = −91 · 10923 / 2^7 = −7766; C = 1280 · −7766 / 2^5 = −310640 = −303.4 · 1024.
    expect(taught({ signal: "random" })).toBe(303);
  });

  test("returns the target in place of the error", () => {
    // L = −24 · −16384 / 2^7 = 3072; C = 122880.
    expect(taught({ signal: "target" })).toBe(-120);
  });

  test("returns the error of the population's own random readout", () => {
    // l = −1840, −384; p = 4453, 11931; X = ±4453; L = −91 · 4453 / 2^6 = −6332; C = −126640 = −123.7 · 1024.
    expect(taught({ signal: "local" })).toBe(123);
  });

  test("returns a reward through one weight a neuron", () => {
    // L = −115 · −8192 / 2^6 = 14720; C = 294400 = 287.5 · 1024.
    expect(taught({ signal: "reward" }, { target: 1, reward: -8192 })).toBe(-288);
    // L = −115 · 16384 / 2^7 = −14720; C = −588800.
    expect(taught({ signal: "reward" })).toBe(575);
  });
});

describe("surrogates", () => {
  test("have their shapes: full at the threshold, a known part of it a width away", () => {
    const shapes = ["fast-sigmoid", "sigmoid", "arctan", "straight-through"] as const;
    expect(shapes.map((shape) => bump(shape, 0))).toEqual([32768, 32768, 32768, 32767]);
    expect(shapes.map((shape) => bump(shape, 2048))).toEqual([8192, 25771, 16384, 32767]);
    expect(shapes.map((shape) => bump(shape, 8192))).toEqual([1310, 2314, 1927, 0]);
    expect(shapes.map((shape) => bump(shape, 32766))).toEqual([113, 0, 127, 0]);
  });

  test("count distance in the neuron's own widths, take its height, and are 0 out of reach", () => {
    const state = makePopulation(lif(3, 100), new Int32Array(3));
    state.unreset.set([110, 100, 260]);
    state.thresholds.fill(100);
    const surrogate = {
      shape: "fast-sigmoid" as const,
      shift: 0,
      width: new Uint32Array(3).fill(160),
      factor: new Uint32Array(3).fill(6710886),
      height: new Uint32Array(3).fill(16384),
    };
    // n = 30719, 32767, 0: x = 2048, 0.
    expect([...surrogates(rule(1, { surrogate }), state)]).toEqual([4096, 16383, 0]);
  });

  test("shift the distance of wide membranes first", () => {
    const state = makePopulation(lif(2, 1, { bits: 32 }), new Int32Array(2));
    state.unreset.set([-(2 ** 31), 160]);
    state.thresholds.set([2 ** 31 - 1, 1]);
    const surrogate = {
      ...{ shape: "triangle" as const, shift: 4, height: null },
      ...{ width: Uint32Array.of(2 ** 28 + 2 ** 14 - 1, 50), factor: Uint32Array.of(7, 2 ** 20) },
    };
    // (2^32 − 1) >> 4 = 2^28 − 1 leaves 2^14, times 7 / 2^15, and 159 >> 4 = 9 leaves 41, times 32.
    expect([...surrogates(rule(1, { surrogate }), state)]).toEqual([3, 1312]);
  });

  test("are centred on the threshold as it was raised", () => {
    const state = makePopulation(lif(1, 50), new Int32Array(1));
    state.unreset[0] = 60;
    state.thresholds[0] = 70;
    expect([...surrogates(rule(1, { surrogate: TRIANGLE }), state)]).toEqual([1280]);
  });
});

describe("a regulariser", () => {
  /** Two neurons in four steps, one fires in all, one in none: rates 65535 and 0, mean 32767. */
  const found = (regulariser: Partial<Regulariser>) => {
    const state = {
      rule: rule(1, {
        regulariser: {
          lower: null,
          rate: null,
          upper: null,
          shift: 8,
          strength: 1,
          exponent: 0,
          ...regulariser,
        },
      }),
      population: makePopulation(lif(2, 1), new Int32Array(2)),
    };
    const lists = Array.from({ length: 4 }, () => Uint16Array.of(0));
    return Array.from(penalties(state as never, lists)!, (byte) => byte - 128);
  };

  test("lifts what is below its bound", () => {
    expect(found({ lower: 16384 })).toEqual([0, -64]);
  });

  test("draws each neuron to its rate, within ± 127", () => {
    expect(found({ rate: 32768 })).toEqual([127, -127]);
    expect(found({ rate: 32768, shift: 9 })).toEqual([64, -64]);
  });

  test("holds the population down, by one number or by its excess", () => {
    expect(found({ upper: { bound: 30000, norm: "l1" } })).toEqual([16, 16]);
    expect(found({ upper: { bound: 30000, norm: "l2" } })).toEqual([11, 11]);
    expect(found({ upper: { bound: 32767, norm: "l1" } })).toEqual([0, 0]);
  });

  test("holds each neuron below the bound by itself", () => {
    expect(found({ upper: { bound: 65535 - 2560, norm: "each" } })).toEqual([10, 0]);
  });
});

describe("pairs of spikes", () => {
  const lists = [Uint16Array.of(0), new Uint16Array(0), Uint16Array.of(0)];

  test("weaken behind a spike, strengthen before one, and do not count in its own step", () => {
    const stdp = { plus: 3, minus: 2, comes: 32768, been: 32768 };
    const n = pairCoefficients(stdp, lists, 1, 16384).map(([x]) => x);
    expect(n).toEqual([-3 * 4096, 2 * 8192 - 3 * 8192, 2 * 4096]);
    expect(pairCoefficients(stdp, lists, 1, -8192).map(([x]) => x)).toEqual([6144, 4096, -4096]);
  });

  test("have traces of 20 bits, those of what has been in units of 32", () => {
    const stdp = { plus: 0, minus: 1, comes: 0, been: 60001 };
    // 16384 · 60001 / 65536 = 15000 → 14976
    expect(pairCoefficients(stdp, lists, 1, 16384)[1]).toEqual(Float64Array.of(14976));
    const always = Array.from({ length: 80 }, () => Uint16Array.of(0));
    const full = pairCoefficients({ ...stdp, been: 65535 }, always, 1, 16384)[79];
    expect(full).toEqual(Float64Array.of(1048544));
  });

  test("teach a population without an error", () => {
    const stdp = { plus: 3, minus: 2, comes: 32768, been: 32768 };
    const net = network([dense(0, 2, [60, 0]), lif(1, 50, { reset: "zero" })], {
      learning: learning({
        loss: { of: "count", kind: "cross-entropy" },
        rules: [rule(1, { signal: "stdp", stdp, rateShift: 15 })],
        paths: [path(0)],
      }),
    });
    // The neuron fires in steps 1 and 3; input 1 comes in step 2: N = −8192, D = −128.
    net.run(
      { offsets: Uint32Array.of(0, 1, 2, 3), events: Uint16Array.of(0, 1, 0) },
      { steps: 3, reset: true, record: true },
    );
    expect(net.spikeCount(1)).toBe(2);
    net.teach(0);
    expect(fine(net, 0, 1)).toEqual([32896 + 128]);
    // Input 0 in steps 1 and 3: −12288 and 8192.
    expect(fine(net, 0, 0)).toEqual([256 * 188 + 128 + 192 - 128]);
  });
});
