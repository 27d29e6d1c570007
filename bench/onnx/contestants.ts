/** onnxruntime-node on the net: float32 and int8, a window a call and a step a call. */
import { checkScores } from "../agree.js";
import type { Scores } from "../agree.js";
import { inProcess } from "../contestant.js";
import type { Contestant, Entry } from "../contestant.js";
import { HIDDEN, INPUTS, OUTPUTS, STEPS, toFrames } from "../net.js";
import type { BenchNet } from "../net.js";
import { load } from "../packages.js";
import { fastest } from "../rotation.js";
import { encode } from "./format.js";
import type { Graph, Protobuf } from "./format.js";
import { inputType, liftedGraph, scanGraph, stepGraph } from "./graphs.js";
import type { Precision } from "./graphs.js";

/** What is used of onnxruntime-node. */
interface Tensor {
  data: Float32Array;
}
interface Session {
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}
interface Runtime {
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: string, data: Float32Array | Uint8Array, dims: number[]) => Tensor;
}

type Run = (window: number) => Promise<ArrayLike<number>>;

/** 0 leaves the number to onnxruntime. */
const THREADS = [1, 0];
/** Errors only. */
const LOG = 3;

/** @throws Error if a graph gives other scores than those expected */
export async function onnxContestants(net: BenchNet, expected: Scores): Promise<Entry> {
  const packages = load<[Runtime, Protobuf]>("onnxruntime-node", "protobufjs");
  if (typeof packages === "string") return { contestants: [], missing: [`onnxruntime: ${packages}`] };
  const [runtime, protobuf] = packages;
  const contestants: Contestant[] = [];
  for (const form of [...forms(runtime, net, "int8"), ...forms(runtime, net, "float32")]) {
    const model = encode(protobuf, form.graph);
    const variants: Contestant[] = [];
    for (const threads of THREADS) {
      const options = { intraOpNumThreads: threads, graphOptimizationLevel: "all", logSeverityLevel: LOG };
      const session = await runtime.InferenceSession.create(model, options);
      const run = form.runner(session);
      await check(form.name, run, expected);
      variants.push(contestant(form, session, run, threads));
    }
    contestants.push(await fastest(variants));
  }
  return { contestants, missing: [] };
}

interface Form {
  id: string;
  name: string;
  graph: Graph;
  runner: (session: Session) => Run;
}

function forms(runtime: Runtime, net: BenchNet, precision: Precision): Form[] {
  const frames = framesOf(net, precision);
  const whole = (dims: number[]) => (session: Session) => wholeWindows(runtime, session, frames, dims);
  const form = (id: string, text: string, graph: Graph, runner: Form["runner"]): Form => {
    return { id: `onnx-${precision}-${id}`, name: `onnxruntime ${precision}, ${text}`, graph, runner };
  };
  const graphs = [liftedGraph, scanGraph, stepGraph].map((graph) => graph(net.float, precision));
  return [
    form("lifted", "only the recurrence in a Scan", graphs[0], whole([STEPS, INPUTS])),
    form("scan", "the net in a Scan", graphs[1], whole([STEPS, 1, INPUTS])),
    form("steps", "a call a step", graphs[2], (session) => steps(runtime, session, frames)),
  ];
}

function contestant({ id, name }: Form, session: Session, run: Run, threads: number): Contestant {
  const text = threads === 1 ? "1 thread" : "default threads";
  const close = (): void => void session.release();
  return { ...inProcess(id, "onnxruntime", `${name}, ${text}`, run), close };
}

async function check(name: string, run: Run, expected: Scores): Promise<void> {
  const found: ArrayLike<number>[] = [];
  for (let i = 0; i < expected.length; i++) found.push(await run(i));
  checkScores(name, found, expected);
}

interface Frames {
  type: string;
  windows: (Float32Array | Uint8Array)[];
}

function framesOf(net: BenchNet, precision: Precision): Frames {
  const type = inputType(precision);
  const frames = net.windows.map(toFrames);
  return { type, windows: type === "uint8" ? frames.map((frame) => Uint8Array.from(frame)) : frames };
}

function wholeWindows(runtime: Runtime, session: Session, { type, windows }: Frames, dims: number[]): Run {
  const inputs = windows.map((frames) => new runtime.Tensor(type, frames, dims));
  return async (i) => (await session.run({ x: inputs[i] })).scores.data;
}

function steps(runtime: Runtime, session: Session, { type, windows }: Frames): Run {
  const zeros = (neurons: number): Tensor =>
    new runtime.Tensor("float32", new Float32Array(neurons), [1, neurons]);
  const inputs = windows.map((frames) =>
    Array.from({ length: STEPS }, (_, t) => {
      return new runtime.Tensor(type, frames.slice(t * INPUTS, (t + 1) * INPUTS), [1, INPUTS]);
    }),
  );
  const rest = { carry: zeros(HIDDEN), leaked: zeros(OUTPUTS) };
  return async (i) => {
    const scores = new Float32Array(OUTPUTS);
    let { carry, leaked } = rest;
    for (const x of inputs[i]) {
      const { out, carryNext, leakedNext } = await session.run({ x, carry, leaked });
      carry = carryNext;
      leaked = leakedNext;
      for (let k = 0; k < OUTPUTS; k++) scores[k] += out.data[k];
    }
    return scores;
  };
}
