/**
 * Gradients of a lesson in reverse mode: the window is unrolled into a graph, which is run backwards. Constants are: the spike that
 * resets; a membrane's bounds, which are passed straight through; and what docs/ARITHMETIC.md says does not return through a path.
 */
import { Graph } from "./graph.js";
import type { Vertex } from "./graph.js";
import { aside, lossOf, outputsOf } from "./losses.js";
import { fires, isRecurrent, regularised } from "./net.js";
import type { Lesson, Net, Population, PopulationGradients, Trail } from "./net.js";
import { slopesOf, smoothSpikes } from "./surrogates.js";

export interface Result {
  gradients: PopulationGradients[];
  course: Trail[];
  loss: number;
  /** largest |dLoss/dV| of a population in a step: what one spike can ask of a weight at the end of a window */
  largest: number[];
  /** the share of it that comes of the step's own signal: what a trace of 1 can ask of a weight at once */
  instant: number[];
}

export interface Along {
  /** what the net does, in the place of what it would do by itself */
  course?: Trail[];
  /** spikes are smooth functions of the membrane, and those of the course reset all the same */
  smooth?: boolean;
}

/** A population on the graph. */
interface Live {
  population: Population;
  weights: Vertex[];
  bias: Vertex;
  /** membrane as stored, current, adaptation */
  stored: Vertex;
  current: Vertex;
  adaptation: Vertex;
  /** what resets in the step after */
  fired: Float64Array;
  /** a step each: what populations above hear and the loss sees; and what recurrent paths carry, no part of what is handed down as present */
  heard: Vertex[];
  echoes: Vertex[];
  drives: Vertex[];
  marks: Vertex[];
  trail: Trail;
}

export function backpropagate(net: Net, lesson: Lesson, along: Along = {}): Result {
  const graph = new Graph();
  const lives = net.populations.map((population) => alive(graph, population));
  const shadows = net.populations.map(() => graph.zeros(outputsOf(net)));
  const losses: Vertex[] = [];
  const seen: Vertex[] = [];
  lesson.inputs.forEach((row, t) => {
    const input = graph.vertex(row);
    lives.forEach((_, p) => advance(graph, lives, p, t, input, along));
    const last = lives[lives.length - 1];
    seen.push(withFeedback(graph, lives, shadows, last.heard[t]));
    lives.forEach(({ population: { feedback }, heard }) => {
      if (!feedback || feedback.signal === "random" || t < lesson.from || t >= lesson.to) return;
      losses.push(aside(graph, feedback, lesson, heard[t]));
    });
  });
  for (const { population, heard, trail } of lives) {
    if (!population.regulariser) continue;
    const push = regularised(population, trail.spikes);
    heard.forEach((z) => losses.push(graph.dot(z, push)));
  }
  const loss = graph.sum(lossOf(graph, lesson, seen), ...losses);
  graph.backward(loss);
  return {
    gradients: lives.map(({ weights, bias }) => ({
      paths: weights.map(({ adjoint }) => adjoint),
      bias: bias.adjoint,
    })),
    course: lives.map(({ trail }) => trail),
    loss: loss.value[0],
    largest: lives.map(({ drives }) => largestAdjoint(drives)),
    instant: lives.map(({ marks }) => largestAdjoint(marks)),
  };
}

function alive(graph: Graph, population: Population): Live {
  const { neurons, paths, bias } = population;
  return {
    population,
    weights: paths.map(({ weights }) => graph.vertex(weights)),
    bias: graph.vertex(bias),
    ...{ stored: graph.zeros(neurons), current: graph.zeros(neurons), adaptation: graph.zeros(neurons) },
    ...{ fired: new Float64Array(neurons), heard: [], echoes: [], drives: [], marks: [] },
    trail: { membranes: [], spikes: [] },
  };
}

/** One step of one population. */
function advance(graph: Graph, lives: Live[], p: number, t: number, input: Vertex, along: Along): void {
  const live = lives[p];
  const { population, weights, trail } = live;
  const { neurons, paths, current, adaptation } = population;
  const given = along.course?.[p];
  const sources = paths.map((path) => {
    if (path.source < 0) return input;
    if (!isRecurrent(p, path)) return lives[path.source].heard[t];
    return t > 0 ? lives[path.source].echoes[t - 1] : graph.zeros(path.inputs);
  });
  const arrives = paths.map(({ returns }, n) =>
    graph.product(weights[n], returns === "carried" ? sources[n] : graph.detached(sources[n]), neurons),
  );
  const drive = graph.sum(...arrives, live.bias);
  if (current) live.current = graph.sum(graph.affine(live.current, current.decay), drive);
  const open = integrate(graph, population, live.stored, current ? live.current : drive, live.fired);
  const bounded = open.value.map((x) => Math.min(population.upper, Math.max(population.lower, x)));
  const taken = along.smooth ? undefined : given?.membranes[t];
  // where integers have forgotten a membrane that was reset, what it must have been by the one before
  const u = graph.instead(open, taken?.map((x, j) => (Number.isNaN(x) ? bounded[j] : x)) ?? bounded);
  const present = paths.flatMap((path, n) =>
    path.returns === "present"
      ? [thisStep(graph, live, sources[n], given?.weights?.[n][t] ?? path.weights)]
      : [],
  );
  const mark = graph.instead(graph.sum(u, ...present), u.value);
  live.drives.push(drive);
  live.marks.push(mark);
  trail.membranes.push(u.value);
  if (population.kind === "li") {
    trail.spikes.push(live.fired);
    live.heard.push(mark);
    live.echoes.push(u);
    live.stored = u;
    return;
  }
  const threshold = adaptation
    ? graph.affine(live.adaptation, adaptation.strength, population.threshold)
    : graph.vertex(population.threshold);
  live.fired = given?.spikes[t] ?? u.value.map((x, j) => Number(fires(population, x, threshold.value[j])));
  const spikes = along.smooth ? smoothSpikes(population.surrogate!, u.value, threshold.value) : live.fired;
  const slopes = slopesOf(population.surrogate!, u.value, threshold.value);
  live.heard.push(graph.spikes(mark, threshold, spikes, slopes));
  const echo = graph.spikes(u, threshold, spikes, slopes);
  live.echoes.push(echo);
  if (adaptation) live.adaptation = graph.sum(graph.affine(live.adaptation, adaptation.decay), echo);
  live.stored = resetNow(graph, population, u, live.fired);
  trail.spikes.push(live.fired);
}

/** What of the membranes a source can change that is heard in this step alone. Where a step is reset as a whole, nothing. */
function thisStep(
  graph: Graph,
  { population: { neurons, reset }, fired }: Live,
  source: Vertex,
  weights: Float64Array,
): Vertex {
  const effect = graph.product(graph.vertex(weights), source, neurons);
  return reset === "zero-step"
    ? graph.affine(
        effect,
        fired.map((r) => 1 - r),
      )
    : effect;
}

/** Random feedback: the loss sees the populations' spikes through their matrices, as if those were paths to the output. */
function withFeedback(graph: Graph, lives: Live[], shadows: Vertex[], output: Vertex): Vertex {
  const { kind, decay } = lives[lives.length - 1].population;
  const parts = [output];
  lives.forEach(({ population: { feedback }, heard }, p) => {
    if (feedback?.signal !== "random") return;
    const effect = graph.product(graph.vertex(feedback.weights), heard[heard.length - 1], decay.length);
    const remembers = feedback.filtered && kind === "li";
    shadows[p] = remembers ? graph.sum(graph.affine(shadows[p], decay), effect) : effect;
    parts.push(shadows[p]);
  });
  return graph.instead(graph.sum(...parts), output.value);
}

/** From the stored membranes to the new ones, with the resets that are due; `fired` is a constant here. */
function integrate(
  graph: Graph,
  population: Population,
  stored: Vertex,
  drive: Vertex,
  fired: Float64Array,
): Vertex {
  const { decay, threshold, vReset, reset, resetAt } = population;
  const kept = fired.map((r) => 1 - r);
  const replaced = fired.map((r, j) => r * vReset[j]);
  const lowered = fired.map((r, j) => -r * threshold[j]);
  const ones = fired.map(() => 1);
  const rule = resetAt === "next" ? reset : "none";
  switch (rule) {
    case "none":
      return graph.sum(graph.affine(stored, decay), drive);
    case "subtract":
      return graph.affine(graph.sum(graph.affine(stored, decay), drive), ones, lowered);
    case "subtract-scaled":
      return graph.sum(graph.affine(graph.affine(stored, ones, lowered), decay), drive);
    case "zero":
      return graph.sum(graph.affine(graph.affine(stored, kept, replaced), decay), drive);
    case "zero-step":
      return graph.affine(graph.sum(graph.affine(stored, decay), drive), kept, replaced);
  }
}

function resetNow(graph: Graph, population: Population, u: Vertex, fired: Float64Array): Vertex {
  const { resetAt, reset, threshold, vReset } = population;
  if (resetAt === "next" || reset === "none") return u;
  const [factors, offsets] =
    reset === "subtract"
      ? [fired.map(() => 1), fired.map((r, j) => -r * threshold[j])]
      : [fired.map((r) => 1 - r), fired.map((r, j) => r * vReset[j])];
  return graph.affine(u, factors, offsets);
}

function largestAdjoint(vertices: Vertex[]): number {
  return vertices.reduce((most, { adjoint }) => adjoint.reduce((a, g) => Math.max(a, Math.abs(g)), most), 0);
}
