/** The host, learning: lessons, their schedules and their rates. */
import { describe, expect, it } from "vitest";
import { scaleRate } from "../host/rates.js";
import { codeThrown, DENSE, open, sample, thrown } from "./host-support.js";
import { blobOf, counter, pupil } from "./nets.js";

describe("learning", () => {
  it("answers before the lesson, and better after it, in both schedules", async () => {
    for (const schedule of ["window", "step"] as const) {
      const net = await open(pupil());
      const first = [0, 1].map((label) => net.learn(sample(label), label, { schedule }));
      expect(first[0].label).toBe(0);
      for (let pass = 0; pass < 5; pass++)
        [1, 0].forEach((label) => net.learn(sample(label), label, { schedule }));
      for (const label of [0, 1]) {
        const { label: found, margin } = net.run(sample(label));
        expect(found, schedule).toBe(label);
        expect(margin).toBeGreaterThan(0);
      }
    }
  });

  it("is the same as running and teaching afterwards", async () => {
    const [a, b] = [await open(pupil()), await open(pupil())];
    const answer = a.learn(sample(1), 1);
    expect(b.run(sample(1))).toEqual(answer);
    b.teach(1);
    expect(a.snapshot()).toEqual(b.snapshot());
    expect(a.snapshot()).not.toEqual(blobOf(pupil()));
  });

  it("teaches the last step after step(), where the blob has that schedule", async () => {
    const [a, b] = [await open(pupil()), await open(pupil())];
    a.learn(sample(1, 3), 1, { schedule: "step" });
    for (let t = 0; t < 3; t++) {
      b.step(sample(1, 1));
      b.teach(1);
    }
    expect(a.snapshot()).toEqual(b.snapshot());
  });

  it("takes the only schedule that a blob has where none is named", async () => {
    const program = pupil();
    program.learning!.schedules = ["step"];
    const net = await open(program);
    net.learn(sample(1), 1);
    expect(net.snapshot().length).toBeGreaterThan(blobOf(program).length);
    expect(codeThrown(() => net.learn(sample(1), 1, { schedule: "window" }))).toBe("NOT_LEARNING");
  });

  it("has nothing to teach from after a run without record, nor twice from one", async () => {
    const net = await open(pupil());
    net.run(sample(0), { record: false });
    expect(codeThrown(() => net.teach(0))).toBe("NOT_RECORDED");
    net.run(sample(0));
    net.teach(0);
    expect(codeThrown(() => net.teach(0))).toBe("NOT_RECORDED");
  });

  it("draws no lesson from a window that another has overwritten in part, and been refused", async () => {
    const net = await open(pupil());
    const before = net.snapshot();
    net.run(sample(0), { record: true });
    const offsets = Uint32Array.of(0, 1, 2);
    const events = Uint16Array.of(0, net.info.inputs);
    expect(thrown(() => net.run({ offsets, events }))).toBeInstanceOf(RangeError);
    expect(codeThrown(() => net.teach(0))).toBe("NOT_RECORDED");
    expect(net.snapshot()).toEqual(before);
  });

  it("is refused by a blob that does not learn", async () => {
    const net = await open(counter());
    expect(codeThrown(() => net.learn(DENSE, 0))).toBe("NOT_LEARNING");
    expect(codeThrown(() => net.teach(0))).toBe("NOT_LEARNING");
    expect(codeThrown(() => net.run(DENSE, { record: true }))).toBe("NOT_LEARNING");
  });

  it("refuses labels that are no class before it runs", async () => {
    const net = await open(pupil());
    for (const label of [-1, 2, 0.5, NaN]) {
      expect(
        thrown(() => net.learn(sample(0), label)),
        String(label),
      ).toBeInstanceOf(RangeError);
    }
    expect(thrown(() => net.teach("1" as never))).toBeInstanceOf(TypeError);
    expect(net.stats.steps).toBe(0);
  });

  it("stops at a rate of 0, goes further at a higher one, and is the shipped one at 1", async () => {
    const change = async (rate: number): Promise<number> => {
      const net = await open(pupil());
      net.rate = rate;
      net.learn(sample(1), 1);
      const margin = net.run(sample(1), { record: false }).scores;
      return margin[1] - margin[0];
    };
    const [none, half, one, two] = [await change(0), await change(0.5), await change(1), await change(2)];
    expect(none).toBe(0);
    expect(half).toBeGreaterThan(0);
    expect(one).toBeGreaterThan(half);
    expect(two).toBeGreaterThan(one);
    const shipped = await open(pupil());
    shipped.learn(sample(1), 1);
    const { scores } = shipped.run(sample(1));
    expect(scores[1] - scores[0]).toBe(one);
  });

  it("refuses rates that are no factors, and leaves the old ones", async () => {
    const net = await open(pupil());
    net.rate = 2;
    expect(thrown(() => (net.rate = -1))).toBeInstanceOf(RangeError);
    expect(thrown(() => (net.rate = 1e9))).toBeInstanceOf(RangeError);
    expect(thrown(() => (net.rate = "2" as never))).toBeInstanceOf(TypeError);
    expect(thrown(() => net.setRate(1, 5))).toBeInstanceOf(RangeError);
    expect(net.rate).toBe(2);
  });

  it("scales rates to mantissa and shift within a thousandth, as far as the shift reaches", () => {
    for (const factor of [0.001, 0.1, 0.5, 0.999, 1.7, 3, 50]) {
      const { mantissa, shift } = scaleRate({ mantissa: 700, shift: 12 }, factor);
      expect(Number.isInteger(mantissa) && mantissa <= 1023 && shift <= 30).toBe(true);
      expect((mantissa * 2 ** -shift) / ((700 / 4096) * factor)).toBeCloseTo(1, 2.9);
    }
    expect(scaleRate({ mantissa: 700, shift: 12 }, 1)).toEqual({ mantissa: 700, shift: 12 });
    expect(() => scaleRate({ mantissa: 1023, shift: 0 }, 1.1)).toThrow(RangeError);
  });
});
