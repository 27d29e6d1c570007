/**
 * The schedule `window` of docs/ARITHMETIC.md, line by line in real numbers: what each neuron carries back through time, and what
 * the synapses owe to it.
 */
import { errorsOf, signalsOf } from "./errors.js";
import { isRecurrent, regularised } from "./net.js";
import type { Lesson, Net, Population, PopulationGradients, Trail } from "./net.js";
import { slopesOf } from "./surrogates.js";

/** What a rule has of the step at hand and of the one behind it. */
interface Carried {
  P: Float64Array;
  C: Float64Array;
  J: Float64Array;
  N: Float64Array;
  lambda: Float64Array;
}

const rest = (n: number): Carried => ({
  P: new Float64Array(n),
  C: new Float64Array(n),
  J: new Float64Array(n),
  N: new Float64Array(n),
  lambda: new Float64Array(n),
});

export function turnRound(net: Net, lesson: Lesson, course: Trail[]): PopulationGradients[] {
  const { populations } = net;
  const last = populations.length - 1;
  const readout = populations[last];
  const T = lesson.inputs.length;
  const gradients = populations.map(({ paths, bias }) => ({
    paths: paths.map(({ weights }) => new Float64Array(weights.length)),
    bias: new Float64Array(bias.length),
  }));
  const errors = errorsOf(lesson, readout.kind === "li" ? course[last].membranes : course[last].spikes);
  const thresholds = populations.map((population, p) => thresholdsOf(population, course[p].spikes));
  const pushes = populations.map((population, p) => regularised(population, course[p].spikes));
  const now = populations.map(({ neurons }) => rest(neurons));
  let E: Float64Array = new Float64Array(readout.neurons);
  for (let t = T - 1; t >= 0; t--) {
    E = E.map((x, k) => errors[t][k] + (readout.kind === "li" ? readout.decay[k] * x : 0));
    for (let p = last; p >= 0; p--) {
      const population = populations[p];
      if (population.kind === "li") now[p] = { ...now[p], P: errors[t], N: E };
      else {
        const own = pushes[p].slice();
        if (p === last) errors[t].forEach((x, j) => (own[j] += x));
        const { feedback } = population;
        if (feedback?.signal === "random") add(own, feedback.weights, feedback.filtered ? E : errors[t]);
        if (feedback) signalsOf(feedback, lesson, course[p].spikes[t], t).forEach((x, j) => (own[j] += x));
        hear(net, course, now, p, t, own, false);
        const L = own.slice();
        hear(net, course, now, p, t, L, true);
        const psi = slopesOf(population.surrogate!, course[p].membranes[t], thresholds[p][t]);
        now[p] = stepBack(population, now[p], { own, L }, psi, course[p].spikes[t], course[p].spikes[t - 1]);
      }
      collect(net, lesson, course, p, t, now[p].N, gradients[p]);
    }
  }
  return gradients;
}

/** A_j of every step. */
export function thresholdsOf({ threshold, adaptation }: Population, spikes: Float64Array[]): Float64Array[] {
  if (!adaptation) return spikes.map(() => threshold);
  let a: Float64Array = threshold.map(() => 0);
  return spikes.map((row) => {
    const now = threshold.map((x, j) => x + adaptation.strength[j] * a[j]);
    a = a.map((x, j) => adaptation.decay[j] * x + row[j]);
    return now;
  });
}

/** What paths return: of this step from above, or of the step behind through recurrent ones. */
function hear(
  net: Net,
  course: Trail[],
  now: Carried[],
  p: number,
  t: number,
  L: Float64Array,
  recurrent: boolean,
): void {
  net.populations.forEach(({ paths }, q) => {
    paths.forEach((path, n) => {
      if (path.source !== p || path.returns === "nothing" || isRecurrent(q, path) !== recurrent) return;
      add(L, course[q].weights?.[n][t] ?? path.weights, path.returns === "present" ? now[q].P : now[q].N);
    });
  });
}

function add(L: Float64Array, weights: Float64Array, X: Float64Array): void {
  L.forEach((_, j) => X.forEach((x, k) => (L[j] += weights[j * X.length + k] * x)));
}

/**
 * @param behind of t + 1
 * @param own what recurrent paths return left out
 * @param before spikes of t − 1
 */
function stepBack(
  { reset, resetAt, decay, current, adaptation }: Population,
  behind: Carried,
  { own, L }: { own: Float64Array; L: Float64Array },
  psi: Float64Array,
  spikes: Float64Array,
  before: Float64Array | undefined,
): Carried {
  const dropped = (j: number): boolean => reset === "zero-step" && resetAt === "next" && before?.[j] === 1;
  const H = behind.lambda.map((x, j) => psi[j] * x);
  const C = L.map((x, j) => {
    const carry = reset === "zero" && spikes[j] === 1 ? 0 : decay[j] * behind.C[j];
    return dropped(j) ? 0 : psi[j] * x + H[j] + carry;
  });
  const J = current ? C.map((x, j) => x + current.decay[j] * behind.J[j]) : behind.J;
  const lambda = adaptation
    ? behind.lambda.map((x, j) => adaptation.decay[j] * x - adaptation.strength[j] * psi[j] * (x + L[j]))
    : behind.lambda;
  // in a step that is reset as a whole, synapses from below change nothing, so that P returns nothing
  return { P: own.map((x, j) => (dropped(j) ? 0 : psi[j] * x)), C, J, N: current ? J : C, lambda };
}

/** A source's spike meets the coefficients of the step in which the synapses carried it. */
function collect(
  net: Net,
  { inputs }: Lesson,
  course: Trail[],
  p: number,
  t: number,
  N: Float64Array,
  gradients: PopulationGradients,
): void {
  net.populations[p].paths.forEach((path, n) => {
    const recurrent = isRecurrent(p, path);
    const carried = path.source < 0 ? inputs[t] : course[path.source].spikes[recurrent ? t - 1 : t];
    carried?.forEach((x, i) => N.forEach((c, j) => (gradients.paths[n][i * N.length + j] += x * c)));
  });
  N.forEach((c, j) => (gradients.bias[j] += c));
}
