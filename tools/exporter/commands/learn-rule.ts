/** `learn --rule`: an open blob, with another learning section. */
import { load } from "../../../host/node/index.js";
import { InputError, UsageError } from "../errors.js";
import { warn } from "../io.js";
import type { Io } from "../io.js";
import { guessUnits, relearn } from "../passes/relearn.js";
import { assemble } from "../pipeline.js";
import { isSynapses } from "../program.js";
import type { Program } from "../program.js";
import { readBlob } from "../readers/blob.js";
import type { OpenBlob } from "./files.js";
import { withNames } from "./layers.js";
import type { LearnPlan } from "./learn-options.js";

/**
 * The same network, what it has learnt included, to learn by another rule. What was taken for its units goes into its metadata, so that
 * rates mean the same the next time.
 *
 * @throws InputError, UsageError where it cannot learn in this way
 */
export async function withRule(blob: OpenBlob, plan: LearnPlan, io: Io): Promise<OpenBlob> {
  const { file, metadata, form } = blob;
  const program = withNames(readBlob(blob.net.snapshot()), metadata.names);
  const units = unitsOf(blob, program, io);
  const bytes = inWordsOfLearn(file, () => {
    const next = relearn(program, units, form, plan.options);
    plan.expectTaken(next.learning!);
    // rows of targets go with the section that is gone
    return assemble({ ...next, metadata: { ...program.metadata, targetScale: undefined, units } }).blob;
  });
  const net = await load(bytes);
  blob.net.dispose();
  if (plan.rewarded) warn(io, ["the reward of every lesson is 1: learn reads none from the samples"]);
  return { ...blob, net, metadata: { ...metadata, units } };
}

/** @throws InputError where the metadata has units of other layers than the blob's */
function unitsOf({ file, metadata }: OpenBlob, program: Program, io: Io): number[] {
  const layers = program.operations.filter((op) => !isSynapses(op)).length;
  const { units } = metadata;
  if (units?.length === layers) return units;
  if (units) {
    throw new InputError(
      `${file}: found ${units.length} units in the metadata, expected one for each of ${layers} layers; export the model again`,
    );
  }
  warn(io, [
    `${file}: holds no units; --rate is taken as if the lowest threshold of each layer were 1, and weights of 128 in a readout that has learnt no logits`,
  ]);
  return guessUnits(program);
}

/** The passes speak of the options of export. */
function inWordsOfLearn<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InputError || error instanceof UsageError)) throw error;
    const message = error.message.replace(/--schedules\b/g, "--schedule").replace(/--learn\b/g, "--rule");
    if (error instanceof UsageError) throw new UsageError(message, { cause: error });
    throw new InputError(`${file}: ${message}`, { cause: error });
  }
}
