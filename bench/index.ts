/** `npm run bench`: every contestant in every round, medians, ratios. docs/BENCHMARKS.md says how to read them. */
import { reference } from "./agree.js";
import { cContestants } from "./c.js";
import { inProcess } from "./contestant.js";
import type { Contestant } from "./contestant.js";
import { Core } from "./core.js";
import { JavaScriptNet } from "./javascript.js";
import { makeNet, toFrames } from "./net.js";
import type { BenchNet } from "./net.js";
import { onnxContestants } from "./onnx/contestants.js";
import { rotate } from "./rotation.js";
import { printDistance, printMissing, printTable } from "./table.js";
import { tfjsContestants } from "./tfjs.js";
import { torchContestants } from "./torch.js";

const ROUNDS = 51;

function coreContestants({ program, learning, windows }: BenchNet): Contestant[] {
  return (["simd", "mvp"] as const).flatMap((build) => {
    const core = new Core(build, program),
      learner = new Core(build, learning);
    const name = `core ${build.toUpperCase()}`;
    const learn = (i: number): number => learner.learn(windows[i]);
    return [
      inProcess(build, "core", `${name}, whole windows`, (i) => core.window(windows[i])),
      inProcess(`${build}-steps`, "core", `${name}, a call a step`, (i) => core.steps(windows[i])),
      inProcess(`${build}-learn`, "learning", `${name}, e-prop`, learn, () => learner.restore()),
    ];
  });
}

function javascriptContestants({ float, windows }: BenchNet): Contestant[] {
  const js = new JavaScriptNet(float);
  const frames = windows.map(toFrames);
  return [
    inProcess("js", "javascript", "JavaScript, event lists", (i) => js.events(windows[i])),
    inProcess("js-dense", "javascript", "JavaScript, dense", (i) => js.dense(frames[i])),
  ];
}

const net = makeNet();
const scores = reference(net);
const entries = [
  { contestants: coreContestants(net), missing: [] },
  await cContestants(net),
  { contestants: javascriptContestants(net), missing: [] },
  await onnxContestants(net, scores),
  await tfjsContestants(net, scores),
  await torchContestants(net, scores),
];
const contestants = entries.flatMap((entry) => entry.contestants);
const timings = await rotate(contestants, ROUNDS);
printTable(timings);
printDistance(timings);
printMissing(entries.flatMap((entry) => entry.missing));
for (const contestant of contestants) contestant.close?.();
