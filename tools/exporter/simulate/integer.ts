/**
 * The twin: a second implementation of docs/ARITHMETIC.md, written from that page and docs/FORMAT.md alone, in
 * plain TypeScript. The core must agree with it to the bit; it shares no code with the core.
 */
import type { Schedule } from "../program.js";
import { readBlob } from "../readers/blob.js";
import type { BlobProgram } from "../readers/blob.js";
import { clamp } from "./integer/arithmetic.js";
import { Scores } from "./integer/codes.js";
import type { Answer } from "./integer/codes.js";
import { isPopulation, makeStates, restState, stepForward } from "./integer/forward.js";
import type { OperationState, StepInput, SynapseState } from "./integer/forward.js";
import { fullLesson } from "./integer/lesson.js";
import type { Lesson, LessonFields } from "./integer/lesson.js";
import type { PopulationState } from "./integer/population.js";
import { recordStep } from "./integer/record.js";
import type { StepRecord } from "./integer/record.js";
import { makeLearning } from "./integer/rules.js";
import type { LearningState } from "./integer/rules.js";
import { readRows, writeSnapshot } from "./integer/snapshot.js";
import { moveTraces, restTraces, teachStep } from "./integer/step.js";
import { teachWindow } from "./integer/window.js";

/** Step `t` has the input indices `events[offsets[t]] … events[offsets[t + 1] − 1]`. */
export interface SpikeInput {
  /** steps + 1 numbers that do not descend */
  offsets: Uint32Array;
  events: Uint16Array;
}

export interface FrameInput {
  /** steps × inputs values, or one frame where it is held */
  frames: Int16Array;
}

export type WindowInput = SpikeInput | FrameInput;

export interface RunOptions {
  /** 1 … the blob's longest window */
  steps: number;
  /** start from rest; without it the states go on from where they are */
  reset?: boolean;
  /** one frame is given and held for every step */
  hold?: boolean;
  /** keep what teach() and teachStep() need, in place of what was kept before */
  record?: boolean;
}

export type { Answer, Lesson, LessonFields };

export class IntegerNetwork {
  private readonly blob: Uint8Array;
  private readonly program: BlobProgram;
  private readonly states: OperationState[];
  private readonly scores: Scores;
  private readonly learning: LearningState | null;
  /** one a step of the last run, where that was recorded and not used up */
  private record: StepRecord[] = [];

  /**
   * @param bytes a valid blob; copied
   * @throws Error where the frame (magic, version, length, CRC) is wrong
   */
  constructor(bytes: Uint8Array) {
    this.blob = Uint8Array.from(bytes);
    this.program = readBlob(this.blob);
    const { operations, learning, learnt, code, classes, maxSteps } = this.program;
    this.states = makeStates(operations, (index) => readRows(this.blob, index));
    this.scores = new Scores(code, classes, maxSteps);
    this.learning = learning && makeLearning(learning, this.states, learnt);
  }

  /** Back to rest: states, traces, scores, statistics and the record. What was learnt stays. */
  reset(): void {
    this.states.forEach(restState);
    this.scores.reset();
    this.record = [];
    if (this.learning) restTraces(this.learning);
  }

  /**
   * Runs a window.
   *
   * @throws RangeError where steps, shapes or indices do not fit the blob
   */
  run(input: WindowInput, { steps, reset = false, hold = false, record = false }: RunOptions): void {
    if (record) this.needLearning();
    this.checkSteps(steps, hold);
    const inputs = this.splitInput(input, steps, hold);
    if (reset) this.reset();
    this.record = [];
    for (const stepInput of inputs) {
      stepForward(this.states, stepInput);
      this.scores.observe(this.states[this.states.length - 1] as PopulationState);
      if (record) this.recordStep(stepInput);
    }
  }

  /**
   * Runs one step.
   *
   * @param input the step's spikes (indices of inputs), or its frame
   */
  step(input: Uint16Array | Int16Array, { record = false }: { record?: boolean } = {}): void {
    const window =
      input instanceof Uint16Array
        ? { offsets: Uint32Array.of(0, input.length), events: input }
        : { frames: input };
    this.run(window, { steps: 1, record });
  }

  /**
   * Learns from the recorded window (schedule `window`) and uses the record up.
   *
   * @param lesson the right class, or more than that
   * @throws Error where the blob has no such schedule or nothing is recorded; RangeError for a wrong lesson
   */
  teach(lesson: Lesson): void {
    const learning = this.needSchedule("window");
    const full = fullLesson(lesson, learning.learning, this.record.length, this.program.classes);
    teachWindow(learning, this.record, full);
    this.record = [];
  }

  /**
   * Learns from the step that was recorded last (schedule `step`).
   *
   * @param lesson the right class of this step, or its row of targets
   * @throws Error where the blob has no such schedule or nothing is recorded; RangeError for a wrong lesson
   */
  teachStep(lesson: number | Pick<LessonFields, "target" | "rows">): void {
    const learning = this.needSchedule("step");
    const full = fullLesson(lesson, learning.learning, 1, this.program.classes);
    teachStep(learning, this.record[this.record.length - 1], full);
  }

  /** The answer over all steps since the last start from rest. */
  decode(): Answer {
    return this.scores.answer();
  }

  /** U as stored, a neuron of the population at `operation`. */
  membranes(operation: number): Int32Array {
    return this.population(operation).membranes.slice();
  }

  /** a as stored, a neuron of the population at `operation`; null where its threshold does not adapt. */
  adaptation(operation: number): Int32Array | null {
    const { adaptation } = this.population(operation);
    return adaptation && adaptation.slice();
  }

  /** I as stored, a neuron of the population at `operation`; null without a current. */
  current(operation: number): Int32Array | null {
    const { current } = this.population(operation);
    return current && current.slice();
  }

  /** Indices of the neurons that fired in the last step, ascending. */
  spikes(operation: number): Uint16Array {
    return this.population(operation).spikes.slice();
  }

  /** Spikes of the population at `operation` since the last start from rest. */
  spikeCount(operation: number): number {
    return this.population(operation).spikeCount;
  }

  /**
   * Synaptic operations since the last start from rest: events (or inputs that are not 0 in a computed frame; a
   * held frame is computed once a run) times outputs.
   */
  sops(operation: number): number {
    return this.synapses(operation).operations;
  }

  /** Stored bytes, `inputs` rows of `stride`, padding included. */
  weights(operation: number): Uint8Array {
    return this.synapses(operation).weights.slice();
  }

  /** ρ in the layout of `weights`, of synapses that learn; null where they have none. */
  residuals(operation: number): Uint8Array | null {
    const path = this.learning?.paths.find(({ path }) => path.synapse === operation && path.learns);
    if (!path) throw new RangeError(`operation ${operation}: expected synapses that learn`);
    return path.residuals && path.residuals.slice();
  }

  /** B a neuron of the population at `operation`, or null. */
  biases(operation: number): Int32Array | null {
    const { bias } = this.population(operation);
    return bias && bias.slice();
  }

  /** φ a neuron, without padding, of a population with a rule; null where its bias does not learn. */
  biasFine(operation: number): Int8Array | null {
    const rule = this.learning?.rules.find(({ rule }) => rule.population === operation);
    if (!rule) throw new RangeError(`operation ${operation}: expected a population with a rule`);
    return rule.biasFine && rule.biasFine.slice(0, rule.population.op.neurons);
  }

  /** The four lanes. */
  generator(): Uint32Array {
    return this.needLearning().generator.lanes.slice();
  }

  /** The blob with what was learnt; without learning the blob itself. A buffer of its own. */
  snapshot(): Uint8Array<ArrayBuffer> {
    return this.learning ? writeSnapshot(this.blob, this.learning) : new Uint8Array(this.blob);
  }

  private recordStep(input: StepInput): void {
    const learning = this.needLearning();
    const step = recordStep(learning, this.states, input);
    if (learning.learning.schedules.includes("step")) moveTraces(learning, step);
    this.record.push(step);
  }

  private checkSteps(steps: number, hold: boolean): void {
    const { maxSteps, events, inputKind } = this.program;
    const room = inputKind === "analogue" && !hold ? Math.min(events, maxSteps) : maxSteps;
    if (!Number.isInteger(steps) || steps < 1 || steps > room) {
      throw new RangeError(`run: found ${steps} steps, expected 1 … ${room}`);
    }
  }

  private splitInput(input: WindowInput, steps: number, hold: boolean): StepInput[] {
    const spiking = this.program.inputKind === "spikes";
    if ("frames" in input ? spiking : !spiking) {
      throw new TypeError(`run: expected ${spiking ? "offsets and events" : "frames"}`);
    }
    return "frames" in input ? this.splitFrames(input, steps, hold) : this.splitSpikes(input, steps);
  }

  private splitSpikes({ offsets, events }: SpikeInput, steps: number): StepInput[] {
    const room = this.program.events;
    if (offsets.length !== steps + 1 || offsets.some((offset, t) => t > 0 && offset < offsets[t - 1])) {
      throw new RangeError(`run: found ${offsets.length} offsets, expected ${steps + 1} that do not descend`);
    }
    if (offsets[steps] > events.length || offsets[steps] - offsets[0] > room) {
      throw new RangeError(
        `run: found spikes up to ${offsets[steps]} of ${events.length}, expected at most ${room}`,
      );
    }
    const used = events.subarray(offsets[0], offsets[steps]);
    const wrong = used.find((index) => index >= this.program.inputs);
    if (wrong !== undefined) {
      throw new RangeError(`run: found input ${wrong}, expected 0 … ${this.program.inputs - 1}`);
    }
    const frame = new Int16Array(0);
    return Array.from({ length: steps }, (_, t) => ({
      spikes: events.slice(offsets[t], offsets[t + 1]),
      frame,
      held: false,
    }));
  }

  private splitFrames({ frames }: FrameInput, steps: number, hold: boolean): StepInput[] {
    const { inputs, inputRange } = this.program;
    const expected = inputs * (hold ? 1 : steps);
    if (frames.length !== expected) {
      throw new RangeError(`run: found ${frames.length} values, expected ${expected}`);
    }
    const clamped = frames.map((x) => clamp(x, -inputRange, inputRange));
    const spikes = new Uint16Array(0);
    return Array.from({ length: steps }, (_, t) => ({
      spikes,
      frame: hold ? clamped : clamped.subarray(t * inputs, (t + 1) * inputs),
      held: hold && t > 0,
    }));
  }

  private needLearning(): LearningState {
    if (!this.learning) throw new Error("found a blob without learning, expected one that learns");
    return this.learning;
  }

  private needSchedule(schedule: Schedule): LearningState {
    const learning = this.needLearning();
    const { schedules } = learning.learning;
    if (!schedules.includes(schedule)) {
      throw new Error(`teach: found schedules ${schedules.join(", ")}, expected ${schedule}`);
    }
    if (this.record.length === 0)
      throw new Error("teach: found no record, expected a recorded run before it");
    return learning;
  }

  private population(operation: number): PopulationState {
    const state = this.states[operation];
    if (!state || !isPopulation(state)) throw new RangeError(`operation ${operation}: expected a population`);
    return state;
  }

  private synapses(operation: number): SynapseState {
    const state = this.states[operation];
    if (!state || isPopulation(state)) throw new RangeError(`operation ${operation}: expected synapses`);
    return state;
  }
}
