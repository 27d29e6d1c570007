/** learn --rule: a blob that learns by another rule than its own, or has none; and options without the one that they go with. */
import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { writeNpz } from "../tools/exporter/data/npz.js";
import { assemble, exportModel, readModel } from "../tools/exporter/pipeline.js";
import { isSynapses } from "../tools/exporter/program.js";
import { readBlob } from "../tools/exporter/readers/blob.js";
import type { BlobProgram } from "../tools/exporter/readers/blob.js";
import { PRESETS } from "../tools/exporter/passes/learning.js";
import { file, fixture, MEANING, MODEL, object, spikelet, useFolder } from "./cli-support.js";

useFolder();

/** 6-5-3, its last layer read as membranes, without a learning section. */
const PLAIN = "plain.spkl";
const PUPIL = fixture("nir/lif_dots.nir");
const exporting = (): string[] => [
  ...[...MEANING, "--calibrate", file("data.npz"), "--code", "membrane-sum", "--per-layer"],
];

interface Lesson {
  before: { test: number };
  after: { test: number };
}

const programOf = async (name: string): Promise<BlobProgram> => readBlob(await readFile(file(name)));
const weightsOf = ({ operations }: BlobProgram): number[][] =>
  operations.filter(isSynapses).map(({ weights }) => Array.from(weights));
const call = (blob: string, ...more: string[]): string[] => [
  ...["learn", file(blob), file("data.npz"), "-o", file("taught.spkl")],
  ...more,
];
const taught = (blob: string, ...more: string[]): Promise<Lesson> => object<Lesson>(...call(blob, ...more));

beforeAll(async () => {
  await object("export", PUPIL, "-o", file(PLAIN), ...exporting());
});

describe("learn --rule", () => {
  it.each(Object.keys(PRESETS))("%s moves the weights of a blob that had no rule", async (preset) => {
    await taught(PLAIN, "--rule", preset, "--rate", "1e-2");
    const program = await programOf("taught.spkl");
    expect(program.learning!.rules.map(({ population }) => population)).toEqual([3, 1]);
    const before = weightsOf(await programOf(PLAIN));
    weightsOf(program).forEach((weights, n) => expect(weights).not.toEqual(before[n]));
  });

  it.each(["etlp", "decolle"])("%s learns step by step where it is asked to", async (preset) => {
    await taught(PLAIN, "--rule", preset, "--rate", "1e-2", "--schedule", "step");
    const program = await programOf("taught.spkl");
    expect(program.learning!.schedules).toEqual(["step"]);
    expect(weightsOf(program)).not.toEqual(weightsOf(await programOf(PLAIN)));
  });

  it("gets better on samples it was not taught", async () => {
    const scores = ["--test", file("test.npz"), "--epochs", "4"];
    const { before, after } = await taught(PLAIN, "--rule", "e-prop", "--rate", "1e-2", ...scores);
    expect(before.test).toBeLessThan(0.7);
    expect(after.test).toBeGreaterThan(0.85);
    expect(await object("run", file("taught.spkl"), file("test.npz"))).toMatchObject({
      accuracy: after.test,
    });
  });

  it("gives what export --learn gives, units, rates and remainders alike", async () => {
    const rule = ["rtrl", "--rate", "3e-3", "--surrogate", "arctan:0.5"];
    await object("export", PUPIL, "-o", file("own.spkl"), ...exporting(), "--learn", ...rule);
    await taught("own.spkl");
    const own = await programOf("taught.spkl");
    await taught(PLAIN, "--rule", ...rule);
    expect(await programOf("taught.spkl")).toEqual(own);
  });

  it("gives what export --learn gives of an analogue input, too", async () => {
    const shape = [12, 6];
    const x = { shape, data: Float32Array.from({ length: 72 }, (_, at) => Math.sin(at) / 3) };
    const y = { shape: [12], data: Int32Array.from({ length: 12 }, (_, n) => n % 3) };
    await writeFile(file("frames.npz"), writeNpz({ x, y }));
    const frames = [...MEANING, "--calibrate", file("frames.npz"), "--hold", "--max-steps", "15"];
    const form = [...frames, "--code", "membrane-sum", "--per-layer"];
    const rule = ["decolle", "--rate", "1e-2"];
    await object("export", PUPIL, "-o", file("own.spkl"), ...form, "--learn", ...rule);
    await object("export", PUPIL, "-o", file("none.spkl"), ...form);
    const to = async (blob: string, ...more: string[]): Promise<BlobProgram> => {
      await object("learn", file(blob), file("frames.npz"), "-o", file("taught.spkl"), ...more);
      return programOf("taught.spkl");
    };
    const program = await to("none.spkl", "--rule", ...rule);
    expect(program).toEqual(await to("own.spkl"));
    expect(weightsOf(program)).not.toEqual(weightsOf(await programOf("none.spkl")));
  });

  it("keeps what was learnt, and every other integer of the network", async () => {
    await object("learn", file("pupil.spkl"), file("data.npz"), "-o", file("learnt.spkl"), "--epochs", "4");
    const scores = ["--test", file("test.npz")];
    const { accuracy } = await object<{ accuracy: number }>("run", file("learnt.spkl"), file("test.npz"));
    // too slow to move a weight
    const { before } = await taught("learnt.spkl", "--rule", "ostl:readout", "--rate", "1e-20", ...scores);
    expect(before.test).toBe(accuracy);
    const [old, young] = [await programOf("learnt.spkl"), await programOf("taught.spkl")];
    expect(young.operations).toEqual(old.operations);
    expect(young.learning!.paths.map(({ learns }) => learns)).toEqual([true]);
    expect(old.learning!.paths).toHaveLength(2);
  });

  it("teaches the layers that are named, another loss, another signal", async () => {
    const names = (await object<{ layers: { name: string }[] }>("inspect", file(PLAIN))).layers;
    const rule = [`e-prop:${names[0].name}`, "--rate", "1e-2", "--signal", "random"];
    await taught(PLAIN, "--rule", ...rule, "--loss", "mean-square", "--loss-targets", "1,0");
    const { learning } = await programOf("taught.spkl");
    expect(learning!.loss).toEqual({ of: "membrane", kind: "mean-square", when: "every" });
    expect(learning!.rules.map(({ signal }) => signal)).toEqual(["loss", "random"]);
    const [hidden, readout] = weightsOf(await programOf("taught.spkl"));
    const [hiddenBefore, readoutBefore] = weightsOf(await programOf(PLAIN));
    expect(hidden).not.toEqual(hiddenBefore);
    expect(readout).toEqual(readoutBefore);
  });

  it("learns from spikes where the last layer spikes, its neurons in units of their own", async () => {
    await taught("net.spkl", "--rule", "rtrl", "--loss", "count-cross-entropy", "--rate", "1e-2");
    expect(weightsOf(await programOf("taught.spkl"))).not.toEqual(weightsOf(await programOf("net.spkl")));
  });

  it("says which units it takes where a blob holds none, and takes the same ones again", async () => {
    const program = await programOf("pupil.spkl");
    const { units } = program.metadata as { units: number[] };
    await writeFile(file("bare.spkl"), assemble({ ...program, metadata: {} }).blob);
    const { code, err } = await spikelet(...call("bare.spkl", "--rule", "fptt"));
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(
        /^[^\n]*bare.spkl: holds no units; --rate is taken as if [^\n]+\n$/,
      ) as string,
    });
    const found = (await programOf("taught.spkl")).metadata.units as number[];
    // the thresholds of the model are 1, and its readout has learnt by logits
    found.forEach((unit, layer) => expect(unit / units[layer]).toBeCloseTo(1, 3));
    expect(
      await spikelet("learn", file("taught.spkl"), file("data.npz"), "-o", file("x.spkl")),
    ).toMatchObject({
      code: 0,
      err: "",
    });
  });

  it("takes units and names of a blob that exportModel made, as of one that export made", async () => {
    const { model } = await readModel(await readFile(PUPIL), "pupil.nir", {
      ...{ dt: 1e-4, discretise: "euler", reset: "subtract", resetAt: "next", readoutMembrane: true },
    });
    const { blob } = exportModel(model, {
      ...{ stateBits: 16, perNeuron: false, percentile: 100, code: "membrane-sum", classes: 3 },
      ...{ input: { kind: "spikes", range: 1, scale: 1 }, maxSteps: 20, events: 120, learn: null },
    });
    await writeFile(file("made.spkl"), blob);
    const { names, units } = (await programOf(PLAIN)).metadata;
    expect((await programOf("made.spkl")).metadata).toEqual({ names, units });
    expect(await spikelet(...call("made.spkl", "--rule", "rtrl"))).toMatchObject({ code: 0, err: "" });
  });

  it("says that it knows no reward", async () => {
    const { code, err } = await spikelet(...call(PLAIN, "--rule", "r-stdp"));
    expect(code).toBe(0);
    expect(err).toMatch(/^[^\n]*the reward of every lesson is 1[^\n]*\n$/);
  });
});

describe("what cannot be learned by another rule", () => {
  const cases: [code: number, message: RegExp, blob: string, args: string[]][] = [
    [2, /--rule: found hebb, expected e-prop, rtrl, .*stdp/, PLAIN, ["--rule", "hebb"]],
    [2, /--rule: found layer "no", expected readout, all or/, PLAIN, ["--rule", "rtrl:no"]],
    [2, /--rate: found 0, expected about .* … /, PLAIN, ["--rule", "rtrl", "--rate", "0"]],
    [2, /--signal goes with --rule/, "pupil.spkl", ["--signal", "random"]],
    [2, /--loss-when goes with --rule/, "pupil.spkl", ["--loss-when", "last"]],
    [
      2,
      /--surrogate goes with spiking layers that learn from errors, none with --rule rtrl:readout; leave it out/,
      PLAIN,
      ["--rule", "rtrl:readout", "--surrogate", "arctan"],
    ],
    [2, /--schedule step: found the signal stdp/, PLAIN, ["--rule", "stdp", "--schedule", "step"]],
    [
      2,
      /--schedule step: found recurrent connections.* --schedule window$/m,
      PLAIN,
      ["--rule", "ostl", "--schedule", "step"],
    ],
    [3, /found a blob that does not learn, .*; --rule PRESET gives it a rule/, PLAIN, []],
    [
      3,
      /net.spkl: layer "\w+": found a last layer that spikes, .* --loss count-cross-entropy/,
      "net.spkl",
      ["--rule", "e-prop"],
    ],
    [
      3,
      /plain.spkl: layer "[^"]+": found a loss of spike counts/,
      PLAIN,
      ["--rule", "e-prop", "--loss", "count-cross-entropy"],
    ],
    [
      3,
      /varied.spkl: layer "\w+": found neurons with different decays, which the schedule step/,
      "varied.spkl",
      ["--rule", "etlp", "--schedule", "step"],
    ],
    [
      3,
      /pooled.spkl: layer "\w+": found 3 outputs for 1 classes, expected one each/,
      "pooled.spkl",
      ["--rule", "e-prop", "--loss", "count-cross-entropy"],
    ],
    [
      3,
      /odd.spkl: found 1 units in the metadata, expected one for each of 2/,
      "odd.spkl",
      ["--rule", "rtrl"],
    ],
    [3, /bent.spkl: found \[0,null\] for units in the metadata/, "bent.spkl", ["--rule", "rtrl"]],
  ];

  beforeAll(async () => {
    await object("export", MODEL, "-o", file("varied.spkl"), ...exporting());
    const pooled = ["--code", "population", "--classes", "1"];
    await object("export", MODEL, "-o", file("pooled.spkl"), ...exporting(), ...pooled);
    const program = await programOf(PLAIN);
    const written = (name: string, units: unknown[]): Promise<void> =>
      writeFile(file(name), assemble({ ...program, metadata: { units } }).blob);
    await written("odd.spkl", [1]);
    await written("bent.spkl", [0, null]);
  });

  it.each(cases)("is refused with code %d: %s", async (code, message, blob, args) => {
    const output = file("never.spkl");
    const ended = await spikelet("learn", file(blob), file("data.npz"), "-o", output, ...args);
    expect(ended.err).toMatch(message);
    expect(ended.err).toMatch(/^spikelet: [^\n]+\n$/);
    expect(ended).toMatchObject({ code, out: "" });
    await expect(readFile(output)).rejects.toThrow(/ENOENT/);
  });
});

describe("an option of export without the one that it goes with", () => {
  const cases: [message: RegExp, args: string[]][] = [
    [/--rate goes with --learn/, ["--rate", "1e-2"]],
    [/--schedules goes with --learn/, ["--schedules", "step"]],
    [/--seed goes with --learn, .* or --calibrate/, ["--seed", "3"]],
    [/--limit goes with --calibrate/, ["--limit", "3"]],
    [/--max-spikes goes with --input spikes/, ["--hold", "--max-steps", "5", "--max-spikes", "9"]],
  ];
  it.each(cases)("is refused: %s", async (message, args) => {
    const ended = await spikelet("export", MODEL, "-o", file("never.spkl"), ...MEANING, ...args);
    expect(ended.err).toMatch(message);
    expect(ended.err).toMatch(/^spikelet: [^\n]+\n$/);
    expect(ended).toMatchObject({ code: 2, out: "" });
  });
});
