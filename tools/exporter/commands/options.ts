/** Options that several commands share. */
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { MAX_LEARNING_CLASSES, MAX_STEPS } from "../../../assembly/layout.js";
import type { Reset, ResetAt } from "../model.js";
import type { DiscretiseOptions } from "../passes/discretise.js";
import type { Code } from "../program.js";

/** What a model means where its file leaves it open. */
export interface SemanticFlags {
  dt?: number;
  discretise?: "exact" | "euler";
  reset?: Reset;
  resetAt?: ResetAt;
  lowerBound?: number | "threshold" | "none";
  strict?: boolean;
}

export interface AnswerFlags {
  code?: Code;
  classes?: number;
}

export interface InputFlags {
  input?: "spikes" | "analogue";
  inputScale?: number;
}

export interface SampleFlags {
  limit?: number;
  seed?: number;
  hold?: boolean;
  steps?: number;
}

export const CODES: Code[] = [
  "count",
  "first",
  "population",
  "membrane-last",
  "membrane-max",
  "membrane-sum",
];

export function addSemanticOptions(command: Command): Command {
  return command
    .option("--dt <seconds>", "length of a time step", number)
    .addOption(
      new Option("--discretise <how>", "from seconds to steps (default: euler)").choices(["exact", "euler"]),
    )
    .addOption(
      new Option("--reset <kind>", "what a spike does to the membrane").choices([
        "subtract",
        "subtract-scaled",
        "zero",
        "zero-step",
        "none",
      ]),
    )
    .addOption(
      new Option("--reset-at <when>", "whether it does so in its step or the next").choices(["next", "now"]),
    )
    .option("--lower-bound <value>", "lowest membrane: a number up to 0, threshold or none", lowerBound)
    .option("--strict", "assume nothing: refuse what the file leaves open");
}

export function addAnswerOptions(command: Command): Command {
  return command
    .addOption(new Option("--code <code>", "how outputs become classes").choices(CODES))
    .option("--classes <n>", "number of classes (default: one an output)", count);
}

export function addInputOptions(command: Command): Command {
  return command
    .addOption(new Option("--input <kind>", "what the network takes").choices(["spikes", "analogue"]))
    .option("--input-scale <s>", "model units of one integer of input, such as 1/255", positive);
}

export function addSampleOptions(command: Command): Command {
  return command
    .option("--limit <n>", "take so many samples", count)
    .option("--seed <s>", "draw samples, and their order, at random with this seed", seed)
    .option("--hold", "each sample is one frame, held for --steps")
    .option("--steps <n>", "how long a frame is held", steps);
}

/** Semantic options as the passes take them. @param usual where the user says nothing */
export function semanticsOf(flags: SemanticFlags, usual: Partial<DiscretiseOptions> = {}): DiscretiseOptions {
  const { lowerBound: bound } = flags;
  return {
    dt: flags.dt ?? usual.dt,
    discretise: flags.discretise ?? usual.discretise ?? "euler",
    reset: flags.reset ?? usual.reset,
    resetAt: flags.resetAt ?? usual.resetAt,
    lowerBound: bound === "none" ? undefined : (bound ?? usual.lowerBound),
    readoutMembrane: usual.readoutMembrane,
    strict: flags.strict,
  };
}

/** A decimal number or a fraction of two. */
export function number(text: string): number {
  const parts = text.split("/").map((part) => (part.trim() === "" ? NaN : Number(part)));
  const value = parts.length === 2 ? parts[0] / parts[1] : parts.length === 1 ? parts[0] : NaN;
  if (!Number.isFinite(value)) throw new InvalidArgumentError("expected a number, such as 1e-3 or 1/255.");
  return value;
}

export function positive(text: string): number {
  const value = number(text);
  if (!(value > 0)) throw new InvalidArgumentError("expected a number above 0, such as 1e-3 or 1/255.");
  return value;
}

export function count(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("expected a whole number from 1.");
  return value;
}

/** None, or fewer than a blob that learns may have in all. */
export function spareClasses(text: string): number {
  return within(text, 0, MAX_LEARNING_CLASSES - 1);
}

/** Length of a window: no blob has room for a longer one. */
export function steps(text: string): number {
  return within(text, 1, MAX_STEPS);
}

/** 32 bits, as blobs keep it. */
export function seed(text: string): number {
  return within(text, 0, 2 ** 32 - 1);
}

function within(text: string, least: number, most: number): number {
  const value = number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`expected a whole number, ${least} … ${most}.`);
}

/** 0 … 1. */
export function share(text: string): number {
  const value = number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError("expected a share, 0 … 1.");
  return value;
}

function lowerBound(text: string): number | "threshold" | "none" {
  return text === "threshold" || text === "none" ? text : number(text);
}
