/**
 * Forward mode: the influence of every parameter on every state is carried along, step by step, as real-time recurrent learning does it.
 * Exact whatever the net; for small ones.
 */
import { errorsOf, signalsOf } from "./errors.js";
import { isRecurrent, regularised } from "./net.js";
import type { Lesson, Net, Path, Population, PopulationGradients, Trail } from "./net.js";
import { slopesOf } from "./surrogates.js";
import { thresholdsOf } from "./turned.js";

/** A row a neuron, a column a parameter. */
type Matrix = Float64Array[];

interface Influence {
  stored: Matrix;
  current: Matrix;
  adaptation: Matrix;
  /** of the spikes of the last step, as populations above hear them, and as recurrent paths carry them */
  heard: Matrix;
  echo: Matrix;
  before: Matrix;
  /** of what random feedback would make of the output */
  shadow: Matrix;
}

const matrix = (rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, () => new Float64Array(columns));

/** a += factor · b */
function add(a: Float64Array, factor: number, b: Float64Array): void {
  if (factor !== 0) for (let n = 0; n < a.length; n++) a[n] += factor * b[n];
}

function mixed(weights: [number, Float64Array][], columns: number): Float64Array {
  const made = new Float64Array(columns);
  for (const [factor, row] of weights) add(made, factor, row);
  return made;
}

export function followInfluence(net: Net, lesson: Lesson, course: Trail[]): PopulationGradients[] {
  const { populations } = net;
  const last = populations.length - 1;
  const outputs = populations[last].neurons;
  const places = placesOf(net);
  const columns = places.total;
  const total = new Float64Array(columns);
  const errors = errorsOf(
    lesson,
    populations[last].kind === "li" ? course[last].membranes : course[last].spikes,
  );
  const pushes = populations.map((population, p) => regularised(population, course[p].spikes));
  const thresholds = populations.map((population, p) => thresholdsOf(population, course[p].spikes));
  const all = populations.map(({ neurons }): Influence => ({
    ...{ stored: matrix(neurons, columns), current: matrix(neurons, columns) },
    ...{
      adaptation: matrix(neurons, columns),
      heard: matrix(neurons, columns),
      echo: matrix(neurons, columns),
      before: matrix(neurons, columns),
    },
    shadow: matrix(outputs, columns),
  }));
  lesson.inputs.forEach((row, t) => {
    for (const influence of all) influence.before = influence.echo;
    populations.forEach((population, p) => {
      const drive = matrix(population.neurons, columns);
      population.paths.forEach((path, n) => {
        const recurrent = isRecurrent(p, path);
        const carried = path.source < 0 ? row : course[path.source].spikes[recurrent ? t - 1 : t];
        carried?.forEach((x, i) => {
          for (let j = 0; j < drive.length; j++) drive[j][places.paths[p][n] + i * drive.length + j] += x;
        });
        if (path.returns !== "carried" || path.source < 0) return;
        through(drive, path.weights, recurrent ? all[path.source].before : all[path.source].heard);
      });
      drive.forEach((to, j) => (to[places.biases[p] + j] += 1));
      step(population, all, p, course[p], thresholds[p][t], drive, t);
    });
    populations.forEach(({ feedback, neurons }, p) => {
      const L = pushes[p].slice();
      if (feedback) signalsOf(feedback, lesson, course[p].spikes[t], t).forEach((x, j) => (L[j] += x));
      for (let j = 0; j < neurons; j++) add(total, L[j], all[p].heard[j]);
      if (feedback?.signal !== "random") return;
      const { kind, decay } = populations[last];
      const kept = decay.map((b) => (kind === "li" && feedback.filtered ? b : 0));
      all[p].shadow = all[p].shadow.map((from, k) => mixed([[kept[k], from]], columns));
      through(all[p].shadow, feedback.weights, all[p].heard);
      all[p].shadow.forEach((from, k) => add(total, errors[t][k], from));
    });
    all[last].heard.forEach((from, k) => add(total, errors[t][k], from));
  });
  return populations.map(({ paths, neurons }, p) => ({
    paths: paths.map(({ weights }, n) =>
      total.slice(places.paths[p][n], places.paths[p][n] + weights.length),
    ),
    bias: total.slice(places.biases[p], places.biases[p] + neurons),
  }));
}

/** Where each parameter's column is. */
function placesOf({ populations }: Net): { paths: number[][]; biases: number[]; total: number } {
  let total = 0;
  const take = (count: number): number => (total += count) - count;
  const paths = populations.map((population) => population.paths.map(({ weights }) => take(weights.length)));
  const biases = populations.map(({ neurons }) => take(neurons));
  return { paths, biases, total };
}

/** to += weightsᵀ · from */
function through(to: Matrix, weights: Float64Array, from: Matrix): void {
  from.forEach((row, i) => to.forEach((made, j) => add(made, weights[i * to.length + j], row)));
}

function step(
  population: Population,
  all: Influence[],
  p: number,
  { membranes, spikes }: Trail,
  threshold: Float64Array,
  drive: Matrix,
  t: number,
): void {
  const { kind, reset, resetAt, decay, current, adaptation, paths } = population;
  const mine = all[p];
  const columns = drive[0].length;
  const due = spikes[t - 1]?.map((r) => (resetAt === "next" ? r : 0)) ?? new Float64Array(drive.length);
  if (current) {
    mine.current = mine.current.map((row, j) => mixed([[current.decay[j], row], [1, drive[j]]], columns)); // prettier-ignore
  }
  const arrives = current ? mine.current : drive;
  const u = arrives.map((row, j) => {
    const kept = due[j] && (reset === "zero" || reset === "zero-step") ? 0 : decay[j];
    const taken = due[j] && reset === "zero-step" ? 0 : 1;
    return mixed([[kept, mine.stored[j]], [taken, row]], columns); // prettier-ignore
  });
  const seen = u.map((row) => row.slice());
  const present = matrix(drive.length, columns);
  paths.forEach(({ returns, source, weights }: Path) => {
    if (returns === "present") through(present, weights, all[source].heard);
  });
  present.forEach((row, j) => add(seen[j], due[j] && reset === "zero-step" ? 0 : 1, row));
  if (kind === "li") {
    mine.stored = u;
    mine.heard = seen;
    mine.echo = u;
    return;
  }
  const psi = slopesOf(population.surrogate!, membranes[t], threshold);
  const strength = (j: number): number => (adaptation ? adaptation.strength[j] : 0);
  const spiked = (from: Matrix): Matrix =>
    from.map((row, j) => mixed([[psi[j], row], [-psi[j] * strength(j), mine.adaptation[j]]], columns)); // prettier-ignore
  mine.heard = spiked(seen);
  mine.echo = spiked(u);
  if (adaptation) {
    mine.adaptation = mine.adaptation.map((row, j) => mixed([[adaptation.decay[j], row], [1, mine.echo[j]]], columns)); // prettier-ignore
  }
  const zeroed = resetAt === "now" && reset === "zero";
  mine.stored = u.map((row, j) => (zeroed && spikes[t][j] ? new Float64Array(columns) : row));
}
