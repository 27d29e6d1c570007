/** The table: medians and least times, ratios of both to the core, and who is not there. */
import type { Contestant, Group } from "./contestant.js";
import type { Timing, Timings } from "./rotation.js";

const TITLES: Record<Group, string> = {
  core: "core",
  c: "C, same algorithm",
  javascript: "JavaScript on typed arrays",
  onnxruntime: "onnxruntime",
  tfjs: "TensorFlow.js",
  torch: "PyTorch",
  learning: "windows that learn",
};
/** What others are measured by: everything by the SIMD core's whole windows, learning by its learning too. */
const UNIT = "simd";
const UNIT_OF_LEARNING = "simd-learn";
const NAME = 72;
const COLUMN = 16;

export function printTable(timings: Timings): void {
  const unit = timingOf(timings, UNIT),
    learning = timingOf(timings, UNIT_OF_LEARNING);
  console.log(
    line("", ["median, ns/step", "× core SIMD", "least, ns/step", "× core SIMD", "× its learning"]),
  );
  for (const [group, title] of Object.entries(TITLES)) {
    const members = [...timings].filter(([contestant]) => contestant.group === group);
    if (members.length) console.log(title);
    for (const [{ name }, { median, least }] of members) {
      const columns = [median.toFixed(0), ratio(median / unit.median)];
      columns.push(least.toFixed(0), ratio(least / unit.least));
      if (group === "learning") columns.push(ratio(least / learning.least));
      console.log(line(`  ${name}`, columns));
    }
  }
}

/** The goal of speed: how far the fastest form of any inference engine is from the core. */
export function printDistance(timings: Timings): void {
  const engines = [...timings].filter(([{ group }]) => group === "onnxruntime" || group === "tfjs");
  if (!engines.length) return;
  const [{ name }, { median, least }] = engines.reduce(faster);
  const unit = timingOf(timings, UNIT);
  const ratios = `${ratio(median / unit.median)} × core SIMD, by the least times ${ratio(least / unit.least)} ×`;
  console.log(`\nfastest engine: ${name}: ${ratios}`);
}

export function printMissing(missing: string[]): void {
  for (const text of missing) console.log(`skipped: ${text}`);
}

function faster(a: [Contestant, Timing], b: [Contestant, Timing]): [Contestant, Timing] {
  return a[1].median <= b[1].median ? a : b;
}

function timingOf(timings: Timings, id: string): Timing {
  return [...timings].find(([contestant]) => contestant.id === id)![1];
}

function line(name: string, columns: string[]): string {
  return name.padEnd(NAME) + columns.map((column) => column.padStart(COLUMN)).join("");
}

/** Three digits. */
function ratio(x: number): string {
  return x >= 100 ? x.toFixed(0) : x.toPrecision(3);
}
