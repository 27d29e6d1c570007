/** The host, running: windows and steps, answers, and the input it refuses. */
import { describe, expect, it } from "vitest";
import { load } from "../host/node/index.js";
import type { Network } from "../host/node/index.js";
import { IntegerNetwork } from "../tools/exporter/simulate/integer.js";
import { DENSE, open, thrown } from "./host-support.js";
import { adder, blobOf, counter } from "./nets.js";
import { randomInput, randomProgram } from "./random-program.js";

describe("running", () => {
  it("gives label, margin and scores of a dense window", async () => {
    const net = await open(counter());
    expect(net.run(DENSE)).toEqual({ label: 1, margin: 2, scores: Int32Array.of(2, 4) });
  });

  it("takes the same window as lists of spikes", async () => {
    const net = await open(counter());
    const offsets = Uint32Array.of(0, 1, 3, 4, 6);
    const events = Uint16Array.of(1, 0, 1, 1, 0, 1);
    expect(net.run({ offsets, events })).toEqual(net.run(DENSE));
  });

  it("counts a number above 1 as several spikes", async () => {
    const net = await open(counter());
    // a subtracting reset pays one threshold a step: three spikes at once are three spikes out
    expect(net.run(Uint8Array.of(3, 0, 0, 0, 0, 0)).scores).toEqual(Int32Array.of(3, 0));
  });

  it("starts from rest each time, unless told to go on", async () => {
    const net = await open(counter());
    net.run(DENSE);
    expect(net.run(DENSE).scores).toEqual(Int32Array.of(2, 4));
    expect(net.run(DENSE, { reset: false }).scores).toEqual(Int32Array.of(4, 8));
  });

  it("gives the outputs of every step on demand", async () => {
    const net = await open(counter());
    expect(net.run(DENSE).outputs).toBeUndefined();
    expect(net.run(DENSE, { outputs: true }).outputs).toEqual(Int32Array.from(DENSE));
  });

  it("fills the answer that is handed in and returns it", async () => {
    const net = await open(counter());
    const out = { label: -1, margin: -1, scores: new Int32Array(2), outputs: new Int32Array(12) };
    expect(net.run(DENSE, { out, outputs: true })).toBe(out);
    expect(out).toMatchObject({ label: 1, margin: 2, scores: Int32Array.of(2, 4) });
    expect(out.outputs.subarray(0, 8)).toEqual(Int32Array.from(DENSE));
    expect(net.step(Uint8Array.of(1, 0), { out })).toBe(out);
  });

  it("refuses an answer without room before it runs", async () => {
    const net = await open(counter());
    net.run(DENSE);
    const small = { label: 0, margin: 0, scores: new Int32Array(1) };
    expect(thrown(() => net.run(DENSE, { out: small }))).toBeInstanceOf(RangeError);
    const none = { label: 0, margin: 0, scores: new Int32Array(2) };
    expect(thrown(() => net.run(DENSE, { out: none, outputs: true }))).toBeInstanceOf(TypeError);
    expect(thrown(() => net.run(DENSE, { out: { ...none, scores: [0, 0] as never } }))).toBeInstanceOf(
      TypeError,
    );
    expect(net.stats.steps).toBe(4);
  });

  it("goes on step by step, by rows or by indices, to the same answer as a window", async () => {
    const net = await open(counter());
    const whole = net.run(DENSE);
    net.reset();
    for (let t = 0; t < 3; t++) net.step(DENSE.subarray(2 * t, 2 * t + 2));
    expect(net.step(Uint16Array.of(0, 1))).toEqual(whole);
    expect(net.spikes("out")).toEqual(Uint16Array.of(0, 1));
    expect(net.step(new Uint16Array(0)).scores).toEqual(whole.scores);
    expect(net.spikes("out")).toEqual(new Uint16Array(0));
  });

  it("takes whole numbers as they are and floats as shares of the input range", async () => {
    const net = await open(adder());
    const sum = (window: Int16Array | Int8Array | Uint8Array | Float32Array): number =>
      net.run(window).scores[0];
    expect(sum(Int16Array.of(1, 2, -3))).toBe(1 + 20 - 300);
    expect(sum(Int8Array.of(1, 2, -3))).toBe(1 + 20 - 300);
    expect(sum(Uint8Array.of(1, 2, 3))).toBe(321);
    expect(sum(Float32Array.of(0.01, 0.02, -0.03))).toBe(1 + 20 - 300);
    expect(sum(Float32Array.of(9, 0, 0)), "beyond the range").toBe(100);
    expect(sum(Float32Array.of(0.014, 0.016, -0.014)), "rounded").toBe(1 + 20 - 100);
    expect(sum(Int16Array.of(1, 0, 0, 0, 1, 0)), "two frames").toBe(11);
  });

  it("holds one frame for as many steps as it is told", async () => {
    const net = await open(adder(1));
    const frame = Int16Array.of(1, 1, 0);
    expect(net.run(frame, { hold: true, steps: 4 }).scores[0]).toBe(44);
    expect(net.stats).toMatchObject({ steps: 4, sops: 2 });
    expect(thrown(() => net.run(Int16Array.of(1, 1, 0, 1, 1, 0)))).toBeInstanceOf(RangeError);
    expect(thrown(() => net.run(frame, { hold: true })).message).toMatch(/hold without steps/);
    expect(thrown(() => net.run(frame, { hold: true, steps: 5 })).message).toMatch(/5 steps, expected 1 … 4/);
  });

  it("refuses input of the wrong type with a TypeError", async () => {
    const spiking = await open(counter());
    const analogue = await open(adder());
    for (const window of [
      [0, 1],
      new Int16Array(2),
      new Float32Array(2),
      null,
      { events: [], offsets: [] },
    ]) {
      expect(
        thrown(() => spiking.run(window as never)),
        String(window),
      ).toBeInstanceOf(TypeError);
    }
    for (const window of [
      [0, 1, 2],
      new Uint16Array(3),
      { offsets: new Uint32Array(2), events: new Uint16Array() },
    ]) {
      expect(
        thrown(() => analogue.run(window as never)),
        String(window),
      ).toBeInstanceOf(TypeError);
    }
    expect(thrown(() => spiking.run(DENSE, { steps: 1.5 }))).toBeInstanceOf(TypeError);
  });

  it("refuses input of the wrong size or value with a RangeError that names both", async () => {
    const net = await open(counter());
    const lists = (offsets: number[], events: number[]) => ({
      offsets: Uint32Array.from(offsets),
      events: Uint16Array.from(events),
    });
    const wrong: [Parameters<Network["run"]>[0], RegExp][] = [
      [new Uint8Array(3), /found 3 numbers, expected a multiple of the network's 2/],
      [new Uint8Array(0), /found 0 numbers/],
      [new Uint8Array(14), /found 7 steps, expected 1 … 6/],
      [Uint8Array.of(13, 0), /found 13 spikes or more in the window, expected at most 12/],
      [lists([0, 1], [2]), /found a spike of input 2, expected 0 … 1/],
      [lists([0, 2, 1], [0, 1]), /offset 1 of step 2 below the one before/],
      [lists([0, 3], [0, 1]), /found 2 events, expected at least 3/],
      [lists([1, 2], [0, 1]), /found 1 as the first offset, expected 0/],
      [lists([0, 13], new Array<number>(13).fill(0)), /found 13 spikes or more/],
    ];
    net.run(DENSE);
    for (const [window, message] of wrong) {
      const error = thrown(() => net.run(window));
      expect(error, String(message)).toBeInstanceOf(RangeError);
      expect(error.message).toMatch(message);
    }
    expect(thrown(() => net.run(DENSE, { steps: 3 })).message).toMatch(
      /found 4 steps in the window, expected 3/,
    );
    expect(thrown(() => net.run(Uint8Array.of(1, 0), { hold: true, steps: 2 }))).toBeInstanceOf(RangeError);
    expect(net.stats.steps, "what was refused did not run").toBe(4);
    const analogue = await open(adder());
    expect(thrown(() => analogue.run(Float32Array.of(0, NaN, 0))).message).toMatch(/NaN at 1/);
  });

  it("counts spikes and synaptic operations since the last start from rest", async () => {
    const net = await open(counter());
    net.run(DENSE);
    expect(net.stats).toEqual({
      steps: 4,
      spikes: 6,
      sops: 12,
      nodes: [
        { name: "in", kind: "dense", spikes: 0, sops: 12 },
        { name: "out", kind: "lif", spikes: 6, sops: 0 },
      ],
    });
    net.reset();
    expect(net.stats).toMatchObject({ steps: 0, spikes: 0, sops: 0 });
  });

  it("shows membranes of populations by name or index, and of nothing else", async () => {
    const net = await open(counter());
    net.step(Uint8Array.of(0, 1));
    expect(net.membranes("out")).toEqual(Int32Array.of(0, 10));
    expect(net.membranes(1)).toEqual(net.membranes("out"));
    for (const node of ["in", "nobody", 0, 2, -1]) {
      expect(thrown(() => net.membranes(node)).message).toMatch(/expected a population: "out"/);
    }
  });

  it("agrees with the twin on random programs, states included", async () => {
    for (let seed = 0; seed < 60; seed++) {
      const program = randomProgram(seed);
      const blob = blobOf(program);
      const [net, twin] = [await load(blob), new IntegerNetwork(blob)];
      const { input, steps, hold } = randomInput(program, seed);
      const frames = "frames" in input;
      const { scores, label } = frames ? net.run(input.frames, { steps, hold }) : net.run(input);
      twin.run(input, { steps, hold, reset: true });
      expect({ scores, label }).toMatchObject({ label: twin.decode().label, scores: twin.decode().scores });
      program.operations.forEach((op, index) => {
        if (op.kind === "lif" || op.kind === "li")
          expect(net.membranes(index)).toEqual(twin.membranes(index));
        if (op.kind === "lif") expect(net.spikes(index)).toEqual(twin.spikes(index));
      });
    }
  });
});
