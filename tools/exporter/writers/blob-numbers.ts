/** What the names in a Program are in a blob, docs/FORMAT.md; the reader and the writer share the tables. */
import * as layout from "../../../assembly/layout.js";
import type { Reset } from "../model.js";
import type { Code, Loss, Path, Shape, Signal, Update } from "../program.js";

export const CODE_NUMBERS: Record<Code, number> = {
  count: layout.CODE_COUNT,
  first: layout.CODE_FIRST,
  population: layout.CODE_POPULATION,
  "membrane-last": layout.CODE_MEMBRANE_LAST,
  "membrane-max": layout.CODE_MEMBRANE_MAX,
  "membrane-sum": layout.CODE_MEMBRANE_SUM,
};

export const RESET_NUMBERS: Record<Reset, number> = {
  none: layout.RESET_NONE,
  subtract: layout.RESET_SUBTRACT,
  "subtract-scaled": layout.RESET_SUBTRACT_SCALED,
  zero: layout.RESET_ZERO,
  "zero-step": layout.RESET_ZERO_STEP,
};

/** By what the loss is of and by its kind. */
export const LOSS_NUMBERS: Record<Loss["of"], Record<Loss["kind"], number>> = {
  membrane: { "cross-entropy": layout.LOSS_CROSS_ENTROPY, "mean-square": layout.LOSS_MEAN_SQUARE },
  count: { "cross-entropy": layout.LOSS_COUNT_ENTROPY, "mean-square": layout.LOSS_COUNT_SQUARE },
  time: { "cross-entropy": layout.LOSS_TIME_ENTROPY, "mean-square": layout.LOSS_TIME_SQUARE },
};

export const WHEN_NUMBERS: Record<Extract<Loss, { of: "membrane" }>["when"], number> = {
  every: layout.WHEN_EVERY,
  last: layout.WHEN_LAST,
  max: layout.WHEN_MAX,
  sum: layout.WHEN_SUM,
};

export const SIGNAL_NUMBERS: Record<Signal, number> = {
  paths: layout.SIGNAL_PATHS,
  loss: layout.SIGNAL_LOSS,
  random: layout.SIGNAL_RANDOM,
  target: layout.SIGNAL_TARGET,
  local: layout.SIGNAL_LOCAL,
  reward: layout.SIGNAL_REWARD,
  stdp: layout.SIGNAL_STDP,
};

/** Without `none`, which is no surrogate at all. */
export const SHAPE_NUMBERS: Record<Shape, number> = {
  triangle: layout.SHAPE_TRIANGLE,
  "fast-sigmoid": layout.SHAPE_FAST_SIGMOID,
  sigmoid: layout.SHAPE_SIGMOID,
  arctan: layout.SHAPE_ARCTAN,
  "straight-through": layout.SHAPE_STRAIGHT,
};

/** Bits of a path's flags. */
export const RETURN_FLAGS: Record<Path["returns"], number> = {
  nothing: 0,
  present: layout.PATH_PRESENT,
  carried: layout.PATH_CARRIED,
};

export const UPDATE_NUMBERS: Record<Update["kind"], number> = {
  plain: layout.UPDATE_PLAIN,
  momentum: layout.UPDATE_MOMENTUM,
  sign: layout.UPDATE_SIGN,
};
