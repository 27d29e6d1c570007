/** Runs samples through a network: answers, counts, time; and on demand every output and spike. */
import type { Answer, Network } from "../../../host/node/index.js";
import { expectChannels, expectLabels } from "../data/dataset.js";
import type { Dataset } from "../data/dataset.js";
import { integerWindow } from "../data/form.js";
import type { Presentation } from "../data/form.js";
import type { InputForm } from "../passes/quantise.js";
import { onSample } from "./files.js";

export interface Evaluation {
  /** one a sample that was run */
  predictions: number[];
  margins: number[];
  /** share of right answers; null without labels */
  accuracy: number | null;
  spikesPerSample: number;
  sopsPerSample: number;
  microsecondsPerStep: number;
}

export interface Task {
  dataset: Dataset;
  /** which samples */
  indices: number[];
  form: InputForm;
  presentation: Presentation;
}

/**
 * @param onEach called after each sample
 * @throws InputError where a sample does not fit the network
 */
export function evaluate(net: Network, task: Task, onEach: () => void = () => {}): Evaluation {
  const { dataset, indices, form, presentation } = task;
  expectChannels(dataset, net.info.inputs);
  const labels = dataset.labels === null ? null : expectLabels(dataset, net.info.classes);
  const predictions: number[] = [];
  const margins: number[] = [];
  const answer = { label: 0, margin: 0, scores: new Int32Array(net.info.classes) };
  let [spikes, sops, milliseconds] = [0, 0, 0];
  for (const index of indices) {
    const window = integerWindow(dataset, index, form);
    const begin = performance.now();
    onSample(dataset, index, () => net.run(window, { ...presentation, record: false, out: answer }));
    milliseconds += performance.now() - begin;
    predictions.push(answer.label);
    margins.push(answer.margin);
    const { stats } = net;
    spikes += stats.spikes;
    sops += stats.sops;
    onEach();
  }
  const samples = indices.length;
  const right = labels && indices.filter((index, n) => labels[index] === predictions[n]).length;
  return {
    predictions,
    margins,
    accuracy: right === null ? null : right / samples,
    spikesPerSample: spikes / samples,
    sopsPerSample: sops / samples,
    microsecondsPerStep: (1000 * milliseconds) / (samples * presentation.steps),
  };
}

/**
 * Runs one sample from rest, step by step.
 *
 * @param onStep called after each step, counted from 0
 * @returns the answer of the whole window
 */
export function walk(net: Network, task: Task, index: number, onStep: (step: number) => void): Answer {
  const { dataset, form, presentation } = task;
  const { steps, hold } = presentation;
  const { channels } = dataset;
  const window = integerWindow(dataset, index, form);
  const answer: Answer = { label: 0, margin: 0, scores: new Int32Array(net.info.classes) };
  const options = { record: false, out: answer };
  net.reset();
  for (let t = 0; t < steps; t++) {
    const from = hold ? 0 : t * channels;
    onSample(dataset, index, () => net.step(window.subarray(from, from + channels), options));
    onStep(t);
  }
  return answer;
}

/** Every output, and the spikes of each neuron, as arrays for an .npz. */
export interface Recording {
  y: { shape: number[]; data: Int32Array };
  [count: `count/${string}`]: { shape: number[]; data: Int32Array };
}

/** @throws InputError as evaluate() */
export function record(net: Network, task: Task, onEach: () => void): Recording {
  const { indices, presentation } = task;
  const { outputs, nodes } = net.info;
  const samples = indices.length;
  const row = presentation.steps * outputs;
  const recording: Recording = {
    y: { shape: [samples, presentation.steps, outputs], data: new Int32Array(samples * row) },
  };
  const spiking = nodes.flatMap(({ kind, name, neurons }, node) =>
    kind === "lif" ? [{ node, name, neurons, data: new Int32Array(samples * neurons) }] : [],
  );
  const last = nodes.length - 1;
  indices.forEach((index, n) => {
    walk(net, task, index, (t) => {
      const at = n * row + t * outputs;
      if (nodes[last].kind === "li") recording.y.data.set(net.membranes(last), at);
      else for (const j of net.spikes(last)) recording.y.data[at + j] = 1;
      for (const { node, neurons, data } of spiking) {
        for (const j of net.spikes(node)) data[n * neurons + j]++;
      }
    });
    onEach();
  });
  for (const { name, neurons, data } of spiking) {
    recording[`count/${name}`] = { shape: [samples, neurons], data };
  }
  return recording;
}
