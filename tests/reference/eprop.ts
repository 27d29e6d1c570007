/**
 * Gradients of a net with one spiking layer and a leaky readout, in float64, twice and by different means:
 * `backpropagate` unrolls the window into a graph and runs it backwards, `followTraces` is e-prop's forward form.
 * Both treat as constants what docs/LEARNING.md says is not differentiated: the spike that resets. A membrane that meets
 * its bound is passed straight through.
 */
import type { Reset, ResetAt } from "../../tools/exporter/model.js";

/** All in one unit of membrane; matrices are input-major as in a Model. */
export interface Net {
  inputs: number;
  hidden: number;
  outputs: number;
  weights: Float64Array;
  bias: Float64Array;
  decay: Float64Array;
  threshold: Float64Array;
  vReset: number;
  lower: number;
  upper: number;
  reset: Reset;
  resetAt: ResetAt;
  orEqual: boolean;
  readoutWeights: Float64Array;
  readoutBias: Float64Array;
  readoutDecay: Float64Array;
  /** γ */
  dampening: number;
}

/** What a net did in a window, a row a step; a given one takes the place of what the net would do by itself. */
export interface Course {
  /** of the hidden layer, before a reset that acts now */
  membranes: Float64Array[];
  /** 0 or 1 */
  spikes: Float64Array[];
  readout: Float64Array[];
  /** the readout's weights as a step found them, where they move within the window; for lessons that are not filtered */
  readoutWeights?: Float64Array[];
}

export interface Lesson {
  /** a row a step */
  inputs: Float64Array[];
  target: number;
  /** the error reaches the hidden layer through the readout's leak; without it, only the error of the same step */
  filtered: boolean;
}

export interface Gradients {
  weights: Float64Array;
  bias: Float64Array;
  readoutWeights: Float64Array;
  readoutBias: Float64Array;
}

export interface Result {
  gradients: Gradients;
  course: Course;
  /** largest |dLoss/dV| of a neuron in a step: what one spike can ask of a weight at the end of the window */
  largest: { hidden: number; readout: number };
  /** the share of it that comes from the step's own error: what a trace of 1 can ask of a weight at once */
  instant: { hidden: number; readout: number };
}

/** One vector of the graph: its value, dLoss/dvalue, and how that goes on to what it was made of. */
interface Vertex {
  value: Float64Array;
  adjoint: Float64Array;
  pull: () => void;
}

class Graph {
  private readonly vertices: Vertex[] = [];

  vertex(value: Float64Array, pull: (made: Vertex) => void = () => {}): Vertex {
    const made: Vertex = { value, adjoint: new Float64Array(value.length), pull: () => pull(made) };
    this.vertices.push(made);
    return made;
  }

  /** The same numbers, through which nothing flows back. */
  detached({ value }: Vertex): Vertex {
    return this.vertex(value.slice());
  }

  /** factors · a + offsets, a component each. */
  affine(a: Vertex, factors: Float64Array, offsets: Float64Array): Vertex {
    const value = a.value.map((x, j) => factors[j] * x + offsets[j]);
    return this.vertex(value, ({ adjoint }) => adjoint.forEach((g, j) => (a.adjoint[j] += factors[j] * g)));
  }

  sum(...parts: Vertex[]): Vertex {
    const value = parts[0].value.map((_, j) => parts.reduce((sum, part) => sum + part.value[j], 0));
    return this.vertex(value, ({ adjoint }) => {
      for (const part of parts) adjoint.forEach((g, j) => (part.adjoint[j] += g));
    });
  }

  /** weightsᵀ · a */
  product(weights: Vertex, a: Vertex, outputs: number): Vertex {
    const value = new Float64Array(outputs);
    a.value.forEach((x, i) => {
      if (x === 0) return;
      for (let j = 0; j < outputs; j++) value[j] += x * weights.value[i * outputs + j];
    });
    return this.vertex(value, ({ adjoint }) => {
      a.value.forEach((x, i) => {
        let back = 0;
        for (let j = 0; j < outputs; j++) {
          back += weights.value[i * outputs + j] * adjoint[j];
          if (x !== 0) weights.adjoint[i * outputs + j] += x * adjoint[j];
        }
        a.adjoint[i] += back;
      });
    });
  }

  /** Other numbers in the place of a's, as if they were a's own. */
  instead(a: Vertex, value: Float64Array): Vertex {
    return this.vertex(value, ({ adjoint }) => adjoint.forEach((g, j) => (a.adjoint[j] += g)));
  }

  /** Spikes of the membrane `u` with the derivative `slopes`. */
  spikes(u: Vertex, value: Float64Array, slopes: Float64Array): Vertex {
    return this.vertex(value, ({ adjoint }) =>
      adjoint.forEach((g, j) => (u.adjoint[j] += g === 0 ? 0 : slopes[j] * g)),
    );
  }

  /** −log softmax(y)_target */
  crossEntropy(y: Vertex, target: number): Vertex {
    const p = softmax(y.value);
    return this.vertex(Float64Array.of(-Math.log(p[target])), ({ adjoint }) =>
      p.forEach((x, k) => (y.adjoint[k] += adjoint[0] * (x - (k === target ? 1 : 0)))),
    );
  }

  backward(loss: Vertex): void {
    loss.adjoint[0] = 1;
    for (let n = this.vertices.length - 1; n >= 0; n--) this.vertices[n].pull();
  }
}

/** Backpropagation through time of the loss, summed over the steps of the window. */
export function backpropagate(net: Net, { inputs, target, filtered }: Lesson, given?: Course): Result {
  const graph = new Graph();
  const parameters = {
    weights: graph.vertex(net.weights),
    bias: graph.vertex(net.bias),
    readoutWeights: graph.vertex(net.readoutWeights),
    readoutBias: graph.vertex(net.readoutBias),
  };
  const drives: Record<"hidden" | "readout", Vertex[]> = { hidden: [], readout: [] };
  const signals: Record<"hidden" | "readout", Vertex[]> = { hidden: [], readout: [] };
  const course: Course = { membranes: [], spikes: [], readout: [] };
  const losses: Vertex[] = [];
  let stored = graph.vertex(new Float64Array(net.hidden));
  let fired: Float64Array = new Float64Array(net.hidden);
  let y = graph.vertex(new Float64Array(net.outputs));

  inputs.forEach((row, t) => {
    const drive = graph.sum(
      graph.product(parameters.weights, graph.vertex(row), net.hidden),
      parameters.bias,
    );
    const open = integrate(graph, net, stored, drive, fired);
    const bounded = open.value.map((x) => Math.min(net.upper, Math.max(net.lower, x)));
    const u = graph.instead(open, given?.membranes[t] ?? bounded);
    fired = given?.spikes[t] ?? u.value.map((x, j) => Number(fires(net, x, j)));
    const spiking = graph.instead(u, u.value);
    const z = graph.spikes(spiking, fired, slopesOf(net, u.value));
    stored = resetNow(graph, net, u, fired);

    // the readout's own memory of z passes back to the hidden layer only where the lesson is filtered
    const heard = filtered ? z : graph.detached(z);
    const readoutDrive = graph.sum(
      graph.product(parameters.readoutWeights, heard, net.outputs),
      parameters.readoutBias,
    );
    const zeros = new Float64Array(net.outputs);
    const next = graph.sum(graph.affine(y, net.readoutDecay, zeros), readoutDrive);
    y = graph.instead(next, given?.readout[t] ?? next.value);
    const seen = filtered
      ? graph.instead(y, y.value)
      : throughThisStep(graph, given?.readoutWeights?.[t] ?? net.readoutWeights, y, z);
    losses.push(graph.crossEntropy(seen, target));

    signals.hidden.push(spiking);
    signals.readout.push(seen);
    drives.hidden.push(drive);
    drives.readout.push(readoutDrive);
    course.membranes.push(u.value);
    course.spikes.push(fired);
    course.readout.push(y.value);
  });
  graph.backward(graph.sum(...losses));
  return {
    gradients: {
      weights: parameters.weights.adjoint,
      bias: parameters.bias.adjoint,
      readoutWeights: parameters.readoutWeights.adjoint,
      readoutBias: parameters.readoutBias.adjoint,
    },
    course,
    largest: { hidden: largestAdjoint(drives.hidden), readout: largestAdjoint(drives.readout) },
    instant: { hidden: largestAdjoint(signals.hidden), readout: largestAdjoint(signals.readout) },
  };
}

/** The readout's membranes, of which z in this step is a part that can be changed, and the past is not. */
function throughThisStep(graph: Graph, weights: Float64Array, y: Vertex, z: Vertex): Vertex {
  const effect = graph.product(graph.vertex(weights), z, y.value.length);
  return graph.instead(graph.sum(y, effect), y.value);
}

/** From the stored membranes to the new ones, with the resets that are due; `fired` is a constant here. */
function integrate(graph: Graph, net: Net, stored: Vertex, drive: Vertex, fired: Float64Array): Vertex {
  const { decay, threshold, vReset, reset, resetAt } = net;
  const zeros = new Float64Array(net.hidden);
  const kept = fired.map((r) => 1 - r);
  const replaced = fired.map((r) => r * vReset);
  const lowered = fired.map((r, j) => -r * threshold[j]);
  const ones = zeros.map(() => 1);
  const rule = resetAt === "next" ? reset : "none";
  switch (rule) {
    case "none":
      return graph.sum(graph.affine(stored, decay, zeros), drive);
    case "subtract":
      return graph.affine(graph.sum(graph.affine(stored, decay, zeros), drive), ones, lowered);
    case "subtract-scaled":
      return graph.sum(graph.affine(graph.affine(stored, ones, lowered), decay, zeros), drive);
    case "zero":
      return graph.sum(graph.affine(graph.affine(stored, kept, replaced), decay, zeros), drive);
    case "zero-step":
      return graph.affine(graph.sum(graph.affine(stored, decay, zeros), drive), kept, replaced);
  }
}

function resetNow(graph: Graph, net: Net, u: Vertex, fired: Float64Array): Vertex {
  if (net.resetAt === "next" || net.reset === "none") return u;
  const ones = fired.map(() => 1);
  if (net.reset === "subtract")
    return graph.affine(
      u,
      ones,
      fired.map((r, j) => -r * net.threshold[j]),
    );
  return graph.affine(
    u,
    fired.map((r) => 1 - r),
    fired.map((r) => r * net.vReset),
  );
}

function fires({ threshold, orEqual }: Net, u: number, j: number): boolean {
  return orEqual ? u >= threshold[j] : u > threshold[j];
}

/** ψ */
function slopesOf({ threshold, dampening }: Net, membranes: Float64Array): Float64Array {
  return membranes.map(
    (u, j) => (dampening / threshold[j]) * Math.max(0, 1 - Math.abs(u - threshold[j]) / threshold[j]),
  );
}

function softmax(y: Float64Array): Float64Array {
  const most = y.reduce((a, b) => Math.max(a, b));
  const powers = y.map((x) => Math.exp(x - most));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((x) => x / total);
}

function largestAdjoint(drives: Vertex[]): number {
  return drives.reduce((most, { adjoint }) => adjoint.reduce((a, g) => Math.max(a, Math.abs(g)), most), 0);
}

/**
 * The forward form: an eligibility trace a synapse, low-passed by each readout neuron's own κ where the lesson is filtered.
 * A reset to zero is not in it.
 */
export function followTraces(net: Net, { inputs, target, filtered }: Lesson, course: Course): Gradients {
  const { hidden, outputs, decay, readoutDecay, readoutWeights } = net;
  const gradients: Gradients = {
    weights: new Float64Array(net.inputs * hidden),
    bias: new Float64Array(hidden),
    readoutWeights: new Float64Array(hidden * outputs),
    readoutBias: new Float64Array(outputs),
  };
  /** x̄, the last row is that of the bias, whose input is always 1 */
  const traces = new Float64Array((net.inputs + 1) * hidden);
  /** ē, a plane a readout neuron */
  const filteredTraces = Array.from({ length: outputs }, () => new Float64Array(traces.length));
  const spikeTraces = new Float64Array((hidden + 1) * outputs);

  inputs.forEach((row, t) => {
    const errors = softmax(course.readout[t]);
    errors[target] -= 1;
    const slopes = slopesOf(net, course.membranes[t]);
    for (let at = 0; at < traces.length; at++) {
      const j = at % hidden;
      const i = (at - j) / hidden;
      traces[at] = decay[j] * traces[at] + (i < net.inputs ? row[i] : 1);
      let change = 0;
      for (let k = 0; k < outputs; k++) {
        const kept = filtered ? readoutDecay[k] * filteredTraces[k][at] : 0;
        filteredTraces[k][at] = kept + slopes[j] * traces[at];
        change += readoutWeights[j * outputs + k] * errors[k] * filteredTraces[k][at];
      }
      if (i < net.inputs) gradients.weights[at] += change;
      else gradients.bias[j] += change;
    }
    for (let at = 0; at < spikeTraces.length; at++) {
      const k = at % outputs;
      const j = (at - k) / outputs;
      spikeTraces[at] = readoutDecay[k] * spikeTraces[at] + (j < hidden ? course.spikes[t][j] : 1);
      if (j < hidden) gradients.readoutWeights[at] += errors[k] * spikeTraces[at];
      else gradients.readoutBias[k] += errors[k] * spikeTraces[at];
    }
  });
  return gradients;
}
