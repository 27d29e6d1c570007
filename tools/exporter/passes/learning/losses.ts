/** From a loss in the model's units to the header's numbers, and what one unit of an error then stands for. */
import { InputError, UsageError } from "../../errors.js";
import type { Learning, Loss } from "../../program.js";
import { quoted } from "../../text.js";
import type { Net } from "./net.js";
import type { Choice, LossOptions } from "./options.js";
import { scaled } from "./rates.js";

export interface LossForm {
  header: Pick<Learning, "loss" | "logit" | "logitShift" | "on" | "off" | "targets">;
  /** model units of one integer of a row of targets: probability, membrane, spikes or steps */
  targetUnit: number;
  /** dLoss/dv of one unit of an error */
  errorUnit: number;
}

/** Fractional bits of an error and of a log2 logit. */
export const ERROR_BITS = 14;
const LOGIT_BITS = 10;
/** What a mean square's span of targets becomes; an error may be twice that. */
const SPAN_BITS = 13;
/** 1/t is ⌊2^16/t⌋, its slope ⌊2^24/t²⌋. */
const INVERSE_BITS = 16;
const SLOPE_BITS = 24;

/** @throws InputError, UsageError where the loss does not go with the last layer */
export function lossOf(net: Net, { loss, signal, schedules }: Choice): LossForm {
  const { layer, population, unit } = net.nodes[net.last];
  expectFitting(net, loss, signal);
  // what one unit of v stands for, before it is a logit or compared
  const valueUnit =
    loss.of === "membrane" ? unit / 2 ** population.shift : loss.inverted ? 2 ** -INVERSE_BITS : 1;
  const form = formOf(loss, net.maxSteps);
  if (schedules.includes("step") && !(form.of === "membrane" && form.when === "every")) {
    throw new UsageError(
      `--schedules step: found a loss of the whole window, expected one of the membranes at every step; learn ${quoted(layer.name)} by --schedules window`,
    );
  }
  const squares = loss.kind === "mean-square" ? squareOf(loss.on!, loss.off!) : null;
  const targetUnit = squares?.unit ?? 2 ** -ERROR_BITS;
  const factor = squares ? valueUnit / squares.unit : valueUnit * Math.LOG2E * 2 ** LOGIT_BITS;
  const { mantissa, shift } = scaled(factor, { bits: 18, most: 2 ** 20, shifts: 40 });
  const { on, off } = squares ?? { on: 0, off: 0 };
  return {
    header: { loss: form, logit: mantissa, logitShift: shift, on, off, targets: loss.targets ?? false },
    targetUnit,
    errorUnit: late(form) ? 2 ** (form.timeShift - SLOPE_BITS - ERROR_BITS) : targetUnit,
  };
}

function expectFitting(
  { nodes, last }: Net,
  { of, targets, when, inverted, relative, kind }: LossOptions,
  signal: string,
): void {
  const { name } = nodes[last].layer;
  const { kind: found, current, neurons } = { ...nodes[last].population };
  if (neurons > 256) {
    throw new InputError(
      `layer ${quoted(name)}: found ${neurons} outputs, expected at most 256 where a net learns; use fewer classes`,
    );
  }
  if (found === "lif" && of === "membrane") {
    throw new InputError(
      `layer ${quoted(name)} spikes; learning reads the last layer's membranes, so it must be a leaky integrator. Export with --code membrane-sum, or learn with a loss of spike counts or of first spikes.`,
    );
  }
  if (found === "li" && of !== "membrane" && signal !== "stdp") {
    throw new InputError(
      `layer ${quoted(name)} is read as membranes, found a loss of spike ${of}s, expected one of membranes; export with --code count, or learn with another loss`,
    );
  }
  if (found === "li" && current) {
    throw new InputError(
      `layer ${quoted(name)} has a current of its own, expected none in a readout that learns; leave it out`,
    );
  }
  const odd =
    of !== "membrane" && when !== undefined
      ? "when"
      : inverted && (of !== "time" || kind !== "cross-entropy")
        ? "inverted"
        : "";
  const more = odd || (relative && (of !== "time" || kind !== "mean-square") ? "relative" : "");
  if (more)
    throw new UsageError(
      `learning, loss.${more}: found a ${kind} of ${of}, which has no such choice; leave it out`,
    );
  if (targets && (of !== "membrane" || (when ?? "every") !== "every")) {
    throw new UsageError(
      "learning, loss.targets: rows of targets go with a loss of membranes at every step; leave one of the two",
    );
  }
}

function formOf(
  { of, kind, when = "every", inverted = false, relative = false }: LossOptions,
  maxSteps: number,
): Loss {
  if (of === "membrane") return { of, kind, when };
  if (of === "count") return { of, kind };
  if (kind === "mean-square") return { of, kind, relative };
  return { of, kind, inverted, timeShift: inverted ? timeShiftOf(maxSteps) : 0 };
}

/** Errors of spikes in the first cube root of the window saturate, so that those of later ones keep bits. */
function timeShiftOf(maxSteps: number): number {
  return SLOPE_BITS - 2 * Math.min(8, Math.round(Math.log2(maxSteps) / 3));
}

/** The span of the targets becomes 2^13, or less where they lie far from 0 and 16 bits would not hold them. */
function squareOf(on: number, off: number): { unit: number; on: number; off: number } {
  const unit = Math.max(
    Math.abs(on - off) / 2 ** SPAN_BITS,
    Math.max(Math.abs(on), Math.abs(off)) / 2 ** (SPAN_BITS + 1),
  );
  return { unit, on: Math.round(on / unit), off: Math.round(off / unit) };
}

/** Of inverted times the error is of 1/t. */
function late(form: Loss): form is Extract<Loss, { inverted: boolean }> {
  return form.of === "time" && form.kind === "cross-entropy" && form.inverted;
}
