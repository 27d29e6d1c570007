/** The losses of docs/ARITHMETIC.md on a graph, from what the last population did. */
import type { Graph, Vertex } from "./graph.js";
import type { Feedback, Lesson, Net } from "./net.js";

/** @param outputs a vertex a step: membranes of an `li`, spikes of a `lif` */
export function lossOf(graph: Graph, lesson: Lesson, outputs: Vertex[]): Vertex {
  const { loss, from, to, rows } = lesson;
  const seen = outputs.slice(from, to);
  switch (loss.of) {
    case "count":
      return single(graph, lesson, graph.sum(...seen));
    case "membrane":
      if (loss.when === "every")
        return graph.sum(...seen.map((y, n) => single(graph, lesson, y, rows?.[from + n])));
      if (loss.when === "last") return single(graph, lesson, seen[seen.length - 1]);
      if (loss.when === "sum") return single(graph, lesson, graph.sum(...seen));
      return single(graph, lesson, graph.gather(seen, highest(seen)));
    case "time":
      return ofTimes(graph, lesson, seen);
  }
}

function single(graph: Graph, lesson: Lesson, v: Vertex, row?: Float64Array): Vertex {
  const scaled = graph.affine(
    v,
    v.value.map(() => lesson.scale),
  );
  const wanted = row ?? v.value.map((_, k) => wantedOf(lesson, k));
  return lesson.loss.kind === "cross-entropy"
    ? graph.crossEntropy(scaled, wanted)
    : graph.meanSquare(scaled, wanted);
}

function wantedOf({ loss, target, on, off }: Lesson, k: number): number {
  if (loss.kind === "cross-entropy") return k === target ? 1 : 0;
  return k === target ? on : off;
}

/** The first place of each component's maximum. */
function highest(list: Vertex[]): number[] {
  return Array.from(list[0].value, (_, k) => {
    const values = list.map(({ value }) => value[k]);
    return values.indexOf(Math.max(...values));
  });
}

/** A later spike is a smaller one: the first spike's place as if it moved by −1 for every unit that the spike grows. */
function ofTimes(graph: Graph, lesson: Lesson, seen: Vertex[]): Vertex {
  const { from, to, loss, scale } = lesson;
  const places = Array.from(seen[0].value, (_, k) => {
    const first = seen.findIndex(({ value }) => value[k] > 0);
    return first < 0 ? seen.length - 1 : first;
  });
  const marks = graph.gather(seen, places);
  const minus = graph.affine(
    marks,
    marks.value.map(() => -1),
  );
  const times = graph.instead(
    minus,
    Float64Array.from(places, (t) => from + t + 1),
  );
  if (loss.of !== "time") throw new Error("a loss of times");
  if (loss.kind === "cross-entropy") {
    const logits = loss.inverted
      ? graph.map(
          times,
          (f) => 1 / f,
          (f) => -1 / f ** 2,
        )
      : graph.map(
          times,
          (f) => to - f,
          () => -1,
        );
    return single(graph, lesson, logits);
  }
  if (!loss.relative) return single(graph, lesson, times);
  const right = scale * times.value[lesson.target];
  return single(graph, { ...lesson, off: lesson.off + right }, times);
}

/** What a population hears beside its paths and the error: a loss a step whose gradient that is. */
export function aside(
  graph: Graph,
  { weights, columns, signal, logit }: Feedback,
  { target, reward }: Lesson,
  spikes: Vertex,
): Vertex {
  const seen = graph.product(graph.vertex(weights), spikes, columns);
  const right = Float64Array.from({ length: columns }, (_, k) => Number(k === target));
  if (signal === "target")
    return graph.dot(
      seen,
      right.map((x) => -x),
    );
  if (signal === "reward") return graph.dot(seen, Float64Array.of(reward));
  const logits = graph.affine(
    seen,
    right.map(() => logit),
  );
  // p − [k = target] through the weights themselves: the logits' own factor is taken out again
  return graph.dot(graph.crossEntropy(logits, right), Float64Array.of(1 / logit));
}

export function outputsOf({ populations }: Net): number {
  return populations[populations.length - 1].neurons;
}
