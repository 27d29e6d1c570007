/** The command line itself: exit codes, messages, help. */
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { file, fixture, folder, MODEL, spikelet, useFolder } from "./cli-support.js";

useFolder();

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

  it("ends with 3 for inputs that cannot be used, naming the file once", async () => {
    await writeFile(
      file("noise.spkl"),
      "SPKL and then nothing that makes sense, though it is long enough for it",
    );
    await writeFile(file("cut.spkl"), (await readFile(file("net.spkl"))).subarray(0, 300));
    const wrong: [RegExp, string[]][] = [
      [/missing.nir: found no such file/, ["export", file("missing.nir"), "-o", file("x")]],
      [/bad_cycle.nir: the edges form a cycle/, ["export", fixture("nir/bad_cycle.nir"), "-o", file("x")]],
      [/bad_not_hdf5.nir: found a file that/, ["inspect", fixture("nir/bad_not_hdf5.nir")]],
      [/noise.spkl: found /, ["run", file("noise.spkl"), file("test.npz")]],
      [/noise.spkl: found /, ["inspect", file("noise.spkl")]],
      [/cut.spkl: found /, ["run", file("cut.spkl"), file("test.npz")]],
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
      expect(err, "a name that stands twice").not.toMatch(/([\w.]+): (\S*\/)?\1: /);
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
