/** `spikelet verify`: the float model against the integer blob, on the user's own data. */
import { expectChannels, expectLabels } from "../data/dataset.js";
import { floatWindow, roundedWindow } from "../data/form.js";
import { chosen } from "../data/random.js";
import { InputError } from "../errors.js";
import { grouped, percent, printJson, progressOf, table } from "../io.js";
import type { Io } from "../io.js";
import type { Model } from "../model.js";
import { dequantise } from "../passes/dequantise.js";
import { readBlob } from "../readers/blob.js";
import { decode } from "../simulate/decode.js";
import { FloatNetwork } from "../simulate/float.js";
import { EXIT } from "./command.js";
import type { AddCommand } from "./command.js";
import { walk } from "./evaluate.js";
import type { Task } from "./evaluate.js";
import { openBlob, presentationTo, readSamples } from "./files.js";
import type { OpenBlob } from "./files.js";
import { openModel, warnAll, withSpares } from "./model.js";
import type { OpenModel } from "./model.js";
import { addSampleOptions, addSemanticOptions, semanticsOf, share } from "./options.js";
import type { SampleFlags, SemanticFlags } from "./options.js";
import { Agreement } from "./agreement.js";
import { quoted } from "../text.js";

interface Flags extends SemanticFlags, SampleFlags {
  min?: number;
  json?: boolean;
}

interface Verdict {
  samples: number;
  /** null without labels */
  accuracyFloat: number | null;
  accuracyInteger: number | null;
  /** share of samples of which both say the same class */
  classAgreement: number;
  layers: LayerVerdict[];
  /** the first spike that only one of the two has */
  firstDifference: { sample: number; step: number; layer: string; neuron: number } | null;
}

interface LayerVerdict {
  name: string;
  kind: "lif" | "li";
  /** F1 of the spikes of model and blob; null of a layer without spikes */
  spikeAgreement: number | null;
  /** the same of the blob and the float simulator with the blob's own weights, thresholds and decays */
  arithmeticF1: number | null;
}

export const verifyCommand: AddCommand = (program, io, finish) => {
  const command = program
    .command("verify")
    .description("compare a model with the blob that was made of it, on data")
    .argument("<model>", "a .nir file")
    .argument("<blob>", "a .spkl file")
    .argument("<data>", "an .npz with x and, for accuracy, y; or an .npy")
    .option("--min <share>", "end with exit code 1 where fewer samples get the same class", share)
    .option("--json", "print one object");
  addSemanticOptions(command);
  addSampleOptions(command).action(async (model: string, blob: string, data: string, flags: Flags) => {
    const verdict = await verify(model, blob, data, flags, io);
    if (flags.json) printJson(io, verdict);
    else print(verdict, io);
    if (flags.min !== undefined && verdict.classAgreement < flags.min) finish(EXIT.no);
  });
};

async function verify(
  modelPath: string,
  blobPath: string,
  dataPath: string,
  flags: Flags,
  io: Io,
): Promise<Verdict> {
  const blob = await openBlob(blobPath, io);
  // the blob says how the model was understood when it was exported; options say otherwise
  const usual = { ...blob.metadata.options, readoutMembrane: blob.net.info.code.startsWith("membrane") };
  const read = await openModel(modelPath, semanticsOf(flags, usual));
  const { spareClasses, learntClasses } = blob.metadata;
  const opened = { ...read, model: withSpares(read, (spareClasses ?? 0) + (learntClasses ?? 0)) };
  expectSameLayers(opened, blob);
  const known = blob.metadata.source?.sha256;
  const other = known !== undefined && known !== opened.sha256;
  warnAll(io, opened.warnings, other ? [`${blob.file}: made from another file than ${opened.file}`] : []);

  const dataset = await readSamples(dataPath);
  expectChannels(dataset, opened.model.inputs);
  const task: Task = {
    dataset,
    indices: chosen(dataset.samples, flags.limit, flags.seed),
    form: blob.form,
    presentation: presentationTo(blob, dataset, flags),
  };
  const bar = progressOf(io, "verifying", task.indices.length);
  try {
    return compare(opened.model, blob, task, bar.tick);
  } finally {
    bar.stop();
  }
}

/** @throws InputError where the blob cannot have been made of the model */
function expectSameLayers({ model, file }: OpenModel, { net, file: blobFile }: OpenBlob): void {
  const populations = net.info.nodes.filter(({ kind }) => kind === "lif" || kind === "li");
  const shape = (layers: { kind: string; neurons: number }[]): string =>
    layers.map(({ kind, neurons }) => `${neurons} ${kind}`).join(", ");
  const [found, expected] = [shape(populations), shape(model.layers)];
  if (found === expected && net.info.inputs === model.inputs) return;
  throw new InputError(
    `${blobFile}: found ${net.info.inputs} inputs and layers of ${found}, expected ${model.inputs} inputs and layers of ${expected} as in ${file}; export that model`,
  );
}

function compare(model: Model, { net }: OpenBlob, task: Task, onEach: () => void): Verdict {
  const { dataset, indices, form, presentation } = task;
  const { steps } = presentation;
  const { info } = net;
  const float = new FloatNetwork(model);
  const exact = new FloatNetwork(dequantise(readBlob(net.snapshot())));
  const labels = dataset.labels === null ? null : expectLabels(dataset, info.classes);
  const nodes = info.nodes.flatMap(({ kind }, node) => (kind === "lif" || kind === "li" ? [node] : []));
  const toModel = model.layers.map(() => new Agreement());
  const toExact = model.layers.map(() => new Agreement());
  let [rightFloat, rightInteger, same] = [0, 0, 0];
  let firstDifference: Verdict["firstDifference"] = null;

  for (const index of indices) {
    const meant = float.run(floatWindow(dataset, index, form, presentation), { rasters: true });
    const rounded = exact.run(roundedWindow(dataset, index, form, presentation), { rasters: true });
    const answer = walk(net, task, index, (t) => {
      model.layers.forEach(({ neurons, name }, l) => {
        const fired = net.spikes(nodes[l]);
        const row = (raster: Uint8Array): Uint8Array => raster.subarray(t * neurons, (t + 1) * neurons);
        const differs = toModel[l].add(row(meant.rasters![l]), fired);
        toExact[l].add(row(rounded.rasters![l]), fired);
        if (differs >= 0) firstDifference ??= { sample: index, step: t, layer: name, neuron: differs };
      });
    });
    const { label } = decode(meant.outputs, info.code, info.classes, steps, info.maxSteps);
    if (answer.label === label) same++;
    if (labels && label === labels[index]) rightFloat++;
    if (labels && answer.label === labels[index]) rightInteger++;
    onEach();
  }
  const samples = indices.length;
  return {
    samples,
    accuracyFloat: labels && rightFloat / samples,
    accuracyInteger: labels && rightInteger / samples,
    classAgreement: same / samples,
    layers: model.layers.map(({ name, kind }, l) => ({
      name,
      kind,
      spikeAgreement: kind === "lif" ? toModel[l].f1 : null,
      arithmeticF1: kind === "lif" ? toExact[l].f1 : null,
    })),
    firstDifference,
  };
}

function print({ samples, layers, firstDifference, ...shares }: Verdict, io: Io): void {
  const { accuracyFloat, accuracyInteger, classAgreement } = shares;
  io.out(`same class   ${percent(classAgreement)} of ${grouped(samples)} samples\n`);
  if (accuracyFloat !== null && accuracyInteger !== null) {
    io.out(`accuracy     ${percent(accuracyFloat)} in floats, ${percent(accuracyInteger)} in integers\n`);
  }
  const f1 = (share: number | null): string => (share === null ? "" : share.toFixed(4));
  const rows = layers.map(({ name, kind, spikeAgreement, arithmeticF1 }) => [
    name,
    kind,
    f1(spikeAgreement),
    f1(arithmeticF1),
  ]);
  io.out(`\n${table([["layer", "kind", "F1 of spikes", "of the arithmetic alone"], ...rows])}`);
  if (firstDifference === null) return;
  const { sample, step, layer, neuron } = firstDifference;
  io.out(`\nfirst difference: sample ${sample}, step ${step}, layer ${quoted(layer)}, neuron ${neuron}\n`);
}
