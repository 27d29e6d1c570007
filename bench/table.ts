/** The table: medians, ratios to the core, and who is not there. */
import type { Contestant, Group } from "./contestant.js";

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
const WIDTH = 76;

/** @param times nanoseconds a step */
export function printTable(times: Map<Contestant, number>): void {
  const contestants = [...times.keys()];
  const unit = timeOf(times, UNIT),
    learning = timeOf(times, UNIT_OF_LEARNING);
  console.log(`${"".padEnd(WIDTH)}   ns a step   × core SIMD   × its learning`);
  for (const [group, title] of Object.entries(TITLES)) {
    const members = contestants.filter((contestant) => contestant.group === group);
    if (members.length) console.log(title);
    for (const contestant of members) {
      const time = times.get(contestant)!;
      const columns = [time.toFixed(0).padStart(12), ratio(time / unit).padStart(14)];
      if (group === "learning") columns.push(ratio(time / learning).padStart(17));
      console.log(`  ${contestant.name.padEnd(WIDTH - 2)}${columns.join("")}`);
    }
  }
}

/** The goal of speed: how far the fastest form of any inference engine is from the core. */
export function printDistance(times: Map<Contestant, number>): void {
  const engines = [...times].filter(([{ group }]) => group === "onnxruntime" || group === "tfjs");
  if (!engines.length) return;
  const [peer, time] = engines.reduce((best, entry) => (entry[1] < best[1] ? entry : best));
  console.log(`\nfastest engine: ${peer.name}, ${ratio(time / timeOf(times, UNIT))} × core SIMD`);
}

export function printMissing(missing: string[]): void {
  for (const line of missing) console.log(`skipped: ${line}`);
}

function timeOf(times: Map<Contestant, number>, id: string): number {
  return [...times].find(([contestant]) => contestant.id === id)![1];
}

/** Three digits. */
function ratio(x: number): string {
  return x >= 100 ? x.toFixed(0) : x.toPrecision(3);
}
