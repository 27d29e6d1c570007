/** Numbers in this file were worked out by hand from docs/ARITHMETIC.md. */
import { describe, expect, test } from "vitest";
import type { Reset, ResetAt } from "../tools/exporter/model.js";
import type { Code, Learning, Population, Program, Rule, Synapses } from "../tools/exporter/program.js";
import { IntegerNetwork } from "../tools/exporter/simulate/integer.js";
import { decay, rsh, sat16, scale } from "../tools/exporter/simulate/integer/arithmetic.js";
import { Generator } from "../tools/exporter/simulate/integer/generator.js";
import { classProbabilities, negativePower } from "../tools/exporter/simulate/integer/record.js";
import { writeBlob } from "../tools/exporter/writers/blob.js";

const HALF = 32768;

function dense(source: number, inputs: number, weights: number[]): Synapses {
  const outputs = weights.length / inputs;
  return { kind: "dense", name: "", source, adds: false, inputs, outputs, weights: Int8Array.from(weights) };
}

function lif(neurons: number, threshold: number, changes: Partial<Population> = {}): Population {
  return {
    ...{ kind: "lif", name: "", neurons, bits: 16, shift: 0, reset: "none", resetAt: "next", orEqual: false },
    ...{ decay: new Uint16Array(neurons).fill(HALF), threshold: new Int32Array(neurons).fill(threshold) },
    ...{ bias: null, lower: -32768, vReset: 0 },
    ...changes,
  };
}

function li(neurons: number, changes: Partial<Population> = {}): Population {
  return { ...lif(neurons, 1), kind: "li", threshold: null, ...changes };
}

function network(operations: Program["operations"], changes: Partial<Program> = {}): IntegerNetwork {
  const { neurons } = operations[operations.length - 1] as Population;
  const { inputs } = operations[0] as Synapses;
  const program: Program = {
    ...{
      inputs,
      inputKind: "spikes",
      inputRange: 1,
      events: 100,
      maxSteps: 10,
      classes: neurons,
      code: "count",
    },
    ...{ operations, learning: null, metadata: {} },
    ...changes,
  };
  return new IntegerNetwork(writeBlob(program, 0));
}

/** Membranes of the one neuron of operation 1 when input 0 spikes in every step. */
function course(twin: IntegerNetwork, steps: number): number[] {
  return Array.from({ length: steps }, () => {
    twin.step(Uint16Array.of(0));
    return twin.membranes(1)[0];
  });
}

describe("arithmetic", () => {
  test("a decay goes toward zero on both sides", () => {
    const b = Math.round(0.9 * 65536);
    expect([5, -5, 1, -1, 0].map((x) => decay(x, b))).toEqual([4, -4, 0, 0, 0]);
    expect(decay(-(2 ** 31), 65535)).toBe(-2147450880);
    expect(decay(2 ** 31 - 1, 65535)).toBe(2147450879);
  });

  test("shifts round half up, on both sides", () => {
    expect([3, -3, 5, -5, 2].map((x) => rsh(x, 1))).toEqual([2, -1, 3, -2, 1]);
    expect(rsh(-7, 0)).toBe(-7);
    expect([scale(3, 4), scale(-24, -4), scale(-25, -4)]).toEqual([48, -1, -2]);
    expect([sat16(40000), sat16(-40000)]).toEqual([32767, -32768]);
  });
});

describe("a neuron driven with 60 a step, β = 1/2, θ = 100, v_reset = 7", () => {
  const cases: [Reset, ResetAt, number[]][] = [
    ["none", "next", [60, 90, 105, 112, 116, 118]],
    ["subtract", "next", [60, 90, 105, 12, 66, 93]],
    ["subtract-scaled", "next", [60, 90, 105, 62, 91, 105]],
    ["zero", "next", [60, 90, 105, 63, 91, 105]],
    ["zero-step", "next", [60, 90, 105, 7, 63, 91]],
    ["subtract", "now", [60, 90, 5, 62, 91, 5]],
    ["zero", "now", [60, 90, 7, 63, 91, 7]],
  ];
  test.each(cases)("has the right membranes with reset %s, %s", (reset, resetAt, membranes) => {
    const vReset = reset === "none" ? 0 : 7;
    const twin = network([dense(0, 1, [60]), lif(1, 100, { reset, resetAt, vReset })]);
    expect(course(twin, 6)).toEqual(membranes);
  });

  test("fires at the threshold only where the comparator says so", () => {
    const spikes = [false, true].map((orEqual) => {
      const twin = network([dense(0, 1, [60]), lif(1, 90, { orEqual })]);
      course(twin, 3);
      return twin.spikeCount(1);
    });
    expect(spikes).toEqual([1, 2]);
  });
});

describe("a membrane", () => {
  test("saturates at its width and at its lower bound", () => {
    const changes = { bits: 8, decay: null, lower: -20 } as const;
    expect(course(network([dense(0, 1, [100]), lif(1, 127, changes)]), 3)).toEqual([100, 127, 127]);
    expect(course(network([dense(0, 1, [-128]), lif(1, 127, changes)]), 2)).toEqual([-20, -20]);
  });

  test("takes the accumulators scaled by 2^k, and the bias unscaled", () => {
    const bias = Int32Array.of(3);
    expect(course(network([dense(0, 1, [-25]), lif(1, 1, { shift: -4, bias })]), 1)).toEqual([1]);
    expect(course(network([dense(0, 1, [5]), lif(1, 1, { shift: 4, bias })]), 1)).toEqual([83]);
  });

  test("takes a spike that stands twice twice, and what a second connection adds", () => {
    const adds = { ...dense(0, 2, [10, 1]), adds: true };
    const twin = network([dense(0, 2, [40, 7]), adds, lif(1, 500)]);
    twin.step(Uint16Array.of(0, 1, 0));
    expect(twin.membranes(2)[0]).toBe(108);
    expect([twin.sops(0), twin.sops(1)]).toEqual([3, 3]);
  });
});

describe("codes", () => {
  /** Two neurons: the first fires in steps 3 and 4 (105, 112 > 100), the second never. */
  const spiking = (code: Code, classes: number) => {
    const twin = network([dense(0, 1, [60, 20]), lif(2, 100)], { code, classes });
    for (let t = 1; t <= 4; t++) twin.step(Uint16Array.of(0));
    return twin.decode();
  };
  /** Membranes 60, −60, then 30, −30, then 15, −15. */
  const reading = (code: Code) => {
    const twin = network([dense(0, 1, [60, -60]), li(2)], { code });
    for (let t = 1; t <= 3; t++) twin.step(t === 1 ? Uint16Array.of(0) : new Uint16Array(0));
    return twin.decode();
  };

  test("of spikes count them, date the first, or pool them", () => {
    expect(spiking("count", 2)).toEqual({ label: 0, margin: 2, scores: Int32Array.of(2, 0) });
    expect(spiking("first", 2)).toEqual({ label: 0, margin: 8, scores: Int32Array.of(8, 0) });
    expect(spiking("population", 1)).toEqual({ label: 0, margin: 2, scores: Int32Array.of(2) });
  });

  test("of membranes take the last, the highest or the sum", () => {
    expect(reading("membrane-last")).toEqual({ label: 0, margin: 30, scores: Int32Array.of(15, -15) });
    expect(reading("membrane-max")).toEqual({ label: 0, margin: 75, scores: Int32Array.of(60, -15) });
    expect(reading("membrane-sum")).toEqual({ label: 0, margin: 210, scores: Int32Array.of(105, -105) });
  });
});

describe("class probabilities", () => {
  test("are a softmax to base 2", () => {
    expect([...classProbabilities(Int32Array.of(5, 5), 1, 0)]).toEqual([8192, 8192]);
    expect([...classProbabilities(Int32Array.of(0, 1024), 1, 0)]).toEqual([5461, 10923]);
    expect([...classProbabilities(Int32Array.of(4, -4), 64, 0)]).toEqual([9598, 6786]);
    expect([...classProbabilities(Int32Array.of(0, 15360), 1, 0)]).toEqual([0, 16384]);
  });

  test("have powers of two within 4 units", () => {
    for (let f = 0; f < 1024; f++) {
      expect(Math.abs(negativePower(f) - 2 ** (15 - f / 1024))).toBeLessThan(4);
    }
  });
});

test("the generator's lanes start and go on as the page says", () => {
  const generator = new Generator(1);
  expect([...generator.lanes]).toEqual([0x96a0f96b, 0x12bc8390, 0x971e9964, 0x79adc7e7]);
  expect([...generator.draws(3)].slice(0, 4)).toEqual([0xb836680d, 0xdb169c17, 0xc27554dd, 0xeb79aeaf]);
});

/**
 * A net of 2 inputs, 1 spiking neuron (θ = 50, subtract) and 2 classes, β = κ = 1/2. Step 1: both inputs spike,
 * U = 60 fires, y = ±8, d = 1024, p = 10923, 5461. Step 2: input 0 spikes, U = 30 + 40 − 50 = 20, y = ±4, d = 512,
 * p = 9598, 6786. ψ = 1280, 640. The target is class 1. Rates shift by 0, so that no random bit takes part.
 */
describe("e-prop on a net of 2-1-2 neurons", () => {
  const bias = () => new Int32Array(2);
  const rule: Rule = {
    ...{ synapse: 2, signal: "readout", filtered: false, learnsBias: true, errorShift: 0, signalShift: 0 },
    ...{ carryShift: 0, viewShift: 4, traceShift: 0, rate: 1, rateShift: 0, stepRate: 1, stepRateShift: 0 },
    ...{ traceView: 14, biasScale: 1, surrogate: null },
  };
  const below: Rule = {
    ...{ ...rule, synapse: 0, signal: "symmetric", filtered: true, learnsBias: false, errorShift: 2 },
    ...{ signalShift: 6, carryShift: 10, viewShift: 2, stepRate: 512 },
    surrogate: { width: Uint32Array.of(50), factor: Uint32Array.of(2 ** 20) },
  };
  const learning: Learning = {
    ...{ schedules: ["step", "window"], logit: 64, logitShift: 0, seed: 1, rules: [rule, below] },
  };
  const twin = () =>
    network(
      [
        dense(0, 2, [40, 20]),
        lif(1, 50, { reset: "subtract" }),
        dense(2, 1, [8, -8]),
        li(2, { bias: bias() }),
      ],
      { code: "membrane-sum", learning },
    );
  /** u and ρ of the first `count` weights of a row */
  const row = (net: IntegerNetwork, operation: number, index: number, count: number) =>
    [net.weights(operation), net.residuals(operation)].map((all) => [
      ...all.subarray(index * 16, index * 16 + count),
    ]);

  test("a window moves weights by the sum over its spikes, backwards in time", () => {
    const net = twin();
    net.run(
      { offsets: Uint32Array.of(0, 2, 3), events: Uint16Array.of(0, 1, 0) },
      { steps: 2, reset: true, record: true },
    );
    expect([net.membranes(1)[0], ...net.membranes(3)]).toEqual([20, 4, -4]);
    net.teach(1);
    // D of the readout: ±983 in step 1, ±600 in step 2. 34944 − 983 = 33961, 30848 + 983 = 31831.
    expect(row(net, 2, 0, 2)).toEqual([
      [132, 124],
      [169, 87],
    ]);
    expect([net.biases(3), net.biasFine(3)]).toEqual([Int32Array.of(-6, 6), Int8Array.of(-47, 47)]);
    // D below: 354, 94. 43136 − 448 = 42688, 38016 − 354 = 37662.
    expect(row(net, 0, 0, 1)).toEqual([[166], [192]]);
    expect(row(net, 0, 1, 1)).toEqual([[147], [30]]);
    // In each of 2 steps 16 draws for the readout and 16 for the layer below: 16 a lane.
    expect([...net.generator()]).toEqual([0xaf1cdf74, 0x6c197f9e, 0xe7227e19, 0xc9ec5294]);
    expect(() => net.teach(1)).toThrow("found no record");
  });

  test("a step moves weights by its traces at once", () => {
    const net = twin();
    net.step(Uint16Array.of(0, 1), { record: true });
    net.teachStep(1);
    // X = 16 everywhere, Y = ±11 in the readout, 54 below it.
    expect(row(net, 2, 0, 2)).toEqual([
      [135, 121],
      [208, 48],
    ]);
    expect([net.biases(3), net.biasFine(3)]).toEqual([Int32Array.of(-1, 1), Int8Array.of(80, -80)]);
    expect(row(net, 0, 0, 1)).toEqual([[165], [32]]);
    expect(row(net, 0, 1, 1)).toEqual([[145], [32]]);
    // 16 draws a source (one of the readout, two below) and 16 for the bias: 16 a lane.
    expect([...net.generator()]).toEqual([0xaf1cdf74, 0x6c197f9e, 0xe7227e19, 0xc9ec5294]);
  });
});

test("a held frame counts in every step, clamped to the input range", () => {
  const rule: Rule = {
    ...{ synapse: 0, signal: "readout", filtered: false, learnsBias: false, errorShift: 0, signalShift: 0 },
    ...{ carryShift: 0, viewShift: 6, traceShift: 2, rate: 1, rateShift: 0, stepRate: 1, stepRateShift: 0 },
    ...{ traceView: 0, biasScale: 1, surrogate: null },
  };
  const learning: Learning = { schedules: ["window"], logit: 1, logitShift: 0, seed: 1, rules: [rule] };
  const net = network(
    [{ ...dense(0, 2, [0, 0, 0, 0]), kind: "analogue" }, li(2, { decay: Uint16Array.of(0, 0) })],
    {
      ...{ inputKind: "analogue", inputRange: 3, code: "membrane-last", learning },
    },
  );
  net.run({ frames: Int16Array.of(5, 0) }, { steps: 2, hold: true, reset: true, record: true });
  expect(net.sops(0)).toBe(2);
  net.teach(0);
  // p = 8192 each, D = ∓128, Σ x·D = ∓768, rounded to −192 and 192 by the trace shift.
  expect([...net.weights(0).subarray(0, 2), ...net.weights(0).subarray(16, 18)]).toEqual([
    129, 127, 128, 128,
  ]);
  expect([...net.residuals(0).subarray(0, 2), ...net.residuals(0).subarray(16, 18)]).toEqual([
    64, 192, 128, 128,
  ]);
});
