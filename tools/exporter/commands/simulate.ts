/** `spikelet simulate`: the model itself, in floats. */
import { checkTarget, writeWhole } from "../../../host/node/target.js";
import { expectChannels, expectLabels } from "../data/dataset.js";
import type { Dataset } from "../data/dataset.js";
import { floatWindow, formOf, presentationOf } from "../data/form.js";
import type { Presentation } from "../data/form.js";
import { writeNpz } from "../data/npz.js";
import type { NumericArray } from "../data/npy.js";
import { chosen } from "../data/random.js";
import { grouped, percent, printJson, progressOf } from "../io.js";
import type { Io } from "../io.js";
import type { Model } from "../model.js";
import { decode } from "../simulate/decode.js";
import { FloatNetwork } from "../simulate/float.js";
import type { Run, Window } from "../simulate/float.js";
import type { AddCommand } from "./command.js";
import { readSamples } from "./files.js";
import { answerFormOf, assumptionsOf, openModel, warnAll } from "./model.js";
import type { AnswerForm } from "./model.js";
import {
  addAnswerOptions,
  addInputOptions,
  addSampleOptions,
  addSemanticOptions,
  semanticsOf,
} from "./options.js";
import type { AnswerFlags, InputFlags, SampleFlags, SemanticFlags } from "./options.js";

interface Flags extends SemanticFlags, AnswerFlags, InputFlags, SampleFlags {
  outputs?: string;
  json?: boolean;
}

export const simulateCommand: AddCommand = (program, io) => {
  const command = program
    .command("simulate")
    .description("classify each sample with the model itself, in floats")
    .argument("<model>", "a .nir file")
    .argument("<data>", "an .npz with x and, for accuracy, y; or an .npy")
    .option("--outputs <file>", "write the outputs of each step and the spikes of each neuron to an .npz")
    .option("--json", "print one object");
  addSemanticOptions(command);
  addAnswerOptions(command);
  addInputOptions(command);
  addSampleOptions(command).action((model: string, data: string, flags: Flags) =>
    simulate(model, data, flags, io),
  );
};

async function simulate(modelPath: string, dataPath: string, flags: Flags, io: Io): Promise<void> {
  if (flags.outputs !== undefined) await checkTarget(flags.outputs);
  const membranes = flags.code?.startsWith("membrane") === true;
  const opened = await openModel(modelPath, { ...semanticsOf(flags), readoutMembrane: membranes });
  const { model, file } = opened;
  const dataset = await readSamples(dataPath);
  expectChannels(dataset, model.inputs);
  const answer = answerFormOf(opened, flags);
  const labels = dataset.labels === null ? null : expectLabels(dataset, answer.classes);
  const { warnings, assume } = assumptionsOf(file, flags.strict);
  const presentation = presentationOf(dataset, flags, null);
  const form = formOf(flags, dataset, presentation, assume);
  warnAll(io, opened.warnings, warnings);

  const indices = chosen(dataset.samples, flags.limit, flags.seed);
  const tally = new Tally(model, answer, presentation, indices.length, flags.outputs !== undefined);
  const bar = progressOf(io, "simulating", indices.length);
  try {
    for (const index of indices) {
      tally.add(floatWindow(dataset, index, form, presentation));
      bar.tick();
    }
  } finally {
    bar.stop();
  }
  if (flags.outputs !== undefined) await writeWhole(flags.outputs, writeNpz(tally.arrays()));
  const right = labels && indices.filter((index, n) => labels[index] === tally.predictions[n]).length;
  report(tally, right === null ? null : right / indices.length, indices, dataset, flags, io);
}

/** Runs windows and adds up what they did. */
class Tally {
  readonly predictions: number[] = [];
  spikes = 0;
  sops = 0;
  milliseconds = 0;
  private readonly network: FloatNetwork;
  private readonly y: Float64Array;
  private readonly counts: { name: string; layer: number; neurons: number; data: Int32Array }[];

  constructor(
    private readonly model: Model,
    private readonly answer: AnswerForm,
    readonly presentation: Presentation,
    private readonly samples: number,
    private readonly keeps: boolean,
  ) {
    this.network = new FloatNetwork(model);
    const width = model.layers[model.layers.length - 1].neurons;
    this.y = new Float64Array(keeps ? samples * presentation.steps * width : 0);
    this.counts = model.layers.flatMap(({ kind, name, neurons }, layer) =>
      kind === "lif" && keeps ? [{ name, layer, neurons, data: new Int32Array(samples * neurons) }] : [],
    );
  }

  add(window: Window): void {
    const begin = performance.now();
    const run = this.network.run(window);
    this.milliseconds += performance.now() - begin;
    const { code, classes } = this.answer;
    const n = this.predictions.length;
    this.predictions.push(decode(run.outputs, code, classes, window.steps).label);
    this.spikes += run.counts.reduce((sum, counts) => sum + total(counts), 0);
    this.sops += sopsOf(this.model, window, run);
    if (!this.keeps) return;
    this.y.set(run.outputs, n * run.outputs.length);
    for (const { layer, neurons, data } of this.counts) data.set(run.counts[layer], n * neurons);
  }

  arrays(): Record<string, { shape: number[]; data: NumericArray }> {
    const { samples, y } = this;
    const { steps } = this.presentation;
    const counts = this.counts.map(
      ({ name, neurons, data }) => [`count/${name}`, { shape: [samples, neurons], data }] as const,
    );
    return {
      y: { shape: [samples, steps, y.length / (samples * steps)], data: y },
      ...Object.fromEntries(counts),
    };
  }
}

/** Synaptic operations as the core counts them: a frame that is held is multiplied once. */
function sopsOf(model: Model, { frames }: Window, { counts }: Run): number {
  let sops = 0;
  const given = total(frames.map((x) => (x === 0 ? 0 : frames instanceof Uint8Array ? x : 1)));
  for (const { connections, neurons } of model.layers) {
    for (const { source } of connections) sops += neurons * (source < 0 ? given : total(counts[source]));
  }
  return sops;
}

function total(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function report(
  { predictions, spikes, sops, milliseconds, presentation: { steps } }: Tally,
  accuracy: number | null,
  indices: number[],
  { file }: Dataset,
  flags: Flags,
  io: Io,
): void {
  const samples = indices.length;
  const figures = {
    spikesPerSample: spikes / samples,
    sopsPerSample: sops / samples,
    microsecondsPerStep: (1000 * milliseconds) / (samples * steps),
  };
  if (flags.json) {
    printJson(io, { samples, predictions, accuracy, ...figures });
    return;
  }
  if (accuracy === null) indices.forEach((index, n) => io.out(`sample ${index}: class ${predictions[n]}\n`));
  else io.out(`accuracy     ${percent(accuracy)} of ${grouped(samples)} samples of ${file}\n`);
  io.out(`a sample     ${steps} steps, ${grouped(figures.spikesPerSample)} spikes, `);
  io.out(`${grouped(figures.sopsPerSample)} synaptic operations\n`);
}
