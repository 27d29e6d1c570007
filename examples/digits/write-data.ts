/**
 * Writes the digits as .npz files for the command line: `npm run digits [FOLDER]`.
 * adapt, test: the two parts; turned: 20 digits a class of the adapt part, turned by 40°; old: the 20 a class after them, as they are.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeNpz } from "../../tools/exporter/data/npz.js";
import { PIXELS, readDigits, turned } from "./data.js";
import type { Digit } from "./data.js";

const DEGREES = 40;
const folder = process.argv[2] ?? "build/digits";

function write(name: string, digits: Digit[]): void {
  const x = new Uint8Array(digits.length * PIXELS);
  digits.forEach(({ pixels }, i) => x.set(pixels, i * PIXELS));
  const y = Int32Array.from(digits, ({ label }) => label);
  const file = join(folder, `${name}.npz`);
  writeFileSync(
    file,
    writeNpz({ x: { shape: [digits.length, PIXELS], data: x }, y: { shape: [y.length], data: y } }),
  );
  console.log(`${file}: ${digits.length} digits`);
}

/** Digits `from` to `to` of each class, the classes taking turns. */
function pick(digits: Digit[], from: number, to: number): Digit[] {
  const classes = Array.from({ length: 10 }, (_, c) =>
    digits.filter(({ label }) => label === c).slice(from, to),
  );
  return Array.from({ length: to - from }, (_, i) => classes.map((ofClass) => ofClass[i])).flat();
}

const [adapt, test] = [readDigits("adapt"), readDigits("test")];
const turn = (digit: Digit): Digit => turned(digit, DEGREES);
mkdirSync(folder, { recursive: true });
write("adapt", adapt);
write("test", test);
write("test-turned", test.map(turn));
write("turned", pick(adapt, 0, 20).map(turn));
write("old", pick(adapt, 20, 40));
