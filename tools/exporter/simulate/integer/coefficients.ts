/** One step back in time of what a population that spikes carries, docs/ARITHMETIC.md, "Schedule window". */
import { bits, clamp, decay, rsh, shift, shiftRight } from "./arithmetic.js";
import { leak } from "./population.js";
import type { StepRecord } from "./record.js";
import type { RuleState } from "./rules.js";
import type { Block } from "./signal.js";

const LIMIT = 2 ** 30 - 1;
/** The exponent moves by so much at once. */
const STRIDE = 4;
/** A product ψ·L is shifted to the right by this at least. */
const ROOM = 4;
/** The largest coefficient has so many bits. */
const MOST_BITS = 29;
const LEAST_BITS = 25;

/** Coefficients of one population, all with one exponent. */
export class Carried {
  exponent = 0;
  /** J; C itself where there is no current */
  private flows: Float64Array;
  private readonly membranes: Float64Array;
  /** λ */
  private readonly adaptation: Float64Array;

  constructor(private readonly state: RuleState) {
    const { neurons, current } = state.population.op;
    this.membranes = new Float64Array(neurons);
    this.adaptation = new Float64Array(neurons);
    this.flows = current ? new Float64Array(neurons) : this.membranes;
  }

  /** N of now, a copy. */
  get block(): Block {
    return { values: this.flows.slice(), exponent: this.exponent };
  }

  /**
   * @param index of the rule
   * @param signal L and p of the step
   */
  move(index: number, record: StepRecord, signal: Block): void {
    const lacking = signal.exponent + ROOM - this.exponent;
    if (lacking > 0) this.rescale(STRIDE * Math.ceil(lacking / STRIDE));
    const right = this.exponent - signal.exponent;
    const cut = record.cuts[index];
    const surrogate = record.surrogates[index];
    signal.values.forEach((l, j) => this.moveNeuron(j, surrogate[j], l, right, cut[j] === 1));
  }

  /**
   * After D was taken: the exponent follows the coefficients.
   *
   * @param heard p of the step
   */
  settle(heard: number): void {
    const largest = [this.membranes, this.flows, this.adaptation].reduce(
      (most, values) => values.reduce((a, x) => Math.max(a, Math.abs(x)), most),
      0,
    );
    if (bits(largest) > MOST_BITS) this.rescale(STRIDE);
    else if (largest > 0 && bits(largest) < LEAST_BITS && this.exponent >= heard + ROOM + STRIDE)
      this.rescale(-STRIDE);
  }

  private moveNeuron(j: number, psi: number, l: number, right: number, cut: boolean): void {
    const { rule, population } = this.state;
    const { op } = population;
    const { membranes, adaptation, flows } = this;
    const carry = op.reset === "zero" && cut ? 0 : leak(op, j, membranes[j]);
    const raised = rule.coupling === null ? 0 : limited(rsh(psi * adaptation[j], 15));
    const sum = shift(psi * l, right) + raised + carry;
    membranes[j] = op.reset === "zero-step" && cut ? 0 : clamp(sum, -this.bound(), this.bound());
    if (op.current) flows[j] = limited(membranes[j] + decay(flows[j], op.current.decay[j]));
    if (rule.coupling === null) return;
    const now = limited(shift(l * 2 ** 15, right));
    const lost = rsh(shiftRight(psi * rule.coupling[j], 15) * (adaptation[j] + now), 16);
    adaptation[j] = limited(decay(adaptation[j], op.adaptation!.decay[j]) - lost);
  }

  /** Most of C. */
  private bound(): number {
    const { clip } = this.state.rule;
    return 2 ** (clip ? clamp(clip - this.exponent, 0, 30) : 30) - 1;
  }

  private rescale(by: number): void {
    this.exponent += by;
    for (const values of new Set([this.membranes, this.flows, this.adaptation])) {
      values.forEach((x, j) => (values[j] = shift(x, by)));
    }
  }
}

function limited(x: number): number {
  return clamp(x, -LIMIT, LIMIT);
}

/** P of a step: what it hands down of itself alone. */
export function presentOf(
  { population }: RuleState,
  index: number,
  record: StepRecord,
  signal: Block,
): Block {
  const holds = population.op.reset === "zero-step";
  const values = signal.values.map((l, j) =>
    holds && record.cuts[index][j] ? 0 : record.surrogates[index][j] * l,
  );
  return { values, exponent: signal.exponent };
}
