/**
 * A learner that looks after itself: it shows the network old windows again, holds it against windows that were kept back, takes a lesson back
 * when it did harm, and slows down when weights reach the ends of their range.
 */
import { typeName } from "./checks.js";
import type { Answer, LearnOptions } from "./answer.js";
import type { Lesson } from "./lesson.js";
import type { Network } from "./network.js";
import { Reservoir } from "./reservoir.js";
import type { SpikeWindow } from "./spikes.js";

/** A window with what is to be learnt from it. */
export interface Sample {
  window: SpikeWindow;
  lesson: number | Lesson;
  options?: LearnOptions;
}

export interface LearnerOptions {
  /** windows that are never learnt from; without them nothing is taken back */
  heldBack?: readonly Sample[];
  /** lessons between two looks at them; 50 */
  every?: number;
  /** how much of the accuracy may be lost before the network goes back to its best; 0.02 */
  tolerance?: number;
  /** share of a layer's weights at the ends of their range from which on the rate is halved; 0.02 */
  saturation?: number;
  /** windows that are kept to be shown again, a fair choice of all that came; 0 */
  reservoir?: number;
  /** how many of them follow each lesson; 1 */
  replay?: number;
  /** of the choice of windows; 1 */
  seed?: number;
}

export interface LearnerReport {
  /** lessons given, without those that were shown again */
  lessons: number;
  /** how often the network went back */
  rollbacks: number;
  /** what all rates are multiplied by */
  rate: number;
  /** share of the weights that learn at the ends of their range, of the layer where it is largest */
  saturated: number;
  /** on the windows that were kept back: now, and at best; NaN without any */
  accuracy: number;
  best: number;
}

const BACK_OFF = 0.5;

export class Learner {
  readonly #net: Network;
  readonly #heldBack: readonly Sample[];
  readonly #every: number;
  readonly #tolerance: number;
  readonly #saturation: number;
  readonly #replay: number;
  readonly #reservoir: Reservoir<Sample>;
  #best: { accuracy: number; snapshot: Uint8Array } | null = null;
  #report: LearnerReport;

  /**
   * @param net one that learns in the schedule `window`
   * @throws TypeError, RangeError for options out of their range
   */
  constructor(net: Network, options: LearnerOptions = {}) {
    const { heldBack = [], every = 50, tolerance = 0.02, saturation = 0.02 } = options;
    const { reservoir = 0, replay = 1, seed = 1 } = options;
    expectNumber("every", every, 1, Infinity);
    expectNumber("tolerance", tolerance, 0, 1);
    expectNumber("saturation", saturation, 0, 1);
    expectNumber("reservoir", reservoir, 0, Infinity);
    expectNumber("replay", replay, 0, Infinity);
    this.#net = net;
    this.#heldBack = heldBack;
    this.#every = every;
    this.#tolerance = tolerance;
    this.#saturation = saturation;
    this.#replay = replay;
    this.#reservoir = new Reservoir(reservoir, seed);
    const accuracy = this.#measure();
    if (heldBack.length > 0) this.#best = { accuracy, snapshot: net.snapshot() };
    const saturated = this.#saturated();
    this.#report = { lessons: 0, rollbacks: 0, rate: net.rate, saturated, accuracy, best: accuracy };
  }

  /** What happened so far. */
  get report(): Readonly<LearnerReport> {
    return { ...this.#report };
  }

  /**
   * Learns one window, and after it some of the old ones.
   *
   * @returns the answer as it was before the lesson
   * @throws as Network.learn()
   */
  learn(window: SpikeWindow, lesson: number | Lesson, options?: LearnOptions): Answer {
    const answer = this.#net.learn(window, lesson, options);
    for (const old of this.#reservoir.pick(this.#replay))
      this.#net.learn(old.window, old.lesson, old.options);
    this.#reservoir.offer({ window, lesson, ...(options && { options }) });
    this.#report.lessons++;
    if (this.#report.lessons % this.#every === 0) this.look();
    return answer;
  }

  /** Looks at once whether the lessons did harm, and acts. */
  look(): void {
    const accuracy = this.#measure();
    const best = this.#best;
    if (best !== null && accuracy < best.accuracy - this.#tolerance) {
      this.#net.restore(best.snapshot);
      this.#slowDown();
      this.#report.rollbacks++;
      this.#report.accuracy = best.accuracy;
    } else {
      if (best !== null && accuracy >= best.accuracy)
        this.#best = { accuracy, snapshot: this.#net.snapshot() };
      this.#report.accuracy = accuracy;
    }
    this.#report.best = this.#best?.accuracy ?? NaN;
    const saturated = this.#saturated();
    if (saturated > this.#saturation && saturated > this.#report.saturated) this.#slowDown();
    this.#report.saturated = saturated;
  }

  #slowDown(): void {
    this.#net.rate = this.#report.rate * BACK_OFF;
    this.#report.rate = this.#net.rate;
  }

  #measure(): number {
    if (this.#heldBack.length === 0) return NaN;
    const right = this.#heldBack.filter(({ window, lesson, options }) => {
      const { label } = this.#net.run(window, { steps: options?.steps, hold: options?.hold, record: false });
      return label === (typeof lesson === "number" ? lesson : lesson.label);
    });
    return right.length / this.#heldBack.length;
  }

  #saturated(): number {
    return this.#net.saturation().reduce((most, { share }) => Math.max(most, share), 0);
  }
}

function expectNumber(name: string, value: unknown, least: number, most: number): void {
  const range = most === Infinity ? `${least} or more` : `${least} … ${most}`;
  if (typeof value !== "number") {
    throw new TypeError(`found ${typeName(value)} for ${name}, expected a number; give ${range}`);
  }
  if (!(value >= least && value <= most)) {
    throw new RangeError(`found ${value} for ${name}, expected ${range}; leave it out for the usual one`);
  }
}
