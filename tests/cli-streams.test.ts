/** The compiled command where standard output or standard error takes nothing: no stack trace, the right exit code. */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { file, useFolder } from "./cli-support.js";

useFolder();

const CLI = fileURLToPath(new URL("../dist/tools/exporter/cli.js", import.meta.url));

type Stream = "stdout" | "stderr";

/** Runs the command with one stream bent; @returns what came out of the other one */
async function run(
  bend: Stream,
  how: "closed" | "unwritable",
  args: string[],
): Promise<{ code: number; text: string }> {
  // what can only be read refuses each write, as a full disk does
  const readOnly = openSync(file("net.spkl"), "r");
  const bentStdio = how === "closed" ? "pipe" : readOnly;
  const child = spawn(process.execPath, [CLI, ...args], {
    stdio: ["ignore", bend === "stdout" ? bentStdio : "pipe", bend === "stderr" ? bentStdio : "pipe"],
  });
  child[bend]?.destroy();
  let text = "";
  child[bend === "stdout" ? "stderr" : "stdout"]!.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.on("close", (status) => resolve(status ?? -1)));
  closeSync(readOnly);
  return { code, text };
}

describe("standard output", () => {
  const commands = [["--help"], ["inspect", "net.spkl", "--json"], ["run", "net.spkl", "data.npz"]];
  const args = (command: string[]): string[] => command.map((arg) => (arg.includes(".") ? file(arg) : arg));

  it.each(commands)("that nobody reads is no error: %s", async (...command) => {
    expect(await run("stdout", "closed", args(command))).toEqual({ code: 0, text: "" });
  });

  it.each(commands)("that takes nothing ends with 3 and one line: %s", async (...command) => {
    const { code, text } = await run("stdout", "unwritable", args(command));
    expect(text).toMatch(/^spikelet: standard output: found EBADF[^\n]*, expected [^\n]*\n$/);
    expect(code).toBe(3);
  });
});

describe("standard error", () => {
  it("that nobody reads leaves the exit code as it is", async () => {
    expect(await run("stderr", "closed", ["fly"])).toEqual({ code: 2, text: "" });
  });

  it("that takes nothing ends with 3", async () => {
    expect(await run("stderr", "unwritable", ["fly"])).toEqual({ code: 3, text: "" });
  });
});
