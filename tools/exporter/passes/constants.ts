/**
 * From seconds to steps: the constants of a population as one step uses them, `U ← β·U + gain·I + leak`.
 */
import { InputError } from "../errors.js";
import type { GraphNode } from "../graph.js";
import type { Assumptions } from "./assumptions.js";
import { broadcast } from "./fields.js";
import { quoted } from "../text.js";

export type Discretisation = "euler" | "exact";

/** One value a neuron each. */
export interface Constants {
  /** β, 0 … 1 */
  decay: Float64Array;
  /** membrane units for a unit of what arrives */
  gain: Float64Array;
  /** membrane units a step that v_leak adds */
  leak: Float64Array;
  /** membrane units, > 0; 0 where the node has none (LI) */
  threshold: Float64Array;
  /** membrane units; 0 where the file has none */
  vReset: Float64Array;
}

/** Relative: tau may fall short of dt by this much before Euler's decay counts as negative. */
const ROUNDING = 1e-6;

/**
 * Euler: β = 1 − dt/τ, gain R·dt/τ, leak v_leak·dt/τ. Exact: β = exp(−dt/τ), gain R·(1−β), leak v_leak·(1−β).
 * Without leak (IF, or an infinite tau): β = 1, gain R·dt. A Threshold keeps nothing: β = 0, gain 1.
 *
 * @param shape of what arrives at the node
 * @param dt seconds a step
 * @throws InputError for tau ≤ 0, for tau < dt under Euler, and for a threshold that is not above 0
 */
export function constantsOf(
  file: string,
  node: GraphNode,
  shape: number[],
  dt: number,
  how: Discretisation,
  assumptions: Assumptions,
): Constants {
  const field = (name: string): Float64Array | null => {
    const value = node.fields.get(name);
    return value === undefined ? null : broadcast(value, shape);
  };
  const size = shape.reduce((product, n) => product * n, 1);
  const tau = field("tau");
  const r = field("r");
  const vLeak = field("v_leak");
  const threshold = field(node.type === "Threshold" ? "threshold" : "v_threshold");
  const decay = new Float64Array(size);
  const gain = new Float64Array(size).fill(1);
  const leak = new Float64Array(size);
  let guessedGain = 0;
  for (let j = 0; j < size; j++) {
    if (threshold !== null && !(Math.fround(threshold[j]) > 0)) {
      throw new InputError(
        `${file}: node ${quoted(node.name)} has the threshold ${threshold[j]} (neuron ${j}), expected one above 0, ` +
          `where membranes start; shift v_leak, v_reset and v_threshold together`,
      );
    }
    if (node.type === "Threshold") continue;
    if (tau === null || tau[j] === Infinity) {
      decay[j] = 1;
      // Both infinite is how snnTorch writes β = 1: r·dt/tau is 1 there as everywhere.
      gain[j] = r![j] === Infinity ? 1 : r![j] * dt;
      if (tau !== null && r![j] !== Infinity) guessedGain++;
      continue;
    }
    if (!(Math.fround(tau[j]) > 0) || r![j] === Infinity) {
      const bad =
        Math.fround(tau[j]) > 0 ? `an infinite r with a tau of ${tau[j]} s` : `a tau of ${tau[j]} s`;
      throw new InputError(
        `${file}: node ${quoted(node.name)} has ${bad} (neuron ${j}), expected tau > 0 and a finite r`,
      );
    }
    if (how === "euler" && tau[j] < dt * (1 - ROUNDING)) {
      throw new InputError(
        `${file}: node ${quoted(node.name)} has a tau of ${tau[j]} s (neuron ${j}), less than the time step of ${dt} s, ` +
          `which makes Euler's decay 1 − dt/tau negative; give a smaller --dt, or --discretise exact`,
      );
    }
    decay[j] = how === "euler" ? Math.max(0, 1 - dt / tau[j]) : Math.exp(-dt / tau[j]);
    const kept = how === "euler" ? dt / tau[j] : -Math.expm1(-dt / tau[j]);
    gain[j] = r![j] * kept;
    leak[j] = (vLeak?.[j] ?? 0) * kept;
  }
  if (guessedGain > 0) {
    assumptions.assume(
      `${quoted(node.name)} has an infinite tau in ${guessedGain} of ${size} neurons: taken as IF, whose gain is r·dt`,
    );
  }
  return {
    decay,
    gain,
    leak,
    threshold: threshold ?? new Float64Array(size),
    vReset: field("v_reset") ?? new Float64Array(size),
  };
}
