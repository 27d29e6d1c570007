/** The learning section of a valid blob and what was learnt, docs/FORMAT.md, "Learning" and "Learnt". */
import * as layout from "../../../assembly/layout.js";
import { padded } from "../program.js";
import type { Learning, Loss, Operation, Path, Population, Regulariser, Rule } from "../program.js";
import type { Synapses, Update } from "../program.js";
import { LOSS_NUMBERS, RETURN_FLAGS, SHAPE_NUMBERS } from "../writers/blob-numbers.js";
import { SIGNAL_NUMBERS, UPDATE_NUMBERS, WHEN_NUMBERS } from "../writers/blob-numbers.js";
import { nameOf, readUint32 } from "./blob-fields.js";
import type { Opened } from "./blob-fields.js";

/** What a snapshot adds to a blob. */
export interface Learnt {
  /** the generator's four lanes */
  lanes: Uint32Array;
  /** ρ a path, `inputs` rows of `stride` bytes; null for paths that do not learn or have none */
  residuals: (Uint8Array | null)[];
  /** φ a rule, neurons rounded up to a multiple of 16; null where the bias does not learn */
  biasFine: (Int8Array | null)[];
}

/** @returns null without such a section */
export function readLearning({ view, directory }: Opened, operations: Operation[]): Learning | null {
  const section = directory.get(layout.SECTION_LEARNING);
  if (!section?.length) return null;
  const at = section.offset;
  const schedules = view.getUint16(at + layout.LEARNING_SCHEDULES, true);
  const rules = view.getUint16(at + layout.LEARNING_RULES, true);
  const rulesAt = at + layout.LEARNING_BYTES;
  const pathsAt = rulesAt + rules * layout.RULE_BYTES;
  return {
    loss: readLoss(view, at),
    schedules: [
      ...(schedules & layout.SCHEDULE_STEP ? (["step"] as const) : []),
      ...(schedules & layout.SCHEDULE_WINDOW ? (["window"] as const) : []),
    ],
    logit: view.getUint32(at + layout.LEARNING_LOGIT, true),
    logitShift: view.getUint8(at + layout.LEARNING_LOGIT_SHIFT),
    on: view.getInt16(at + layout.LEARNING_ON, true),
    off: view.getInt16(at + layout.LEARNING_OFF, true),
    targets: (view.getUint16(at + layout.LEARNING_FLAGS, true) & layout.LEARNING_TARGETS) !== 0,
    seed: view.getUint32(at + layout.LEARNING_SEED, true),
    rules: Array.from({ length: rules }, (_, index) =>
      readRule(view, rulesAt + index * layout.RULE_BYTES, operations),
    ),
    paths: Array.from({ length: view.getUint16(at + layout.LEARNING_PATHS, true) }, (_, index) =>
      readPath(view, pathsAt + index * layout.PATH_BYTES),
    ),
  };
}

function readLoss(view: DataView, at: number): Loss {
  const number = view.getUint16(at + layout.LEARNING_LOSS, true);
  const when = view.getUint8(at + layout.LEARNING_WHEN);
  for (const of of ["membrane", "count", "time"] as const) {
    for (const kind of ["cross-entropy", "mean-square"] as const) {
      if (LOSS_NUMBERS[of][kind] !== number) continue;
      if (of === "membrane") return { of, kind, when: nameOf(WHEN_NUMBERS, when, "time of the loss") };
      if (of === "count") return { of, kind };
      if (kind === "cross-entropy") {
        const timeShift = view.getUint8(at + layout.LEARNING_TIME_SHIFT);
        return { of, kind, inverted: when === layout.WHEN_INVERTED, timeShift };
      }
      const flags = view.getUint16(at + layout.LEARNING_FLAGS, true);
      return { of, kind, relative: (flags & layout.LEARNING_RELATIVE) !== 0 };
    }
  }
  throw new Error(`blob: found loss ${number}, expected 1 … ${layout.LOSS_TIME_SQUARE}`);
}

function readRule(view: DataView, at: number, operations: Operation[]): Rule {
  const flags = view.getUint16(at + layout.RULE_FLAGS, true);
  const population = view.getUint16(at + layout.RULE_POPULATION, true);
  const { neurons } = operations[population] as Population;
  const signal = nameOf(SIGNAL_NUMBERS, view.getUint8(at + layout.RULE_SIGNAL), "signal");
  const couplingAt = view.getUint32(at + layout.RULE_COUPLING, true);
  const clip = view.getUint8(at + layout.RULE_CLIP);
  return {
    population,
    signal,
    filtered: (flags & layout.RULE_FILTERED) !== 0,
    learnsBias: (flags & layout.RULE_BIAS) !== 0,
    traceView: view.getUint8(at + layout.RULE_TRACE_VIEW),
    rate: view.getUint16(at + layout.RULE_RATE, true),
    rateShift: view.getUint8(at + layout.RULE_RATE_SHIFT),
    stepRate: view.getUint16(at + layout.RULE_STEP_RATE, true),
    stepRateShift: view.getUint8(at + layout.RULE_STEP_RATE_SHIFT),
    biasScale: view.getUint16(at + layout.RULE_BIAS_SCALE, true),
    surrogate: readSurrogate(view, at, neurons),
    coupling: couplingAt === 0 ? null : readUint32(view, couplingAt, neurons),
    feedbackSeed: view.getUint32(at + layout.RULE_SEED, true),
    gain: view.getUint16(at + layout.RULE_GAIN, true),
    gainExponent: view.getInt8(at + layout.RULE_GAIN_EXPONENT),
    regulariser: readRegulariser(view, at),
    stdp: signal === "stdp" ? readStdp(view, at) : null,
    ...(clip > 0 && { clip }),
  };
}

/** Widths, factors and, for shapes other than the triangle, heights, each from the padded end of those before. */
function readSurrogate(view: DataView, at: number, neurons: number): Rule["surrogate"] {
  const number = view.getUint8(at + layout.RULE_SHAPE);
  if (number === layout.SHAPE_NONE) return null;
  const shape = nameOf(SHAPE_NUMBERS, number, "surrogate");
  const widthAt = view.getUint32(at + layout.RULE_SURROGATE, true);
  const bytes = 4 * padded(neurons);
  return {
    shape,
    shift: view.getUint8(at + layout.RULE_NEAR_SHIFT),
    width: readUint32(view, widthAt, neurons),
    factor: readUint32(view, widthAt + bytes, neurons),
    height: shape === "triangle" ? null : readUint32(view, widthAt + 2 * bytes, neurons),
  };
}

function readRegulariser(view: DataView, at: number): Regulariser | null {
  const flags = view.getUint16(at + layout.RULE_REGULARISE, true);
  if (flags === 0) return null;
  const bound = view.getUint16(at + layout.RULE_UPPER, true);
  const norms = [
    ["l1", layout.REGULARISE_UPPER_L1],
    ["l2", layout.REGULARISE_UPPER_L2],
    ["each", layout.REGULARISE_UPPER_EACH],
  ] as const;
  const norm = norms.find(([, flag]) => flags & flag)?.[0];
  return {
    lower: flags & layout.REGULARISE_LOWER ? view.getUint16(at + layout.RULE_LOWER, true) : null,
    rate: flags & layout.REGULARISE_RATE ? view.getUint16(at + layout.RULE_TARGET_RATE, true) : null,
    upper: norm ? { bound, norm } : null,
    shift: view.getUint8(at + layout.RULE_REGULARISE_SHIFT),
    strength: view.getUint32(at + layout.RULE_STRENGTH, true),
    exponent: view.getInt8(at + layout.RULE_REGULARISE_EXPONENT),
  };
}

function readStdp(view: DataView, at: number): Rule["stdp"] {
  return {
    plus: view.getUint16(at + layout.RULE_STDP_PLUS, true),
    minus: view.getUint16(at + layout.RULE_STDP_MINUS, true),
    comes: view.getUint16(at + layout.RULE_STDP_COMES, true),
    been: view.getUint16(at + layout.RULE_STDP_BEEN, true),
  };
}

function readPath(view: DataView, at: number): Path {
  const flags = view.getUint16(at + layout.PATH_FLAGS, true);
  return {
    synapse: view.getUint16(at + layout.PATH_SYNAPSE, true),
    learns: (flags & layout.PATH_LEARNS) !== 0,
    returns: nameOf(RETURN_FLAGS, flags & (layout.PATH_PRESENT | layout.PATH_CARRIED), "flags of a path"),
    gain: view.getUint16(at + layout.PATH_GAIN, true),
    gainExponent: view.getInt8(at + layout.PATH_GAIN_EXPONENT),
    traceFactor: view.getUint16(at + layout.PATH_TRACE, true),
    traceShift: view.getUint8(at + layout.PATH_TRACE_SHIFT),
    residuals: (flags & layout.PATH_BARE) === 0,
    update: readUpdate(view, at),
    pullShift: view.getUint8(at + layout.PATH_PULL),
  };
}

function readUpdate(view: DataView, at: number): Update {
  const number = view.getUint16(at + layout.PATH_KEPT, true);
  const kind = nameOf(UPDATE_NUMBERS, view.getUint8(at + layout.PATH_UPDATE), "update");
  switch (kind) {
    case "plain":
      return { kind };
    case "momentum":
      return { kind, kept: number };
    case "sign":
      return { kind, step: number };
  }
}

/** @returns null in a blob in which nothing was learnt */
export function readLearnt(
  { view, directory }: Opened,
  operations: Operation[],
  { rules, paths }: Learning,
): Learnt | null {
  const section = directory.get(layout.SECTION_LEARNT);
  if (!section?.length) return null;
  let at = section.offset + 16;
  const take = (length: number): ArrayBuffer => {
    const bytes = Uint8Array.from({ length }, (_, i) => view.getUint8(at + i));
    at += length;
    return bytes.buffer;
  };
  return {
    lanes: readUint32(view, section.offset, 4),
    residuals: paths.map(({ synapse, learns, residuals }) => {
      const { inputs, outputs } = operations[synapse] as Synapses;
      return learns && residuals ? new Uint8Array(take(inputs * padded(outputs))) : null;
    }),
    biasFine: rules.map(({ population, learnsBias }) => {
      const { neurons } = operations[population] as Population;
      return learnsBias ? new Int8Array(take(padded(neurons))) : null;
    }),
  };
}
