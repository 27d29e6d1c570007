/** The host, what it has learnt: taken out of a network and brought back. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { load } from "../host/node/index.js";
import { codeThrown, DENSE, open, sample, thrown } from "./host-support.js";
import { adder, blobOf, counter, pupil } from "./nets.js";

describe("snapshots", () => {
  it("hold what was learnt, and go on learning exactly where the network was", async () => {
    const net = await open(pupil());
    net.learn(sample(1), 1);
    const copy = await load(net.snapshot());
    for (const [lesson, label] of [1, 0, 1].entries()) {
      expect(copy.learn(sample(label), label), `lesson ${lesson}`).toEqual(net.learn(sample(label), label));
    }
    expect(copy.snapshot()).toEqual(net.snapshot());
  });

  it("bring an earlier state back, at rest, again and again", async () => {
    const net = await open(pupil());
    const states = Array.from({ length: 4 }, () => {
      net.learn(sample(1), 1);
      return net.snapshot();
    });
    for (const state of [...states, ...states.reverse()]) {
      net.restore(state);
      expect(net.snapshot()).toEqual(state);
      expect(net.stats.steps).toBe(0);
      expect(net.run(sample(1))).toEqual((await load(state)).run(sample(1)));
    }
  });

  it("that are refused leave the network as it was, states and all", async () => {
    const net = await open(pupil());
    net.learn(sample(1), 1);
    const before = net.snapshot();
    net.run(sample(0, 5));
    const membranes = net.membranes("readout");
    for (let length = 0; length < before.length; length += 7) {
      expect(codeThrown(() => net.restore(before.slice(0, length)))).toBe("BAD_LENGTH");
    }
    expect(codeThrown(() => net.restore(before.with(300, before[300] ^ 1)))).toBe("BAD_CRC");
    expect(codeThrown(() => net.restore(blobOf(counter())))).toBe("OTHER_NETWORK");
    expect(thrown(() => net.restore([] as never))).toBeInstanceOf(TypeError);
    expect(net.membranes("readout")).toEqual(membranes);
    net.teach(0);
    expect(net.snapshot()).not.toEqual(before);
    net.restore(before);
    expect(net.snapshot()).toEqual(before);
  });

  it("may be larger than all that was there before, and those that are refused then do no harm", async () => {
    const net = await open(counter());
    net.run(DENSE);
    const other = { ...counter(), maxSteps: 60000, events: 400_000 };
    net.restore(blobOf(other));
    expect(net.info.maxSteps).toBe(60000);
    expect(net.run(DENSE).scores).toEqual(Int32Array.of(2, 4));
    expect(codeThrown(() => net.restore(blobOf({ ...adder(), maxSteps: 65535, events: 65535 })))).toBe(
      "OTHER_NETWORK",
    );
    expect(net.run(DENSE, { reset: false }).scores).toEqual(Int32Array.of(4, 8));
  });

  it("keep the rate that the user has set", async () => {
    const net = await open(pupil());
    net.rate = 0;
    const state = net.snapshot();
    net.restore(state);
    net.learn(sample(1), 1);
    expect(net.rate).toBe(0);
    const learnt = await load(net.snapshot());
    expect(learnt.run(sample(1)).scores).toEqual(Int32Array.from((await load(state)).run(sample(1)).scores));
  });

  it("do not move the memory while a network runs and learns", async () => {
    const wasm = new Uint8Array(readFileSync(new URL("../dist/spikelet.wasm", import.meta.url)));
    const grown: number[] = [];
    const grow = WebAssembly.Memory.prototype.grow;
    WebAssembly.Memory.prototype.grow = function (pages) {
      grown.push(pages);
      return grow.call(this, pages);
    };
    try {
      const net = await load(blobOf({ ...pupil(), maxSteps: 5000, events: 20000 }), { wasm });
      expect(grown.length).toBeGreaterThan(0);
      grown.length = 0;
      net.learn(sample(1), 1);
      net.snapshot();
      net.run(sample(1, 3000));
      expect(grown).toEqual([]);
    } finally {
      WebAssembly.Memory.prototype.grow = grow;
    }
  });
});
