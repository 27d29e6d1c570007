/** The same net in plain JavaScript on typed arrays, float32: on event lists, and dense. */
import { BETA, HIDDEN, INPUTS, OUTPUTS, STEPS, dequantised } from "./net.js";
import type { BenchWindow, FloatNet } from "./net.js";

export interface Result {
  spikes: number;
  /** sums over the window of the readout's membranes */
  scores: Float32Array;
}

export class JavaScriptNet {
  private readonly hidden: Float32Array;
  private readonly readout: Float32Array;
  private readonly biases: [Float32Array, Float32Array];
  private readonly membranes = new Float32Array(HIDDEN);
  private readonly outputs = new Float32Array(OUTPUTS);
  private readonly current = new Float32Array(HIDDEN);
  private readonly fired = new Uint16Array(HIDDEN);
  private readonly spikes = new Float32Array(HIDDEN);

  constructor({ hidden, readout }: FloatNet) {
    this.hidden = dequantised(hidden);
    this.readout = dequantised(readout);
    this.biases = [hidden.bias, readout.bias];
  }

  /** Only rows of inputs that spike are touched, four at a time. */
  events({ events, offsets }: BenchWindow): Result {
    const { hidden, readout, membranes, current, fired } = this;
    const scores = new Float32Array(OUTPUTS);
    let spikes = 0;
    this.rest();
    for (let t = 0; t < STEPS; t++) {
      current.set(this.biases[0]);
      addRows(hidden, HIDDEN, events, offsets[t], offsets[t + 1], current);
      const count = fire(membranes, current, fired);
      this.decay();
      addRows(readout, OUTPUTS, fired, 0, count, this.outputs);
      this.score(scores);
      spikes += count;
    }
    return { spikes, scores };
  }

  /** Every weight is multiplied in every step. */
  dense(frames: Float32Array): Result {
    const { hidden, readout, membranes, current, fired } = this;
    const scores = new Float32Array(OUTPUTS);
    let total = 0;
    this.rest();
    for (let t = 0; t < STEPS; t++) {
      current.set(this.biases[0]);
      multiply(hidden, INPUTS, HIDDEN, frames, t * INPUTS, current);
      const count = fire(membranes, current, fired);
      this.spikes.fill(0);
      for (let p = 0; p < count; p++) this.spikes[fired[p]] = 1;
      this.decay();
      multiply(readout, HIDDEN, OUTPUTS, this.spikes, 0, this.outputs);
      this.score(scores);
      total += count;
    }
    return { spikes: total, scores };
  }

  private rest(): void {
    this.membranes.fill(0);
    this.outputs.fill(0);
  }

  private decay(): void {
    const bias = this.biases[1];
    for (let k = 0; k < OUTPUTS; k++) this.outputs[k] = this.outputs[k] * BETA + bias[k];
  }

  private score(scores: Float32Array): void {
    for (let k = 0; k < OUTPUTS; k++) scores[k] += this.outputs[k];
  }
}

/** One step of the hidden layer, reset by subtraction in the step after a spike. */
function fire(membranes: Float32Array, current: Float32Array, fired: Uint16Array): number {
  let count = 0;
  for (let j = 0; j < HIDDEN; j++) {
    const before = membranes[j];
    const u = Math.fround(before * BETA + current[j] - (before > 1 ? 1 : 0));
    membranes[j] = u;
    if (u > 1) fired[count++] = j;
  }
  return count;
}

function addRows(
  weights: Float32Array,
  stride: number,
  list: Uint16Array,
  from: number,
  to: number,
  sums: Float32Array,
): void {
  let p = from;
  for (; p + 4 <= to; p += 4) {
    const a = list[p] * stride,
      b = list[p + 1] * stride,
      c = list[p + 2] * stride,
      d = list[p + 3] * stride;
    for (let j = 0; j < stride; j++) {
      sums[j] = sums[j] + weights[a + j] + weights[b + j] + weights[c + j] + weights[d + j];
    }
  }
  for (; p < to; p++) {
    const a = list[p] * stride;
    for (let j = 0; j < stride; j++) sums[j] += weights[a + j];
  }
}

/** Rows four at a time, as above, each times its input. */
function multiply(
  weights: Float32Array,
  inputs: number,
  stride: number,
  frame: Float32Array,
  at: number,
  sums: Float32Array,
): void {
  for (let i = 0; i < inputs; i += 4) {
    const x0 = frame[at + i],
      x1 = frame[at + i + 1],
      x2 = frame[at + i + 2],
      x3 = frame[at + i + 3];
    const a = i * stride,
      b = a + stride,
      c = b + stride,
      d = c + stride;
    for (let j = 0; j < stride; j++) {
      sums[j] =
        sums[j] + x0 * weights[a + j] + x1 * weights[b + j] + x2 * weights[c + j] + x3 * weights[d + j];
    }
  }
}
