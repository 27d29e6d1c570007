/** Files that the command line reads: what is no file, or far too large, ends in one line that names it. */
import { execFileSync } from "node:child_process";
import { truncate, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { file, folder, MODEL, spikelet, useFolder } from "./cli-support.js";

useFolder();

const READING: [string, (path: string) => string[]][] = [
  ["a model", (path) => ["inspect", path]],
  ["a model", (path) => ["simulate", path, file("data.npz")]],
  ["a blob", (path) => ["run", path, file("data.npz")]],
  ["data", (path) => ["run", file("net.spkl"), path]],
  ["data", (path) => ["learn", file("pupil.spkl"), file("data.npz"), "-o", file("x"), "--test", path]],
];

async function expectRefusal(args: string[], message: RegExp): Promise<void> {
  const { code, out, err } = await spikelet(...args);
  expect({ code, out }, args.join(" ")).toEqual({ code: 3, out: "" });
  expect(err).toMatch(message);
  expect(err).toMatch(/^spikelet: [^\n]+\n$/);
}

describe("an input", () => {
  beforeAll(async () => {
    await writeFile(file("huge"), "");
    await truncate(file("huge"), 3 * 2 ** 30);
    execFileSync("mkfifo", [file("fifo")]);
  });

  it.each(READING)("that is a folder is named, read as %s", (_, args) =>
    expectRefusal(args(folder), /spikelet: \/.*: found a folder, expected a file; name a file in it/),
  );

  it.each(READING)("without a name is refused, read as %s", (_, args) =>
    expectRefusal(args(""), /found an empty name of a file, expected a path/),
  );

  it.each(READING)("that is too large is refused unread, with size and limit, read as %s", (kind, args) => {
    const most = kind === "data" ? "1024" : "512";
    return expectRefusal(
      args(file("huge")),
      new RegExp(`huge: too large: found 3072 MB, expected at most ${most} MB; `),
    );
  });

  it("that is a pipe is no blob, and is not waited for", () =>
    expectRefusal(READING[2][1](file("fifo")), /fifo: found a pipe, expected a file/));

  it("that is missing is named", () =>
    expectRefusal(["verify", MODEL, file("none.spkl"), file("data.npz")], /none.spkl: found no such file/));
});
