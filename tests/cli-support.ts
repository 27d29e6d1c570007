/** The command line as tests use it: a folder of its own with data and blobs, a call, the object it prints. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect } from "vitest";
import { writeNpz } from "../tools/exporter/data/npz.js";
import { main } from "../tools/exporter/main.js";
import { Random } from "./random.js";

export const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
/** 6-8-3, snnTorch's Leaky. */
export const MODEL = fixture("nir/snntorch_leaky.nir");
/** 6-5-3, one decay a layer. */
const PUPIL = fixture("nir/lif_dots.nir");
/** Said in full, so that nothing is left to assume. */
export const MEANING = ["--dt", "1e-4", "--discretise", "euler", "--reset", "subtract", "--reset-at", "next"];

export let folder: string;
export const file = (name: string): string => join(folder, name);

interface Ended {
  code: number;
  out: string;
  err: string;
}

export async function spikelet(...args: string[]): Promise<Ended> {
  const ended: Ended = { code: -1, out: "", err: "" };
  ended.code = await main(args, {
    out: (text) => (ended.out += text),
    err: (text) => (ended.err += text),
    terminal: false,
  });
  return ended;
}

/** The object that a command prints with --json. */
export async function object<T = Record<string, unknown>>(...args: string[]): Promise<T> {
  const { code, out, err } = await spikelet(...args, "--json");
  expect(code, err).toBe(0);
  return JSON.parse(out) as T;
}

/** Class c has spikes in inputs 2c and 2c + 1, and some noise. */
async function writeSamples(name: string, samples: number, seed: number, turn = 0): Promise<void> {
  const random = new Random(seed);
  const steps = 20;
  const labels = Int32Array.from({ length: samples }, (_, n) => n % 3);
  const x = Uint8Array.from({ length: samples * steps * 6 }, (_, at) => {
    const own = Math.floor((at % 6) / 2) === (labels[Math.floor(at / (6 * steps))] + turn) % 3;
    return Number(random.chance(own ? 0.6 : 0.05));
  });
  const y = { shape: [samples], data: labels };
  await writeFile(file(name), writeNpz({ x: { shape: [samples, steps, 6], data: x }, y }));
}

/** Makes the folder for the tests of one file: labelled samples, `net.spkl` of MODEL, `pupil.spkl` that learns. */
export function useFolder(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "spikelet-cli-"));
    await writeSamples("data.npz", 60, 1);
    await writeSamples("test.npz", 30, 2);
    await writeSamples("turned.npz", 60, 3, 1);
    const exporting = [...MEANING, "--calibrate", file("data.npz")];
    await object("export", MODEL, "-o", file("net.spkl"), ...exporting);
    const learns = [
      "--code",
      "membrane-sum",
      "--learn",
      "e-prop",
      "--schedules",
      "window,step",
      "--rate",
      "1e-2",
    ];
    await object("export", PUPIL, "-o", file("pupil.spkl"), ...exporting, ...learns);
  });

  afterAll(() => rm(folder, { recursive: true }));
}
