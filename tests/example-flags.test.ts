/** The command lines of the examples: a wrong flag or absent data is one line and an exit code, never a table of NaN or a stack trace. */
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readFlags } from "../examples/shared/command.js";
import { UsageError } from "../tools/exporter/errors.js";

const read = (...args: string[]): object =>
  readFlags({ seeds: 5, trials: 1000 }, ["json", "front-end"], args);

describe("flags of an example", () => {
  it("are their usual values where none is given", () => {
    expect(read()).toEqual({ seeds: 5, trials: 1000, json: false, "front-end": false });
  });

  it("are what is given, apart or with =, the last one where one stands twice", () => {
    expect(read("--seeds", "3", "--trials=20", "--json", "--front-end")).toEqual({
      ...{ seeds: 3, trials: 20, json: true, "front-end": true },
    });
    expect(read("--seeds", "3", "--seeds", "4")).toMatchObject({ seeds: 4 });
    expect(read("--seeds", "1e2")).toMatchObject({ seeds: 100 });
  });

  const wrong: [what: string, message: RegExp, args: string[]][] = [
    ["a word for a number, which would make NaN of every mean", /--seeds: found "x", /, ["--seeds", "x"]],
    [
      "no seed at all, which would leave nothing to take a median of",
      /--seeds: found "0", /,
      ["--seeds", "0"],
    ],
    ["a number below 0, which would run nothing", /--seeds: found "-5", /, ["--seeds", "-5"]],
    ["part of a seed", /--seeds: found "1.5", /, ["--seeds=1.5"]],
    ["an empty number, which Number takes for 0", /--seeds: found "", /, ["--seeds="]],
    [
      "more seeds than a list has places for",
      /--seeds: found "1e15", .* 1 … 10,000,000/,
      ["--seeds", "1e15"],
    ],
    ["infinitely many", /--trials: found "Infinity", /, ["--trials", "Infinity"]],
    ["a flag where its number should be", /--seeds: found "--json", /, ["--seeds", "--json"]],
    ["a number that was left out", /--seeds: found nothing, /, ["--seeds"]],
    [
      "a flag that there is not",
      /found "--bogus", expected some of --seeds N, --trials N, --json/,
      ["--bogus"],
    ],
    ["a flag that objects have of themselves", /found "--constructor", /, ["--constructor"]],
    ["a flag of one letter", /found "-j", /, ["-j"]],
    ["a switch's opposite", /found "--no-json", /, ["--no-json"]],
    ["a value of a switch", /--json: found "no", expected nothing behind it/, ["--json=no"]],
    ["a word that is no flag", /found "3", expected some of --seeds N/, ["3"]],
    ["a word behind --", /found "json", expected some of/, ["--", "json"]],
  ];
  it.each(wrong)("refuse %s", (_, message, args) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(message);
    expect(() => read(...args)).toThrow(/^[^\n]+$/);
  });
});

const root = fileURLToPath(new URL("../dist/", import.meta.url));

/** A compiled example, where no data lie. */
function ended(script: string, ...args: string[]): { status: number | null; out: string; err: string } {
  const env = { ...process.env, SPIKELET_SHARED: join(tmpdir(), "spikelet-nothing") };
  const run = spawnSync(process.execPath, [join(root, script), ...args], { encoding: "utf8", env });
  return { status: run.status, out: run.stdout, err: run.stderr };
}

describe("an example's command", () => {
  const scripts = [
    ...["cue-accumulation", "new-class", "pattern-generation", "spoken-digits", "wrist-band"].map(
      (name) => `examples/${name}/main.js`,
    ),
    ...["examples/digits/demo.js", "bench/soak.js"],
  ];
  it.each(scripts)("%s leaves with code 2 and one line for a flag that it does not know", (script) => {
    const { status, out, err } = ended(script, "--bogus");
    expect(err).toMatch(/^found "--bogus", expected some of --[^\n]+\n$/);
    expect({ status, out }).toEqual({ status: 2, out: "" });
  });

  const absent: [script: string, message: RegExp, args: string[]][] = [
    ["cue-accumulation", /^found no .*\.dat: .*github\.com\/ChFrenkel\/ReckOn/, ["--reckon"]],
    ["spoken-digits", /^found no .*\.nir: .*github\.com\/Jakobovski\/free-spoken-digit-dataset/, []],
    ["wrist-band", /^found no .*\.nir: .*github\.com\/aljazfrancic\/myo-readings-dataset/, ["--json"]],
  ];
  it.each(absent)("%s leaves with code 3 and one line on data that are not here", (name, message, args) => {
    const { status, out, err } = ended(`examples/${name}/main.js`, ...args);
    expect(err).toMatch(message);
    expect(err).toMatch(/^[^\n]+; SPIKELET_SHARED names the folder of [^\n]+\n$/);
    expect({ status, out }).toEqual({ status: 3, out: "" });
  });
});
