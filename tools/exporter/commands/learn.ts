/** `spikelet learn`: a blob goes on learning, sample after sample. */
import type { Network, Schedule } from "../../../host/node/index.js";
import { checkTarget } from "../../../host/node/target.js";
import { expectChannels, expectLabels } from "../data/dataset.js";
import type { Dataset } from "../data/dataset.js";
import { integerWindow } from "../data/form.js";
import { chosen, shuffled } from "../data/random.js";
import { InputError, UsageError } from "../errors.js";
import { grouped, percent, printJson, progressOf, table } from "../io.js";
import type { Io, Progress } from "../io.js";
import { assemble } from "../pipeline.js";
import { readBlob } from "../readers/blob.js";
import { isSynapses } from "../program.js";
import type { AddCommand } from "./command.js";
import { evaluate } from "./evaluate.js";
import type { Task } from "./evaluate.js";
import { onSample, openBlob, presentationTo, readSamples } from "./files.js";
import type { OpenBlob } from "./files.js";
import { addRelearnOptions, relearnPlanOf, USUAL_SEED } from "./learn-options.js";
import type { RelearnFlags } from "./learn-options.js";
import { withRule } from "./learn-rule.js";
import { countLearnt } from "./learnt-classes.js";
import { addSampleOptions, count } from "./options.js";
import type { SampleFlags } from "./options.js";

interface Flags extends SampleFlags, RelearnFlags {
  output: string;
  epochs: number;
  replay?: number;
  keep?: string;
  test?: string;
  json?: boolean;
}

/** Points of the curve at most. */
const POINTS = 20;

export const learnCommand: AddCommand = (program, io) => {
  const command = program
    .command("learn")
    .description("let a blob go on learning, one labelled sample after the other")
    .argument("<blob>", "a .spkl file, exported with --learn, or any with --rule")
    .argument("<data>", "an .npz with x and y")
    .requiredOption("-o, --output <file>", "where the network that has learned goes");
  addRelearnOptions(command)
    .option("--epochs <n>", "passes over the samples", count, 1)
    .option("--test <data>", "samples to test on before and after")
    .option("--keep <data>", "old samples, to see what is forgotten")
    .option(
      "--replay <n>",
      "keep so many samples of --keep and learn one of them again after each lesson",
      count,
    )
    .option("--json", "print one object");
  addSampleOptions(command).action((blob: string, data: string, flags: Flags) =>
    learn(blob, data, flags, io),
  );
};

/** Shares of right answers; null for data that was not given. */
interface Marks {
  test: number | null;
  keep: number | null;
}

interface Point {
  /** lessons up to here */
  lessons: number;
  /** share of right answers given just before each of the lessons since the last point */
  accuracy: number;
}

async function learn(blobPath: string, dataPath: string, flags: Flags, io: Io): Promise<void> {
  const plan = relearnPlanOf(flags);
  if (flags.replay !== undefined && flags.keep === undefined) {
    throw new UsageError("--replay needs --keep DATA, the old samples to take them from");
  }
  await checkTarget(flags.output);
  const opened = await openBlob(blobPath, io);
  if (plan === null) useOwnRule(opened, flags);
  const blob = plan === null ? opened : await withRule(opened, plan, io);
  const { net } = blob;
  const lessons = taskOf(await readSamples(dataPath), blob, flags);
  expectLabels(lessons.dataset, net.info.classes);
  const test = flags.test === undefined ? null : taskOf(await readSamples(flags.test), blob, {});
  const old = flags.keep === undefined ? null : await readSamples(flags.keep);
  const { replay, keep } = splitOld(old, blob, flags);

  const total = flags.epochs * lessons.indices.length + 2 * (size(test) + size(keep));
  const bar = progressOf(io, "learning", total);
  try {
    const before = marks(net, test, keep, bar);
    const curve = teach(net, lessons, replay, flags, bar);
    const after = marks(net, test, keep, bar);
    if (net.rate !== 0) countLearnt(blob, [lessons, replay].flatMap(labelsOf));
    await net.save(flags.output);
    bar.stop();
    const result = { before, after, curve, bytesPerSynapse: bytesPerSynapse(net), output: flags.output };
    if (flags.json) printJson(io, result);
    else print(result, io);
  } finally {
    bar.stop();
  }
}

/** @throws InputError, UsageError where the blob does not learn, or not at this time or rate */
function useOwnRule({ net, file }: OpenBlob, { schedule, rate = 1 }: Flags): void {
  const { schedules } = net.info;
  if (schedules.length === 0) {
    throw new InputError(
      `${file}: found a blob that does not learn, expected one exported with --learn; --rule PRESET gives it a rule`,
    );
  }
  if (schedule !== undefined && !schedules.includes(schedule)) {
    throw new InputError(
      `${file}: found a blob that learns by ${schedules.join(" and ")}, expected one for --schedule ${schedule}; export it with --schedules ${schedule}, or name a --rule`,
    );
  }
  try {
    net.rate = rate;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(
      `--rate: found ${rate}, expected 0 or more, up to what ${file} has a place for (${error.message}); 1 is what it was exported with`,
    );
  }
}

function taskOf(dataset: Dataset, blob: OpenBlob, flags: SampleFlags): Task {
  const { net, form } = blob;
  expectChannels(dataset, net.info.inputs);
  return {
    dataset,
    indices: chosen(dataset.samples, flags.limit, flags.seed),
    form,
    presentation: presentationTo(blob, dataset, flags),
  };
}

/** Old samples to learn again, and the others, to see what is forgotten: none is both. */
function splitOld(
  dataset: Dataset | null,
  blob: OpenBlob,
  { replay = 0, seed = USUAL_SEED }: Flags,
): { replay: Task | null; keep: Task | null } {
  if (dataset === null) return { replay: null, keep: null };
  if (replay >= dataset.samples) {
    throw new UsageError(
      `--replay ${replay}: ${dataset.file} has ${dataset.samples} samples, expected fewer, so that some are left to test on`,
    );
  }
  expectLabels(dataset, blob.net.info.classes);
  const order = shuffled(dataset.samples, seed);
  const task = taskOf(dataset, blob, {});
  return {
    replay: replay === 0 ? null : { ...task, indices: order.slice(0, replay) },
    keep: { ...task, indices: order.slice(replay).sort((a, b) => a - b) },
  };
}

function size(task: Task | null): number {
  return task === null ? 0 : task.indices.length;
}

function labelsOf(task: Task | null): number[] {
  return task === null ? [] : task.indices.map((index) => task.dataset.labels![index]);
}

function marks(net: Network, test: Task | null, keep: Task | null, bar: Progress): Marks {
  return {
    test: test && evaluate(net, test, bar.tick).accuracy,
    keep: keep && evaluate(net, keep, bar.tick).accuracy,
  };
}

/** Every sample once an epoch, in an order of its own each; after each lesson one old sample, in turn. */
function teach(net: Network, lessons: Task, replay: Task | null, flags: Flags, bar: Progress): Point[] {
  const { epochs, seed = USUAL_SEED, schedule } = flags;
  const count = lessons.indices.length;
  const all = epochs * count;
  const curve: Point[] = [];
  let [done, right, since] = [0, 0, 0];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const n of shuffled(count, seed + epoch)) {
      if (lesson(net, lessons, lessons.indices[n], schedule)) right++;
      if (replay) lesson(net, replay, replay.indices[done % replay.indices.length], schedule);
      done++;
      since++;
      if (Math.floor((done * POINTS) / all) > Math.floor(((done - 1) * POINTS) / all)) {
        curve.push({ lessons: done, accuracy: right / since });
        [right, since] = [0, 0];
      }
      bar.tick();
    }
  }
  return curve;
}

/** @returns whether the answer before the lesson was right */
function lesson(net: Network, task: Task, index: number, schedule: Schedule | undefined): boolean {
  const { dataset, form, presentation } = task;
  const label = dataset.labels![index];
  const window = integerWindow(dataset, index, form);
  const answer = onSample(dataset, index, () => net.learn(window, label, { ...presentation, schedule }));
  return answer.label === label;
}

/** Bytes of RAM that learning adds, over the synapses that learn. */
function bytesPerSynapse(net: Network): number {
  const program = readBlob(net.snapshot());
  const plain = assemble({ ...program, learning: null });
  const synapses = program.learning!.paths.reduce((sum, { synapse, learns }) => {
    const op = program.operations[synapse];
    return learns && isSynapses(op) ? sum + op.inputs * op.outputs : sum;
  }, 0);
  return (net.info.arenaBytes - plain.arenaBytes) / synapses;
}

interface Result {
  before: Marks;
  after: Marks;
  curve: Point[];
  bytesPerSynapse: number;
  output: string;
}

function print({ before, after, curve, bytesPerSynapse: bytes, output }: Result, io: Io): void {
  const rows = (["test", "keep"] as const).flatMap((name) => {
    const [from, to] = [before[name], after[name]];
    return from === null || to === null ? [] : [[name, percent(from), percent(to)]];
  });
  if (rows.length > 0) io.out(`${table([["right answers", "before", "after"], ...rows])}\n`);
  io.out(
    table([
      ["lessons", "right before each"],
      ...curve.map((point) => [point.lessons, percent(point.accuracy)]),
    ]),
  );
  io.out(`\n${output}: learning keeps ${grouped(bytes)} bytes of RAM a synapse\n`);
}
