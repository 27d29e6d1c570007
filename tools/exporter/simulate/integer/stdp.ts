/** Pairs of spikes, docs/ARITHMETIC.md: coefficients of a population that learns without an error. */
import type { Stdp } from "../../program.js";
import { clamp, decay, rsh } from "./arithmetic.js";

/** What a spike adds to a trace. */
const SPIKE = 2 ** 14;
const TRACE_LIMIT = 2 ** 20 - 1;
/** What has been counts in these units. */
const PAST_UNIT = 32;
const COEFFICIENT_LIMIT = 2 ** 30 - 1;

/**
 * N of every step and neuron: what pairs with the neuron's earlier spikes weaken, less what pairs with later ones
 * strengthen.
 *
 * @param lists the population's spikes, a step of the window, ascending
 * @param reward −2^14 … 2^14; products stay below 2^51
 */
export function pairCoefficients(
  { plus, minus, comes, been }: Stdp,
  lists: Uint16Array[],
  neurons: number,
  reward: number,
): Float64Array[] {
  const past = found(lists, neurons, been);
  const future = found([...lists].reverse(), neurons, comes).reverse();
  return past.map((o, t) =>
    o.map((before, j) => {
      const pairs = minus * (before - (before % PAST_UNIT)) - plus * future[t][j];
      return clamp(rsh(pairs * reward, 14), -COEFFICIENT_LIMIT, COEFFICIENT_LIMIT);
    }),
  );
}

/** A trace as every step finds it, decayed but without the step's own spikes; `lists` in the trace's order of time. */
function found(lists: Uint16Array[], neurons: number, kept: number): Float64Array[] {
  const trace = new Float64Array(neurons);
  return lists.map((spikes) => {
    for (let j = 0; j < neurons; j++) trace[j] = decay(trace[j], kept);
    const before = trace.slice();
    for (const j of spikes) trace[j] = Math.min(trace[j] + SPIKE, TRACE_LIMIT);
    return before;
  });
}
