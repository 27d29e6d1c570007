/** A network that runs and learns: the class that both doors, Node and browser, hand out. */
import * as L from "../assembly/layout.js";
import { expectRoom, fillAnswer } from "./answer.js";
import type { Answer, LearnOptions, RunOptions, StepOptions } from "./answer.js";
import { expectBytes, expectLabel, expectOptions, expectSameDoors, typeName } from "./checks.js";
import { expectOk, ModelError, messageOf } from "./errors.js";
import type { NetworkInfo, Schedule } from "./info.js";
import { populationOf } from "./populations.js";
import { heldLesson, putLesson, ROWS } from "./lesson.js";
import type { HeldLesson, Lesson } from "./lesson.js";
import { applyRates, expectRate } from "./rates.js";
import { scheduleOf } from "./schedules.js";
import { Seat } from "./seat.js";
import { heldWindow, putStep, putSteps, stepsOf } from "./spikes.js";
import type { SpikeWindow, StepInput } from "./spikes.js";
import { statsOf } from "./stats.js";
import type { Stats } from "./stats.js";
import { isStore } from "./store.js";
import type { SnapshotStore } from "./store.js";
import type { Core } from "./wasm.js";

const NOTHING: Readonly<RunOptions & LearnOptions> = Object.freeze({});

/** Weights of synapses at the ends of their range: they cannot learn on in that direction. */
export interface Saturation {
  /** index in `info.nodes`, and its name */
  node: number;
  name: string;
  saturated: number;
  /** of all its weights, 0 … 1 */
  share: number;
}

export class Network {
  /** Where the network came from, if the newest snapshot was damaged or missing; else null. */
  restoredFrom: string | null = null;

  #core: Core | null;
  #seat: Seat;
  #steps = 0;
  /** what teach() is to learn from: the run or the step that came last */
  #last: Schedule = "window";
  #multipliers: number[];

  /**
   * @param core one that no other network lives in
   * @param blob copied into the core's memory
   * @throws TypeError where the blob is no Uint8Array
   * @throws ModelError where the core refuses it
   */
  constructor(core: Core, blob: Uint8Array) {
    expectBytes(blob);
    this.#core = core;
    this.#seat = Seat.take(core, blob, null);
    this.#multipliers = this.info.rules.map(() => 1);
  }

  /** What the blob holds: shapes, widths, rules, metadata. */
  get info(): NetworkInfo {
    return this.#seat.info;
  }

  /** Counts since the last start from rest. */
  get stats(): Stats {
    this.#alive();
    return statsOf(this.#seat, this.#steps);
  }

  /**
   * Runs a window, from rest unless `reset` is false.
   *
   * @param window steps × inputs, see SpikeWindow
   * @returns the answer over all steps since the last start from rest
   * @throws TypeError for input of the wrong type
   * @throws RangeError for sizes and numbers that do not fit the network
   * @example const { label, margin } = net.run(new Uint8Array(100 * net.info.inputs));
   */
  run(window: SpikeWindow, options: RunOptions = NOTHING): Answer {
    expectOptions(options);
    const { steps: wanted, hold = false, reset = true, outputs = false, record, out } = options;
    const scores = out?.scores;
    const rows = out?.outputs;
    const input = heldWindow(window);
    // From here on nothing of the caller's runs: what its getters did to this network is done.
    const core = this.#alive();
    const steps = stepsOf(this.info, input, wanted, hold);
    const kept = outputs ? steps : 0;
    expectRoom(this.info, out, scores, rows, kept);
    const flags = (reset ? L.RUN_RESET : 0) | (hold ? L.RUN_HOLD : 0) | this.#keep(record);
    putSteps(this.#seat, input, 0, hold ? 1 : steps);
    expectOk(core.exports.run(this.#seat.arena, steps, flags));
    this.#steps = reset ? steps : this.#steps + steps;
    this.#last = "window";
    return fillAnswer(core, this.#seat, kept, out, scores, rows);
  }

  /**
   * Runs one step, on from where the network is.
   *
   * @param spikes one row of a window, or, of networks with spikes for input, the indices of the inputs that fired
   * @returns the answer over all steps since the last start from rest; `outputs` are those of this step
   * @throws TypeError, RangeError as run()
   */
  step(spikes: StepInput, options: StepOptions = NOTHING): Answer {
    expectOptions(options);
    const { outputs = false, record, out } = options;
    const scores = out?.scores;
    const rows = out?.outputs;
    const input = heldWindow(spikes);
    const core = this.#alive();
    const kept = outputs ? 1 : 0;
    expectRoom(this.info, out, scores, rows, kept);
    const flags = this.#keep(record);
    putStep(this.#seat, input);
    expectOk(core.exports.run(this.#seat.arena, 1, flags));
    this.#steps++;
    this.#last = "step";
    return fillAnswer(core, this.#seat, kept, out, scores, rows);
  }

  /**
   * Learns one labelled window, from rest.
   *
   * @param lesson the right class, or more: see Lesson
   * @returns the answer as it was before the lesson (schedule `step`: as the lessons of its steps left it)
   * @throws TypeError, RangeError as run(), and for a lesson that does not fit
   * @throws ModelError NOT_LEARNING where the blob does not learn, or not in that schedule
   */
  learn(window: SpikeWindow, lesson: number | Lesson, options: LearnOptions = NOTHING): Answer {
    expectOptions(options);
    const { steps: wanted, hold = false, schedule: asked, out } = options;
    const schedule = scheduleOf(this.info, asked, "window");
    const held = heldLesson(this.info, lesson);
    if (schedule === "step") {
      if (!held.classAlone) expectLabel(this.info, lesson);
      expectLabel(this.info, held.label);
      return this.#learnSteps(window, held.label, wanted, hold, out);
    }
    const scores = out?.scores;
    const input = heldWindow(window);
    const core = this.#alive();
    const steps = stepsOf(this.info, input, wanted, hold);
    held.expectSteps(steps);
    expectRoom(this.info, out, scores, undefined, 0);
    putSteps(this.#seat, input, 0, hold ? 1 : steps);
    expectOk(core.exports.run(this.#seat.arena, steps, L.RUN_RESET | L.RUN_RECORD | (hold ? L.RUN_HOLD : 0)));
    this.#steps = steps;
    this.#last = "window";
    const answer = fillAnswer(core, this.#seat, 0, out, scores);
    this.#teachWindow(held);
    return answer;
  }

  /**
   * Learns from what was recorded last: the window of run(), or the step of step().
   *
   * @param lesson the right class, or more: see Lesson; of the schedule `step` the class alone
   * @param schedule without it what fits the last call, as far as the blob has it
   * @throws TypeError, RangeError for a label that is no class
   * @throws ModelError NOT_LEARNING as learn(), NOT_RECORDED where nothing is on record
   */
  teach(lesson: number | Lesson, schedule?: Schedule): void {
    const held = heldLesson(this.info, lesson);
    const core = this.#alive();
    const chosen = scheduleOf(this.info, schedule, this.#last);
    if (chosen === "window") {
      this.#teachWindow(held);
      return;
    }
    const recorded = this.#seat.field(L.ARENA_RECORDED);
    if (recorded > 0) held.expectSteps(recorded);
    putLesson(this.#seat, held);
    expectOk(core.exports.teachStep(this.#seat.arena, held.label ?? ROWS));
  }

  /** Every state back to rest, every count to 0. What was learnt stays. */
  reset(): void {
    this.#alive().exports.reset(this.#seat.arena);
    this.#steps = 0;
  }

  /** How much faster than shipped all rules learn; NaN where they differ. 1 in the beginning. */
  get rate(): number {
    const [first = 1] = this.#multipliers;
    return this.#multipliers.every((factor) => factor === first) ? first : NaN;
  }

  set rate(factor: number) {
    this.setRate(factor);
  }

  /**
   * Multiplies the shipped learning rates. Lasts as long as the network, beyond restore(); not part of a snapshot.
   *
   * @param factor ≥ 0; 0 stops learning
   * @param rule index in `info.rules`; all without it
   * @throws TypeError, RangeError for a factor or a rule that does not exist, or a rate beyond what the core takes
   */
  setRate(factor: number, rule?: number): void {
    const core = this.#alive();
    expectRate(factor, rule, this.info.rules.length);
    const multipliers = this.#multipliers.map((old, r) => (rule === undefined || rule === r ? factor : old));
    applyRates(core, this.#seat, multipliers);
    this.#multipliers = multipliers;
  }

  /** How many of the weights that learn have reached the ends of their 8 bits, an entry a path of `info.paths` that learns. */
  saturation(): Saturation[] {
    this.#alive();
    const learning = this.info.paths.filter(({ learns }) => learns);
    return learning.map(({ node }) => {
      const { name, inputs, neurons } = this.info.nodes[node];
      const saturated = this.#seat.saturated(node);
      return { node, name, saturated, share: saturated / (inputs * neurons) };
    });
  }

  /**
   * The network with all that it has learnt, as a blob: load() and restore() take it.
   *
   * @returns a copy
   */
  snapshot(): Uint8Array<ArrayBuffer> {
    this.#alive();
    return this.#seat.snapshot();
  }

  /**
   * Goes on with another state of this network, at rest. One that is refused leaves the network as it was.
   *
   * @param bytes a snapshot, or a blob with the same inputs and classes
   * @throws TypeError where they are no Uint8Array
   * @throws ModelError where the core refuses the blob; OTHER_NETWORK where it has other inputs or classes
   */
  restore(bytes: Uint8Array): void {
    const core = this.#alive();
    expectBytes(bytes);
    const old = this.#seat;
    let next: Seat | undefined;
    try {
      next = Seat.take(core, bytes, old);
      expectSameDoors(old.info, next.info);
      const multipliers = next.info.rules.map((_, r) => this.#multipliers[r] ?? 1);
      applyRates(core, next, multipliers);
      this.#multipliers = multipliers;
      this.#seat = next;
      this.#steps = 0;
    } finally {
      // The memory may have grown, and with that the old views are gone.
      if (this.#seat === old) old.refresh();
    }
  }

  /**
   * Keeps the network in a store, all or nothing.
   *
   * @throws TypeError where `store` cannot load and save
   */
  async save(store: SnapshotStore): Promise<void> {
    if (!isStore(store))
      throw new TypeError(
        `found ${typeName(store)}, expected a store with load() and save(bytes); snapshot() gives the bytes to keep otherwise`,
      );
    await store.save(this.snapshot());
  }

  /**
   * Membranes of a population as the last step left them.
   *
   * @param node its name or its index in `info.nodes`
   * @returns one a neuron, in the layer's own units, a copy
   * @throws TypeError, RangeError where there is no such population
   */
  membranes(node: string | number): Int32Array {
    this.#alive();
    return this.#seat.membranes(populationOf(this.info, node));
  }

  /**
   * Spikes of a population in the last step.
   *
   * @param node as in membranes()
   * @returns indices of neurons, ascending, a copy
   */
  spikes(node: string | number): Uint16Array {
    this.#alive();
    return this.#seat.spikes(populationOf(this.info, node));
  }

  /** Lets the memory go. Every later call but of `info` throws. */
  dispose(): void {
    this.#core = null;
  }

  #alive(): Core {
    if (this.#core === null)
      throw new Error("found a network that was disposed of, expected a live one; load it again");
    return this.#core;
  }

  /** Learns from the window on record. */
  #teachWindow(held: HeldLesson): void {
    const { exports } = this.#alive();
    const recorded = this.#seat.field(L.ARENA_RECORDED);
    if (recorded > 0) held.expectSteps(recorded);
    putLesson(this.#seat, held);
    const { from, to = recorded, reward } = held;
    expectOk(exports.teach(this.#seat.arena, held.label ?? ROWS, from, to, reward));
  }

  /** A lesson after each step; none at all where the core would refuse a later step. */
  #learnSteps(
    window: SpikeWindow,
    label: number,
    wanted: number | undefined,
    hold: boolean,
    out: Answer | undefined,
  ): Answer {
    const scores = out?.scores;
    const input = heldWindow(window);
    const { exports } = this.#alive();
    const steps = stepsOf(this.info, input, wanted, hold);
    expectRoom(this.info, out, scores, undefined, 0);
    for (let t = 0; t < (hold ? 1 : steps); t++) putSteps(this.#seat, input, t, 1);
    this.reset();
    for (let t = 0; t < steps; t++) {
      putSteps(this.#seat, input, hold ? 0 : t, 1);
      expectOk(exports.run(this.#seat.arena, 1, L.RUN_RECORD));
      this.#steps++;
      expectOk(exports.teachStep(this.#seat.arena, label));
    }
    this.#last = "step";
    return fillAnswer(this.#alive(), this.#seat, 0, out, scores);
  }

  /** The flag of a run that is to be learnt from. */
  #keep(record: boolean | undefined): number {
    const learns = this.info.schedules.length > 0;
    if (record && !learns) throw new ModelError("NOT_LEARNING", messageOf(L.NOT_LEARNING));
    return (record ?? learns) ? L.RUN_RECORD : 0;
  }
}
