/** Lessons and rates with wrong arguments: the right status, and a network that does not notice. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { builds } from "./core.js";
import type { CoreNetwork } from "./core.js";
import { pairingProgram, richProgram } from "./blob-support.js";
import {
  CLASSES,
  endOf,
  experienced,
  HUGE,
  INPUTS,
  network,
  refused,
  ROOM,
  ROWS,
  spikes,
  STEPS,
  WHOLE,
} from "./guard-support.js";
import { plainProgram } from "./plain-program.js";

describe.each(builds)("the %s build", (build) => {
  it("gives no lesson to a blob that does not learn, or not in that schedule", () => {
    const lessons = { step: "teachStep", window: "teach" } as const;
    const learning = plainProgram().learning!;
    for (const schedules of [["step"], ["window"], []] as const) {
      const program = plainProgram({
        learning: schedules.length ? { ...learning, schedules: [...schedules] } : null,
      });
      const net = experienced(build, program);
      for (const [schedule, call] of Object.entries(lessons)) {
        if (schedules.some((one) => one === schedule)) continue;
        for (const target of [0, CLASSES]) {
          expect(refused(net, () => net[call](target))).toBe(L.NOT_LEARNING);
        }
      }
    }
  });

  it("gives no lesson without a record: not before a run, after one that was not recorded, a rest or a lesson", () => {
    const lessons = ["teach", "teachStep"] as const;
    const nothing = (net: CoreNetwork, when: string) => {
      for (const call of lessons) {
        expect(
          refused(net, () => net[call](0)),
          `${call} ${when}`,
        ).toBe(L.NOT_RECORDED);
      }
    };
    const net = network(build, plainProgram());
    nothing(net, "before a run");
    net.run(spikes(), STEPS, 0);
    nothing(net, "after a run without a record");
    net.run(spikes(), STEPS, L.RUN_RECORD);
    net.core.reset(net.arena);
    nothing(net, "after a rest");
    net.run(spikes(), STEPS, L.RUN_RECORD);
    net.run(spikes(1), 1, 0);
    nothing(net, "after another run");
    net.run(spikes(), STEPS, L.RUN_RECORD);
    expect(net.teachStep(0)).toBe(L.OK);
    expect(net.teach(0)).toBe(L.OK);
    nothing(net, "after a lesson of the window");
  });

  it("teaches no class that is not there", () => {
    const net = experienced(build);
    for (const target of [CLASSES, CLASSES + 1, 255, 256, ...HUGE]) {
      expect(refused(net, () => net.teach(target))).toBe(L.BAD_TARGET);
      expect(refused(net, () => net.teachStep(target))).toBe(L.BAD_TARGET);
    }
    expect(net.teach(CLASSES - 1), "the record still stands").toBe(L.OK);
  });

  it("counts no step that is not on record, in whatever order they are named", () => {
    const net = experienced(build);
    for (const [from, to] of [
      [0, 0],
      [STEPS, STEPS],
      [5, 5],
      [5, 4],
      [STEPS, 0],
      [0, STEPS + 1],
      [STEPS - 1, STEPS + 1],
      [STEPS, STEPS + 1],
      ...HUGE.flatMap((huge) => [
        [0, huge],
        [huge, STEPS],
        [huge, huge],
        [huge, 1],
        [huge - 1, huge],
      ]),
    ]) {
      expect(
        refused(net, () => net.core.teach(net.arena, 0, from, to, WHOLE)),
        `${from} … ${to}`,
      ).toBe(L.BAD_STEPS);
    }
    expect(net.core.teach(net.arena, 0, STEPS - 1, STEPS, WHOLE), "the record still stands").toBe(L.OK);
    for (const [from, to] of [
      [0, 1],
      [3, 7],
      [0, STEPS],
    ]) {
      expect(net.run(spikes(), STEPS, L.RUN_RECORD)).toBe(L.OK);
      expect(net.core.teach(net.arena, 0, from, to, WHOLE)).toBe(L.OK);
    }
    expect(net.run(spikes(3), 3, L.RUN_RECORD)).toBe(L.OK);
    expect(
      refused(net, () => net.core.teach(net.arena, 0, 0, 4, WHOLE)),
      "a shorter record",
    ).toBe(L.BAD_STEPS);
  });

  it("takes no reward beyond 1, of rules that learn from it and of all others", () => {
    for (const program of [plainProgram(), pairingProgram(), richProgram()]) {
      const net = experienced(build, program);
      for (const reward of [
        WHOLE + 1,
        -WHOLE - 1,
        32767,
        32768,
        -32768,
        2 ** 31 - 1,
        -(2 ** 31),
        2 ** 31 - WHOLE,
      ]) {
        expect(
          refused(net, () => net.core.teach(net.arena, 0, 0, STEPS, reward)),
          String(reward),
        ).toBe(L.BAD_TARGET);
      }
      for (const reward of [-WHOLE, 0, WHOLE]) {
        expect(net.core.teach(net.arena, 0, 0, STEPS, reward)).toBe(L.OK);
        expect(net.run(spikes(), STEPS, L.RUN_RECORD)).toBe(L.OK);
      }
    }
  });

  it("takes rows of targets only where there is room for them", () => {
    const learning = plainProgram().learning!;
    for (const targets of [false, true]) {
      const net = experienced(build, plainProgram({ learning: { ...learning, targets } }));
      expect(net.field(L.ARENA_TARGETS) > 0).toBe(targets);
      for (const call of [
        () => net.core.teachStep(net.arena, ROWS),
        () => net.core.teach(net.arena, ROWS, 0, STEPS, 0),
      ]) {
        if (targets) expect(call()).toBe(L.OK);
        else expect(refused(net, call)).toBe(L.BAD_TARGET);
      }
      expect(net.run(spikes(), STEPS, L.RUN_RECORD)).toBe(L.OK);
      for (const target of [ROWS - 1, CLASSES]) {
        expect(refused(net, () => net.core.teach(net.arena, target, 0, STEPS, 0))).toBe(L.BAD_TARGET);
        expect(refused(net, () => net.core.teachStep(net.arena, target))).toBe(L.BAD_TARGET);
      }
    }
  });

  it("teaches nothing from input that was refused, and does no harm with it", () => {
    const full = (index: number) => new Uint16Array(ROOM).fill(index);
    const wrong: [events: Uint16Array, ...offsets: number[]][] = [
      [full(INPUTS), 0, ROOM],
      [full(300), 0, ROOM],
      [full(65535), 0, ROOM],
      [full(0), 0, ROOM, 3],
      [full(0), 0, 2 ** 31, 3],
      [full(0), 5, 4, 3],
      [full(0), 0, 2 ** 32 - 1],
    ];
    for (const [events, ...offsets] of wrong) {
      const net = experienced(build);
      const { core, arena } = net;
      const parts = () =>
        [core.memory.buffer.slice(0, arena), core.memory.buffer.slice(endOf(net))].map((part) =>
          Buffer.from(part),
        );
      const [before, snapshot] = [Buffer.concat(parts()), net.snapshot()];
      // a window is on record, and other input takes its place
      const last = offsets[offsets.length - 1];
      net.put({ offsets: Uint32Array.from({ length: STEPS + 1 }, (_, t) => offsets[t] ?? last), events });
      expect(core.run(arena, STEPS, L.RUN_RECORD)).toBe(L.BAD_INPUT);
      expect([L.BAD_INPUT, L.NOT_RECORDED], offsets.join()).toContain(net.teach(0));
      expect(Buffer.concat(parts()).subarray(0, before.length).equals(before), "around the arena").toBe(true);
      expect(net.snapshot()).toEqual(snapshot);
    }
  });

  it("sets no rate of a rule that is not there, and none beyond what the arithmetic holds", () => {
    const [net, calm] = [experienced(build), experienced(build)];
    const { core, arena } = net;
    for (const schedule of [L.SCHEDULE_STEP, L.SCHEDULE_WINDOW]) {
      for (const wrong of [2, 3, ...HUGE]) {
        expect(refused(net, () => core.setRate(arena, wrong, schedule, 1, 1))).toBe(L.BAD_LEARNING);
      }
      for (const mantissa of [1024, 1025, ...HUGE]) {
        expect(refused(net, () => core.setRate(arena, 0, schedule, mantissa, 1))).toBe(L.BAD_LEARNING);
      }
      for (const shift of [L.MAX_RATE_SHIFT + 1, 256, 257, ...HUGE]) {
        expect(refused(net, () => core.setRate(arena, 1, schedule, 1, shift))).toBe(L.BAD_LEARNING);
      }
    }
    for (const one of [net, calm]) {
      expect(one.teach(1)).toBe(L.OK);
    }
    expect(net.snapshot()).toEqual(calm.snapshot());
    expect(core.setRate(arena, 1, L.SCHEDULE_WINDOW, 1023, L.MAX_RATE_SHIFT)).toBe(L.OK);
    expect(core.setRate(arena, 0, L.SCHEDULE_STEP, 0, 0)).toBe(L.OK);

    const none = experienced(build, plainProgram({ learning: null }));
    expect(refused(none, () => none.core.setRate(none.arena, 0, 1, 1, 1))).toBe(L.BAD_LEARNING);
  });
});
