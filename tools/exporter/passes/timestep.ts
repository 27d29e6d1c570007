/**
 * The time step. A NIR file has time constants in seconds and no step, so that it must be told or guessed.
 */
import type { GraphNode } from "../graph.js";
import { UsageError } from "../errors.js";
import type { Assumptions } from "./assumptions.js";
import { numbers } from "./fields.js";

/** Norse's, and what most of the literature simulates with. */
const USUAL_STEP = 1e-3;
/** float32 values hold a ratio to 1e-7 */
const SAME = 1e-6;

/**
 * Seconds a step: the option; else what gives tau/r the same value in every neuron, since snnTorch writes
 * r = tau/dt; else 1, where no neuron has a time constant; else 1 ms.
 *
 * @param neurons the populations of the network
 * @throws UsageError for an option that is not above 0
 */
export function timeStep(
  file: string,
  neurons: GraphNode[],
  option: number | undefined,
  assumptions: Assumptions,
): number {
  if (option !== undefined) {
    if (!(option > 0) || option === Infinity) {
      throw new UsageError(`--dt: found ${option}, expected seconds above 0, such as 1e-3`);
    }
    return option;
  }
  const leaky = neurons.filter((node) => node.fields.has("tau"));
  const integrators = neurons.filter((node) => node.type === "IF");
  if (leaky.length === 0) {
    if (integrators.length > 0) {
      assumptions.assume(
        "no neuron has a time constant, so the unit of time is taken to be the step; --dt says otherwise",
      );
    }
    return 1;
  }
  const steps = leaky.flatMap((node) => ratios(file, node));
  const [first] = steps;
  const rounded = Number(first?.dt.toPrecision(6));
  if (
    steps.length > 0 &&
    steps.some(({ r }) => r > 1 + SAME) &&
    steps.every(({ r, dt }) => r > 1 - SAME && Math.abs(dt - first.dt) <= SAME * first.dt)
  ) {
    const dt = Math.abs(rounded - first.dt) <= SAME * first.dt ? rounded : first.dt;
    assumptions.assume(
      `the time step is taken to be ${dt} s, since tau/r has that value in every neuron, as snnTorch writes it; ` +
        `--dt says otherwise`,
    );
    return dt;
  }
  assumptions.assume(
    `the time step is taken to be ${USUAL_STEP} s, since the file has none; --dt says otherwise`,
  );
  return USUAL_STEP;
}

/** r and tau/r of every neuron of a node that leaks at all. */
function ratios(file: string, node: GraphNode): { r: number; dt: number }[] {
  const tau = numbers(file, node, "tau").data;
  const r = numbers(file, node, "r").data;
  const out: { r: number; dt: number }[] = [];
  for (let j = 0; j < Math.max(tau.length, r.length); j++) {
    const [t, resistance] = [tau[tau.length === 1 ? 0 : j], r[r.length === 1 ? 0 : j]];
    if (t !== Infinity) out.push({ r: resistance, dt: t / resistance });
  }
  return out;
}
