/** The scores of a window and the answer, docs/ARITHMETIC.md, "Codes". */
import type { Code } from "../../program.js";
import { sat32 } from "./arithmetic.js";
import type { PopulationState } from "./population.js";

export interface Answer {
  /** the class of the highest score, the lowest index among equals */
  label: number;
  /** its score minus the second best, 0 … 2^32 − 1; the score itself where there is one class */
  margin: number;
  /** 32 bits a class */
  scores: Int32Array;
}

/** Scores since the last start from rest. */
export class Scores {
  private readonly scores: Int32Array;
  /** steps since the last start from rest */
  private steps = 0;

  /**
   * @param classes K
   * @param maxSteps T_max, the header's longest window
   */
  constructor(
    private readonly code: Code,
    classes: number,
    private readonly maxSteps: number,
  ) {
    this.scores = new Int32Array(classes);
  }

  reset(): void {
    this.scores.fill(0);
    this.steps = 0;
  }

  /** Takes in one step of the last operation. */
  observe(output: PopulationState): void {
    this.steps++;
    if (output.op.kind === "lif") this.observeSpikes(output.spikes, output.op.neurons);
    else this.observeMembranes(output.membranes);
  }

  answer(): Answer {
    const scores = this.scores.slice();
    let label = 0;
    for (let c = 1; c < scores.length; c++) if (scores[c] > scores[label]) label = c;
    const others = scores.filter((_, c) => c !== label);
    const margin = others.length === 0 ? scores[0] : scores[label] - others.reduce((a, b) => Math.max(a, b));
    return { label, margin: sat32(margin), scores };
  }

  private observeSpikes(spikes: Uint16Array, outputs: number): void {
    const { scores, code, maxSteps } = this;
    const group = outputs / scores.length;
    const early = 1 + maxSteps - Math.min(this.steps, maxSteps);
    for (const j of spikes) {
      if (code !== "first") {
        const c = Math.floor(j / group);
        scores[c] = sat32(scores[c] + 1);
      } else if (scores[j] === 0) {
        scores[j] = early;
      }
    }
  }

  private observeMembranes(membranes: Int32Array): void {
    const { scores, code, steps } = this;
    for (let c = 0; c < scores.length; c++) {
      if (code === "membrane-sum") scores[c] = sat32(scores[c] + membranes[c]);
      else if (code === "membrane-last" || steps === 1) scores[c] = membranes[c];
      else scores[c] = Math.max(scores[c], membranes[c]);
    }
  }
}
