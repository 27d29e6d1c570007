/**
 * Forward mode as e-prop has it (Bellec et al. 2020, equations 13 and 22 to 25): an eligibility a synapse, times a learning signal. No spiking
 * population may hear another one through its memory, and a reset to zero is not in it.
 */
import { errorsOf, signalsOf } from "./errors.js";
import { isRecurrent, regularised } from "./net.js";
import type { Lesson, Net, Population, PopulationGradients, Trail } from "./net.js";
import { slopesOf } from "./surrogates.js";
import { thresholdsOf } from "./turned.js";

/** How this step's spikes of a population change the loss: through outputs that remember, through this step's, and beside them. */
interface Signal {
  remembered: Float64Array[];
  instant: Float64Array[];
  beside: Float64Array;
}

/** Of one source of a population (the last one is the bias, a source that is always 1), a number a neuron each. */
interface Synapse {
  current: Float64Array;
  trace: Float64Array;
  adaptation: Float64Array;
  /** ē, a row an output */
  filtered: Float64Array[];
  gradient: Float64Array;
}

export function followTraces(net: Net, lesson: Lesson, course: Trail[]): PopulationGradients[] {
  const { populations } = net;
  const last = populations.length - 1;
  const readout = populations[last];
  const errors = errorsOf(lesson, readout.kind === "li" ? course[last].membranes : course[last].spikes);
  const thresholds = populations.map((population, p) => thresholdsOf(population, course[p].spikes));
  const pushes = populations.map((population, p) => regularised(population, course[p].spikes));
  const synapses = populations.map(({ neurons, paths }) => {
    const sources = paths.reduce((sum, { inputs }) => sum + inputs, 1);
    return Array.from({ length: sources }, () => restingSynapse(neurons, readout.neurons));
  });
  lesson.inputs.forEach((row, t) => {
    const psi = populations.map(({ surrogate }, p) =>
      surrogate ? slopesOf(surrogate, course[p].membranes[t], thresholds[p][t]) : new Float64Array(0),
    );
    const signals = signalsDown(net, lesson, course, psi, pushes, t);
    populations.forEach((population, p) => {
      const arrives = population.paths.flatMap((path) => {
        if (path.source < 0) return [...row];
        const at = isRecurrent(p, path) ? t - 1 : t;
        return [...(course[path.source].spikes[at] ?? new Float64Array(path.inputs))];
      });
      [...arrives, 1].forEach((x, i) => {
        const synapse = synapses[p][i];
        if (population.kind === "li") remember(population, synapse, x, errors[t]);
        else follow(population, readout.decay, synapse, x, psi[p], errors[t], signals[p]);
      });
    });
  });
  return populations.map(({ paths }, p) => {
    let at = 0;
    const rows = synapses[p].map(({ gradient }) => gradient);
    return {
      paths: paths.map(({ inputs }) =>
        Float64Array.from(rows.slice(at, (at += inputs)).flatMap((gradient) => [...gradient])),
      ),
      bias: rows[rows.length - 1],
    };
  });
}

function restingSynapse(neurons: number, outputs: number): Synapse {
  const zeros = (): Float64Array => new Float64Array(neurons);
  return {
    ...{ current: zeros(), trace: zeros(), adaptation: zeros(), gradient: zeros() },
    filtered: Array.from({ length: outputs }, zeros),
  };
}

/** From the output down through what each path returns of this step. */
function signalsDown(
  { populations }: Net,
  lesson: Lesson,
  course: Trail[],
  psi: Float64Array[],
  pushes: Float64Array[],
  t: number,
): Signal[] {
  const last = populations.length - 1;
  const outputs = populations[last].neurons;
  const signals: Signal[] = populations.map(({ neurons }, p) => ({
    remembered: Array.from({ length: neurons }, () => new Float64Array(outputs)),
    instant: Array.from({ length: neurons }, () => new Float64Array(outputs)),
    beside: pushes[p].slice(),
  }));
  for (let p = last; p >= 0; p--) {
    const { kind, feedback, neurons } = populations[p];
    const mine = signals[p];
    if (p === last) mine.instant.forEach((row, k) => (row[k] += 1));
    if (feedback?.signal === "random") {
      const remembers = feedback.filtered && populations[last].kind === "li";
      const to = remembers ? mine.remembered : mine.instant;
      to.forEach((row, j) => row.forEach((_, k) => (row[k] += feedback.weights[j * outputs + k])));
    } else if (feedback) {
      signalsOf(feedback, lesson, course[p].spikes[t], t).forEach((x, j) => (mine.beside[j] += x));
    }
    for (const { source, returns, weights } of populations[p].paths) {
      if (source < 0 || returns === "nothing") continue;
      if (kind === "lif" && returns === "carried") throw new Error("traces of one population alone");
      const below = signals[source];
      below.beside.forEach((_, i) => {
        for (let j = 0; j < neurons; j++) {
          const factor = weights[i * neurons + j] * (kind === "li" ? 1 : psi[p][j]);
          below.beside[i] += factor * mine.beside[j];
          mine.remembered[j].forEach((x, k) => (below.remembered[i][k] += factor * x));
          const to = returns === "carried" ? below.remembered : below.instant;
          mine.instant[j].forEach((x, k) => (to[i][k] += factor * x));
        }
      });
    }
  }
  return signals;
}

/** A synapse of the readout: what it remembers of its source, times the error. */
function remember(
  { decay }: Population,
  { trace, gradient }: Synapse,
  x: number,
  errors: Float64Array,
): void {
  trace.forEach((from, k) => {
    trace[k] = decay[k] * from + x;
    gradient[k] += errors[k] * trace[k];
  });
}

function follow(
  { decay, current, adaptation }: Population,
  kappa: Float64Array,
  synapse: Synapse,
  x: number,
  psi: Float64Array,
  errors: Float64Array,
  { remembered, instant, beside }: Signal,
): void {
  psi.forEach((slope, j) => {
    synapse.current[j] = (current ? current.decay[j] : 0) * synapse.current[j] + x;
    synapse.trace[j] = decay[j] * synapse.trace[j] + synapse.current[j];
    const b = adaptation ? adaptation.strength[j] : 0;
    const eligibility = slope * (synapse.trace[j] - b * synapse.adaptation[j]);
    if (adaptation) {
      synapse.adaptation[j] =
        slope * synapse.trace[j] + (adaptation.decay[j] - slope * b) * synapse.adaptation[j];
    }
    let change = beside[j] * eligibility;
    errors.forEach((error, k) => {
      const kept = kappa[k] * synapse.filtered[k][j] + remembered[j][k] * eligibility;
      synapse.filtered[k][j] = kept;
      change += error * (kept + instant[j][k] * eligibility);
    });
    synapse.gradient[j] += change;
  });
}
