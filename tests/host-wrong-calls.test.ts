/** The host, called wrongly: one line that says what was found, what was expected, what to do, and nothing done. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { load as loadInBrowser } from "../host/browser/index.js";
import { load, ModelError } from "../host/node/index.js";
import type { Network } from "../host/node/index.js";
import { DENSE, open, sample, thrown } from "./host-support.js";
import { apprentice, blobOf, counter, pupil } from "./nets.js";

type ErrorType = typeof TypeError | typeof RangeError;
type Wrong = [call: (net: Network) => unknown, type: ErrorType, message: RegExp];

const CORE = { wasm: new Uint8Array(readFileSync(new URL("../dist/spikelet.wasm", import.meta.url))) };

const LINE = /^found [^\n]+, expected [^\n]+; [^\n]+$/;

/** Each call is refused in one line, and leaves weights, counts, rates and the record as they are. */
async function refuses(calls: Wrong[], program = pupil()): Promise<void> {
  const net = await open(program);
  net.learn(sample(1), 1);
  net.run(sample(1));
  const before = { snapshot: net.snapshot(), stats: net.stats, rate: net.rate };
  for (const [call, type, message] of calls) {
    const error = thrown(() => call(net));
    expect(error, String(call)).toBeInstanceOf(type);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(LINE);
  }
  expect({ snapshot: net.snapshot(), stats: net.stats, rate: net.rate }).toEqual(before);
  net.teach(1, "window");
}

function detached(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

/** What loading is refused with. */
async function refusal(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail("expected a refusal"),
    (error: Error) => error,
  );
}

describe("a wrong call", () => {
  it("with options that are no object is refused, not taken for one without", async () => {
    const values: [unknown, RegExp][] = [
      [null, /found null for options/],
      [1, /found number for options/],
      ["x", /found string for options/],
    ];
    await refuses(
      values.flatMap(([options, message]): Wrong[] => [
        [(net) => net.run(sample(0), options as never), TypeError, message],
        [(net) => net.step(sample(0, 1), options as never), TypeError, message],
        [(net) => net.learn(sample(0), 0, options as never), TypeError, message],
      ]),
    );
  });

  it("with an answer that cannot be filled is refused before the network runs", async () => {
    const scores = new Int32Array(2);
    const outs: [unknown, RegExp][] = [
      [null, /found null for out/],
      [7, /found number for out/],
      [{ label: 0, margin: 0 }, /found undefined for out\.scores/],
      [Object.freeze({ label: 0, margin: 0, scores }), /found out frozen/],
    ];
    await refuses(
      outs.flatMap(([out, message]): Wrong[] => [
        [(net) => net.run(sample(0), { out: out as never }), TypeError, message],
        [(net) => net.step(sample(0, 1), { out: out as never }), TypeError, message],
        [(net) => net.learn(sample(0), 0, { out: out as never, schedule: "step" }), TypeError, message],
      ]),
    );
    await refuses([
      [
        (net) => net.run(sample(0), { out: { label: 0, margin: 0, scores: new Int32Array(1) } }),
        RangeError,
        /1 numbers/,
      ],
    ]);
  });

  it("with a rate or a rule that is none sets nothing", async () => {
    await refuses([
      [(net) => net.setRate(2, "0" as never), TypeError, /found string for a rule/],
      [(net) => net.setRate(2, "length" as never), TypeError, /found string for a rule/],
      [(net) => net.setRate(2, null as never), TypeError, /found null for a rule/],
      [(net) => net.setRate(2, 0n as never), TypeError, /found bigint for a rule/],
      [(net) => net.setRate(2, Symbol("0") as never), TypeError, /found symbol for a rule/],
      [(net) => net.setRate(2, 0.5), RangeError, /found rule 0\.5/],
      [(net) => net.setRate(2, 1), RangeError, /found rule 1, expected an index below 1/],
      [(net) => net.setRate(2n as never), TypeError, /found bigint for a rate/],
      [(net) => net.setRate(NaN), RangeError, /found a rate of NaN/],
    ]);
  });

  it("with a node, a label or a schedule that is none is refused", async () => {
    await refuses([
      [(net) => net.membranes(1n as never), TypeError, /found bigint for a node/],
      [(net) => net.spikes(Symbol("hidden") as never), TypeError, /found symbol for a node/],
      [(net) => net.membranes(undefined as never), TypeError, /found undefined for a node/],
      [(net) => net.membranes("length"), RangeError, /found node "length"/],
      [(net) => net.spikes(NaN), RangeError, /found node NaN/],
      [(net) => net.teach(0n as never), TypeError, /found bigint for a label/],
      [(net) => net.teach(5), RangeError, /found label 5, expected 0 … 1/],
      [(net) => net.teach(0, Symbol("step") as never), TypeError, /found symbol for a schedule/],
      [(net) => net.learn(sample(0), 0, { schedule: null as never }), TypeError, /found null for a sch/],
      [(net) => net.learn(sample(0), 0, { schedule: "never" as never }), RangeError, /schedule "never"/],
      [(net) => net.run(sample(0), { steps: Symbol("9") as never }), TypeError, /found symbol for steps/],
    ]);
  });

  it("with a lesson that is none teaches nothing and runs nothing", async () => {
    const lessons: [lesson: unknown, type: ErrorType, message: RegExp][] = [
      [null, TypeError, /found null for a label/],
      [undefined, TypeError, /found undefined for a label/],
      ["1", TypeError, /found string for a label/],
      [{}, TypeError, /found undefined for a label/],
      [[1], TypeError, /found undefined for a label/],
      [{ label: "1" }, TypeError, /found string for a label/],
      [{ label: null }, TypeError, /found null for a label/],
      [{ label: 1n }, TypeError, /found bigint for a label/],
      [{ label: 2 }, RangeError, /found label 2, expected 0 … 1/],
      [{ label: -1 }, RangeError, /found label -1/],
      [{ label: 0.5 }, RangeError, /found label 0\.5/],
      [{ label: NaN }, RangeError, /found label NaN/],
      [{ label: 2 ** 32 - 1 }, RangeError, /found label 4294967295/],
      [{ targets: new Int16Array(20) }, RangeError, /found targets for every step, expected a class/],
      [{ label: 1, targets: new Int16Array(20) }, TypeError, /found a label and targets, expected one/],
      [{ label: 1, from: -1 }, RangeError, /found -1 for from, expected a whole number from 0/],
      [{ label: 1, from: 0.5 }, RangeError, /found 0\.5 for from/],
      [{ label: 1, from: NaN }, RangeError, /found NaN for from/],
      [{ label: 1, from: Infinity }, RangeError, /found Infinity for from/],
      [{ label: 1, from: 10 }, RangeError, /found steps 10 … 10 of a window of 10/],
      [{ label: 1, from: 2 ** 32 }, RangeError, /found steps 4294967296 … 10/],
      [{ label: 1, to: 0 }, RangeError, /found 0 for to, expected a whole number from 1/],
      [{ label: 1, from: 4, to: 4 }, RangeError, /found 4 for to, expected a whole number from 5/],
      [{ label: 1, to: 11 }, RangeError, /found steps 0 … 11 of a window of 10/],
      [{ label: 1, to: 2 ** 32 + 5 }, RangeError, /found steps 0 … 4294967301 of a window of 10/],
      [{ label: 1, reward: 1.001 }, RangeError, /found a reward of 1\.001, expected -1 … 1/],
      [{ label: 1, reward: -2 }, RangeError, /found a reward of -2/],
      [{ label: 1, reward: NaN }, RangeError, /found a reward of NaN/],
      [{ label: 1, reward: Infinity }, RangeError, /found a reward of Infinity/],
    ];
    await refuses(
      lessons.flatMap(([lesson, type, message]): Wrong[] => [
        [(net) => net.learn(sample(1), lesson as never), type, message],
        [(net) => net.teach(lesson as never, "window"), type, message],
      ]),
    );
  });

  it("with parts of a lesson that are of another type is a TypeError", async () => {
    const values: [lesson: object, message: RegExp][] = [
      [{ label: 1, from: "0" }, /found string for from/],
      [{ label: 1, from: null }, /found null for from/],
      [{ label: 1, to: "10" }, /found string for to/],
      [{ label: 1, to: 10n }, /found bigint for to/],
      [{ label: 1, reward: "1" }, /found string for (a|the) reward/],
      [{ label: 1, reward: null }, /found null for (a|the) reward/],
    ];
    await refuses(
      values.flatMap(([lesson, message]): Wrong[] => [
        [(net) => net.learn(sample(1), lesson as never), TypeError, message],
        [(net) => net.teach(lesson as never, "window"), TypeError, message],
      ]),
    );
  });

  it("with targets that do not fit teaches nothing and runs nothing", async () => {
    const targets: [targets: unknown, type: ErrorType, message: RegExp][] = [
      [new Int16Array(19), RangeError, /found 19 targets, expected 20/],
      [new Int16Array(0), RangeError, /found 0 targets, expected 20/],
      [new Int16Array(40), RangeError, /found 40 targets, expected 20/],
      [new Int32Array(20), TypeError, /found Int32Array for targets, expected an Int16Array/],
      [new Uint16Array(20), TypeError, /found Uint16Array for targets/],
      [new Float32Array(20), TypeError, /found Float32Array for targets/],
      [Array<number>(20).fill(0), TypeError, /found Array for targets/],
      [null, TypeError, /found null for targets/],
      ["x", TypeError, /found string for targets/],
    ];
    await refuses(
      targets.flatMap(([rows, type, message]): Wrong[] => [
        [(net) => net.learn(sample(1), { targets: rows as never }), type, message],
        [(net) => net.teach({ targets: rows as never }), type, message],
      ]),
      apprentice(),
    );
  });

  it("with a lesson that is none in the schedule step is refused before a step is run", async () => {
    const lessons: [lesson: unknown, type: ErrorType, message: RegExp][] = [
      [{ label: 9 }, RangeError, /found label 9/],
      [{ label: "1" }, TypeError, /found string for a label/],
      [{}, TypeError, /found undefined for a label/],
      [{ targets: new Int16Array(20) }, RangeError, /found targets for every step, expected a class/],
    ];
    await refuses(
      lessons.flatMap(([lesson, type, message]): Wrong[] => [
        [(net) => net.learn(sample(1), lesson as never, { schedule: "step" }), type, message],
        [(net) => net.teach(lesson as never, "step"), type, message],
      ]),
    );
  });

  it("to restore() with bytes that were posted to a worker is refused as that", async () => {
    await refuses([
      [(net) => net.restore(detached(net.snapshot())), TypeError, /found a buffer that was transferred away/],
      [(net) => net.restore("x" as never), TypeError, /found string, expected a Uint8Array/],
    ]);
    const net = await open(counter());
    expect(thrown(() => net.restore(new Uint8Array()))).toBeInstanceOf(ModelError);
    expect(net.run(DENSE).label).toBe(1);
  });
});

describe.each([
  ["Node", load],
  ["browsers", loadInBrowser],
])("loading through the door for %s", (_, open) => {
  const wasm = (...bytes: number[]): Uint8Array<ArrayBuffer> =>
    Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, ...bytes);

  it("refuses what is no model, no options, no store's answer and no core", async () => {
    const blob = blobOf(counter());
    const store = (answer: unknown): never =>
      ({ load: async () => answer, save: async () => undefined }) as never;
    const calls: [() => Promise<unknown>, RegExp][] = [
      [() => open(null as never, CORE), /found null for a model/],
      [() => open(detached(blob.slice()).buffer as never, CORE), /found a buffer that was transferred away/],
      [() => open(blob, null as never), /found null for options/],
      [() => open(blob, 1 as never), /found number for options/],
      [() => open(store(null), CORE), /found null from the store's load\(\)/],
      [() => open(store(blob), CORE), /found Uint8Array from the store's load\(\)/],
      [() => open(store({ bytes: blob, restoredFrom: 7 }), CORE), /found number for the restoredFrom/],
      [() => open(blob, { wasm: 7 as never }), /found number for the core/],
      [() => open(blob, { wasm: wasm() }), /found nothing exported as "memory", expected the core's memory/],
      [
        // an import: a.b, a global of i32
        () => open(blob, { wasm: wasm(2, 8, 1, 1, 97, 1, 98, 3, 127, 0) }),
        /found a module that imports a\.b, expected none/,
      ],
    ];
    for (const [call, message] of calls) {
      const error = await refusal(call());
      expect(error, String(call)).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(message);
      expect(error.message).toMatch(LINE);
    }
  });

  it("takes a store that says nothing of where the bytes come from", async () => {
    const own = { load: async () => ({ bytes: blobOf(counter()) }), save: async () => undefined };
    expect((await open(own as never, CORE)).restoredFrom).toBeNull();
  });
});
