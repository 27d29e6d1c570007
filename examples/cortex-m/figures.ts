/** What the firmware costs: instructions a window by SysTick, bytes by the linker. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOARDS, BUILD, build, codeBytes, ROOT, run } from "./boards.js";
import type { Board, CodeBytes, Printed } from "./boards.js";

/** Instructions, means of all samples; of code by hand the window alone. */
export interface Cost {
  /** checking the blob and laying out the arena, once */
  open?: number;
  /** a window and its answer */
  window: number;
  /** the same, recorded */
  recorded?: number;
  /** a lesson from what was recorded */
  teach?: number;
}

export interface Memory {
  /** variables, the arena included */
  static: number;
  stack: number;
}

export interface Figures {
  /** at -O2, by program and board: "gestures m3" */
  instructions: Record<string, Cost>;
  /** at -Os on a Cortex-M3, of the gestures' firmware */
  flash: CodeBytes;
  /** at -O2 on a Cortex-M3 */
  ram: Record<string, Memory>;
  /** spikelet.c alone at -Os, by target; those whose compiler is here */
  objects: Record<string, number>;
}

const PROGRAMS = ["gestures", "digits", "digits-learn", "plain-gestures", "plain-digits", "dense-digits"];

/** Other chips' compilers, for the size alone. */
const TARGETS: Readonly<Record<string, string[]>> = {
  "Cortex-M0": ["arm-none-eabi-gcc", "-mcpu=cortex-m0", "-mthumb"],
  "Cortex-M3": ["arm-none-eabi-gcc", "-mcpu=cortex-m3", "-mthumb"],
  "Cortex-M3, guarded": ["arm-none-eabi-gcc", "-mcpu=cortex-m3", "-mthumb", "-DSPIKELET_GUARDED=1"],
  "Cortex-M4": ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb"],
  "Cortex-M7": ["arm-none-eabi-gcc", "-mcpu=cortex-m7", "-mthumb"],
  "Cortex-M33": ["arm-none-eabi-gcc", "-mcpu=cortex-m33", "-mthumb"],
  "RISC-V rv32imc": ["riscv64-unknown-elf-gcc", "-march=rv32imc", "-mabi=ilp32"],
};

export function costOf(printed: Printed): Cost {
  const number = (name: string): number | undefined => {
    const text = printed.get(name);
    return text === undefined ? undefined : Number(text);
  };
  const cost: Cost = { window: number("before.window")! };
  for (const [key, name] of [
    ["open", "open"],
    ["recorded", "learn.window"],
    ["teach", "learn.teach"],
  ] as const) {
    const value = number(name);
    if (value !== undefined) cost[key] = value;
  }
  return cost;
}

/** Builds and runs everything. @param boards those to run on */
export function figures(boards: readonly Board[] = BOARDS): Figures {
  const instructions: Record<string, Cost> = {};
  const ram: Record<string, Memory> = {};
  for (const program of PROGRAMS) {
    for (const board of boards) {
      const printed = run({ program, board, opt: "-O2" });
      instructions[`${program} ${board}`] = costOf(printed);
      if (board === "m3") {
        ram[program] = {
          static: Number(printed.get("ram.static")),
          stack: Number(printed.get("ram.stack")),
        };
      }
    }
  }
  return { instructions, flash: flash(), ram, objects: objects() };
}

export function flash(): CodeBytes {
  const firmware = { program: "gestures", board: "m3", opt: "-Os" } as const;
  build(firmware);
  return codeBytes(firmware);
}

/** Bytes of spikelet.c, code and tables, by target. */
export function objects(): Record<string, number> {
  const folder = mkdtempSync(join(tmpdir(), "spikelet-objects-"));
  const sizes: Record<string, number> = {};
  try {
    for (const [target, command] of Object.entries(TARGETS)) {
      const size = objectBytes(command, join(folder, "spikelet.o"));
      if (size !== null) sizes[target] = size;
    }
    return sizes;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @returns null without the compiler, or without what it needs. */
function objectBytes([compiler, ...machine]: string[], object: string): number | null {
  const source = join(ROOT, "host/embedded");
  const includes = [`-I${source}`, `-I${join(BUILD, "core")}`];
  const args = [
    ...machine,
    "-std=c11",
    "-ffreestanding",
    "-Os",
    ...includes,
    "-c",
    join(source, "spikelet.c"),
    "-o",
    object,
  ];
  if (spawnSync(compiler, args).status !== 0 || !existsSync(object)) return null;
  const printed = spawnSync(compiler.replace(/gcc$/, "size"), [object], { encoding: "utf8" }).stdout;
  const [text, data] = printed.trim().split("\n")[1].trim().split(/\s+/).map(Number);
  rmSync(object);
  return text + data;
}
