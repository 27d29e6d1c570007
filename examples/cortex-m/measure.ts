/**
 * Builds and runs the firmware and prints docs/EMBEDDED.md's tables: `npm run cortex-m`. With `-- --write FILE` it keeps the figures
 * as JSON, which the tests of the devices hold new ones against.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { table } from "../../tools/exporter/io.js";
import { BOARDS, missingTools, TOOLS } from "./boards.js";
import { figures } from "./figures.js";
import type { Figures } from "./figures.js";

const COMMAND = "npm run build && npm run cortex-m -- --write tests/devices/golden.json";

function versions(): Record<string, string> {
  const first = (tool: string): string =>
    spawnSync(tool, ["--version"], { encoding: "utf8" }).stdout.split("\n")[0].trim();
  return Object.fromEntries(
    ["wasm2c", "arm-none-eabi-gcc", "qemu-system-arm"].map((tool) => [tool, first(tool)]),
  );
}

/** A row a program, of instructions in thousands and what they are to code by hand. */
function costs({ instructions }: Figures): string {
  const rows = BOARDS.flatMap((board) => {
    const of = (program: string) => instructions[`${program} ${board}`];
    const times = (a: number, b: number): string => (a / b).toFixed(2);
    const [gestures, digits, learn] = [of("gestures"), of("digits"), of("digits-learn")];
    const [plainGestures, plainDigits, dense] = [
      of("plain-gestures"),
      of("plain-digits"),
      of("dense-digits"),
    ];
    return [
      [
        board,
        "gestures",
        gestures.window,
        times(gestures.window, plainGestures.window),
        gestures.recorded!,
        gestures.teach!,
        times(gestures.teach!, gestures.window),
      ],
      [
        board,
        "digits",
        digits.window,
        times(digits.window, plainDigits.window),
        learn.recorded!,
        learn.teach!,
        times(learn.teach!, digits.window),
      ],
      [board, "gestures by hand", plainGestures.window, "1", "", "", ""],
      [board, "digits by hand", plainDigits.window, "1", "", "", ""],
      [board, "dense int8", dense.window, times(dense.window, plainDigits.window), "", "", ""],
    ];
  });
  return table([["board", "net", "window", "× by hand", "recorded", "lesson", "× window"], ...rows]);
}

function sizes({ flash, ram, objects }: Figures): string {
  const code = Object.entries(flash).map(([part, bytes]) => [part, bytes]);
  const memory = Object.entries(ram).map(([program, bytes]) => [program, bytes.static, bytes.stack]);
  return [
    table([["flash, -Os, Cortex-M3", "bytes"], ...code]),
    table([["RAM", "variables", "stack"], ...memory]),
    table([["spikelet.c, -Os", "bytes"], ...Object.entries(objects)]),
  ].join("\n");
}

const missing = missingTools();
if (missing.length > 0) {
  const packages = missing.map((tool) => TOOLS[tool]).join(" ");
  process.stderr.write(`found no ${missing.join(", ")}; apt-get install ${packages}\n`);
  process.exit(3);
}
const measured = figures();
process.stdout.write(`${costs(measured)}\n${sizes(measured)}`);
const at = process.argv.indexOf("--write");
if (at >= 0) {
  const golden = { command: COMMAND, tools: versions(), ...measured };
  writeFileSync(process.argv[at + 1], `${JSON.stringify(golden, null, 2)}\n`);
}
