/** The host, given options with code of the caller's in them: it is through before the network begins. */
import { describe, expect, it } from "vitest";
import type { Lesson, Network } from "../host/node/index.js";
import { open, sample, thrown } from "./host-support.js";
import { pupil } from "./nets.js";

const OPTIONS = ["steps", "hold", "reset", "outputs", "record", "out", "schedule"];

/** Options that do something whenever one of them is read, and count how often. */
function nosy(
  act: () => void,
  values: Record<string, unknown> = {},
): { options: object; reads: Map<string, number> } {
  const reads = new Map<string, number>();
  const options = {};
  for (const name of OPTIONS) {
    Object.defineProperty(options, name, {
      get() {
        reads.set(name, (reads.get(name) ?? 0) + 1);
        act();
        return values[name];
      },
    });
  }
  return { options, reads };
}

const CALLS: Record<string, (net: Network, options?: object) => unknown> = {
  run: (net, options) => net.run(sample(0), options),
  step: (net, options) => net.step(sample(0, 1), options),
  learn: (net, options) => net.learn(sample(0), 0, options),
};

describe.each(Object.keys(CALLS))("options of %s()", (name) => {
  const call = CALLS[name];

  it("are each read once at most", async () => {
    const { options, reads } = nosy(() => undefined);
    call(await open(pupil()), options);
    expect(reads.size).toBeGreaterThan(2);
    for (const [option, times] of reads) expect(times, option).toBe(1);
  });

  it("that run another window do not mix the two", async () => {
    const [net, plain] = [await open(pupil()), await open(pupil())];
    const { options } = nosy(() => net.run(sample(1)));
    plain.run(sample(1));
    expect(call(net, options)).toEqual(call(plain));
    expect(net.spikes("hidden")).toEqual(plain.spikes("hidden"));
    expect(net.membranes("hidden")).toEqual(plain.membranes("hidden"));
    expect(net.stats).toEqual(plain.stats);
    expect(net.snapshot()).toEqual(plain.snapshot());
  });

  it("that dispose of the network end in an error that says so", async () => {
    const net = await open(pupil());
    const { options } = nosy(() => net.dispose());
    expect(thrown(() => call(net, options)).message).toMatch(/found a network that was disposed of/);
  });
});

describe("other code of the caller's", () => {
  it("in an answer to fill is through before the network begins, too", async () => {
    const net = await open(pupil());
    const scores = new Int32Array(2);
    const act = { scores: (): unknown => net.run(sample(1)) };
    const out = {
      label: 0,
      margin: 0,
      get scores() {
        act.scores();
        return scores;
      },
    };
    expect(net.run(sample(0), { out }).label).toBe((await open(pupil())).run(sample(0)).label);
    expect(scores).toEqual((await open(pupil())).run(sample(0)).scores);
    for (const call of [CALLS.run, CALLS.step, CALLS.learn]) {
      const own = await open(pupil());
      act.scores = () => own.dispose();
      expect(thrown(() => call(own, { out })).message).toMatch(/disposed of/);
      expect(thrown(() => call(own, { out, schedule: "step" })).message).toMatch(/disposed of/);
    }
  });

  it("in a window of lists is read once", async () => {
    const net = await open(pupil());
    let reads = 0;
    const window = {
      get offsets() {
        reads++;
        net.run(sample(1));
        return Uint32Array.of(0, 1, 2);
      },
      events: Uint16Array.of(0, 1),
    };
    const plain = { offsets: Uint32Array.of(0, 1, 2), events: Uint16Array.of(0, 1) };
    expect(net.run(window)).toEqual((await open(pupil())).run(plain));
    expect(reads).toBe(1);
  });
});

describe("a lesson with code of the caller's in it", () => {
  const FIELDS = ["label", "targets", "from", "to", "reward"];
  /** A lesson that does something whenever a field of it is read, and counts how often. */
  function nosyLesson(act: () => void, values: Lesson): { lesson: Lesson; reads: Map<string, number> } {
    const reads = new Map<string, number>();
    const lesson = {};
    for (const name of FIELDS) {
      Object.defineProperty(lesson, name, {
        get() {
          reads.set(name, (reads.get(name) ?? 0) + 1);
          act();
          return values[name as keyof Lesson];
        },
      });
    }
    return { lesson, reads };
  }
  const TEACH: Record<string, (net: Network, lesson: number | Lesson) => unknown> = {
    learn: (net, lesson) => net.learn(sample(0), lesson),
    teach: (net, lesson) => net.teach(lesson, "window"),
  };

  it.each(Object.keys(TEACH))("is read once by %s()", async (name) => {
    const { lesson, reads } = nosyLesson(() => undefined, { label: 0, from: 1, to: 9 });
    const net = await open(pupil());
    net.run(sample(0));
    TEACH[name](net, lesson);
    expect([...reads]).toEqual(FIELDS.map((field) => [field, 1]));
  });

  it("that runs another window does not mix the two", async () => {
    const [net, plain] = [await open(pupil()), await open(pupil())];
    const { lesson } = nosyLesson(() => net.run(sample(1)), { label: 0 });
    plain.run(sample(1));
    expect(net.learn(sample(0), lesson)).toEqual(plain.learn(sample(0), 0));
    expect(net.snapshot()).toEqual(plain.snapshot());
  });

  it("that says another thing the second time is taken at its first word", async () => {
    const net = await open(pupil());
    let label = 0;
    const lesson = {
      get label() {
        return label++ ? 99 : 0;
      },
    };
    const plain = await open(pupil());
    expect(net.learn(sample(0), lesson)).toEqual(plain.learn(sample(0), 0));
    expect(net.snapshot()).toEqual(plain.snapshot());
  });

  it("that disposes of the network ends in an error that says so", async () => {
    for (const call of Object.values(TEACH)) {
      const net = await open(pupil());
      net.run(sample(0));
      const { lesson } = nosyLesson(() => net.dispose(), { label: 0 });
      expect(thrown(() => call(net, lesson)).message).toMatch(/disposed of/);
    }
  });
});
