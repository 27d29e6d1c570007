/** The learning section, docs/FORMAT.md, "Learning": a header, rules, paths. */
import * as layout from "../../../assembly/layout.js";
import type { Learning, Loss, Path, Regulariser, Rule } from "../program.js";
import { concatenate } from "./blob-arrays.js";
import type { Pool } from "./blob-arrays.js";
import { LOSS_NUMBERS, RETURN_FLAGS, SHAPE_NUMBERS } from "./blob-numbers.js";
import { SIGNAL_NUMBERS, UPDATE_NUMBERS, WHEN_NUMBERS } from "./blob-numbers.js";

/** The rules' arrays go into `pool`, in the order of the fields that name them. */
export function learningSection(learning: Learning, pool: Pool): Uint8Array {
  return concatenate([
    header(learning),
    ...learning.rules.map((rule) => ruleRecord(rule, pool)),
    ...learning.paths.map(pathRecord),
  ]);
}

function header(learning: Learning): Uint8Array {
  const record = new Uint8Array(layout.LEARNING_BYTES);
  const view = new DataView(record.buffer);
  const { loss, schedules } = learning;
  const step = schedules.includes("step") ? layout.SCHEDULE_STEP : 0;
  const window = schedules.includes("window") ? layout.SCHEDULE_WINDOW : 0;
  view.setUint16(layout.LEARNING_LOSS, LOSS_NUMBERS[loss.of][loss.kind], true);
  view.setUint16(layout.LEARNING_SCHEDULES, step | window, true);
  view.setUint16(layout.LEARNING_RULES, learning.rules.length, true);
  view.setUint16(layout.LEARNING_PATHS, learning.paths.length, true);
  view.setUint32(layout.LEARNING_LOGIT, learning.logit, true);
  view.setUint8(layout.LEARNING_LOGIT_SHIFT, learning.logitShift);
  view.setUint8(layout.LEARNING_WHEN, whenNumber(loss));
  view.setUint16(layout.LEARNING_FLAGS, learningFlags(learning), true);
  view.setUint32(layout.LEARNING_SEED, learning.seed, true);
  view.setInt16(layout.LEARNING_ON, learning.on, true);
  view.setInt16(layout.LEARNING_OFF, learning.off, true);
  view.setUint8(layout.LEARNING_TIME_SHIFT, "timeShift" in loss ? loss.timeShift : 0);
  return record;
}

function whenNumber(loss: Loss): number {
  if (loss.of === "membrane") return WHEN_NUMBERS[loss.when];
  return "inverted" in loss && loss.inverted ? layout.WHEN_INVERTED : 0;
}

function learningFlags({ loss, targets }: Learning): number {
  const relative = "relative" in loss && loss.relative;
  return (targets ? layout.LEARNING_TARGETS : 0) | (relative ? layout.LEARNING_RELATIVE : 0);
}

function ruleRecord(rule: Rule, pool: Pool): Uint8Array {
  const record = new Uint8Array(layout.RULE_BYTES);
  const view = new DataView(record.buffer);
  const flags = (rule.filtered ? layout.RULE_FILTERED : 0) | (rule.learnsBias ? layout.RULE_BIAS : 0);
  const shape = rule.surrogate ? SHAPE_NUMBERS[rule.surrogate.shape] : layout.SHAPE_NONE;
  view.setUint16(layout.RULE_POPULATION, rule.population, true);
  view.setUint8(layout.RULE_SIGNAL, SIGNAL_NUMBERS[rule.signal]);
  view.setUint8(layout.RULE_SHAPE, shape);
  view.setUint16(layout.RULE_FLAGS, flags, true);
  view.setUint16(layout.RULE_RATE, rule.rate, true);
  view.setUint8(layout.RULE_RATE_SHIFT, rule.rateShift);
  view.setUint8(layout.RULE_TRACE_VIEW, rule.traceView);
  view.setUint16(layout.RULE_STEP_RATE, rule.stepRate, true);
  view.setUint8(layout.RULE_STEP_RATE_SHIFT, rule.stepRateShift);
  view.setUint32(layout.RULE_SURROGATE, addSurrogate(rule.surrogate, pool), true);
  view.setUint32(layout.RULE_COUPLING, pool.addNumbers(rule.coupling, 4), true);
  view.setUint32(layout.RULE_SEED, rule.feedbackSeed, true);
  view.setUint16(layout.RULE_GAIN, rule.gain, true);
  view.setInt8(layout.RULE_GAIN_EXPONENT, rule.gainExponent);
  view.setUint8(layout.RULE_CLIP, rule.clip ?? 0);
  view.setUint8(layout.RULE_NEAR_SHIFT, rule.surrogate?.shift ?? 0);
  view.setUint16(layout.RULE_BIAS_SCALE, rule.biasScale, true);
  if (rule.regulariser) setRegulariser(view, rule.regulariser);
  if (rule.stdp) {
    view.setUint16(layout.RULE_STDP_PLUS, rule.stdp.plus, true);
    view.setUint16(layout.RULE_STDP_MINUS, rule.stdp.minus, true);
    view.setUint16(layout.RULE_STDP_COMES, rule.stdp.comes, true);
    view.setUint16(layout.RULE_STDP_BEEN, rule.stdp.been, true);
  }
  return record;
}

/** Widths, factors and, for shapes other than the triangle, heights: one array in the record's eyes. */
function addSurrogate(surrogate: Rule["surrogate"], pool: Pool): number {
  const offset = pool.addNumbers(surrogate?.width, 4);
  pool.addNumbers(surrogate?.factor, 4);
  pool.addNumbers(surrogate?.height, 4);
  return offset;
}

const UPPER_FLAGS = {
  l1: layout.REGULARISE_UPPER_L1,
  l2: layout.REGULARISE_UPPER_L2,
  each: layout.REGULARISE_UPPER_EACH,
} as const;

function setRegulariser(
  view: DataView,
  { lower, rate, upper, shift, strength, exponent }: Regulariser,
): void {
  const flags =
    (lower === null ? 0 : layout.REGULARISE_LOWER) |
    (rate === null ? 0 : layout.REGULARISE_RATE) |
    (upper === null ? 0 : UPPER_FLAGS[upper.norm]);
  view.setUint16(layout.RULE_REGULARISE, flags, true);
  view.setUint16(layout.RULE_LOWER, lower ?? 0, true);
  view.setUint16(layout.RULE_TARGET_RATE, rate ?? 0, true);
  view.setUint16(layout.RULE_UPPER, upper?.bound ?? 0, true);
  view.setUint8(layout.RULE_REGULARISE_SHIFT, shift);
  view.setUint32(layout.RULE_STRENGTH, strength, true);
  view.setInt8(layout.RULE_REGULARISE_EXPONENT, exponent);
}

function pathRecord(path: Path): Uint8Array {
  const record = new Uint8Array(layout.PATH_BYTES);
  const view = new DataView(record.buffer);
  const flags =
    (path.learns ? layout.PATH_LEARNS : 0) |
    RETURN_FLAGS[path.returns] |
    (path.residuals ? 0 : layout.PATH_BARE);
  view.setUint16(layout.PATH_SYNAPSE, path.synapse, true);
  view.setUint16(layout.PATH_FLAGS, flags, true);
  view.setUint16(layout.PATH_GAIN, path.gain, true);
  view.setInt8(layout.PATH_GAIN_EXPONENT, path.gainExponent);
  view.setUint8(layout.PATH_TRACE_SHIFT, path.traceShift);
  view.setUint16(layout.PATH_TRACE, path.traceFactor, true);
  view.setUint8(layout.PATH_UPDATE, UPDATE_NUMBERS[path.update.kind]);
  view.setUint8(layout.PATH_PULL, path.pullShift);
  view.setUint16(layout.PATH_KEPT, keptNumber(path.update), true);
  return record;
}

function keptNumber(update: Path["update"]): number {
  switch (update.kind) {
    case "plain":
      return 0;
    case "momentum":
      return update.kept;
    case "sign":
      return update.step;
  }
}
