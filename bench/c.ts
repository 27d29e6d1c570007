/** The same algorithm in C, scalar and with 128-bit vectors, compiled here and held against the core before it is timed. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as L from "../assembly/layout.js";
import { padded } from "../tools/exporter/program.js";
import type { Population, Synapses } from "../tools/exporter/program.js";
import { Child } from "./child.js";
import type { Contestant, Entry } from "./contestant.js";
import { Core } from "./core.js";
import { INPUTS, OUTPUTS, STEPS } from "./net.js";
import type { BenchNet } from "./net.js";

export const COMPILER = process.env.CC ?? "gcc";
/** Without the first two, gcc turns the tiles' loops inside out and is slower for it. */
const FLAGS = ["-O3", "-march=native", "-fno-loop-interchange", "-fno-loop-unroll-and-jam", "-std=c11"];

const KERNELS = [
  { id: "c-simd", name: "C, 128-bit vectors", source: "simd.c", flags: ["-mprefer-vector-width=128"] },
  { id: "c-swar", name: "C, scalar SWAR", source: "swar.c", flags: ["-fno-tree-vectorize"] },
  { id: "c-auto", name: "C, SWAR, left to gcc's vectoriser", source: "swar.c", flags: [] },
];

const folder = fileURLToPath(new URL("../../bench/peers/c/", import.meta.url));

/** @returns contestants whose every membrane was the core's; a line on what is missing for each that is not there */
export async function cContestants(net: BenchNet): Promise<Entry> {
  const work = mkdtempSync(join(tmpdir(), "spikelet-bench-"));
  const data = join(work, "net.bin");
  writeFileSync(data, dataFile(net));
  const expected = coreDigests(net);
  const contestants: Contestant[] = [];
  const missing: string[] = [];
  for (const { id, name, source, flags } of KERNELS) {
    const program = join(work, id);
    const files = ["main.c", source].map((file) => join(folder, file));
    try {
      execFileSync(COMPILER, [...FLAGS, ...flags, "-o", program, ...files], { stdio: "pipe" });
    } catch {
      missing.push(`${name}: wants ${COMPILER} (or CC) and, for vectors, an x86 processor with SSE 4.1`);
      continue;
    }
    const child = new Child(program, [data]);
    const digests = (await child.ask("check")).trim();
    if (digests !== expected)
      throw new Error(`${name} differs from the core: ${digests}, expected ${expected}`);
    contestants.push({
      id,
      name,
      group: "c",
      time: async (windows) => Number(await child.ask(String(windows))),
      close: () => child.close(),
    });
  }
  process.on("exit", () => rmSync(work, { recursive: true, force: true }));
  return { contestants, missing };
}

/** Hidden spikes of each window and a hash of all readout membranes, as main.c prints them. */
function coreDigests({ program, windows }: BenchNet): string {
  const core = new Core("simd", program);
  return windows
    .map((window) => {
      core.window(window, L.RUN_RESET);
      let h = 2166136261;
      for (const u of core.outputs()) h = Math.imul(h ^ (u & 0xffff), 16777619);
      return `${core.hiddenSpikes()}:${h >>> 0}`;
    })
    .join(" ");
}

function dataFile({ program, windows }: BenchNet): Uint8Array {
  const chunks: Uint8Array[] = [bytes(Uint32Array.of(INPUTS, STEPS, windows.length, OUTPUTS))];
  for (let i = 0; i < program.operations.length; i += 2) {
    chunks.push(...layer(program.operations[i] as Synapses, program.operations[i + 1] as Population));
  }
  for (const { offsets, events } of windows) chunks.push(bytes(offsets), bytes(events));
  return Buffer.concat(chunks);
}

function layer(synapses: Synapses, population: Population): Uint8Array[] {
  const { neurons, shift, lower, decay, threshold, bias } = population;
  const stride = padded(neurons);
  const rows = new Uint8Array(synapses.inputs * stride).fill(128);
  for (let i = 0; i < synapses.inputs; i++) {
    for (let j = 0; j < neurons; j++) rows[i * stride + j] = synapses.weights[i * neurons + j] + 128;
  }
  const decays = new Uint16Array(stride);
  decays.set(decay!);
  const thresholds = new Int16Array(stride).fill(1);
  if (threshold) thresholds.set(threshold);
  const biases = new Int32Array(stride);
  if (bias) biases.set(bias);
  return [
    bytes(Int32Array.of(neurons, stride, shift, lower)),
    rows,
    bytes(decays),
    bytes(thresholds),
    bytes(biases),
  ];
}

function bytes(array: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
