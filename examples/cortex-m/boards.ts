/** The firmware built and run: make, QEMU, and what the linker says of sizes. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const BOARDS = ["m3", "m4", "m7"] as const;
export type Board = (typeof BOARDS)[number];
export type Optimised = "-O2" | "-Os";
export interface Firmware {
  /** with the core: gestures, digits, digits-learn; by hand: plain-…; without spikes: dense-digits; or of a source of its own */
  program: string;
  board: Board;
  opt: Optimised;
  source?: string;
}

/** Lines "name value" of a firmware; values as printed. */
export type Printed = ReadonlyMap<string, string>;

/** The checkout: this file is compiled into dist. */
export const ROOT = fileURLToPath(
  new URL(import.meta.url.includes("/dist/") ? "../../../" : "../../", import.meta.url),
);
export const BUILD = join(ROOT, "build/cortex-m");
const MAKEFILE = join(ROOT, "examples/cortex-m/Makefile");

/** Programs that all of this takes, and Debian's packages that bring them. */
export const TOOLS: Readonly<Record<string, string>> = {
  wasm2c: "wabt",
  make: "make",
  "arm-none-eabi-gcc": "gcc-arm-none-eabi libnewlib-arm-none-eabi",
  "qemu-system-arm": "qemu-system-arm",
};

/** Those of TOOLS that are not here. */
export function missingTools(): string[] {
  return Object.keys(TOOLS).filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);
}

/**
 * @returns what make and the firmware printed
 * @throws Error with that, where it ends badly
 */
function make(target: string, { program, board, opt, source }: Firmware): string {
  const settings = [`PROGRAM=${program}`, `BOARD=${board}`, `OPT=${opt}`, `BUILD=${BUILD}`];
  if (source !== undefined) settings.push(`SOURCE=${source}`);
  mkdirSync(BUILD, { recursive: true });
  // firmware finds the host's files there
  const options = { cwd: BUILD, encoding: "utf8" } as const;
  const { status, stdout, stderr, error } = spawnSync(
    "make",
    ["-s", "-f", MAKEFILE, target, ...settings],
    options,
  );
  if (status === 0) return stdout + stderr;
  throw new Error(`${program} on ${board}: ${error?.message ?? ""}${stdout}${stderr}`);
}

/** Builds a firmware, without running it. */
export function build(firmware: Firmware): void {
  make("all", firmware);
}

/** Builds a firmware, runs it to its end, and reads its lines "name value". */
export function run(firmware: Firmware): Printed {
  return new Map(runLines(firmware).map((line) => line.split(" ") as [string, string]));
}

/** The same, its lines as they are. */
export function runLines(firmware: Firmware): string[] {
  // semihosting writes to standard error
  return make("run", firmware).trim().split("\n");
}

/** Bytes of flash by where they come from. */
export interface CodeBytes {
  /** the core and its calls */
  core: number;
  /** snapshots in flash */
  store: number;
  /** what of the compiler's and the C library both call */
  library: number;
}

/** From the linker's map of a firmware that has been built: of spikelet's objects and of libraries what was kept. */
export function codeBytes({ program, board, opt }: Firmware): CodeBytes {
  const map = readFileSync(join(BUILD, `${program}-${board}${opt}`, "firmware.map"), "utf8");
  const kept = map.slice(map.indexOf("Linker script and memory map"));
  const bytes: CodeBytes = { core: 0, store: 0, library: 0 };
  for (const [, size, object] of kept.matchAll(
    /^ \.(?:text|rodata)\S*\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S+)$/gm,
  )) {
    if (object.endsWith("/spikelet.o")) bytes.core += Number.parseInt(size, 16);
    else if (object.endsWith("/spikelet-store.o")) bytes.store += Number.parseInt(size, 16);
    else if (object.endsWith(")")) bytes.library += Number.parseInt(size, 16);
  }
  return bytes;
}
