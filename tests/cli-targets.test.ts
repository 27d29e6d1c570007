/** Where the command line writes to: looked at before any work, written whole or not at all. */
import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { file, MEANING, MODEL, spikelet, useFolder } from "./cli-support.js";

useFolder();

/** Every command that writes, its input missing: only a target that is looked at first is named. */
const WRITING: Record<string, (target: string) => string[]> = {
  export: (target) => ["export", file("missing.nir"), "-o", target],
  learn: (target) => ["learn", file("missing.spkl"), file("data.npz"), "-o", target],
  run: (target) => ["run", file("missing.spkl"), file("data.npz"), "--outputs", target],
  simulate: (target) => ["simulate", file("missing.nir"), file("data.npz"), "--outputs", target],
};

describe("a target", () => {
  beforeAll(async () => {
    await mkdir(file("folder"));
    execFileSync("mkfifo", [file("fifo")]);
  });

  it.each(Object.keys(WRITING))("of %s that is no file is refused before any work", async (command) => {
    const refusals: [string, RegExp][] = [
      ["folder", /folder: found a directory, expected a file or nothing; /],
      ["fifo", /fifo: found a FIFO, expected a file or nothing; /],
      ["nowhere/x", /nowhere: found no such folder, expected one to write into/],
    ];
    for (const [target, message] of refusals) {
      const { code, err, out } = await spikelet(...WRITING[command](file(target)));
      expect({ code, out }).toEqual({ code: 3, out: "" });
      expect(err).toMatch(message);
      expect(err).toMatch(/^spikelet: [^\n]+\n$/);
    }
    expect((await stat(file("fifo"))).isFIFO()).toBe(true);
  });

  it("that can be written is left alone where the input is missing", async () => {
    const before = await readFile(file("net.spkl"));
    const { code, err } = await spikelet(...WRITING.export(file("net.spkl")));
    expect(code).toBe(3);
    expect(err).toMatch(/missing.nir: found no such file/);
    expect((await readFile(file("net.spkl"))).equals(before)).toBe(true);
  });

  it("is replaced by a file that was written aside, at once and whole", async () => {
    const writing = [
      ["export", MODEL, ...MEANING, "--calibrate", file("data.npz"), "-o"],
      ["run", file("net.spkl"), file("data.npz"), "--outputs"],
      ["simulate", MODEL, file("data.npz"), ...MEANING, "--outputs"],
    ];
    for (const args of writing) {
      expect((await spikelet(...args, file("target"))).code).toBe(0);
      const before = (await stat(file("target"))).ino;
      expect((await spikelet(...args, file("target"))).code).toBe(0);
      expect((await stat(file("target"))).ino, args[0]).not.toBe(before);
    }
    expect((await readdir(file("."))).filter((name) => name.endsWith(".aside"))).toEqual([]);
  });
});
