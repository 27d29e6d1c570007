/** Programs so long or so wide that states and sums reach ends that small random programs do not. */
import type { Population, Program, Rule, Synapses } from "../tools/exporter/program.js";
import { learning, path, rule } from "./twin-support.js";

const CLASSES = 3;
const ONE = 32768;

function synapses(source: number, outputs: number, weights: number[], adds = false): Synapses {
  const inputs = weights.length / outputs;
  return { kind: "dense", name: "", source, adds, inputs, outputs, weights: Int8Array.from(weights) };
}

/** Neurons that fire in every step, whatever they hear. */
function firing(neurons: number, changes: Partial<Population> = {}): Population {
  return {
    ...{ kind: "lif", name: "", neurons, bits: 16, shift: 0, reset: "none", resetAt: "next" },
    ...{ orEqual: true, decay: new Uint16Array(neurons), threshold: new Int32Array(neurons).fill(1) },
    ...{ bias: new Int32Array(neurons).fill(32767), lower: -32768, vReset: 0 },
    ...changes,
  };
}

/** ψ = 2^14 of those. */
function surrogate(neurons: number): Rule["surrogate"] {
  const [width, factor] = [65534, 2 ** 14].map((value) => new Uint32Array(neurons).fill(value));
  return { shape: "triangle", shift: 0, width, factor, height: null };
}

/** Sums of its biases: 2^31 − 1 from the fifth step on, before that a little apart. */
function readout(): Population {
  return {
    ...{ kind: "li", name: "", neurons: CLASSES, bits: 32, shift: 0, reset: "none", resetAt: "next" },
    ...{ orEqual: false, decay: null, threshold: null, lower: -(2 ** 31), vReset: 0 },
    bias: Int32Array.from({ length: CLASSES }, (_, k) => 2 ** 29 - k),
  };
}

const shape = {
  ...({ inputs: 1, inputKind: "spikes", inputRange: 1, classes: CLASSES } as const),
  ...({ code: "membrane-sum", metadata: {} } as const),
};

/**
 * Adaptations that reach 2^30 − 1 after 18,900 steps, traces of pairs that reach 2^20 − 1, and logits of sums of
 * membranes that reach 2^42 after 2,048.
 */
export function longWindow(): Program {
  const kept = Uint16Array.of(65535, 65535);
  const adaptation = { decay: kept, strength: Uint16Array.of(1, 1) };
  const stdp = { plus: 3, minus: 5, comes: 65535, been: 65535 };
  return {
    ...{ ...shape, events: 20_000, maxSteps: 20_000 },
    operations: [
      synapses(0, 2, [1, 2]),
      firing(2, { adaptation }),
      synapses(2, 2, [0, 1, 2, 3]),
      firing(2),
      synapses(2, CLASSES, [0, 0, 0, 0, 0, 0]),
      synapses(4, CLASSES, [0, 0, 0, 0, 0, 0], true),
      readout(),
    ],
    learning: learning({
      ...{ loss: { of: "membrane", kind: "cross-entropy", when: "sum" }, logit: 1_000_003, logitShift: 12 },
      rules: [
        rule(6, { rateShift: 32 }),
        rule(3, { signal: "stdp", stdp, rateShift: 36 }),
        rule(1, {
          ...{ signal: "paths", surrogate: surrogate(2), rateShift: 50 },
          coupling: Uint32Array.of(2 ** 20, 9),
        }),
      ],
      paths: [
        path(0),
        path(2),
        path(4, { returns: "carried", gain: ONE }),
        path(5, { update: { kind: "momentum", kept: 60_000 } }),
      ],
    }),
  };
}

/** Traces of inputs that reach 2^30 − 1 after 4,096 steps. */
export function longStep(): Program {
  return {
    ...{ ...shape, events: 5_000, maxSteps: 5_000 },
    operations: [synapses(0, CLASSES, [1, 2, 3]), { ...readout(), bias: null }],
    learning: learning({
      ...{ schedules: ["step"], logit: 3 },
      rules: [rule(1, { traceView: 16, stepRateShift: 32, stepRate: 1000 })],
      paths: [path(0)],
    }),
  };
}

/**
 * Two populations of 600 neurons with coefficients of one sign, which both return to one below: sums of so many numbers
 * take a shift of their own, and contributions share the room.
 */
export function crowd(): Program {
  const [few, many] = [48, 600];
  const weights = (count: number): number[] => Array.from({ length: count }, (_, i) => ((i * 37) % 101) + 20);
  const below = (population: number, neurons: number, rateShift: number): Rule =>
    rule(population, { signal: "paths", surrogate: surrogate(neurons), rateShift });
  return {
    ...{ ...shape, events: 40, maxSteps: 40 },
    operations: [
      synapses(0, few, weights(few)),
      firing(few),
      synapses(2, many, weights(few * many)),
      firing(many),
      synapses(2, many, weights(few * many)),
      firing(many),
      synapses(4, CLASSES, Array<number[]>(many).fill([90, 30, 10]).flat()),
      synapses(6, CLASSES, Array<number[]>(many).fill([80, 40, 5]).flat(), true),
      { ...readout(), decay: new Uint16Array(CLASSES).fill(50_000) },
    ],
    learning: learning({
      ...{ loss: { of: "membrane", kind: "cross-entropy", when: "every" }, logit: 2 ** 10, logitShift: 24 },
      rules: [rule(8, { rateShift: 18 }), below(5, many, 38), below(3, many, 38), below(1, few, 68)],
      paths: [0, 2, 4, 6, 7].map((synapse) =>
        path(synapse, synapse === 0 ? {} : { returns: "carried", gain: ONE }),
      ),
    }),
  };
}
