/** `spikelet export`: a model becomes a blob. */
import { basename } from "node:path";
import { Option } from "commander";
import { MAX_STEPS } from "../../../assembly/layout.js";
import { checkTarget, writeWhole } from "../../../host/node/target.js";
import { expectChannels } from "../data/dataset.js";
import type { Dataset } from "../data/dataset.js";
import { busiest, floatWindow, formOf, presentationOf } from "../data/form.js";
import type { Presentation } from "../data/form.js";
import { chosen } from "../data/random.js";
import { InputError, UsageError } from "../errors.js";
import { grouped, printJson, progressOf, table } from "../io.js";
import type { Io } from "../io.js";
import type { DiscretiseOptions } from "../passes/discretise.js";
import type { InputForm, QuantiseOptions } from "../passes/quantise.js";
import { exportModel } from "../pipeline.js";
import type { Exported, ExportOptions } from "../pipeline.js";
import type { Window } from "../simulate/float.js";
import type { AddCommand } from "./command.js";
import { readSamples } from "./files.js";
import { writeHeader } from "./header.js";
import type { BlobMetadata } from "./metadata.js";
import { layersOf } from "./layers.js";
import type { LayerReport } from "./layers.js";
import { addLearnOptions, learnPlanOf, refuseIdle, USUAL_SEED } from "./learn-options.js";
import type { LearnFlags } from "./learn-options.js";
import { answerFormOf, assumptionsOf, openModel, warnAll, withSpares } from "./model.js";
import type { OpenModel } from "./model.js";
import {
  addAnswerOptions,
  addInputOptions,
  addSemanticOptions,
  count,
  number,
  semanticsOf,
  spareClasses,
  steps,
} from "./options.js";
import type { AnswerFlags, InputFlags, SemanticFlags } from "./options.js";

interface Flags extends SemanticFlags, AnswerFlags, InputFlags, LearnFlags {
  output: string;
  calibrate?: string;
  limit?: number;
  stateBits: "8" | "16" | "32";
  perLayer?: boolean;
  percentile: number;
  maxSteps?: number;
  maxSpikes?: number;
  spareClasses: number;
  hold?: boolean;
  header?: string;
  json?: boolean;
}

/** Samples to calibrate on at most. */
const USUAL_LIMIT = 256;
/** Longest window where nothing says how long one is. */
const USUAL_STEPS = 100;
/** Room for spikes: windows may be so many times busier than the busiest calibration sample. */
const SPARE_ROOM = 2;
/** What the core bounds the room for spikes by. */
const MOST_SPIKES = 2 ** 26;

export const exportCommand: AddCommand = (program, io) => {
  const command = program
    .command("export")
    .description("turn a model into a blob of integers")
    .argument("<model>", "a .nir file")
    .requiredOption("-o, --output <file>", "the blob to write");
  addSemanticOptions(command);
  addAnswerOptions(command);
  addInputOptions(command);
  command
    .option("--spare-classes <n>", "classes to keep free, for learning on the device", spareClasses, 0)
    .option("--hold", "inputs are single frames, each held for --max-steps")
    .option("--calibrate <data>", "samples that show how far membranes go")
    .option("--limit <n>", `calibrate on so many samples (default: ${USUAL_LIMIT})`, count)
    .addOption(new Option("--weight-bits <n>", "bits of a weight").choices(["8"]).default("8"))
    .addOption(new Option("--state-bits <n>", "bits of a membrane").choices(["8", "16", "32"]).default("16"))
    .addOption(new Option("--per-layer", "one scale of weights a layer").conflicts("perNeuron"))
    .option("--per-neuron", "one scale a neuron where learning and reading allow it (the default)")
    .option("--percentile <p>", "of |weights| that fill 8 bits; larger ones are cut off", number, 100)
    .option("--max-steps <t>", "longest window to have memory for", steps)
    .option("--max-spikes <n>", "most input spikes in a window to have memory for", count);
  addLearnOptions(command)
    .option("--header <file>", "write the blob as a C array too, for firmware")
    .option("--json", "print one object");
  command.action((model: string, flags: Flags) => exportBlob(model, flags, io));
};

async function exportBlob(path: string, flags: Flags, io: Io): Promise<void> {
  const plan = learnPlanOf(flags);
  expectUsed(flags);
  await checkTarget(flags.output);
  if (flags.header !== undefined) await checkTarget(flags.header);
  const dataset = flags.calibrate === undefined ? null : await readSamples(flags.calibrate);
  const membranes = flags.code?.startsWith("membrane") ?? plan?.membranes ?? false;
  const semantics: DiscretiseOptions = { ...semanticsOf(flags), readoutMembrane: membranes };
  const opened = await openModel(path, semantics);
  const { file } = opened;
  const { warnings, assume } = assumptionsOf(file, flags.strict);

  const trained = answerFormOf(opened, flags, plan?.membranes ? "membrane-sum" : undefined);
  const model = withSpares(opened, flags.spareClasses);
  const answer = { ...trained, classes: trained.classes + flags.spareClasses };
  if (dataset) expectChannels(dataset, model.inputs);
  const presentation = dataset && calibrationForm(dataset, flags);
  const hold = presentation?.hold ?? flags.hold === true;
  const form = formOf(flags, dataset, { hold }, assume);
  if (hold && form.kind === "spikes")
    throw new UsageError("--input spikes: frames that are held are analogue");
  if (hold) refuseIdle(flags, ["maxSpikes"], "--input spikes, not with frames that are held");
  const maxSteps = maxStepsOf(flags, dataset, presentation, assume);
  const indices = dataset
    ? chosen(dataset.samples, flags.limit ?? USUAL_LIMIT, flags.seed ?? USUAL_SEED)
    : [];
  const bar = progressOf(io, "calibrating", indices.length);
  const options: ExportOptions = {
    ...answer,
    stateBits: Number(flags.stateBits) as QuantiseOptions["stateBits"],
    perNeuron: flags.perLayer !== true,
    percentile: percentileOf(flags),
    input: form,
    maxSteps,
    events: hold ? 1 : roomOf(flags, form, model.inputs, maxSteps, dataset),
    learn: plan && plan.options(model),
    file,
    metadata: metadataOf(opened, semantics, form, flags.spareClasses),
    ...(dataset && { calibration: windows(dataset, indices, form, presentation!), onSample: bar.tick }),
  };
  let exported: Exported;
  try {
    exported = exportModel(model, options);
  } finally {
    bar.stop();
  }
  plan?.expectTaken(exported.program.learning!);
  await writeWhole(flags.output, exported.blob);
  if (flags.header !== undefined) await writeHeader(flags.header, basename(flags.output), exported.blob);
  if (flags.spareClasses > 0 && plan === null)
    warnings.push("--spare-classes without --learn: nothing can ever learn them");
  const lines = warnAll(io, opened.warnings, warnings, exported.warnings);
  report(flags, exported, lines, io);
}

/** @throws UsageError for options that would be without effect */
function expectUsed(flags: Flags): void {
  if (flags.calibrate !== undefined) return;
  refuseIdle(flags, ["limit"], "--calibrate DATA, of which it takes so many samples");
  if (flags.learn !== undefined) return;
  refuseIdle(flags, ["seed"], "--learn, whose rounding it draws, or --calibrate, whose samples it draws");
}

function percentileOf({ percentile }: Flags): number {
  if (percentile > 0 && percentile <= 100) return percentile;
  throw new UsageError(`--percentile: found ${percentile}, expected above 0, up to 100`);
}

/** How the calibration samples are presented: a frame a sample is held, but for nets of a single step. */
function calibrationForm(dataset: Dataset, { hold, maxSteps }: Flags): Presentation {
  const still = hold === true || dataset.steps === 1;
  if (still && maxSteps === undefined) {
    throw new UsageError(
      `${dataset.file} has one frame a sample: --max-steps T says for how long it is held`,
    );
  }
  return presentationOf(dataset, { hold, steps: still ? maxSteps : undefined }, null);
}

function maxStepsOf(
  { maxSteps }: Flags,
  dataset: Dataset | null,
  presentation: Presentation | null,
  assume: (line: string) => void,
): number {
  if (maxSteps === undefined && presentation === null) {
    assume(`the longest window is taken to be ${USUAL_STEPS} steps; --max-steps says otherwise`);
  }
  const longest = maxSteps ?? presentation?.steps ?? USUAL_STEPS;
  if (presentation && presentation.steps > longest) {
    throw new UsageError(
      `--max-steps ${longest}: the calibration samples have ${presentation.steps} steps, expected at most that`,
    );
  }
  if (longest > MAX_STEPS) {
    throw new InputError(
      `${dataset!.file}: found samples of ${longest} steps, expected at most ${MAX_STEPS}; split them`,
    );
  }
  return longest;
}

/** Room for the input of one window: frames, or spikes. */
function roomOf(
  { maxSpikes }: Flags,
  form: InputForm,
  inputs: number,
  maxSteps: number,
  dataset: Dataset | null,
): number {
  if (form.kind === "analogue") {
    if (maxSpikes !== undefined) throw new UsageError("--max-spikes goes with --input spikes");
    return maxSteps;
  }
  if (maxSpikes !== undefined) return Math.min(MOST_SPIKES, maxSpikes);
  const every = maxSteps * inputs;
  if (dataset === null) return Math.min(MOST_SPIKES, every);
  const { window, channel } = busiest(dataset);
  const seen = Math.ceil((SPARE_ROOM * window * maxSteps) / dataset.steps);
  return Math.max(1, Math.min(MOST_SPIKES, seen, every * Math.max(1, channel)));
}

function* windows(
  dataset: Dataset,
  indices: number[],
  form: InputForm,
  presentation: Presentation,
): Generator<Window> {
  for (const index of indices) yield floatWindow(dataset, index, form, presentation);
}

/** What later commands need to know, and where the blob came from. The same inputs give the same object. */
function metadataOf(
  { file, sha256, model }: OpenModel,
  semantics: DiscretiseOptions,
  form: InputForm,
  spareClasses: number,
): Record<string, unknown> {
  const { discretise, reset, resetAt, lowerBound } = semantics;
  const options = { dt: model.dt, discretise, reset, resetAt, lowerBound };
  const metadata: BlobMetadata = { source: { file, sha256 }, options };
  if (form.kind === "analogue") metadata.inputScale = form.scale;
  if (spareClasses > 0) metadata.spareClasses = spareClasses;
  return { ...metadata };
}

function report(flags: Flags, exported: Exported, warnings: string[], io: Io): void {
  const { blob, program, scales, ranges, arenaBytes } = exported;
  const layers = layersOf(program).map((layer, l) => ({
    ...layer,
    tauError: scales[l].tauError,
    // without calibration nothing was measured
    spikeRate: flags.calibrate === undefined ? null : ranges[l].rate,
  }));
  const { inputs, inputKind, inputRange, maxSteps, events, classes, code } = program;
  if (flags.json) {
    const input = { kind: inputKind, channels: inputs, range: inputRange, room: events };
    const sizes = { blobBytes: blob.length, arenaBytes };
    const answer = { classes, spareClasses: flags.spareClasses, code };
    printJson(io, { output: flags.output, ...sizes, input, maxSteps, ...answer, layers, warnings });
    return;
  }
  io.out(
    `${flags.output}: ${grouped(blob.length)} bytes, and ${grouped(arenaBytes)} bytes of RAM to run it\n`,
  );
  io.out(
    `${grouped(inputs)} inputs (${inputKind}), ${classesText(classes, flags.spareClasses, code)}, up to ${maxSteps} steps\n\n`,
  );
  io.out(layerTable(layers));
}

/** Classes as text, and how they are read. */
export function classesText(classes: number, spare: number, code: string): string {
  return `${classes} classes (${spare > 0 ? `${spare} of them spare, ` : ""}${code})`;
}

/** Layers as text. */
export function layerTable(layers: LayerReport[]): string {
  const head = ["layer", "kind", "neurons", "synapses", "weights", "membranes", "flash", "RAM", "learns"];
  return table([
    head,
    ...layers.map((layer) => [
      layer.name,
      layer.kind,
      layer.neurons,
      layer.synapses,
      `${layer.weightBits} bits`,
      `${layer.stateBits} bits`,
      layer.flashBytes,
      layer.ramBytes,
      layer.learns ?? "",
    ]),
  ]);
}
