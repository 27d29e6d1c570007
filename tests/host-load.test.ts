/** The host, opening a network and closing it: what it takes, tells of it and refuses. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { codeOf, messageOf } from "../host/errors.js";
import { readInfo } from "../host/info.js";
import { load as loadInBrowser } from "../host/browser/index.js";
import { load, ModelError } from "../host/node/index.js";
import { sealBlob } from "../tools/exporter/writers/blob.js";
import { richProgram } from "./blob-support.js";
import { assemble, instance } from "./core.js";
import { DENSE, open, sample, thrown } from "./host-support.js";
import { adder, apprentice, blobOf, counter, pupil, rewarded } from "./nets.js";

function sealed(bytes: Uint8Array): Uint8Array {
  sealBlob(bytes);
  return bytes;
}

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
      ["BAD_VERSION", /found format version 9, expected 2/, (bytes) => bytes.with(L.HEADER_VERSION, 9)],
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
    expect(info.rules).toMatchObject([{ node: 3, signal: "loss", learnsBias: true }]);
    expect(info.paths).toEqual([
      { node: 2, learns: true, returns: "nothing", update: "plain", bytesPerSynapse: 1 },
    ]);
    expect(info.targets).toBe(false);
  });

  it("says what learns from what, by which paths and at which price", async () => {
    const { info } = await open(rewarded());
    expect(info.schedules).toEqual(["window"]);
    expect(info.rules.map(({ node, signal, learnsBias }) => [node, signal, learnsBias])).toEqual([
      [3, "loss", false],
      [1, "reward", false],
    ]);
    expect(info.paths).toEqual([
      { node: 0, learns: true, returns: "nothing", update: "momentum", bytesPerSynapse: 3 },
      { node: 2, learns: true, returns: "nothing", update: "plain", bytesPerSynapse: 0 },
    ]);
    expect((await open(apprentice())).info.targets).toBe(true);
    const rich = richProgram();
    const { paths, rules } = readInfo(assemble(instance("mvp"), rich));
    expect(rules.map(({ node, signal }) => [node, signal])).toEqual([
      [4, "loss"],
      [2, "random"],
    ]);
    expect(paths.map(({ node, returns, update }) => [node, returns, update])).toEqual([
      [0, "nothing", "momentum"],
      [1, "carried", "sign"],
      [3, "present", "plain"],
    ]);
    const [below] = rich.learning!.paths;
    const fixed = { ...below, learns: false, update: { kind: "plain" as const } };
    const still = {
      ...rich,
      learning: { ...rich.learning!, paths: [fixed, ...rich.learning!.paths.slice(1)] },
    };
    expect(readInfo(assemble(instance("mvp"), still)).paths[0]).toMatchObject({
      learns: false,
      bytesPerSynapse: 0,
    });
    for (const program of [counter(), adder()]) {
      expect((await open(program)).info).toMatchObject({
        schedules: [],
        rules: [],
        paths: [],
        targets: false,
      });
    }
  });

  it("calls operations by kind and place where there are no names", async () => {
    const names = (await open(adder())).info.nodes.map(({ name }) => name);
    expect(names).toEqual(["analogue0", "li1"]);
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
