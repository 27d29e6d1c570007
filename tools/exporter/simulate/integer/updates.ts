/** What a window's coefficients do to the weights, docs/ARITHMETIC.md, "Schedule window". */
import { UPDATE_GROUP } from "../../../../assembly/layout.js";
import { clamp, decay, rsh, shiftRight } from "./arithmetic.js";
import type { Generator } from "./generator.js";
import type { StepRecord } from "./record.js";
import type { LearningState, PathState } from "./rules.js";
import { moveWeights } from "./rules.js";

const CHANGE_LIMIT = 32767;

/**
 * @param record a step each, ascending
 * @param changes D of the population that the path feeds, a step
 */
export function updatePath(
  { generator }: LearningState,
  state: PathState,
  record: StepRecord[],
  changes: Int32Array[],
): void {
  const { inputs, outputs, kind } = state.synapses.op;
  const steps = kind === "dense" ? spikeSteps(state, record) : [];
  const plain = state.path.update.kind === "plain" && state.residuals !== null;
  for (let i = 0; i < inputs; i++) {
    if (kind === "dense" && plain) {
      for (let from = 0; from < steps[i].length; from += UPDATE_GROUP) {
        const group = steps[i].slice(from, from + UPDATE_GROUP);
        moveWeights(state, generator, i, spikeSums(group, changes, outputs));
      }
      continue;
    }
    const sums =
      kind === "dense" ? spikeSums(steps[i], changes, outputs) : frameSums(state, i, record, changes);
    moveWeights(state, generator, i, updated(state, i, sums));
  }
  if (state.loaded) pull(state, generator, state.loaded);
}

/** For every source neuron the steps in which the synapses carried a spike of it, ascending, one entry a spike. */
function spikeSteps({ synapses, recurrent }: PathState, record: StepRecord[]): number[][] {
  const { source, inputs } = synapses.op;
  const steps = Array.from({ length: inputs }, (): number[] => []);
  record.forEach(({ input, spikes }, t) => {
    const carriedAt = recurrent ? t + 1 : t;
    if (carriedAt >= record.length) return;
    for (const i of source === 0 ? input.spikes : spikes[source - 1]) steps[i].push(carriedAt);
  });
  return steps;
}

/** Σ D over some spikes. */
function spikeSums(steps: number[], changes: Int32Array[], neurons: number): Float64Array {
  const sums = new Float64Array(neurons);
  for (const t of steps) for (let j = 0; j < neurons; j++) sums[j] += changes[t][j];
  return sums;
}

/** Σ x · D of input `i`, in 1/256 of a weight's unit; the sum stays below 2^30, its product with the factor below 2^46. */
function frameSums(
  { path, synapses }: PathState,
  i: number,
  record: StepRecord[],
  changes: Int32Array[],
): Float64Array {
  const sums = new Float64Array(synapses.op.outputs);
  record.forEach(({ input }, t) => {
    const x = input.frame[i];
    if (x !== 0) for (let j = 0; j < sums.length; j++) sums[j] += x * changes[t][j];
  });
  return sums.map((sum) => rsh(sum * path.traceFactor, path.traceShift));
}

/** Δ a target neuron, from the sums over source neuron `i`. */
function updated({ path, synapses, momentum }: PathState, i: number, sums: Float64Array): Float64Array {
  const changes = sums.map((sum) => clamp(sum, -CHANGE_LIMIT, CHANGE_LIMIT));
  const { update } = path;
  switch (update.kind) {
    case "plain":
      return changes;
    case "momentum":
      return changes.map((change, j) => {
        const at = i * synapses.stride + j;
        momentum![at] = clamp(decay(momentum![at], update.kept) + change, -CHANGE_LIMIT, CHANGE_LIMIT);
        return momentum![at];
      });
    case "sign":
      return changes.map((change) => update.step * Math.sign(change));
  }
}

/** Every weight goes a fraction of its way back to what it was when the network was loaded. */
function pull(state: PathState, generator: Generator, loaded: Uint8Array): void {
  const { residuals, path } = state;
  const { op, weights, stride } = state.synapses;
  const mask = 2 ** path.pullShift - 1;
  for (let i = 0; i < op.inputs; i++) {
    const draws = generator.draws(op.outputs);
    const changes = Float64Array.from({ length: op.outputs }, (_, j) => {
      const at = i * stride + j;
      const away = 256 * (weights[at] - loaded[at]) + (residuals === null ? 0 : residuals[at] - 128);
      return shiftRight(away + (draws[j] & mask), path.pullShift);
    });
    moveWeights(state, generator, i, changes);
  }
}
