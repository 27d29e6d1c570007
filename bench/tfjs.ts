/** TensorFlow.js with its WebAssembly backend on the net: as it is written, and at its best. */
import { checkScores } from "./agree.js";
import type { Scores } from "./agree.js";
import { inProcess } from "./contestant.js";
import type { Entry } from "./contestant.js";
import { BETA, HIDDEN, INPUTS, OUTPUTS, STEPS, dequantised, toFrames, windowWeights } from "./net.js";
import type { BenchNet, FloatNet } from "./net.js";
import { load } from "./packages.js";

/** What is used of @tensorflow/tfjs-core. */
interface Tensor {
  dataSync(): Float32Array;
}
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  enableProdMode(): void;
  env(): { getAsync(flag: string): Promise<unknown> };
  tensor(values: Float32Array | Int32Array, shape: number[], type?: string): Tensor;
  scalar(value: number): Tensor;
  zeros(shape: number[]): Tensor;
  tidy<T>(body: () => T): T;
  matMul(a: Tensor, b: Tensor): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  greater(a: Tensor, b: Tensor): Tensor;
  cast(a: Tensor, type: string): Tensor;
  gather(a: Tensor, rows: Tensor): Tensor;
  concat(tensors: Tensor[]): Tensor;
  unstack(tensor: Tensor): Tensor[];
}

/** @throws Error if a form gives other scores than those expected */
export async function tfjsContestants(net: BenchNet, expected: Scores): Promise<Entry> {
  const packages = load<[TensorFlow, unknown]>("@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm");
  if (typeof packages === "string") return { contestants: [], missing: [`TF.js: ${packages}`] };
  const [tf] = packages;
  await tf.setBackend("wasm");
  tf.enableProdMode();
  const simd = (await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")) ? "SIMD" : "no SIMD";
  const frames = net.windows.map(toFrames);
  const forms = [
    { id: "tfjs-lifted", text: "only the recurrence in the loop", run: lifted(tf, net.float, frames) },
    { id: "tfjs-loop", text: "a loop over the steps", run: loop(tf, net.float, frames) },
  ];
  const contestants = forms.map(({ id, text, run }) => {
    const name = `TF.js wasm ${simd}, float32, ${text}`;
    checkScores(
      name,
      net.windows.map((_, i) => run(i)),
      expected,
    );
    return inProcess(id, "tfjs", name, run);
  });
  return { contestants, missing: [] };
}

type Run = (window: number) => Float32Array;

/** The net as one writes it down, step by step. */
function loop(tf: TensorFlow, { hidden, readout }: FloatNet, frames: Float32Array[]): Run {
  const w1 = tf.tensor(dequantised(hidden), [INPUTS, HIDDEN]),
    b1 = tf.tensor(hidden.bias, [HIDDEN]);
  const w2 = tf.tensor(dequantised(readout), [HIDDEN, OUTPUTS]),
    b2 = tf.tensor(readout.bias, [OUTPUTS]);
  const beta = tf.scalar(BETA),
    threshold = tf.scalar(1);
  const inputs = frames.map((window) => tf.unstack(tf.tensor(window, [STEPS, 1, INPUTS])));
  const window = (i: number): Tensor => {
    let membrane = tf.zeros([1, HIDDEN]),
      spikes = tf.zeros([1, HIDDEN]),
      out = tf.zeros([1, OUTPUTS]),
      scores = tf.zeros([1, OUTPUTS]);
    for (const x of inputs[i]) {
      [membrane, spikes, out, scores] = tf.tidy(() => {
        const current = tf.add(tf.matMul(x, w1), b1);
        const u = tf.sub(tf.add(tf.mul(membrane, beta), current), spikes);
        const fired = tf.cast(tf.greater(u, threshold), "float32");
        const y = tf.add(tf.mul(out, beta), tf.add(tf.matMul(fired, w2), b2));
        return [u, fired, y, tf.add(scores, y)];
      });
    }
    return scores;
  };
  return (i) => tf.tidy(() => window(i)).dataSync();
}

/** One product for all inputs of a window before the loop, one for all its spikes after it. */
function lifted(tf: TensorFlow, { hidden, readout }: FloatNet, frames: Float32Array[]): Run {
  const { weights, biasWeight } = windowWeights();
  const w1 = tf.tensor(dequantised(hidden), [INPUTS, HIDDEN]),
    b1 = tf.tensor(hidden.bias, [HIDDEN]);
  const w2 = tf.tensor(dequantised(readout), [HIDDEN, OUTPUTS]);
  const b2 = tf.mul(tf.tensor(readout.bias, [OUTPUTS]), tf.scalar(biasWeight));
  const felt = tf.tensor(weights, [1, STEPS]);
  const beta = tf.scalar(BETA),
    threshold = tf.scalar(1);
  // the backend's slice copies the whole tensor first
  const rows = Array.from({ length: STEPS }, (_, t) => tf.tensor(Int32Array.of(t), [1], "int32"));
  const inputs = frames.map((window) => tf.tensor(window, [STEPS, INPUTS]));
  const window = (i: number): Tensor => {
    const currents = tf.add(tf.matMul(inputs[i], w1), b1);
    let carry = tf.zeros([1, HIDDEN]);
    const raster = rows.map((row) => {
      const u = tf.add(carry, tf.gather(currents, row));
      const fired = tf.cast(tf.greater(u, threshold), "float32");
      carry = tf.sub(tf.mul(u, beta), fired);
      return fired;
    });
    return tf.add(tf.matMul(tf.matMul(felt, tf.concat(raster)), w2), b2);
  };
  return (i) => tf.tidy(() => window(i)).dataSync();
}
