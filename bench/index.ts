/** `npm run bench`: every contestant in every round, medians, ratios. docs/BENCHMARKS.md says how to read them. */
import * as L from "../assembly/layout.js";
import { cContestants } from "./c.js";
import { inProcess } from "./contestant.js";
import type { Contestant } from "./contestant.js";
import { Core } from "./core.js";
import { JavaScriptNet } from "./javascript.js";
import { HIDDEN, STEPS, WINDOWS, makeNet, toFrames } from "./net.js";
import type { BenchNet } from "./net.js";

/** One timing lasts at least so long. */
const LEAST = 20e6;

function coreContestants(net: BenchNet): Contestant[] {
  const all: Contestant[] = [];
  for (const build of ["simd", "mvp"] as const) {
    const core = new Core(build, net.program),
      learner = new Core(build, net.learning);
    const name = build === "simd" ? "SIMD" : "MVP";
    all.push(
      inProcess(`${build}`, "core", `core ${name}, whole windows`, (i) => core.window(net.windows[i])),
    );
    all.push(
      inProcess(`${build}-steps`, "core", `core ${name}, a call a step`, (i) => core.steps(net.windows[i])),
    );
    all.push(
      inProcess(
        `${build}-learn`,
        "learning",
        `core ${name}, windows that learn`,
        (i) => learner.learn(net.windows[i]),
        () => learner.restore(),
      ),
    );
  }
  return all;
}

const net = makeNet();
const probe = new Core("simd", net.program);
let hid = 0,
  ev = 0;
const counts: number[] = [];
for (const w of net.windows) {
  probe.window(w, L.RUN_RESET);
  hid += probe.hiddenSpikes();
  counts.push(probe.hiddenSpikes());
  ev += w.events.length;
}
console.log("input rate", ev / (WINDOWS * STEPS * 700), "hidden rate", hid / (WINDOWS * STEPS * HIDDEN));
const js = new JavaScriptNet(net.float);
const frames = net.windows.map(toFrames);
console.log(
  counts,
  net.windows.map((w) => js.events(w).spikes),
  frames.map((f) => js.dense(f).spikes),
);
const { contestants: cs, missing } = await cContestants(net);
console.log(missing);
const all = [
  ...coreContestants(net),
  ...cs,
  inProcess("js", "javascript", "JavaScript, event lists", (i) => js.events(net.windows[i])),
  inProcess("js-dense", "javascript", "JavaScript, dense", (i) => js.dense(frames[i])),
];
const rounds = 15;
const n = new Map<string, number>();
for (const c of all) {
  let k = 1;
  for (;;) {
    const t = await c.time(k);
    if (t > LEAST) break;
    k = Math.max(k + 1, Math.ceil(Math.min(k * 8, (k * LEAST * 1.2) / t)));
  }
  n.set(c.id, k);
}
const times = new Map<string, number[]>(all.map((c) => [c.id, []]));
for (let r = 0; r < rounds; r++)
  for (const c of all) times.get(c.id)!.push((await c.time(n.get(c.id)!)) / n.get(c.id)! / STEPS);
const med = (a: number[]) => a.slice().sort((x, y) => x - y)[a.length >> 1];
const base = med(times.get("simd")!);
for (const c of all) {
  const m = med(times.get(c.id)!);
  console.log(c.name.padEnd(40), m.toFixed(0).padStart(9), (m / base).toFixed(2));
}
for (const c of all) c.close?.();
