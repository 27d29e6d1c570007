/** `export --learn` and `learn --rule`: what may learn, from which signal and by which loss. */
import { Option } from "commander";
import type { Command } from "commander";
import { UsageError } from "../errors.js";
import type { Model } from "../model.js";
import { PRESETS, presetOf } from "../passes/learning.js";
import type { LearnOptions, LossOptions, RegulariseOptions, SurrogateOptions } from "../passes/learning.js";
import { HIDDEN_SIGNALS, SHAPES } from "../passes/learning/options.js";
import type { HiddenSignal } from "../passes/learning/options.js";
import type { Learning, Rule, Schedule } from "../program.js";
import { quoted } from "../text.js";
import { number, positive, seed } from "./options.js";

/** What a preset leaves open. */
interface RuleFlags {
  signal?: HiddenSignal;
  loss?: string;
  lossWhen?: NonNullable<LossOptions["when"]>;
  lossTargets?: [on: number, off: number];
  surrogate?: Partial<SurrogateOptions>;
  regularise?: RegulariseOptions;
}

/** Of `export`. */
export interface LearnFlags extends RuleFlags {
  learn?: string;
  schedules?: string;
  rate?: number;
  seed?: number;
}

/** Of `learn`. */
export interface RelearnFlags extends RuleFlags {
  rule?: string;
  schedule?: Schedule;
  rate?: number;
  seed?: number;
}

const RULE_FLAGS = ["signal", "loss", "lossWhen", "lossTargets", "surrogate", "regularise"] as const;
const PRESET_NAMES = Object.keys(PRESETS).join(", ");
/** Learning rate, in the units of the model. */
export const USUAL_RATE = 3e-5;
export const USUAL_SEED = 1;

const LOSSES: Record<string, Pick<LossOptions, "of" | "kind">> = {
  "cross-entropy": { of: "membrane", kind: "cross-entropy" },
  "mean-square": { of: "membrane", kind: "mean-square" },
  "count-cross-entropy": { of: "count", kind: "cross-entropy" },
  "count-mean-square": { of: "count", kind: "mean-square" },
  "time-cross-entropy": { of: "time", kind: "cross-entropy" },
  "time-mean-square": { of: "time", kind: "mean-square" },
};

export function addLearnOptions(command: Command): Command {
  command.option("--learn <rule>", `what may learn: PRESET[:all|:readout|:layer,…], ${PRESET_NAMES}`);
  return addRuleOptions(command)
    .option("--schedules <list>", "when it may learn: window, step or both, comma between (default: window)")
    .option("--rate <r>", `learning rate, in the units of the model (default: ${USUAL_RATE})`, positive)
    .option("--seed <s>", `of the random rounding of learning (default: ${USUAL_SEED})`, seed);
}

export function addRelearnOptions(command: Command): Command {
  command.option(
    "--rule <rule>",
    `learn by another rule than the blob's: PRESET[:all|:readout|:layer,…], ${PRESET_NAMES}`,
  );
  return addRuleOptions(command)
    .addOption(
      new Option(
        "--schedule <when>",
        "when weights change (default: the blob's; window with --rule)",
      ).choices(["window", "step"]),
    )
    .option(
      "--rate <r>",
      `with --rule the learning rate, in the units of the model (default: ${USUAL_RATE}); else a multiplier of the blob's rates (default: 1)`,
      number,
    );
}

function addRuleOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--signal <name>", "where hidden layers learn from, in place of the preset's").choices(
        HIDDEN_SIGNALS,
      ),
    )
    .addOption(
      new Option("--loss <kind>", "what is learned (default: cross-entropy)").choices(Object.keys(LOSSES)),
    )
    .addOption(
      new Option("--loss-when <when>", "at which steps membranes count").choices([
        "every",
        "last",
        "max",
        "sum",
      ]),
    )
    .option("--loss-targets <on,off>", "of mean squares: the right class's target and the others'", targets)
    .option(
      "--surrogate <shape>",
      "derivative of a spike: SHAPE[:WIDTH[:GAMMA]], width in thresholds",
      surrogate,
    )
    .option("--regularise <list>", "firing rates, such as strength=1,rate=0.02,lower=0.01", regularise);
}

/** Learning as the user asked for it; what depends on the model is left until that is read. */
export interface LearnPlan {
  /** the last layer is read as membranes */
  membranes: boolean;
  /** a reward scales what is learned */
  rewarded: boolean;
  options: (model: Model) => LearnOptions;
  /** @throws UsageError for an option that no rule of the network took: it has no layer that learns so */
  expectTaken: (learning: Learning) => void;
}

/** @throws UsageError for options that do not go together, or go with --learn and stand without it */
export function learnPlanOf(flags: LearnFlags): LearnPlan | null {
  const { learn, schedules = "window", rate = USUAL_RATE, seed: seeded = USUAL_SEED } = flags;
  if (learn === undefined) {
    refuseIdle(flags, [...RULE_FLAGS, "schedules", "rate"], "--learn, which says what may learn");
    return null;
  }
  const shared = { schedules: schedulesOf(schedules), rate, seed: seeded };
  return planOf("--learn", learn, flags, shared);
}

/** @throws UsageError for options that do not go together, or go with --rule and stand without it */
export function relearnPlanOf(flags: RelearnFlags): LearnPlan | null {
  const { rule, schedule = "window", rate = USUAL_RATE, seed: seeded = USUAL_SEED } = flags;
  if (rule === undefined) {
    refuseIdle(flags, RULE_FLAGS, "--rule, which says by which rule a blob learns in place of its own");
    return null;
  }
  return planOf("--rule", rule, flags, { schedules: [schedule], rate, seed: seeded });
}

/**
 * @param owner the option that those of `names` go with, and what it says
 * @throws UsageError where one of them is given
 */
export function refuseIdle<Name extends string>(
  flags: Partial<Record<Name, unknown>>,
  names: readonly Name[],
  owner: string,
): void {
  const idle = names.find((name) => flags[name] !== undefined);
  if (idle === undefined) return;
  const option = idle.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(`--${option} goes with ${owner}`);
}

function planOf(
  option: string,
  rule: string,
  flags: RuleFlags,
  shared: Pick<LearnOptions, "schedules" | "rate" | "seed">,
): LearnPlan {
  const [name, ...rest] = rule.split(":");
  if (!Object.hasOwn(PRESETS, name) || (rest.length > 0 && rest.join(":") === "")) {
    throw new UsageError(
      `${option}: found ${rule}, expected ${PRESET_NAMES}, alone or with :all, :readout or :layer,layer`,
    );
  }
  const layers = layersOf(rest.join(":"));
  const loss = lossOf(flags);
  const { signal, surrogate, regularise } = flags;
  return {
    membranes: (loss?.of ?? "membrane") === "membrane",
    rewarded: signal === "reward" || (name === "r-stdp" && signal === undefined),
    options: (model) => ({
      ...shared,
      layers,
      ...presetOf(name, model, layers),
      ...(signal && { signal }),
      ...(loss && { loss }),
      ...(surrogate && { surrogate }),
      ...(regularise && { regularise }),
    }),
    expectTaken: ({ rules }) => expectTaken(flags, rules, `${option} ${rule}`),
  };
}

function expectTaken(flags: RuleFlags, rules: readonly Rule[], owner: string): void {
  const without = `, none with ${owner}; leave it out, or let such layers learn`;
  if (rules.every(({ signal }) => signal === "loss"))
    refuseIdle(flags, ["signal"], `layers below the last one${without}`);
  if (rules.every(({ surrogate }) => surrogate === null))
    refuseIdle(flags, ["surrogate"], `spiking layers that learn from errors${without}`);
  if (rules.every(({ regulariser }) => regulariser === null))
    refuseIdle(flags, ["regularise"], `spiking layers below the last one that learn from errors${without}`);
}

function layersOf(text: string): LearnOptions["layers"] {
  if (text === "" || text === "all") return "all";
  return text === "readout" ? text : text.split(",").map((name) => name.trim());
}

function schedulesOf(schedules: string): Schedule[] {
  const list = schedules.split(",").map((name) => name.trim());
  const wrong = list.find((name) => name !== "window" && name !== "step");
  if (wrong !== undefined)
    throw new UsageError(`--schedules: found ${quoted(wrong)}, expected window, step or both`);
  return [...new Set(list)] as Schedule[];
}

function lossOf({ loss, lossWhen, lossTargets }: RuleFlags): LossOptions | null {
  if (loss === undefined && lossWhen === undefined && lossTargets === undefined) return null;
  const kind = LOSSES[loss ?? "cross-entropy"];
  const squares = kind.kind === "mean-square";
  if (squares !== (lossTargets !== undefined)) {
    throw new UsageError(
      squares
        ? `--loss ${loss}: expected --loss-targets ON,OFF with it, what the right class and the others should come to`
        : "--loss-targets goes with a loss of mean squares",
    );
  }
  if (lossWhen !== undefined && kind.of !== "membrane") {
    throw new UsageError(`--loss-when goes with a loss of membranes, found ${loss}`);
  }
  return {
    ...kind,
    ...(lossWhen && { when: lossWhen }),
    ...(lossTargets && { on: lossTargets[0], off: lossTargets[1] }),
  };
}

function targets(text: string): [number, number] {
  const values = text.split(",").map(number);
  if (values.length === 2) return [values[0], values[1]];
  throw new UsageError(`--loss-targets: found ${quoted(text)}, expected two numbers, such as 1,0`);
}

function surrogate(text: string): Partial<SurrogateOptions> {
  const [name, ...numbers] = text.split(":");
  const shape = SHAPES.find((known) => known === name);
  if (shape === undefined || numbers.length > 2) {
    throw new UsageError(
      `--surrogate: found ${quoted(text)}, expected ${SHAPES.join(", ")}, with :WIDTH or :WIDTH:GAMMA`,
    );
  }
  const [width, gamma] = numbers.map(positive);
  return { shape, ...(width !== undefined && { width }), ...(gamma !== undefined && { gamma }) };
}

function regularise(text: string): RegulariseOptions {
  const given = new Map<string, number>();
  for (const part of text.split(",")) {
    const [name, value, ...more] = part.split("=").map((word) => word.trim());
    if (!["strength", "rate", "lower", "upper"].includes(name) || value === undefined || more.length > 0) {
      throw new UsageError(
        `--regularise: found ${quoted(part)}, expected strength=, rate=, lower= or upper= and a number, comma between`,
      );
    }
    given.set(name, number(value));
  }
  const [strength, rate, lower, upper] = ["strength", "rate", "lower", "upper"].map((name) =>
    given.get(name),
  );
  if (strength === undefined) {
    throw new UsageError(`--regularise: found ${quoted(text)}, expected a strength= in it`);
  }
  return {
    strength,
    ...(rate !== undefined && { rate }),
    ...(lower !== undefined && { lower }),
    ...(upper !== undefined && { upper: { bound: upper, norm: "l2" } }),
  };
}
