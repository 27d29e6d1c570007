/** export --learn: what may learn, from which signal, by which loss; and what is refused by the name of layer or option. */
import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { file, MEANING, object, spikelet, useFolder } from "./cli-support.js";
import { lif, nirBytes } from "./nir-file.js";
import type { Node } from "./nir-file.js";
import { Random } from "./random.js";

useFolder();

/** 6 → "low" 8 → "high" 8 → "out" 3 */
const DEEP = "deep.nir";

beforeAll(async () => {
  const random = new Random(3);
  const dense = (rows: number, columns: number): Node => ({
    type: "Affine",
    weight: {
      shape: [rows, columns],
      data: Float64Array.from({ length: rows * columns }, () => random.next() - 0.3),
    },
    bias: new Array<number>(rows).fill(0),
  });
  const nodes = {
    input: { type: "Input", shape: [6] },
    ...{ fc1: dense(8, 6), low: lif(8), fc2: dense(8, 8), high: lif(8), fc3: dense(3, 8), out: lif(3) },
    output: { type: "Output", shape: [3] },
  };
  const names = Object.keys(nodes);
  const edges = names.slice(1).map((name, n): [string, string] => [names[n], name]);
  await writeFile(file(DEEP), await nirBytes({ nodes, edges }));
});

const exporting = (...more: string[]): string[] => [
  ...["export", file(DEEP), "-o", file("deep.spkl"), ...MEANING, "--max-steps", "20"],
  ...more,
];

interface Report {
  layers: { name: string; learns: string | null }[];
  learning: {
    loss: object;
    rules: { layer: string; signal: string; surrogate: string | null }[];
    paths: { node: string; learns: boolean; returns: string }[];
  };
}

async function learning(...more: string[]): Promise<Report["learning"]> {
  await object(...exporting(...more));
  return (await object<Report & Record<string, unknown>>("inspect", file("deep.spkl"))).learning;
}

describe("a preset", () => {
  const cases: [preset: string, signals: string[], returns: string[]][] = [
    ["e-prop", ["loss", "random", "random"], ["nothing", "nothing", "nothing"]],
    ["rtrl", ["loss", "paths", "paths"], ["nothing", "carried", "carried"]],
    ["ostl", ["loss", "paths", "paths"], ["nothing", "present", "present"]],
    ["osttp", ["loss", "target", "target"], ["nothing", "nothing", "nothing"]],
    ["decolle", ["loss", "local", "local"], ["nothing", "nothing", "nothing"]],
  ];
  it.each(cases)("%s gives every layer its signal", async (preset, signals, returns) => {
    const { rules, paths } = await learning("--learn", preset);
    expect(rules.map(({ layer }) => layer)).toEqual(["out", "high", "low"]);
    expect(rules.map(({ signal }) => signal)).toEqual(signals);
    expect(paths.map((path) => path.returns)).toEqual(returns);
    expect(paths.every((path) => path.learns)).toBe(true);
  });

  it("of spike times needs no error, where the last layer spikes", async () => {
    const { rules } = await learning("--learn", "stdp", "--code", "count");
    expect(rules.map(({ signal }) => signal)).toEqual(["stdp", "stdp", "stdp"]);
  });

  it("teaches the layers that are named, and passes the signal through the others", async () => {
    const { rules, paths } = await learning("--learn", "rtrl:low");
    expect(rules.map(({ layer }) => layer)).toEqual(["out", "high", "low"]);
    expect(paths.map((path) => [path.node, path.learns, path.returns])).toEqual([
      ["fc1", true, "nothing"],
      ["fc2", false, "carried"],
      ["fc3", false, "carried"],
    ]);
  });

  it("takes another loss and another surrogate", async () => {
    const { loss, rules } = await learning(
      ...["--learn", "rtrl", "--code", "count", "--loss", "count-mean-square", "--loss-targets", "10,2"],
      ...["--surrogate", "arctan:0.5", "--regularise", "strength=0.1,rate=0.05"],
    );
    expect(loss).toEqual({ of: "count", kind: "mean-square" });
    expect(rules.map(({ surrogate }) => surrogate)).toEqual(["arctan", "arctan", "arctan"]);
  });
});

describe("what cannot be learned", () => {
  const cases: [code: number, message: RegExp, args: string[]][] = [
    [
      2,
      /--learn: found layer "middle", expected readout, all or some of "low", "high", "out"/,
      ["--learn", "rtrl:middle"],
    ],
    [
      3,
      /layer "low" does not feed the readout "out".* spatial or random/,
      ["--learn", "e-prop", "--signal", "symmetric"],
    ],
    [
      3,
      /layer "out" spikes; learning reads the last layer's membranes/,
      ["--learn", "rtrl", "--code", "count"],
    ],
    [
      3,
      /layer "out" is read as membranes, found a loss of spike counts/,
      ["--learn", "rtrl", "--code", "membrane-sum", "--loss", "count-cross-entropy"],
    ],
    [
      3,
      /deep.nir: layer "out": found 3 outputs for 1 classes, expected one each where a net learns; export with/,
      [
        ...["--learn", "rtrl", "--code", "population", "--classes", "1"],
        ...["--loss", "count-cross-entropy"],
      ],
    ],
    [2, /--loss mean-square: expected --loss-targets ON,OFF/, ["--learn", "rtrl", "--loss", "mean-square"]],
    [2, /--loss-targets goes with a loss of mean squares/, ["--learn", "rtrl", "--loss-targets", "1,0"]],
    [2, /--signal goes with --learn/, ["--signal", "random"]],
    [2, /--surrogate: found "box", expected triangle, /, ["--learn", "rtrl", "--surrogate", "box"]],
    [
      2,
      /--regularise: found "rate=0.1", expected a strength=/,
      ["--learn", "rtrl", "--regularise", "rate=0.1"],
    ],
    [2, /--schedules step: found recurrent connections/, ["--learn", "ostl", "--schedules", "step"]],
    [
      2,
      /--surrogate goes with spiking layers that learn from errors, none with --learn e-prop:readout; leave it/,
      ["--learn", "e-prop:readout", "--surrogate", "arctan"],
    ],
    [
      2,
      /--surrogate goes with spiking layers that learn from errors, none with --learn stdp; /,
      ["--learn", "stdp", "--code", "count", "--surrogate", "arctan"],
    ],
    [
      2,
      /--signal goes with layers below the last one, none with --learn e-prop:readout; /,
      ["--learn", "e-prop:readout", "--signal", "random"],
    ],
    [
      2,
      /--regularise goes with spiking layers below the last one that learn from errors, none with --learn rtrl:out; /,
      ["--learn", "rtrl:out", "--regularise", "strength=0.1,rate=0.05"],
    ],
    [2, /--schedules step: found the signal stdp/, ["--learn", "stdp", "--schedules", "step"]],
  ];
  it.each(cases)("is refused with code %d: %s", async (code, message, args) => {
    const ended = await spikelet(...exporting(...args, "-o", file("never.spkl")));
    expect(ended.err).toMatch(message);
    expect(ended.err).toMatch(/^spikelet: [^\n]+\n$/);
    expect(ended).toMatchObject({ code, out: "" });
    await expect(readFile(file("never.spkl"))).rejects.toThrow(/ENOENT/);
  });
});
