/** The host's lessons: all that one may say, and a lesson that is refused anywhere teaches nothing. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { load } from "../host/node/index.js";
import type { Lesson, Network } from "../host/node/index.js";
import type { Program, Synapses } from "../tools/exporter/program.js";
import { IntegerNetwork } from "../tools/exporter/simulate/integer.js";
import { sectionEnd, sectionOf, viewOf } from "./attack.js";
import { codeThrown, open, sample, thrown } from "./host-support.js";
import { apprentice, blobOf, pupil, rewarded } from "./nets.js";
import { randomInput, randomLesson, randomProgram } from "./random-program.js";
import { Random } from "./random.js";

type Window = Parameters<Network["learn"]>[0];

/** What a refused call must leave alone. */
function all(net: Network): object {
  const { info, stats } = net;
  const populations = info.nodes.flatMap(({ kind, name }) => (kind === "lif" || kind === "li" ? [name] : []));
  return { snapshot: net.snapshot(), stats, membranes: populations.map((name) => net.membranes(name)) };
}

/** A network that has run and learnt is offered the window as a lesson, step by step. */
function offer(net: Network, good: Window, refused: Window, message: RegExp): void {
  net.learn(good, 0, { schedule: "step" });
  net.run(good);
  const before = all(net);
  const error = thrown(() => net.learn(refused, 0, { schedule: "step" }));
  expect(error).toBeInstanceOf(RangeError);
  expect(error.message).toMatch(message);
  expect(all(net)).toEqual(before);
}

describe("a lesson that is refused at a later step", () => {
  it("changes nothing of a network with spikes for input", async () => {
    const lists = (offsets: number[], events: number[]): Window => ({
      offsets: Uint32Array.from(offsets),
      events: Uint16Array.from(events),
    });
    const refused: [Window, RegExp][] = [
      [sample(1, 3).with(8, 201), /found 20[12] spikes or more/],
      [lists([0, 1, 2, 3], [0, 1, 4]), /found a spike of input 4/],
      [lists([0, 2, 3, 1], [0, 1, 2]), /below the one before/],
      [lists([0, 1, 2, 9], [0, 1, 2]), /found 3 events, expected at least 9/],
    ];
    for (const [window, message] of refused) offer(await open(pupil()), sample(0, 3), window, message);
  });

  it("changes nothing of a network with analogue input", async () => {
    const program: Program = { ...pupil(), inputKind: "analogue", inputRange: 100, events: 20 };
    program.operations[0] = { ...(program.operations[0] as Synapses), kind: "analogue" };
    const net = await open(program);
    const good = new Float32Array(12).fill(0.5);
    offer(net, good, good.with(9, NaN), /found NaN at [19]/);
  });

  it("may hold more spikes than the blob has room for at once, as long as no step does", async () => {
    const net = await open(pupil());
    const busy = new Uint8Array(4 * 3).fill(40);
    expect(thrown(() => net.run(busy)).message).toMatch(/spikes or more/);
    expect(net.learn(busy, 1, { schedule: "step" }).scores).toHaveLength(2);
    expect(net.stats.steps).toBe(3);
  });
});

/** Weights and biases of a network, without what is finer. */
function parametersOf(net: Network): Uint8Array {
  const bytes = net.snapshot();
  const view = viewOf(bytes);
  return bytes.slice(sectionOf(view, L.SECTION_PARAMETERS), sectionEnd(view, L.SECTION_PARAMETERS));
}

/** The snapshot of a network after one lesson. */
async function after(program: Program, lesson: number | Lesson, steps = 10): Promise<Uint8Array> {
  const net = await open(program);
  // so that nothing is clipped
  net.rate = 1 / 16;
  net.learn(sample(1, steps), lesson);
  return net.snapshot();
}

/** Probabilities of one class, step after step. */
const rowsOf = (label: number, steps: number): Int16Array =>
  Int16Array.from({ length: 2 * steps }, (_, at) => (at % 2 === label ? 16384 : 0));

describe("a lesson", () => {
  it("with a label alone is that label", async () => {
    const plain = await after(pupil(), 1);
    for (const lesson of [
      { label: 1 },
      { label: 1, from: 0 },
      { label: 1, to: 10 },
      { label: 1, from: 0, to: 10, reward: 1 },
    ]) {
      expect(await after(pupil(), lesson), JSON.stringify(lesson)).toEqual(plain);
    }
  });

  it("with rows of one class is that class, and with others it is not", async () => {
    const plain = await after(apprentice(), 1);
    expect(await after(apprentice(), { targets: rowsOf(1, 10) })).toEqual(plain);
    expect(await after(apprentice(), { targets: rowsOf(0, 10) })).not.toEqual(plain);
    expect(await after(apprentice(), { targets: new Int16Array(20) })).not.toEqual(plain);
  });

  it("counts the steps of its mask alone", async () => {
    const whole = await after(pupil(), 1);
    const masks = [{ from: 5 }, { to: 5 }, { from: 3, to: 4 }, { from: 9 }];
    const others = await Promise.all(masks.map((mask) => after(pupil(), { label: 1, ...mask })));
    for (const other of others) expect(other).not.toEqual(whole);
    const late = rowsOf(1, 10);
    late.set(rowsOf(0, 5));
    const targets = await after(apprentice(), { targets: late, from: 5 });
    expect(targets, "rows outside of the mask are not read").toEqual(
      await after(apprentice(), { label: 1, from: 5 }),
    );
  });

  it("with a reward moves weights by it: forwards, backwards or not at all", async () => {
    const rewards = [0, 1, -1, undefined];
    const [none, good, bad, usual] = await Promise.all(
      rewards.map(async (reward) => {
        const net = await open(rewarded());
        const before = parametersOf(net);
        net.learn(sample(1), { label: 1, reward });
        return { same: Buffer.compare(parametersOf(net), before) === 0, parameters: parametersOf(net) };
      }),
    );
    expect([none.same, good.same, bad.same]).toEqual([true, false, false]);
    expect(good.parameters).not.toEqual(bad.parameters);
    expect(usual.parameters).toEqual(good.parameters);
  });

  it("for what was recorded has as many rows as that has steps", async () => {
    const net = await open(apprentice());
    net.step(sample(1, 1));
    expect(thrown(() => net.teach({ targets: rowsOf(1, 10) })).message).toMatch(
      /found 20 targets, expected 2/,
    );
    net.teach({ targets: rowsOf(1, 1) });
    net.run(sample(1, 3));
    expect(thrown(() => net.teach({ label: 1, to: 4 })).message).toMatch(
      /found steps 0 … 4 of a window of 3/,
    );
    expect(thrown(() => net.teach({ targets: rowsOf(1, 1) })).message).toMatch(/found 2 targets, expected 6/);
    net.teach({ targets: rowsOf(1, 3), from: 2, to: 3 });
    expect(codeThrown(() => net.teach({ targets: rowsOf(1, 3) }))).toBe("NOT_RECORDED");
  });

  it("keeps its rows when the network's memory moves", async () => {
    const [net, still] = [await open(apprentice()), await open(apprentice())];
    net.restore(blobOf({ ...apprentice(), maxSteps: 60000 }));
    net.restore(blobOf(apprentice()));
    for (const one of [net, still]) one.learn(sample(1), { targets: rowsOf(0, 10) });
    expect(net.snapshot()).toEqual(still.snapshot());
  });

  it("says the same to the twin, whatever is in it", async () => {
    let lessons = 0;
    for (let seed = 0; seed < 150; seed++) {
      const program = randomProgram(seed, { learns: true });
      if (!program.learning!.schedules.includes("window")) continue;
      const blob = blobOf(program);
      const [net, twin] = [await load(blob), new IntegerNetwork(blob)];
      for (let round = 0; round < 2; round++) {
        const { input, steps, hold } = randomInput(program, seed + round);
        const said = randomLesson(new Random(seed + round), program, steps);
        const { target, rows, from, to, reward } = typeof said === "number" ? { target: said } : { ...said };
        const lesson: Lesson = { label: target, targets: rows, from, to };
        if (reward !== undefined) lesson.reward = reward / 16384;
        if ("frames" in input) net.learn(input.frames, lesson, { steps, hold, schedule: "window" });
        else net.learn(input, lesson, { schedule: "window" });
        twin.run(input, { steps, hold, reset: true, record: true });
        twin.teach(said);
        expect(net.snapshot(), `seed ${seed}, ${JSON.stringify(said)}`).toEqual(twin.snapshot());
        lessons++;
      }
    }
    expect(lessons).toBeGreaterThan(100);
  });
});
