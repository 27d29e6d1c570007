/** `spikelet run`: classifies samples, or prints what came out of them. */
import { checkTarget, writeWhole } from "../../../host/node/target.js";
import { writeNpz } from "../data/npz.js";
import { chosen } from "../data/random.js";
import { percent, printJson, progressOf, grouped } from "../io.js";
import type { Io } from "../io.js";
import type { AddCommand } from "./command.js";
import { evaluate, record } from "./evaluate.js";
import type { Evaluation, Task } from "./evaluate.js";
import { openBlob, presentationTo, readSamples } from "./files.js";
import { addSampleOptions } from "./options.js";
import type { SampleFlags } from "./options.js";

interface Flags extends SampleFlags {
  outputs?: string;
  json?: boolean;
}

export const runCommand: AddCommand = (program, io) => {
  const command = program
    .command("run")
    .description("classify each sample with a blob")
    .argument("<blob>", "a .spkl file")
    .argument("<data>", "an .npz with x and, for accuracy, y; or an .npy")
    .option("--outputs <file>", "write the outputs of each step and the spikes of each neuron to an .npz")
    .option("--json", "print one object");
  addSampleOptions(command).action((blob: string, data: string, flags: Flags) => run(blob, data, flags, io));
};

async function run(blobPath: string, dataPath: string, flags: Flags, io: Io): Promise<void> {
  if (flags.outputs !== undefined) await checkTarget(flags.outputs);
  const blob = await openBlob(blobPath, io);
  const { net, form } = blob;
  const dataset = await readSamples(dataPath);
  const task: Task = {
    dataset,
    indices: chosen(dataset.samples, flags.limit, flags.seed),
    form,
    presentation: presentationTo(blob, dataset, flags),
  };
  const samples = task.indices.length;
  const bar = progressOf(io, "running", flags.outputs === undefined ? samples : 2 * samples);
  try {
    const evaluation = evaluate(net, task, bar.tick);
    if (flags.outputs !== undefined)
      await writeWhole(flags.outputs, writeNpz({ ...record(net, task, bar.tick) }));
    bar.stop();
    if (flags.json) printJson(io, { samples, ...evaluation });
    else print(evaluation, task, io);
  } finally {
    bar.stop();
  }
}

function print(evaluation: Evaluation, { indices, presentation }: Task, io: Io): void {
  const { accuracy, predictions, margins } = evaluation;
  if (accuracy === null) {
    indices.forEach((index, n) => io.out(`sample ${index}: class ${predictions[n]}, margin ${margins[n]}\n`));
  } else {
    io.out(`accuracy     ${percent(accuracy)} of ${grouped(indices.length)} samples\n`);
  }
  io.out(`a sample     ${presentation.steps} steps, ${grouped(evaluation.spikesPerSample)} spikes, `);
  io.out(`${grouped(evaluation.sopsPerSample)} synaptic operations\n`);
  io.out(`a step       ${evaluation.microsecondsPerStep.toFixed(2)} µs\n`);
}
