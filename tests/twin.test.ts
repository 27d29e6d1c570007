/** Numbers in this file were worked out by hand from docs/ARITHMETIC.md. */
import { describe, expect, test } from "vitest";
import type { Reset, ResetAt } from "../tools/exporter/model.js";
import type { Code } from "../tools/exporter/program.js";
import type { IntegerNetwork } from "../tools/exporter/simulate/integer.js";
import { bits, decay, rsh, sat16, scale } from "../tools/exporter/simulate/integer/arithmetic.js";
import { drawFeedback, Generator } from "../tools/exporter/simulate/integer/generator.js";
import { dense, HALF, li, lif, network } from "./twin-support.js";

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
    expect([rsh(-(2 ** 30), 31), rsh(-(2 ** 30), 52), rsh(-1, 90), scale(0, 5000)]).toEqual([0, 0, 0, 0]);
    expect([sat16(40000), sat16(-40000)]).toEqual([32767, -32768]);
  });
});

test("lengths in binary are right next to powers of two", () => {
  expect([0, 1, 2, 255, 256, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52 - 1, 2 ** 52].map(bits)).toEqual([
    0, 1, 2, 8, 9, 32, 32, 33, 52, 53,
  ]);
  expect([-1, -255, -(2 ** 31)].map(bits)).toEqual([1, 8, 32]);
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

describe("a threshold that adapts, by 100 a spike, half of it gone in a step", () => {
  const adaptation = { decay: Uint16Array.of(HALF), strength: Uint16Array.of(100) };
  const states = (twin: IntegerNetwork, steps: number) =>
    Array.from({ length: steps }, () => {
      twin.step(Uint16Array.of(0));
      return twin.adaptation(1)![0];
    });

  test("rises in the step after the spike; resets are found with it and subtract θ alone", () => {
    const net = () => network([dense(0, 1, [60]), lif(1, 100, { reset: "subtract", adaptation })]);
    // A = 100 until the spike of step 3, then 200, 150, 125, 112, 106, 203: 106 is no spike in step 7, 113 is one in 8.
    expect(course(net(), 9)).toEqual([60, 90, 105, 12, 66, 93, 106, 113, 16]);
    expect(states(net(), 9)).toEqual([0, 0, 0, 65536, 32768, 16384, 8192, 4096, 67584]);
  });

  test("rises at the end of the step of the spike where the reset acts now", () => {
    const net = () =>
      network([dense(0, 1, [60]), lif(1, 100, { reset: "subtract", resetAt: "now", adaptation })]);
    expect(course(net(), 5)).toEqual([60, 90, 5, 62, 91]);
    expect(states(net(), 5)).toEqual([0, 0, 65536, 32768, 16384]);
  });

  test("is found with the state of the step before the reset", () => {
    // Without a reset: U = 60, 90, 105, 112, …, A = 100, 100, 100, 200, 150, 125, 112: r of step 4 comes of 105 > 100.
    const net = network([dense(0, 1, [60]), lif(1, 100, { adaptation })]);
    expect(states(net, 6)).toEqual([0, 0, 0, 65536, 32768, 16384]);
    expect(net.spikeCount(1)).toBe(1);
  });

  test("stays below the top of the membrane, and at rest is θ", () => {
    const strong = { decay: Uint16Array.of(65535), strength: Uint16Array.of(65535) };
    const net = network([dense(0, 1, [127]), lif(1, 1, { bits: 8, orEqual: true, adaptation: strong })]);
    expect(course(net, 3)).toEqual([127, 127, 127]);
    // The threshold is 127 from step 2 on, and 127 ≥ 127.
    expect(net.spikeCount(1)).toBe(3);
    net.reset();
    expect(net.adaptation(1)).toEqual(Int32Array.of(0));
  });
});

describe("a current", () => {
  test("keeps its fraction and hands it on rounded", () => {
    const current = { decay: Uint16Array.of(HALF), fine: 4 };
    const net = network([dense(0, 1, [5]), lif(1, 100, { current })]);
    const states = Array.from({ length: 3 }, () => {
      net.step(Uint16Array.of(0));
      return [net.current(1)![0], net.membranes(1)[0]];
    });
    // 80 / 16 = 5, 120 / 16 = 7.5 → 8, 140 / 16 = 8.75 → 9.
    expect(states).toEqual([
      [80, 5],
      [120, 10],
      [140, 14],
    ]);
  });

  test("takes the bias in, and stays within 30 bits", () => {
    const current = { decay: Uint16Array.of(0), fine: 12 };
    const net = network([dense(0, 1, [0]), lif(1, 1, { current, bias: Int32Array.of(-(2 ** 29)) })]);
    expect(course(net, 1)).toEqual([-32768]);
    expect(net.current(1)).toEqual(Int32Array.of(-(2 ** 30) + 1));
  });
});

describe("recurrent synapses", () => {
  test("carry the spikes of the step before, also from a population further on", () => {
    const own = network([
      dense(0, 1, [120]),
      dense(3, 1, [-50], true),
      lif(1, 100, { decay: new Uint16Array(1) }),
    ]);
    const [first, second] = [lif(1, 100, { decay: new Uint16Array(1) }), lif(1, 100)];
    const later = network([dense(0, 1, [120]), dense(5, 1, [-50], true), first, dense(3, 1, [120]), second]);
    for (const net of [own, later]) {
      const membranes = Array.from({ length: 3 }, () => {
        net.step(Uint16Array.of(0));
        return net.membranes(2)[0];
      });
      expect(membranes).toEqual([120, 70, 120]);
      expect(net.sops(1)).toBe(1);
    }
  });

  test("carry nothing after a start from rest", () => {
    const net = network([dense(0, 1, [120]), dense(3, 1, [-50], true), lif(1, 100)]);
    net.step(Uint16Array.of(0));
    net.reset();
    net.step(Uint16Array.of(0));
    expect(net.membranes(2)).toEqual(Int32Array.of(120));
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

test("the generator's lanes start and go on as the page says", () => {
  const generator = new Generator(1);
  expect([...generator.lanes]).toEqual([0x96a0f96b, 0x12bc8390, 0x971e9964, 0x79adc7e7]);
  expect([...generator.draws(3)].slice(0, 4)).toEqual([0xb836680d, 0xdb169c17, 0xc27554dd, 0xeb79aeaf]);
});

test("feedback is drawn row after row, sixteen bytes a draw of each lane", () => {
  const rows = drawFeedback(1, 2, 3);
  const lanes = new Generator(1);
  const draws = [...lanes.draws(16)].slice(0, 8);
  expect([...rows.subarray(0, 5)]).toEqual([0x0d, 0x68, 0x36, 0xb8, 0x17]);
  expect([...rows.subarray(16, 21)]).toEqual([0x56, 0xa0, 0xc9, 0xd3, 0xfd]);
  expect([...new Uint32Array(rows.buffer)]).toEqual(draws);
});
