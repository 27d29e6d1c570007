/** The runtime on an emulated Cortex-M3, where linear addresses are the machine's: random networks, and power cuts. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { expect, it } from "vitest";
import { BUILD, run, runLines } from "../../examples/cortex-m/boards.js";
import { randomLives } from "./lives.js";

const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const ON_M3 = { board: "m3", opt: "-O2" } as const;
const SEEDS = 400;

it("random networks live as they do in V8: statuses, answers, outputs, lessons, snapshots", () => {
  const lives = randomLives(SEEDS);
  expect(lives.lines.length).toBeGreaterThan(200);
  // made before its first build, too
  run({ program: "gestures", ...ON_M3 });
  writeFileSync(join(BUILD, "script.bin"), lives.script);
  expect(runLines({ program: "lives", source: source("lives.c"), ...ON_M3 })).toEqual(lives.lines);
});

it("the power may go at any byte of a save: the last good snapshot is found, and the store goes on", () => {
  const printed = run({ program: "store", source: source("store.c"), ...ON_M3 });
  expect(Object.fromEntries(printed)).toEqual({ cuts: expect.stringMatching(/^\d{5}$/), failures: "0" });
});
