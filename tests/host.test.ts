/** The host: what a network takes, answers, learns and refuses. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { codeOf, messageOf } from "../host/errors.js";
import { load as loadInBrowser } from "../host/browser/index.js";
import { load, ModelError } from "../host/node/index.js";
import type { Network } from "../host/node/index.js";
import { scaleRate } from "../host/rates.js";
import type { Program } from "../tools/exporter/program.js";
import { IntegerNetwork } from "../tools/exporter/simulate/integer.js";
import { sealBlob } from "../tools/exporter/writers/blob.js";
import { adder, blobOf, counter, pupil } from "./nets.js";
import { randomInput, randomProgram } from "./random-program.js";

const open = (program: Program): Promise<Network> => load(blobOf(program));

/** What a call throws. */
function thrown(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  return expect.fail("expected the call to throw");
}

/** The code of the ModelError that a call throws. */
function codeThrown(call: () => unknown): string {
  const error = thrown(call);
  expect(error).toBeInstanceOf(ModelError);
  return (error as ModelError).code;
}

/** Input 0 spikes in the odd steps, input 1 in all: classes count 2 and 4. */
const DENSE = Uint8Array.from([0, 1, 1, 1, 0, 1, 1, 1]);

describe("loading", () => {
  it("takes bytes, a buffer, a response and a path, with and without SIMD", async () => {
    const blob = blobOf(counter());
    for (const model of [blob, blob.buffer, new Response(blob)]) {
      for (const simd of [true, false]) {
        const source = model instanceof Response ? model.clone() : model;
        expect((await load(source, { simd })).run(DENSE).label).toBe(1);
      }
    }
  });

  it("takes another core: bytes, a compiled module or an address", async () => {
    const url = new URL("../dist/spikelet.wasm", import.meta.url);
    const bytes = new Uint8Array(readFileSync(url));
    for (const wasm of [bytes, new WebAssembly.Module(bytes), url]) {
      expect((await load(blobOf(counter()), { wasm })).run(DENSE).label).toBe(1);
    }
  });

  it("goes through the browser's door to the same network", async () => {
    const wasm = new Uint8Array(readFileSync(new URL("../dist/spikelet.simd.wasm", import.meta.url)));
    const blob = blobOf(pupil());
    for (const core of [wasm, new Response(wasm)]) {
      const [net, own] = [await loadInBrowser(blob, { wasm: core }), await load(blob)];
      expect(net.learn(sample(1), 1)).toEqual(own.learn(sample(1), 1));
      expect(net.snapshot()).toEqual(own.snapshot());
    }
    await expect(loadInBrowser(7 as never, { wasm })).rejects.toThrow(TypeError);
  });

  it("refuses a model of the wrong type with a TypeError", async () => {
    await expect(load(7 as never)).rejects.toThrow(TypeError);
    await expect(load(new Response("", { status: 404 }))).rejects.toThrow(/status 404, expected 200/);
  });

  it("refuses a damaged blob with a ModelError that says what was found", async () => {
    const blob = blobOf(counter());
    const refusals: [string, RegExp, (bytes: Uint8Array) => Uint8Array][] = [
      ["BAD_LENGTH", /found 16 bytes, expected at least the 64/, (bytes) => bytes.slice(0, 16)],
      [
        "BAD_LENGTH",
        new RegExp(`found ${blob.length - 16} bytes, expected the ${blob.length}`),
        (b) => b.slice(0, -16),
      ],
      ["BAD_MAGIC", /expected "SPKL"/, (bytes) => bytes.with(0, 0)],
      ["BAD_VERSION", /found format version 9, expected 1/, (bytes) => bytes.with(L.HEADER_VERSION, 9)],
      ["BAD_CRC", /found checksum 0x/, (bytes) => bytes.with(blob.length - 20, 1)],
      ["BAD_HEADER", /header/, (bytes) => sealed(bytes.with(L.HEADER_INPUT_KIND, 7))],
      ["BAD_ARENA", /arena/, (bytes) => sealed(bytes.with(L.HEADER_ARENA, 0))],
    ];
    for (const [code, message, damage] of refusals) {
      const error = await load(damage(blob)).then(
        () => expect.fail(`${code} was taken`),
        (e: ModelError) => e,
      );
      expect(error).toBeInstanceOf(ModelError);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
    }
  });

  it("has one message and one name for each status of the core", () => {
    const statuses = Object.entries(L).filter(
      ([name, value]) => /^(BAD|NOT|NO|UNKNOWN)_/.test(name) && name !== "NODE_BYTES" && value <= L.NO_SPACE,
    );
    const own = statuses.filter(([name]) => !["RESET_NONE"].includes(name));
    expect(own.length).toBe(L.NO_SPACE);
    for (const [name, status] of own) expect(codeOf(status)).toBe(name);
    const messages = own.map(([, status]) => messageOf(status));
    expect(new Set(messages).size).toBe(own.length);
    for (const message of messages) expect(message).toMatch(/^found /);
  });

  it("says what the blob holds, with the exporter's names", async () => {
    const { info } = await open(pupil());
    expect(info).toMatchObject({ inputs: 4, classes: 2, code: "membrane-sum", maxSteps: 20, events: 200 });
    expect(info.nodes.map(({ name, kind, neurons }) => [name, kind, neurons])).toEqual([
      ["fc1", "dense", 4],
      ["hidden", "lif", 4],
      ["fc2", "dense", 2],
      ["readout", "li", 2],
    ]);
    expect(info.schedules).toEqual(["step", "window"]);
    expect(info.rules).toMatchObject([{ node: 2, signal: "readout", learnsBias: true }]);
  });

  it("calls operations by kind and place where there are no names", async () => {
    const names = (await open(adder())).info.nodes.map(({ name }) => name);
    expect(names).toEqual(["analogue0", "li1"]);
  });
});

function sealed(bytes: Uint8Array): Uint8Array {
  sealBlob(bytes);
  return bytes;
}

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

/** Inputs 0 and 1 spike for class 0, inputs 2 and 3 for class 1. */
function sample(label: number, steps = 10): Uint8Array {
  return Uint8Array.from({ length: 4 * steps }, (_, at) => Number(Math.floor((at % 4) / 2) === label));
}

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

describe("a network that was disposed of", () => {
  it("refuses every call", async () => {
    const net = await open(pupil());
    net.dispose();
    const calls = [
      () => net.run(sample(0)),
      () => net.step(sample(0, 1)),
      () => net.learn(sample(0), 0),
      () => net.teach(0),
      () => net.reset(),
      () => net.snapshot(),
      () => net.restore(blobOf(pupil())),
      () => net.membranes(1),
      () => net.spikes(1),
      () => net.stats,
      () => (net.rate = 1),
    ];
    for (const call of calls) expect(thrown(call).message).toMatch(/disposed of/);
    await expect(net.save("/nowhere")).rejects.toThrow(/disposed of/);
  });
});
