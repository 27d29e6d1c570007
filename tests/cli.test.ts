/** The command line, from a small snnTorch net to a blob that has learned: results, exit codes, messages. */
import { execFileSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { load } from "../host/node/index.js";
import { readNpz, writeNpz } from "../tools/exporter/data/npz.js";
import { main } from "../tools/exporter/main.js";
import { adder, blobOf, counter } from "./nets.js";
import { Random } from "./random.js";

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
/** 6-8-3, snnTorch's Leaky. */
const MODEL = fixture("nir/snntorch_leaky.nir");
/** 6-5-3, one decay a layer. */
const PUPIL = fixture("nir/lif_dots.nir");
/** Said in full, so that nothing is left to assume. */
const MEANING = ["--dt", "1e-4", "--discretise", "euler", "--reset", "subtract", "--reset-at", "next"];

let folder: string;
const file = (name: string): string => join(folder, name);

interface Ended {
  code: number;
  out: string;
  err: string;
}

async function spikelet(...args: string[]): Promise<Ended> {
  const ended: Ended = { code: -1, out: "", err: "" };
  ended.code = await main(args, {
    out: (text) => (ended.out += text),
    err: (text) => (ended.err += text),
    terminal: false,
  });
  return ended;
}

/** The object that a command prints with --json. */
async function object<T = Record<string, unknown>>(...args: string[]): Promise<T> {
  const { code, out, err } = await spikelet(...args, "--json");
  expect(code, err).toBe(0);
  return JSON.parse(out) as T;
}

/** Class c has spikes in inputs 2c and 2c + 1, and some noise. */
async function writeSamples(name: string, samples: number, seed: number, turn = 0): Promise<void> {
  const random = new Random(seed);
  const steps = 20;
  const labels = Int32Array.from({ length: samples }, (_, n) => n % 3);
  const x = Uint8Array.from({ length: samples * steps * 6 }, (_, at) => {
    const own = Math.floor((at % 6) / 2) === (labels[Math.floor(at / (6 * steps))] + turn) % 3;
    return Number(random.chance(own ? 0.6 : 0.05));
  });
  const y = { shape: [samples], data: labels };
  await writeFile(file(name), writeNpz({ x: { shape: [samples, steps, 6], data: x }, y }));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "spikelet-cli-"));
  await writeSamples("data.npz", 60, 1);
  await writeSamples("test.npz", 30, 2);
  await writeSamples("turned.npz", 60, 3, 1);
  const exporting = [...MEANING, "--calibrate", file("data.npz")];
  await object("export", MODEL, "-o", file("net.spkl"), ...exporting);
  const learns = [
    "--code",
    "membrane-sum",
    "--learn",
    "e-prop",
    "--schedules",
    "window,step",
    "--rate",
    "1e-2",
  ];
  await object("export", PUPIL, "-o", file("pupil.spkl"), ...exporting, ...learns);
});

afterAll(() => rm(folder, { recursive: true }));

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

describe("spikelet run", () => {
  it("classifies the samples and counts what that took", async () => {
    const result = await object<Record<string, number> & { predictions: number[] }>(
      ...["run", file("net.spkl"), file("test.npz")],
    );
    expect(result).toMatchObject({ samples: 30 });
    const net = await load(file("net.spkl"));
    const { x, y } = Object.fromEntries(readNpz(await readFile(file("test.npz")), "", ["x", "y"]));
    let [right, spikes] = [0, 0];
    for (let n = 0; n < 30; n++) {
      const { label } = net.run((x.data as Uint8Array).subarray(n * 120, (n + 1) * 120));
      expect(result.predictions[n]).toBe(label);
      if (label === y.data[n]) right++;
      spikes += net.stats.spikes;
    }
    expect(result.accuracy).toBe(right / 30);
    expect(result.spikesPerSample).toBe(spikes / 30);
    expect(result.sopsPerSample).toBeGreaterThan(0);
    expect(result.microsecondsPerStep).toBeGreaterThan(0);
  });

  it("takes part of the samples, the first ones or drawn ones", async () => {
    const all = await object<{ predictions: number[] }>("run", file("net.spkl"), file("test.npz"));
    const some = await object<{ predictions: number[] }>(
      "run",
      file("net.spkl"),
      file("test.npz"),
      "--limit",
      "4",
    );
    expect(some.predictions).toEqual(all.predictions.slice(0, 4));
    const drawn = ["run", file("net.spkl"), file("test.npz"), "--limit", "4", "--seed", "9"];
    expect(await object(...drawn)).toMatchObject({ samples: 4 });
  });

  it("writes outputs of every step and spikes of every neuron, as many as it counted", async () => {
    for (const [blob, counted] of [
      ["net.spkl", ["count/lif1", "count/lif2"]],
      ["pupil.spkl", ["count/block.lif"]],
    ] as const) {
      const args = ["run", file(blob), file("test.npz"), "--limit", "5", "--outputs", file("out.npz")];
      const result = await object<{ spikesPerSample: number }>(...args);
      const arrays = readNpz(await readFile(file("out.npz")), "", ["y", ...counted]);
      expect(arrays.get("y")!.shape).toEqual([5, 20, 3]);
      expect(arrays.size).toBe(1 + counted.length);
      const counts = [...arrays].flatMap(([name, { data }]) => (name === "y" ? [] : Array.from(data)));
      expect(counts.reduce((a, b) => a + b, 0) / 5).toBeCloseTo(result.spikesPerSample, 10);
      const net = await load(file(blob));
      const { data } = readNpz(await readFile(file("test.npz")), "", ["x"]).get("x")!;
      const { outputs } = net.run((data as Uint8Array).subarray(120, 240), { outputs: true });
      expect(arrays.get("y")!.data.slice(60, 120)).toEqual(outputs);
    }
  });

  it("prints a class a sample where there are no labels", async () => {
    const x = new Uint8Array(2 * 4 * 2).fill(1);
    await writeFile(file("plain.npz"), writeNpz({ x: { shape: [2, 4, 2], data: x } }));
    await writeFile(file("counter.spkl"), blobOf(counter()));
    const { code, out } = await spikelet("run", file("counter.spkl"), file("plain.npz"));
    expect(code).toBe(0);
    expect(out).toMatch(/^sample 0: class 0, margin 0\nsample 1: class 0, margin 0\n/);
  });

  it("says with the sample's number what does not fit the network", async () => {
    const x = new Uint8Array(2 * 4 * 2).fill(1).fill(9, 8);
    await writeFile(file("busy.npz"), writeNpz({ x: { shape: [2, 4, 2], data: x } }));
    await writeFile(file("counter.spkl"), blobOf(counter()));
    const { code, err } = await spikelet("run", file("counter.spkl"), file("busy.npz"));
    expect(code).toBe(3);
    expect(err).toMatch(
      /^spikelet: busy.npz: sample 1: found 18 spikes or more in the window, expected at most 12/,
    );
  });

  it("goes on with the snapshot before a damaged one, aloud", async () => {
    await cp(file("net.spkl"), file("torn.spkl.previous"));
    await writeFile(file("torn.spkl"), (await readFile(file("net.spkl"))).subarray(0, 300));
    const { code, err } = await spikelet("run", file("torn.spkl"), file("test.npz"));
    expect(code).toBe(0);
    expect(err).toMatch(/torn.spkl: damaged or missing, went on with .*torn.spkl.previous/);
  });
});

describe("spikelet simulate", () => {
  it("says of the model what run says of the blob, nearly", async () => {
    const args = ["simulate", MODEL, file("test.npz"), ...MEANING, "--outputs", file("float.npz")];
    const float = await object<{ predictions: number[]; spikesPerSample: number }>(...args);
    const integer = await object<{ predictions: number[]; spikesPerSample: number }>(
      ...["run", file("net.spkl"), file("test.npz")],
    );
    const same = float.predictions.filter((label, n) => label === integer.predictions[n]).length;
    expect(same).toBeGreaterThanOrEqual(28);
    expect(integer.spikesPerSample / float.spikesPerSample).toBeCloseTo(1, 1);
    const arrays = readNpz(await readFile(file("float.npz")), "", ["y", "count/lif1", "count/lif2"]);
    expect(arrays.get("y")).toMatchObject({ shape: [30, 20, 3] });
    const counts = [...arrays].flatMap(([name, { data }]) => (name === "y" ? [] : Array.from(data)));
    expect(counts.reduce((a, b) => a + b, 0) / 30).toBeCloseTo(float.spikesPerSample, 10);
  });
});

describe("spikelet verify", () => {
  interface Verdict {
    samples: number;
    classAgreement: number;
    accuracyFloat: number;
    accuracyInteger: number;
    layers: { name: string; spikeAgreement: number | null; arithmeticF1: number | null }[];
    firstDifference: { sample: number; step: number; layer: string; neuron: number } | null;
  }

  it("understands the model as export did, and finds the blob close to it", async () => {
    const verdict = await object<Verdict>("verify", MODEL, file("net.spkl"), file("test.npz"));
    expect(verdict).toMatchObject({ samples: 30, layers: [{ name: "lif1" }, { name: "lif2" }] });
    expect(verdict.classAgreement).toBeGreaterThan(0.9);
    for (const { spikeAgreement, arithmeticF1 } of verdict.layers) {
      expect(spikeAgreement).toBeGreaterThan(0.95);
      expect(arithmeticF1).toBeGreaterThan(0.98);
    }
    const run = await object<{ accuracy: number }>("run", file("net.spkl"), file("test.npz"));
    expect(verdict.accuracyInteger).toBe(run.accuracy);
    const simulated = await object<{ accuracy: number }>("simulate", MODEL, file("test.npz"), ...MEANING);
    expect(verdict.accuracyFloat).toBe(simulated.accuracy);
  });

  it("names the first spike that differs where the model is understood otherwise", async () => {
    const args = ["verify", MODEL, file("net.spkl"), file("test.npz"), "--reset", "none"];
    const verdict = await object<Verdict>(...args);
    expect(verdict.layers[0].spikeAgreement).toBeLessThan(0.9);
    expect(verdict.layers[0].arithmeticF1, "the blob's own arithmetic is not concerned").toBeGreaterThan(
      0.98,
    );
    expect(verdict.firstDifference).toMatchObject({
      sample: 0,
      layer: expect.stringMatching(/^lif[12]$/) as string,
    });
  });

  it("ends with 1 below the share that is asked for", async () => {
    const verify = (...args: string[]) =>
      spikelet("verify", MODEL, file("net.spkl"), file("test.npz"), ...args);
    expect((await verify("--min", "0.9")).code).toBe(0);
    const { code, out } = await verify("--min", "1", "--lower-bound", "0", "--reset", "none");
    expect(code).toBe(1);
    expect(out, "the figures are printed all the same").toMatch(/^same class/);
    expect((await verify("--min", "90")).code).toBe(2);
  });

  it("refuses a blob that cannot have been made of the model", async () => {
    await writeFile(file("adder.spkl"), blobOf(adder()));
    const { code, err } = await spikelet("verify", MODEL, file("adder.spkl"), file("test.npz"));
    expect(code).toBe(3);
    expect(err).toMatch(
      /adder.spkl: found 3 inputs and layers of 1 li, expected 6 inputs and layers of 8 lif, 3 li/,
    );
  });
});

describe("spikelet learn", () => {
  interface Lesson {
    before: { test: number | null; keep: number | null };
    after: { test: number | null; keep: number | null };
    curve: { lessons: number; accuracy: number }[];
    bytesPerSynapse: number;
  }
  const learn = (...more: string[]): Promise<Lesson> =>
    object<Lesson>("learn", file("pupil.spkl"), file("data.npz"), "-o", file("learnt.spkl"), ...more);

  it.each(["window", "step"])("gets better on samples it was not taught, schedule %s", async (schedule) => {
    const { before, after, curve, bytesPerSynapse } = await learn(
      ...["--test", file("test.npz"), "--epochs", "4", "--schedule", schedule],
    );
    expect(before.test).toBeLessThan(0.7);
    expect(after.test).toBeGreaterThan(0.85);
    expect(curve.map(({ lessons }) => lessons)).toEqual(Array.from({ length: 20 }, (_, n) => 12 * (n + 1)));
    expect(curve[19].accuracy).toBeGreaterThan(curve[0].accuracy);
    expect(bytesPerSynapse).toBeGreaterThan(2);
    const saved = await object<{ accuracy: number }>("run", file("learnt.spkl"), file("test.npz"));
    expect(saved.accuracy).toBe(after.test);
  });

  it("gives the same bytes for the same seed", async () => {
    const learnt = async (seed: string): Promise<Buffer> => {
      await learn("--seed", seed);
      return readFile(file("learnt.spkl"));
    };
    const first = await learnt("3");
    expect((await learnt("3")).equals(first)).toBe(true);
    expect((await learnt("4")).equals(first)).toBe(false);
  });

  it("does not move at a rate of 0", async () => {
    const { before, after } = await learn("--rate", "0", "--test", file("test.npz"));
    expect(after).toEqual(before);
  });

  it("reports what is forgotten of old samples, and forgets less where some are learnt again", async () => {
    await learn("--epochs", "4");
    const turn = (...more: string[]): Promise<Lesson> =>
      object<Lesson>(
        ...[
          "learn",
          file("learnt.spkl"),
          file("turned.npz"),
          "-o",
          file("turned.spkl"),
          "--keep",
          file("test.npz"),
        ],
        ...more,
      );
    const [forgets, remembers] = [await turn(), await turn("--replay", "9")];
    expect(forgets.before.keep).toBeGreaterThan(0.85);
    expect(forgets.after.keep).toBeLessThan(forgets.before.keep! - 0.2);
    expect(remembers.after.keep).toBeGreaterThan(forgets.after.keep!);
  });

  it("refuses what it cannot learn from", async () => {
    const refusals: [number, RegExp, string[]][] = [
      [3, /net.spkl: found a blob that does not learn/, ["net.spkl", "data.npz"]],
      [3, /found no labels/, ["pupil.spkl", "unlabelled.npz"]],
      [2, /--replay needs --keep/, ["pupil.spkl", "data.npz", "--replay", "3"]],
      [2, /--rate: found -1/, ["pupil.spkl", "data.npz", "--rate", "-1"]],
    ];
    await writeFile(
      file("unlabelled.npz"),
      writeNpz({ x: { shape: [1, 20, 6], data: new Uint8Array(120) } }),
    );
    for (const [code, message, [blob, data, ...more]] of refusals) {
      const ended = await spikelet("learn", file(blob), file(data), "-o", file("x.spkl"), ...more);
      expect(ended).toMatchObject({ code, err: expect.stringMatching(message) as string });
    }
    await expect(readFile(file("x.spkl"))).rejects.toThrow(/ENOENT/);
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
    expect(await object("inspect", file("pupil.spkl"))).toMatchObject({
      learning: {
        schedules: ["step", "window"],
        rules: [
          { node: "block.fc", signal: "symmetric" },
          { node: "fc.2", signal: "readout" },
        ],
      },
    });
    expect((await spikelet("inspect", file("pupil.spkl"))).out).toMatch(/learns by step and window/);
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

describe("the command line", () => {
  it("ends with 2 for wrong usage, in one line that begins with its name", async () => {
    const wrong: [RegExp, string[]][] = [
      [/unknown command 'fly'/, ["fly"]],
      [/unknown option '--several-spikes'/, ["export", MODEL, "-o", "x", "--several-spikes"]],
      [/required option '-o, --output <file>'/, ["export", MODEL]],
      [/missing required argument 'data'/, ["run", file("net.spkl")]],
      [/'4' is invalid.*Allowed choices are 8/, ["export", MODEL, "-o", "x", "--weight-bits", "4"]],
      [/expected a whole number from 1/, ["run", "a", "b", "--limit", "0"]],
      [/expected a number/, ["export", MODEL, "-o", "x", "--dt", "soon"]],
      [/--learn: found hebb, expected e-prop/, ["export", MODEL, "-o", "x", "--learn", "hebb"]],
      [
        /--schedules: found "chunk"/,
        ["export", MODEL, "-o", "x", "--learn", "e-prop", "--schedules", "chunk"],
      ],
      [/--reset-at now goes with/, ["export", MODEL, "-o", "x", "--reset", "zero-step", "--reset-at", "now"]],
      [/--code membrane-sum: .* spikes|--classes 4/, ["export", MODEL, "-o", "x", "--classes", "4"]],
      [/--code population needs --classes/, ["export", MODEL, "-o", "x", "--code", "population"]],
      [/--percentile: found 0/, ["export", MODEL, "-o", "x", "--percentile", "0", "--max-steps", "3"]],
    ];
    for (const [message, args] of wrong) {
      const { code, out, err } = await spikelet(...args);
      expect(code, args.join(" ")).toBe(2);
      expect(out).toBe("");
      expect(err).toMatch(message);
      expect(err).toMatch(/^spikelet: /);
    }
  });

  it("ends with 3 for inputs that cannot be used, naming the file", async () => {
    await writeFile(
      file("noise.spkl"),
      "SPKL and then nothing that makes sense, though it is long enough for it",
    );
    const wrong: [RegExp, string[]][] = [
      [/missing.nir: found no such file/, ["export", file("missing.nir"), "-o", file("x")]],
      [/bad_cycle.nir: the edges form a cycle/, ["export", fixture("nir/bad_cycle.nir"), "-o", file("x")]],
      [/bad_not_hdf5.nir: found a file that/, ["inspect", fixture("nir/bad_not_hdf5.nir")]],
      [/noise.spkl: found /, ["run", file("noise.spkl"), file("test.npz")]],
      [/noise.spkl: found /, ["inspect", file("noise.spkl")]],
      [/net.spkl: found a blob, expected a model/, ["simulate", file("net.spkl"), file("test.npz")]],
      [/snntorch_leaky.nir: found neither .npz nor .npy/, ["run", file("net.spkl"), MODEL]],
      [/has 4 channels, expected 6/, ["run", file("net.spkl"), fixture("data/spikes.npz")]],
      [/found a folder, expected a file/, ["run", file("net.spkl"), folder]],
    ];
    for (const [message, args] of wrong) {
      const { code, out, err } = await spikelet(...args);
      expect(code, `${args.join(" ")}: ${err}`).toBe(3);
      expect(out).toBe("");
      expect(err).toMatch(message);
      expect(err).toMatch(/^spikelet: [^\n]+\n$/);
    }
  });

  it("ends with 0 for help and its version, on standard output", async () => {
    const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(await spikelet("--version")).toEqual({ code: 0, out: `${version}\n`, err: "" });
    const help = await spikelet("--help");
    expect(help).toMatchObject({ code: 0, err: "" });
    for (const command of ["export", "inspect", "run", "verify", "learn", "simulate"]) {
      expect(help.out).toMatch(new RegExp(`^ +${command} `, "m"));
      expect(await spikelet(command, "--help")).toMatchObject({ code: 0, err: "" });
    }
  });

  it("shows no bar where nobody watches", async () => {
    expect((await spikelet("run", file("net.spkl"), file("test.npz"))).err).toBe("");
  });

  it("is the compiled cli.js, whose exit code a shell sees", () => {
    const cli = fileURLToPath(new URL("../dist/tools/exporter/cli.js", import.meta.url));
    expect(execFileSync(process.execPath, [cli, "--version"], { encoding: "utf8" })).toMatch(
      /^\d+\.\d+\.\d+\n$/,
    );
    expect(() => execFileSync(process.execPath, [cli, "fly"], { stdio: "pipe" })).toThrow(
      expect.objectContaining({ status: 2 }) as Error,
    );
  });
});
