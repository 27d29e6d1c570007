/** The rule records: one a population that learns or hands a learning signal down. */
import { InputError } from "../../errors.js";
import type { Rule, Schedule } from "../../program.js";
import { quoted } from "../../text.js";
import { memory } from "./net.js";
import type { Net, Node } from "./net.js";
import type { Choice } from "./options.js";
import { expectRate, rateOf } from "./rates.js";
import { regulariserOf } from "./regulariser.js";
import { sourceOf } from "./source.js";
import type { Source } from "./source.js";
import { stdpOf } from "./stdp.js";
import { surrogateOf } from "./surrogate.js";
import type { Units } from "./units.js";
import type { Wiring } from "./wiring.js";

/** Weights are 256 times finer than their byte. */
const FINE = 256;
const MOST_CLIP = 120;
const MOST_COUPLING = 2 ** 20;

/** @throws UsageError for a learning rate that the blob has no place for */
export function ruleOf(net: Net, layer: number, wiring: Wiring, units: Units, choice: Choice): Rule {
  const node = net.nodes[layer];
  const signal = wiring.signalOf(layer);
  const { coefficient, feedback, regulariser } = units.rules.get(layer)!;
  const steps = choice.schedules.includes("step");
  const source = sourceOf(net, node, steps);
  const learns = wiring.learns.has(layer);
  const hears = signal !== "stdp" && node.population.kind === "lif";
  const drawn = signal === "random" || signal === "target" || signal === "local" || signal === "reward";
  const traceView = steps ? traceViewOf(net, node, source) : 0;
  // what a coefficient of 1 asks for at a rate of 1, in 1/256 of a weight's unit
  const push = (FINE / node.unit) * source.push * coefficient;
  const rates = { window: push, step: (push / 2 ** source.shift) * 2 ** (traceView - source.traceBits) };
  return {
    population: node.operation,
    signal,
    filtered: signal === "random" && choice.filtered,
    learnsBias: learns && signal !== "stdp" && choice.biases !== false,
    traceView,
    ...(learns ? ratesOf(node, rates, choice) : { rate: 0, rateShift: 0, stepRate: 0, stepRateShift: 0 }),
    biasScale: source.biasScale,
    surrogate: hears ? surrogateOf(node, choice.surrogate) : null,
    coupling: hears ? couplingOf(node, choice) : null,
    feedbackSeed: drawn ? seedOf(choice.seed, layer) : 0,
    gain: feedback?.mantissa ?? 0,
    gainExponent: feedback?.exponent ?? 0,
    regulariser: choice.regularise && regulariser ? regulariserOf(choice.regularise, regulariser) : null,
    stdp: signal === "stdp" ? stdpOf(choice.stdp) : null,
    ...clipOf(hears ? coefficient : 0, choice.clip),
  };
}

/** Bits that coefficients may have. */
function clipOf(coefficient: number, most: number | undefined): Pick<Rule, "clip"> {
  if (coefficient === 0 || most === undefined) return {};
  const clip = Math.max(1, Math.round(Math.log2(most / coefficient)));
  return clip <= MOST_CLIP ? { clip } : {};
}

function ratesOf(
  { layer: { name } }: Node,
  ofOne: Record<Schedule, number>,
  { rate: usual, rates, schedules, anyRate }: Choice,
): Pick<Rule, "rate" | "rateShift" | "stepRate" | "stepRateShift"> {
  const rate = rates?.[name] ?? usual;
  if (!anyRate) for (const schedule of schedules) expectRate(rate, ofOne[schedule]);
  const [window, step] = [rateOf(rate * ofOne.window), rateOf(rate * ofOne.step)];
  return {
    rate: window.mantissa,
    rateShift: window.shift,
    stepRate: step.mantissa,
    stepRateShift: step.shift,
  };
}

/** A trace of as many of the largest inputs as a leak remembers fits 16 bits after this shift. */
function traceViewOf({ maxSteps }: Net, { population }: Node, { largestBits }: Source): number {
  return Math.max(0, largestBits - 15 + Math.ceil(Math.log2(memory(population.decay, maxSteps))));
}

/** b·γ/θ of the lowest threshold, Q0.16: times ψ what a spike's threshold takes from the neuron's own next spikes. */
function couplingOf({ layer, population }: Node, { surrogate }: Choice): Uint32Array | null {
  if (!layer.adaptation || !population.adaptation) return null;
  const least = layer.threshold.reduce((a, b) => Math.min(a, b));
  return Uint32Array.from(layer.adaptation.strength, (b, j) => {
    const coupling = Math.round(((b * surrogate.gamma) / least) * 65536);
    if (coupling <= MOST_COUPLING) return coupling;
    throw new InputError(
      `layer ${quoted(layer.name)}: found an adaptation of ${(b / least).toPrecision(3)} thresholds (neuron ${j}), expected at most ${(16 / surrogate.gamma).toPrecision(3)} where it learns; leave the layer out, or take a smaller gamma`,
    );
  });
}

/** Each layer draws a matrix of its own. */
function seedOf(seed: number, layer: number): number {
  return (seed + Math.imul(layer + 1, 0x85ebca6b)) >>> 0;
}
