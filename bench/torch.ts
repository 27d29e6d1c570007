/** PyTorch on the net, in a Python of its own: run, and trained by backpropagation through time. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkScores } from "./agree.js";
import type { Scores } from "./agree.js";
import { Child } from "./child.js";
import type { Contestant, Entry } from "./contestant.js";
import { BETA, INPUTS, LEARNING_RATE, STEPS, dequantised, windowWeights } from "./net.js";
import type { BenchNet, FloatLayer } from "./net.js";
import { fastest } from "./rotation.js";

const PYTHON = process.env.SPIKELET_PYTHON;
const HOW =
  "SPIKELET_PYTHON=<a Python with torch, and snntorch>, e.g. python3 -m venv V && V/bin/pip install torch snntorch";
/** Share by which the gradients' norms of two forms may differ. */
const TOLERANCE = 1e-3;

type Task = "run" | "train";

interface About {
  missing?: string;
  torch: string;
  forms: ("snntorch" | "plain" | "lifted")[];
  /** torch's own choice */
  threads: number;
}

const FORMS = {
  snntorch: "snnTorch's loop",
  plain: "a loop over the steps",
  lifted: "only the recurrence in the loop",
};

/** @throws Error if a form gives other scores than those expected, or the forms' gradients differ */
export async function torchContestants(net: BenchNet, expected: Scores): Promise<Entry> {
  if (!PYTHON) return { contestants: [], missing: [`PyTorch: ${HOW}`] };
  const child = new Child(PYTHON, [script, dataFile(net)]);
  const about = JSON.parse(await child.ask("about")) as About;
  if (about.missing) return { contestants: [], missing: [`PyTorch: ${PYTHON} has no torch; ${HOW}`] };
  const contestants: Contestant[] = [];
  for (const task of ["run", "train"] as const) {
    const norms: number[][] = [];
    for (const form of about.forms) {
      norms.push(await check(child, form, task, expected));
      contestants.push(await fastest(variants(child, about, form, task)));
    }
    checkGradients(about.forms, norms);
  }
  contestants[0].close = () => child.close();
  const missing = about.forms.includes("snntorch") ? [] : [`snnTorch: ${PYTHON} -m pip install snntorch`];
  return { contestants, missing };
}

const script = fileURLToPath(new URL("../../bench/peers/torch/loop.py", import.meta.url));

function dataFile({ float, windows }: BenchNet): string {
  const folder = mkdtempSync(join(tmpdir(), "spikelet-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const layer = (from: FloatLayer) => ({ weights: [...dequantised(from)], bias: [...from.bias] });
  const net = {
    inputs: INPUTS,
    steps: STEPS,
    beta: BETA,
    rate: LEARNING_RATE,
    felt: [...windowWeights().weights],
    hidden: layer(float.hidden),
    readout: layer(float.readout),
    windows: windows.map(({ offsets, events, target }) => ({
      offsets: [...offsets],
      events: [...events],
      target,
    })),
  };
  const file = join(folder, "net.json");
  writeFileSync(file, JSON.stringify(net));
  return file;
}

/** @returns of training, the norm of the first layer's gradient in each window */
async function check(child: Child, form: string, task: Task, expected: Scores): Promise<number[]> {
  const answer = await child.ask(`${form} ${task} 1 check`);
  const { scores, norms } = JSON.parse(answer) as { scores: number[][]; norms: number[] };
  checkScores(`PyTorch, ${form}, ${task}`, scores, expected);
  return norms;
}

function checkGradients(forms: string[], norms: number[][]): void {
  const [expected] = norms;
  norms.forEach((found, f) => {
    found.forEach((norm, i) => {
      if (Math.abs(norm - expected[i]) <= TOLERANCE * expected[i]) return;
      throw new Error(
        `PyTorch, ${forms[f]}: gradient of norm ${norm} in window ${i}, ${forms[0]} has ${expected[i]}`,
      );
    });
  });
}

/** With one thread and with as many as torch takes by itself. */
function variants(child: Child, about: About, form: About["forms"][number], task: Task): Contestant[] {
  return [...new Set([1, about.threads])].map((threads) => ({
    id: `torch-${form}-${task}`,
    name: `PyTorch, ${FORMS[form]}${task === "train" ? ", BPTT" : ""}, ${threads} thread${threads === 1 ? "" : "s"}`,
    group: task === "train" ? "learning" : "torch",
    time: async (windows) => Number(await child.ask(`${form} ${task} ${threads} ${windows}`)),
  }));
}
