/**
 * Units: what one integer of every learning signal stands for in the model, and the gains that bring the contributions to one signal to
 * the same unit. How large numbers become is no concern of the exporter's: the core gives them exponents (docs/ARITHMETIC.md).
 *
 * A learning signal is dLoss/dz of a neuron, its coefficients C are dLoss/dU; both in units of the model.
 */
import type { LossForm } from "./losses.js";
import type { Net, Node } from "./net.js";
import type { Choice } from "./options.js";
import { gainOf } from "./rates.js";
import type { Gain } from "./rates.js";
import { regulariserShift, RATE_BITS, STRENGTH } from "./regulariser.js";
import { stdpUnit } from "./stdp.js";
import type { Wire, Wiring } from "./wiring.js";

export interface RuleUnits {
  /** dLoss/dU of one unit of the coefficients N and of P at an exponent of 0 (of the last layer's error where it is an `li`) */
  coefficient: number;
  /** of the population's own feedback, and of its regulariser; null without */
  feedback: Gain | null;
  regulariser: Gain | null;
}

export interface Units {
  /** by layer */
  rules: Map<number, RuleUnits>;
  /** by synapse operation, of those that hand something down */
  gains: Map<number, Gain>;
}

/** Something that adds to a learning signal, and dLoss/dz that Σ w·X = 1 of it stands for. */
interface Contribution {
  unit: number;
  of: Wire | "feedback" | "regulariser";
}

/** Fractional bits of ψ and of an error. */
const PSI_BITS = 15;
const ERROR_BITS = 14;
/** Coefficients have 25 bits or more, of which L can do without so many. */
const SPARE_BITS = 12;
/** Recurrent coefficients go on when all errors are past: L is so much finer than those, so that an exponent has room to fall. */
const RECURRENT_BITS = 20;

/** What the byte 1 of a feedback matrix stands for: rows are drawn like a fresh readout, uniform in ±1/√columns; reward has one column. */
export function feedbackUnit(signal: "random" | "target" | "local" | "reward", columns: number): number {
  // logits are 16 · Σ B in 1/1024 of log2: the loss of a local readout whose weights are these, in nats
  if (signal === "local") return Math.LN2 / 64;
  return 1 / (128 * (signal === "reward" ? 1 : Math.sqrt(columns)));
}

export function unitsOf(net: Net, wiring: Wiring, loss: LossForm, choice: Choice): Units {
  return new Choosing(net, wiring, loss, choice).units();
}

/** γ/θ of the neuron with the lowest threshold: the height of ψ = 2^15. */
function slope(node: Node, { surrogate }: Choice): number {
  return surrogate.gamma / leastThreshold(node);
}

export function leastThreshold({ layer }: Node): number {
  return layer.threshold.reduce((a, b) => Math.min(a, b));
}

/** From the last layer down; a layer that only recurrent connections reach waits for those below it. */
class Choosing {
  /** dLoss/dU of one unit of what a layer hands down, by layer */
  private readonly coefficients = new Map<number, number>();

  constructor(
    private readonly net: Net,
    private readonly wiring: Wiring,
    private readonly loss: LossForm,
    private readonly choice: Choice,
  ) {}

  units(): Units {
    let open = this.wiring.ruled.slice();
    while (open.length > 0) {
      const left = open.filter((layer) => !this.choose(layer));
      if (left.length === open.length) throw new Error(`no signal reaches layers ${left.join(", ")}`);
      open = left;
    }
    const gains = new Map<number, Gain>();
    const rules = new Map(this.wiring.ruled.map((layer) => [layer, this.finish(layer, gains)]));
    return { rules, gains };
  }

  /** @returns false where nothing that the layer hears is known yet */
  private choose(layer: number): boolean {
    const node = this.net.nodes[layer];
    const unit = this.signalUnit(layer);
    if (unit === null) return false;
    const product = node.population.kind === "li" || this.wiring.signalOf(layer) === "stdp";
    this.coefficients.set(layer, product ? unit : (unit * slope(node, this.choice)) / 2 ** PSI_BITS);
    return true;
  }

  /** dLoss/dz of one unit of L: that of the first contribution, or coarser or finer by a power of two, to keep bits. */
  private signalUnit(layer: number): number | null {
    if (this.wiring.signalOf(layer) === "stdp") return stdpUnit(this.choice.stdp);
    if (layer === this.net.last) return this.loss.errorUnit;
    const [first] = this.heard(layer);
    if (first === undefined) return null;
    const errors = first.of === "feedback" || (typeof first.of === "object" && first.of.to === this.net.last);
    const recurrent = this.wiring.wires.some(
      ({ from, to, returns }) => from === layer && to <= layer && returns !== "nothing",
    );
    return first.unit * 2 ** ((errors ? 0 : SPARE_BITS) - (recurrent ? RECURRENT_BITS : 0));
  }

  /** What a layer hears of layers that are known: feedback, the readout, other layers, regulariser. */
  private heard(layer: number): Contribution[] {
    const wires = this.wiring.wires.filter(
      ({ from, returns, to }) => from === layer && returns !== "nothing" && this.coefficients.has(to),
    );
    const contributions = wires.map((wire): Contribution => ({
      unit: this.net.nodes[wire.to].unit * this.coefficients.get(wire.to)!,
      of: wire,
    }));
    const last = (part: Contribution): number =>
      Number(typeof part.of === "object" && part.of.to === this.net.last);
    contributions.sort((a, b) => last(b) - last(a));
    const feedback = this.feedback(layer);
    if (feedback !== null) contributions.unshift({ unit: feedback, of: "feedback" });
    const { regularise } = this.choice;
    if (regularise && contributions.length > 0 && this.wiring.learns.has(layer)) {
      const unit = (regularise.strength * 2 ** (regulariserShift(regularise) - RATE_BITS)) / STRENGTH;
      contributions.push({ unit, of: "regulariser" });
    }
    return contributions;
  }

  private feedback(layer: number): number | null {
    const signal = this.wiring.signalOf(layer);
    if (signal === "paths" || signal === "loss" || signal === "stdp") return null;
    const columns = this.net.nodes[this.net.last].population.neurons;
    return feedbackUnit(signal, columns) * (signal === "random" ? this.loss.errorUnit : 2 ** -ERROR_BITS);
  }

  private finish(layer: number, gains: Map<number, Gain>): RuleUnits {
    const coefficient = this.coefficients.get(layer)!;
    const found: RuleUnits = { coefficient, feedback: null, regulariser: null };
    if (layer === this.net.last || this.wiring.signalOf(layer) === "stdp") return found;
    const unit = this.signalUnitOf(layer, coefficient);
    for (const part of this.heard(layer)) {
      const gain = gainOf(part.unit / unit);
      if (typeof part.of === "object") gains.set(part.of.operation, gain);
      else found[part.of] = gain;
    }
    return found;
  }

  /** The unit of L that a layer was given, which later finds leave as it is. */
  private signalUnitOf(layer: number, coefficient: number): number {
    return (coefficient * 2 ** PSI_BITS) / slope(this.net.nodes[layer], this.choice);
  }
}
