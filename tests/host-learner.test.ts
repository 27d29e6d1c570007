/** The learner that looks after itself: replay, what is held back, going back, slowing down. */
import { describe, expect, it } from "vitest";
import { Learner } from "../host/node/index.js";
import { Reservoir } from "../host/reservoir.js";
import { open, sample, thrown } from "./host-support.js";
import type { Synapses } from "../tools/exporter/program.js";
import { blobOf, pupil } from "./nets.js";

const good = [0, 1].map((label) => ({ window: sample(label), lesson: label }));

describe("a reservoir", () => {
  it("keeps a fair choice of what was offered, copied", () => {
    const counts = new Float64Array(20);
    for (let seed = 0; seed < 2000; seed++) {
      const reservoir = new Reservoir<number>(5, seed);
      for (let n = 0; n < 20; n++) reservoir.offer(n);
      expect(reservoir.size).toBe(5);
      for (const n of new Set(reservoir.pick(200))) counts[n]++;
    }
    for (const count of counts) expect(count / 2000).toBeCloseTo(0.25, 1);
    const one = new Reservoir<Uint8Array>(1, 1);
    const array = Uint8Array.of(1);
    one.offer(array);
    array[0] = 2;
    expect(one.pick(1)[0][0]).toBe(1);
  });

  it("of nothing gives nothing", () => {
    const reservoir = new Reservoir<number>(0, 1);
    reservoir.offer(1);
    expect(reservoir.pick(3)).toEqual([]);
  });
});

describe("a learner", () => {
  it("gives the same lessons as learn() where it has nothing to look after", async () => {
    const [a, b] = [await open(pupil()), await open(pupil())];
    const learner = new Learner(a);
    for (let n = 0; n < 6; n++) {
      expect(learner.learn(sample(n % 2), n % 2)).toEqual(b.learn(sample(n % 2), n % 2));
    }
    expect(a.snapshot()).toEqual(b.snapshot());
    expect(learner.report).toMatchObject({ lessons: 6, rollbacks: 0, rate: 1, accuracy: NaN });
  });

  it("shows old windows again", async () => {
    const [a, b] = [await open(pupil()), await open(pupil())];
    const learner = new Learner(a, { reservoir: 1, replay: 2 });
    learner.learn(sample(0), 0);
    learner.learn(sample(1), 1);
    b.learn(sample(0), 0);
    b.learn(sample(1), 1);
    b.learn(sample(0), 0);
    b.learn(sample(0), 0);
    expect(a.snapshot()).toEqual(b.snapshot());
  });

  it("goes back to its best, and on more slowly, when lessons do harm", async () => {
    const net = await open(pupil());
    for (let pass = 0; pass < 6; pass++) for (const { window, lesson } of good) net.learn(window, lesson);
    const learner = new Learner(net, { heldBack: good, every: 10, tolerance: 0.1 });
    expect(learner.report.accuracy).toBe(1);
    const before = net.snapshot();
    for (let n = 0; n < 10; n++) learner.learn(sample(0), 1);
    expect(learner.report).toMatchObject({ rollbacks: 1, accuracy: 1, best: 1 });
    expect(net.rate).toBeLessThan(1);
    expect(net.snapshot()).toEqual(before);
  });

  it("slows down when weights reach the ends of their range", async () => {
    const net = await open(pupil());
    const learner = new Learner(net);
    const { node } = net.info.paths.find(({ learns }) => learns)!;
    expect(net.saturation()).toMatchObject([{ node, saturated: 0, share: 0 }]);
    const full = pupil();
    const { weights } = full.operations[node] as Synapses;
    weights
      .fill(0)
      .fill(127, 0, weights.length / 4)
      .fill(-128, weights.length / 4, weights.length / 2);
    net.restore(blobOf(full));
    learner.look();
    expect(net.saturation()[0]).toMatchObject({ node, saturated: weights.length / 2, share: 0.5 });
    expect(learner.report).toMatchObject({ saturated: 0.5, rate: 0.5 });
    learner.look();
    expect(net.rate, "what has slowed down already").toBe(0.5);
  });

  it("refuses options that are out of their range, by name", async () => {
    const net = await open(pupil());
    expect(thrown(() => new Learner(net, { every: 0 }))).toBeInstanceOf(RangeError);
    expect(thrown(() => new Learner(net, { tolerance: "1" as never })).message).toMatch(
      /found string for tolerance/,
    );
  });
});
