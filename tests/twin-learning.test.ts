/** Lessons of networks so small that the numbers could be worked out by hand from docs/ARITHMETIC.md. */
import { describe, expect, test } from "vitest";
import type { Learning, Path, Population, Rule } from "../tools/exporter/program.js";
import { dense, fine, HALF, learning, li, lif, network, path, rule, TRIANGLE } from "./twin-support.js";

const LOSS = { of: "membrane", kind: "mean-square", when: "every" } as const;

/**
 * A net of 2 inputs, 1 spiking neuron (θ = 50, subtract) and 2 outputs, β = κ = 1/2. Step 1: both inputs spike,
 * U = 60 fires, y = ±8. Step 2: input 0 spikes, U = 30 + 40 − 50 = 20, y = ±4. ψ = 1280, 640. The targets are such that
 * err = ±512 in both steps: E = ±768, ±512. Sums of errors have 11 bits: L = Σ 8 · 2E / 2^3 = 1536, 1024 with p = 3, and
 * x = 8, R = 5: ψ·L / 2^5 = 61440, 20480. D = C / 128 of the hidden neuron, E of the readout, without random bits.
 */
describe("a net of 2-1-2 neurons", () => {
  const readout = rule(3, { learnsBias: true, traceView: 17, stepRateShift: 2 });
  const below = rule(1, {
    ...{ signal: "paths", surrogate: TRIANGLE, rateShift: 24, traceView: 17, stepRateShift: 19 },
  });
  const paths = (returns: Path["returns"]) => [path(0), path(2, { returns })];
  const rows = Int16Array.of(8 - 512, -8 + 512, 4 - 512, -4 + 512);
  interface Changes {
    hidden?: Partial<Population>;
    below?: Partial<Rule>;
    learning?: Partial<Learning>;
  }
  const net = (changes: Changes = {}) =>
    network(
      [
        dense(0, 2, [40, 20]),
        lif(1, 50, { reset: "subtract", ...changes.hidden }),
        dense(2, 1, [8, -8]),
        li(2, { bias: new Int32Array(2) }),
      ],
      {
        code: "membrane-sum",
        learning: learning({
          ...{ loss: LOSS, targets: true },
          ...{ rules: [readout, { ...below, ...changes.below }], paths: paths("carried") },
          ...changes.learning,
        }),
      },
    );
  const twoSteps = { offsets: Uint32Array.of(0, 2, 3), events: Uint16Array.of(0, 1, 0) };
  /** q of both weights into the hidden neuron after one window. */
  const taught = (changes: Changes) => {
    const twin = net(changes);
    twin.run(twoSteps, { steps: 2, reset: true, record: true });
    twin.teach({ rows });
    return [...fine(twin, 0, 0), ...fine(twin, 0, 1)];
  };
  /** Without D: of weights 40 and 20. */
  const [FIRST, SECOND] = [43136, 38016];

  test("learns from a window by the sum over its spikes, backwards in time", () => {
    const twin = net();
    twin.run(twoSteps, { steps: 2, reset: true, record: true });
    expect([twin.membranes(1)[0], ...twin.membranes(3)]).toEqual([20, 4, -4]);
    twin.teach({ rows });
    // D of the readout: ±768 in step 1, ±512 in step 2.
    expect(fine(twin, 2, 0, 2)).toEqual([34944 - 768, 30848 + 768]);
    expect([twin.biases(3), twin.biasFine(3)]).toEqual([Int32Array.of(-5, 5), Int8Array.of(0, 0)]);
    // C = 61440 + 10240, 20480.
    expect([...fine(twin, 0, 0), ...fine(twin, 0, 1)]).toEqual([FIRST - 560 - 160, SECOND - 560]);
    // In each of 2 steps 16 draws for the readout and 16 for the layer below: 16 a lane.
    expect([...twin.generator()]).toEqual([0xaf1cdf74, 0x6c197f9e, 0xe7227e19, 0xc9ec5294]);
    expect(() => twin.teach({ rows })).toThrow("found no record");
  });

  test("learns from a step by its traces, at once", () => {
    const twin = net({ learning: { schedules: ["step"], paths: paths("present") } });
    twin.step(Uint16Array.of(0, 1), { record: true });
    twin.teachStep({ rows: rows.slice(0, 2) });
    // X = 2 everywhere, Y = ±512 and t = 2 in the readout; below P = 1280 · 1024 with p = 3, Y = P / 2^6, t = 10.
    expect(fine(twin, 2, 0, 2)).toEqual([34944 - 256, 30848 + 256]);
    expect([twin.biases(3), twin.biasFine(3)]).toEqual([Int32Array.of(-1, 1), Int8Array.of(0, 0)]);
    expect([...fine(twin, 0, 0), ...fine(twin, 0, 1)]).toEqual([FIRST - 40, SECOND - 40]);
    // 16 draws a source (two below, one of the readout) and 16 for the bias: 16 a lane.
    expect([...twin.generator()]).toEqual([0xaf1cdf74, 0x6c197f9e, 0xe7227e19, 0xc9ec5294]);
  });

  test("hears only the present where a path returns that: E stays in the readout", () => {
    // L = 1024, 1024; C = 40960 + 10240, 20480.
    expect(taught({ learning: { paths: paths("present") } })).toEqual([FIRST - 400 - 160, SECOND - 400]);
  });

  test("counts the masked steps alone, yet an error goes on backwards before the mask", () => {
    const twin = net();
    twin.run(twoSteps, { steps: 2, reset: true, record: true });
    twin.teach({ rows, from: 1, to: 2 });
    // E = 256, 512: sums of 10 and 11 bits, L = 1024 of both, R = 6, 5; C = 20480 + 10240, 20480.
    expect([...fine(twin, 0, 0), ...fine(twin, 0, 1)]).toEqual([FIRST - 240 - 160, SECOND - 240]);
    expect(fine(twin, 2, 0, 2)).toEqual([34944 - 256, 30848 + 256]);
  });

  test("cuts what comes after a reset to zero", () => {
    // U = 60, 40; ψ = 1280, 1280; C = 61440, 40960.
    expect(taught({ hidden: { reset: "zero" } })).toEqual([FIRST - 480 - 320, SECOND - 480]);
  });

  test("learns nothing in a step whose membrane a reset put there", () => {
    // U = 60, 30; ψ = 1280, 960; C = 61440, 0.
    expect(taught({ hidden: { reset: "zero-step", vReset: 30 } })).toEqual([FIRST - 480, SECOND - 480]);
  });

  test("clips coefficients by their value, whatever exponent they have", () => {
    // 2^24 − 1 is 65535 · 2^8, and less than 71680 · 2^8; 511.99 is rounded up.
    expect(taught({ below: { clip: 24 } })).toEqual([FIRST - 512 - 160, SECOND - 512]);
  });

  test("carries coefficients through a current on top of the membrane", () => {
    const current = { decay: Uint16Array.of(HALF), fine: 0 };
    // I = 60, 70; U = 60, 50; ψ = 1280, 1600; C = 61440 + 25600, 51200; J = 87040 + 25600, 51200.
    expect(taught({ hidden: { current } })).toEqual([FIRST - 880 - 400, SECOND - 880]);
  });

  test("blames a spike for the threshold that it raised", () => {
    const adaptation = { decay: Uint16Array.of(HALF), strength: Uint16Array.of(10) };
    // A = 50, 60; U = 60, 20; ψ = 1280, 320. Step 2: C = 10240, λ = −5120 · 2^20 / 2^16. Step 1: H = −3200,
    // C = 61440 − 3200 + 5120.
    const coupling = Uint32Array.of(2 ** 19);
    expect(taught({ hidden: { adaptation }, below: { coupling } })).toEqual([FIRST - 495 - 80, SECOND - 495]);
  });
});

describe("recurrent synapses", () => {
  /** The net above with a synapse of weight 10 from the hidden neuron to itself: U = 60, 30; ψ = 1280, 960. */
  const net = () =>
    network(
      [
        dense(0, 2, [40, 20]),
        dense(3, 1, [10], true),
        lif(1, 50, { reset: "subtract" }),
        dense(3, 1, [8, -8]),
        li(2),
      ],
      {
        code: "membrane-sum",
        learning: learning({
          ...{ loss: LOSS, targets: true },
          rules: [rule(4), rule(2, { signal: "paths", surrogate: TRIANGLE, rateShift: 24 })],
          paths: [
            path(0),
            path(1, { returns: "carried", gainExponent: -13 }),
            path(3, { returns: "carried" }),
          ],
        }),
      },
    );

  test("return the coefficients of the step behind, and their spikes meet the updates of the next step", () => {
    const twin = net();
    twin.run(
      { offsets: Uint32Array.of(0, 2, 3), events: Uint16Array.of(0, 1, 0) },
      { steps: 2, reset: true, record: true },
    );
    expect(twin.membranes(2)).toEqual(Int32Array.of(30));
    twin.teach({ rows: Int16Array.of(8 - 512, -8 + 512, 4 - 512, -4 + 512) });
    // Step 2: C = 960 · 1024 / 2^5 = 30720. Step 1: 30720 · 2^8 / 2^13 = 960, L = (10 · 960 + 16 · 768) / 2^4 = 1368,
    // C = 1280 · 1368 / 2^4 + 15360 = 124800.
    expect([...fine(twin, 0, 0), ...fine(twin, 0, 1)]).toEqual([43136 - 975 - 240, 38016 - 975]);
    expect(fine(twin, 1, 0)).toEqual([35456 - 240]);
  });

  test("do not learn from a spike of the window's last step", () => {
    const twin = net();
    twin.run(
      { offsets: Uint32Array.of(0, 2), events: Uint16Array.of(0, 1) },
      { steps: 1, reset: true, record: true },
    );
    twin.teach({ rows: Int16Array.of(8 - 512, -8 + 512) });
    expect(fine(twin, 1, 0)).toEqual([35456]);
    expect(fine(twin, 0, 1)).toEqual([38016 - 320]);
  });
});

describe("a last population that spikes", () => {
  test("has its errors for a learning signal, as they are", () => {
    const twin = network([dense(0, 1, [60, 20]), lif(2, 50)], {
      learning: learning({
        ...{ loss: { of: "count", kind: "mean-square" }, logit: 1024, on: 2048, off: 0 },
        rules: [
          rule(1, {
            rateShift: 20,
            surrogate: {
              ...TRIANGLE,
              width: Uint32Array.of(50, 50),
              factor: Uint32Array.of(2 ** 20, 2 ** 20),
            },
          }),
        ],
        paths: [path(0)],
      }),
    });
    twin.run(
      { offsets: Uint32Array.of(0, 1), events: Uint16Array.of(0) },
      { steps: 1, reset: true, record: true },
    );
    twin.teach(0);
    // Neuron 0 fired once, 1024 of 2048: C = 1280 · −1024, D = C / 2^11. Neuron 1 did what it should.
    expect(fine(twin, 0, 0, 2)).toEqual([256 * 188 + 128 + 640, 256 * 148 + 128]);
  });
});

test("a held frame counts in every step, clamped to the input range, by the path's trace factor", () => {
  const net = network(
    [{ ...dense(0, 2, [0, 0, 0, 0]), kind: "analogue" }, li(2, { decay: Uint16Array.of(0, 0) })],
    {
      ...{ inputKind: "analogue", inputRange: 3, code: "membrane-last" },
      learning: learning({
        rules: [rule(1, { rateShift: 15 })],
        paths: [path(0, { traceFactor: 3, traceShift: 4 })],
      }),
    },
  );
  net.run({ frames: Int16Array.of(5, 0) }, { steps: 2, hold: true, reset: true, record: true });
  expect(net.sops(0)).toBe(2);
  net.teach(0);
  // p = 8192 each, D = ∓128, Σ x·D = ∓768, times 3/16.
  expect([...fine(net, 0, 0, 2), ...fine(net, 0, 1, 2)]).toEqual([32896 + 144, 32896 - 144, 32896, 32896]);
});
