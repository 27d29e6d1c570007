/**
 * What a spike does to the membrane. NIR has only v_reset, and writers disagree on what it means: six snnTorch
 * networks with three resets, delayed or not, export to files with the same values.
 */
import { UsageError } from "../errors.js";
import type { GraphNode } from "../graph.js";
import type { Reset, ResetAt } from "../model.js";
import type { Assumptions } from "./assumptions.js";
import { numbers } from "./fields.js";
import { quoted } from "../text.js";

export interface ResetRule {
  reset: Reset;
  resetAt: ResetAt;
}

export interface ResetOptions {
  reset?: Reset;
  resetAt?: ResetAt;
}

export const RESETS: readonly Reset[] = ["none", "subtract", "subtract-scaled", "zero", "zero-step"];
/** relative; float32 values hold r·dt/tau = 1 to 1e-7 */
const SAME = 1e-5;

/** @throws UsageError for a reset that is not one, and for one that cannot act now */
export function checkResetOptions({ reset, resetAt }: ResetOptions): void {
  if (reset !== undefined && !RESETS.includes(reset)) {
    throw new UsageError(`--reset: found ${reset}, expected ${RESETS.join(", ")}`);
  }
  if (resetAt !== undefined && resetAt !== "next" && resetAt !== "now") {
    throw new UsageError(`--reset-at: found ${resetAt}, expected next or now`);
  }
  if (resetAt === "now" && (reset === "subtract-scaled" || reset === "zero-step")) {
    throw new UsageError(`--reset-at now goes with --reset subtract or zero; ${reset} acts at the next step`);
  }
}

/**
 * The reset of each spiking population. What the options leave open is subtraction at the next step where a
 * node looks as if snnTorch wrote it (r = tau/dt, v_reset 0 or missing), else v ← v_reset at once, as NIR defines it.
 *
 * @param neurons nodes of type LIF and IF
 * @param dt seconds a step
 */
export function resetsOf(
  file: string,
  neurons: GraphNode[],
  dt: number,
  options: ResetOptions,
  assumptions: Assumptions,
): Map<string, ResetRule> {
  const rules = new Map<string, ResetRule>();
  const open = new Map<string, string[]>();
  const remember = (line: string, name: string): void => {
    open.set(line, [...(open.get(line) ?? []), name]);
  };
  for (const node of neurons) {
    const vReset = node.fields.has("v_reset") ? numbers(file, node, "v_reset").data : null;
    const zeroReset = vReset === null || vReset.every((v) => v === 0);
    const snnTorch = zeroReset && gainIsOne(file, node, dt);
    const reset = options.reset ?? (snnTorch ? "subtract" : "zero");
    const usual = reset === "zero" && !snnTorch ? "now" : "next";
    const resetAt = reset === "none" ? "next" : (options.resetAt ?? usual);
    rules.set(node.name, { reset, resetAt });

    const where = resetAt === "now" ? "in the step of the spike" : "in the next step";
    if (options.reset === undefined && snnTorch) {
      remember(
        `the reset is taken to subtract the threshold, ${where}, as snnTorch's Leaky does unless told otherwise; ` +
          `the file does not say, --reset and --reset-at do`,
        node.name,
      );
    } else if (options.reset === undefined && zeroReset) {
      remember(
        `the reset is taken to set the membrane to 0, ${where}, as NIR defines it${vReset === null ? " (v_reset is missing)" : ""}; ` +
          `many writers put a v_reset of 0 whatever their reset is, --reset and --reset-at say otherwise`,
        node.name,
      );
    } else {
      if (reset === "zero" && vReset === null) {
        remember(`v_reset is missing and taken to be 0`, node.name);
      }
      const either = reset === "subtract" || (reset === "zero" && zeroReset);
      if (either && options.resetAt === undefined) {
        remember(`the reset is taken to act ${where}; --reset-at says otherwise`, node.name);
      }
    }
  }
  for (const [line, names] of open) assumptions.assume(`${names.map(quoted).join(", ")}: ${line}`);
  return rules;
}

/** Whether r·dt/tau is 1 in every neuron, as snnTorch writes it. */
function gainIsOne(file: string, node: GraphNode, dt: number): boolean {
  if (!node.fields.has("tau")) return false;
  const tau = numbers(file, node, "tau").data;
  const r = numbers(file, node, "r").data;
  const at = (values: Float64Array, j: number): number => values[values.length === 1 ? 0 : j];
  for (let j = 0; j < Math.max(tau.length, r.length); j++) {
    const [t, resistance] = [at(tau, j), at(r, j)];
    if (t === Infinity ? resistance !== Infinity : !(Math.abs((resistance * dt) / t - 1) <= SAME))
      return false;
  }
  return true;
}
