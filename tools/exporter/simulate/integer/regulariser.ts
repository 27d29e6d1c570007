/** How far populations are from the rates that they should have, docs/ARITHMETIC.md. */
import type { Regulariser } from "../../program.js";
import { clamp, rsh } from "./arithmetic.js";
import type { RuleState } from "./rules.js";

/** One spike a step. */
const FULL_RATE = 65535;
/** What an L1 bound adds where the population is above it. */
const ABOVE = 2 ** 12;

/**
 * r a neuron, as bytes: r + 128.
 *
 * @param lists the population's spikes, a step of the window
 * @returns null without a regulariser
 */
export function penalties({ rule, population }: RuleState, lists: Uint16Array[]): Uint8Array | null {
  const { regulariser } = rule;
  if (regulariser === null) return null;
  const counts = new Float64Array(population.op.neurons);
  for (const spikes of lists) for (const j of spikes) counts[j]++;
  const rates = counts.map((count) => Math.min(FULL_RATE, Math.floor((count * 65536) / lists.length)));
  const mean = Math.floor(rates.reduce((a, b) => a + b) / rates.length);
  const common = excess(regulariser, mean);
  return Uint8Array.from(rates, (rate) => {
    const sum = common + ownExcess(regulariser, rate);
    return 128 + clamp(rsh(sum, regulariser.shift), -127, 127);
  });
}

/** Of the population above its bound. */
function excess({ upper }: Regulariser, mean: number): number {
  if (upper === null || upper.norm === "each") return 0;
  if (upper.norm === "l1") return mean > upper.bound ? ABOVE : 0;
  return Math.max(0, mean - upper.bound);
}

/** Of a neuron below or above its bound, or off its rate. */
function ownExcess({ lower, rate: wanted, upper }: Regulariser, rate: number): number {
  const above = upper?.norm === "each" ? Math.max(0, rate - upper.bound) : 0;
  return above + (lower === null ? 0 : 0 - Math.max(0, lower - rate)) + (wanted === null ? 0 : rate - wanted);
}
