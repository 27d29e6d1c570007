/** The guarded runtime on this machine, under sanitizers: random networks, and RAM that was overwritten. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, BUILD, ROOT } from "../../examples/cortex-m/boards.js";
import { randomLives } from "./lives.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const SPIKELET = join(ROOT, "host/embedded");
const EXAMPLE = join(ROOT, "examples/cortex-m");
const COMPILER = process.env.CC ?? "cc";
const STRICT = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-g", "-O1"];
const SANITIZED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const SEEDS = 1500;
const SCRIPT_BYTES = 8 << 20;

let folder: string;

/** Compiles a test with the runtime and runs it in the folder. */
function run(test: string): string[] {
  const sources = [join(HERE, test), join(HERE, "host-board.c")];
  const runtime = ["spikelet.c", "spikelet-store.c", "spikelet-status.c"].map((name) => join(SPIKELET, name));
  const includes = [SPIKELET, EXAMPLE, join(BUILD, "core"), join(BUILD, "headers")].map(
    (path) => `-I${path}`,
  );
  const program = join(folder, test.replace(/\.c$/, ""));
  const room = `-DSCRIPT_BYTES=${SCRIPT_BYTES}`;
  execFileSync(COMPILER, [...STRICT, ...SANITIZED, room, ...includes, ...sources, ...runtime, "-o", program]);
  return execFileSync(program, { cwd: folder, encoding: "utf8" }).trim().split("\n");
}

describe.skipIf(spawnSync(COMPILER, ["--version"]).error !== undefined)("the guarded runtime", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "spikelet-guarded-"));
    // brings the translated core
    build({ program: "gestures", board: "m3", opt: "-O2" });
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it("lets random networks live as they do in V8, at addresses on both sides of 2^31", () => {
    const lives = randomLives(SEEDS, SCRIPT_BYTES);
    writeFileSync(join(folder, "script.bin"), lives.script);
    expect(run("lives.c")).toEqual(lives.lines);
  });

  it("ends a call that leaves its memory with a status, and a network opened anew runs on", () => {
    expect(run("faults.c")).toEqual(["failures 0"]);
  });

  it("keeps snapshots through power cuts", () => {
    expect(run("store.c")).toContain("failures 0");
  });
});
