/** The commands export and inspect: a blob of a model, what it costs, what it holds. */
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { load } from "../host/node/index.js";
import { readNpz, writeNpz } from "../tools/exporter/data/npz.js";
import { file, MEANING, MODEL, object, spikelet, useFolder } from "./cli-support.js";
import { Random } from "./random.js";

useFolder();

describe("spikelet export", () => {
  it("writes a blob that loads, and says what it costs", async () => {
    const args = ["export", MODEL, "-o", file("a.spkl"), ...MEANING, "--calibrate", file("data.npz")];
    const report = await object<{
      blobBytes: number;
      arenaBytes: number;
      layers: object[];
      warnings: string[];
    }>(...args);
    const net = await load(file("a.spkl"));
    expect(net.info).toMatchObject({ blobBytes: report.blobBytes, arenaBytes: report.arenaBytes });
    expect(net.info).toMatchObject({
      inputs: 6,
      classes: 3,
      code: "count",
      inputKind: "spikes",
      maxSteps: 20,
    });
    expect(report.layers).toMatchObject([
      { name: "lif1", kind: "lif", neurons: 8, synapses: 48, weightBits: 8, stateBits: 16, learns: null },
      { name: "lif2", kind: "lif", neurons: 3, synapses: 24, weightBits: 8, stateBits: 16, learns: null },
    ]);
    expect(net.info.nodes.map(({ name }) => name)).toEqual(["fc1", "lif1", "fc2", "lif2"]);
  });

  it("gives the same bytes for the same model and options, and others for other options", async () => {
    const blob = async (...more: string[]): Promise<Buffer> => {
      const args = [
        "export",
        MODEL,
        "-o",
        file("b.spkl"),
        ...MEANING,
        "--calibrate",
        file("data.npz"),
        ...more,
      ];
      expect((await spikelet(...args)).code).toBe(0);
      return readFile(file("b.spkl"));
    };
    const first = await blob();
    expect((await blob()).equals(first)).toBe(true);
    for (const more of [
      ["--state-bits", "8"],
      ["--code", "first"],
      ["--max-spikes", "77"],
      ["--percentile", "50"],
    ]) {
      expect((await blob(...more)).equals(first), more.join(" ")).toBe(false);
    }
  });

  it("has room for twice the busiest calibration sample, or for what the user says", async () => {
    const room = async (...more: string[]): Promise<unknown> => {
      const args = ["export", MODEL, "-o", file("c.spkl"), ...MEANING, ...more];
      return (await object<{ input: { room: number } }>(...args)).input.room;
    };
    const { x } = Object.fromEntries(readNpz(await readFile(file("data.npz")), "", ["x"]));
    const sums = Array.from({ length: 60 }, (_, n) =>
      Array.from(x.data.subarray(n * 120, (n + 1) * 120)).reduce((a, b) => a + b, 0),
    );
    expect(await room("--calibrate", file("data.npz"))).toBe(Math.min(120, 2 * Math.max(...sums)));
    expect(await room("--max-steps", "7")).toBe(42);
    expect(await room("--max-steps", "7", "--max-spikes", "9")).toBe(9);
  });

  it("says aloud on standard error what it assumes, and refuses to under --strict", async () => {
    const { code, err, out } = await spikelet(
      "export",
      MODEL,
      "-o",
      file("d.spkl"),
      "--max-steps",
      "5",
      "--json",
    );
    expect(code).toBe(0);
    expect(err).toMatch(/^spikelet: .*--reset/m);
    expect(err).toMatch(/^spikelet: .*taken to be spikes; --input analogue says otherwise/m);
    expect(
      (JSON.parse(out) as { warnings: string[] }).warnings.map((line) => `spikelet: ${line}\n`).join(""),
    ).toBe(err);
    const strict = await spikelet("export", MODEL, "-o", file("e.spkl"), "--max-steps", "5", "--strict");
    expect(strict).toMatchObject({ code: 3, out: "" });
    expect(strict.err).toMatch(/--strict assumes nothing/);
    await expect(readFile(file("e.spkl"))).rejects.toThrow(/ENOENT/);
    const full = [...MEANING, "--calibrate", file("data.npz"), "--strict"];
    expect(await spikelet("export", MODEL, "-o", file("e.spkl"), ...full)).toMatchObject({ code: 0 });
  });

  it("takes frames that are held, and later commands present them so by themselves", async () => {
    const random = new Random(5);
    const x = Float32Array.from({ length: 12 * 6 }, () => random.next());
    await writeFile(file("frames.npz"), writeNpz({ x: { shape: [12, 6], data: x } }));
    const args = ["export", MODEL, "-o", file("held.spkl"), ...MEANING, "--calibrate", file("frames.npz")];
    expect(await spikelet(...args)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--max-steps T/) as string,
    });
    const { input, maxSteps } = await object(...args, "--max-steps", "15");
    expect({ input, maxSteps }).toEqual({
      input: { kind: "analogue", channels: 6, range: 255, room: 1 },
      maxSteps: 15,
    });
    const verdict = await object<{ classAgreement: number; layers: { arithmeticF1: number }[] }>(
      ...["verify", MODEL, file("held.spkl"), file("frames.npz")],
    );
    expect(verdict.classAgreement).toBeGreaterThan(0.9);
    expect(verdict.layers[0].arithmeticF1).toBeGreaterThan(0.98);
  });
});

describe("spikelet inspect", () => {
  it("says of a blob what export said", async () => {
    const args = ["export", MODEL, "-o", file("f.spkl"), ...MEANING, "--calibrate", file("data.npz")];
    const exported = await object<{ layers: object[] }>(...args);
    const found = await object<{ layers: object[] }>("inspect", file("f.spkl"));
    for (const field of ["blobBytes", "arenaBytes", "input", "maxSteps", "classes", "code"] as const) {
      expect(found[field as never], field).toEqual(exported[field as never]);
    }
    expect(exported.layers).toMatchObject(found.layers);
  });

  it("says what learns, and how", async () => {
    const update = { kind: "plain" };
    expect(await object("inspect", file("pupil.spkl"))).toMatchObject({
      layers: [
        { name: "block.lif", learns: "paths" },
        { name: "lif.2", learns: "loss" },
      ],
      learning: {
        schedules: ["step", "window"],
        loss: { of: "membrane", kind: "cross-entropy", when: "every" },
        rules: [
          { layer: "lif.2", signal: "loss", surrogate: null, learnsBias: true },
          { layer: "block.lif", signal: "paths", surrogate: "triangle", learnsBias: true },
        ],
        paths: [
          {
            node: "block.fc",
            layer: "block.lif",
            learns: true,
            returns: "nothing",
            update,
            bytesPerSynapse: 2,
          },
          { node: "fc.2", layer: "lif.2", learns: true, returns: "present", update, bytesPerSynapse: 2 },
        ],
      },
    });
    const { out } = await spikelet("inspect", file("pupil.spkl"));
    expect(out).toMatch(/learns by step and window, cross-entropy of membranes at every step/);
    expect(out).toMatch(/^block\.fc +block\.lif +paths +plain +nothing +2$/m);
  });

  it("lists the nodes of a model", async () => {
    const { layers } = await object<{ layers: { name: string; type: string; shape: number[] }[] }>(
      "inspect",
      MODEL,
    );
    expect(layers).toContainEqual({ name: "fc1", type: "Affine", shape: [8, 6], parameters: 56 });
    expect((await spikelet("inspect", MODEL)).out).toMatch(/^fc1 +Affine +8 × 6 +56$/m);
  });
});
