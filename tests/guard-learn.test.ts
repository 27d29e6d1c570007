/** Lessons and rates with wrong arguments: the right status, and a network that does not notice. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { builds } from "./core.js";
import type { CoreNetwork } from "./core.js";
import {
  CLASSES,
  endOf,
  experienced,
  HUGE,
  INPUTS,
  network,
  refused,
  ROOM,
  spikes,
  STEPS,
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
          expect(refused(net, () => net.core[call](net.arena, target))).toBe(L.NOT_LEARNING);
        }
      }
    }
  });

  it("gives no lesson without a record: not before a run, after one that was not recorded, a rest or a lesson", () => {
    const lessons = ["teach", "teachStep"] as const;
    const nothing = (net: CoreNetwork, when: string) => {
      for (const call of lessons) {
        expect(
          refused(net, () => net.core[call](net.arena, 0)),
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
    expect(net.core.teachStep(net.arena, 0)).toBe(L.OK);
    expect(net.core.teach(net.arena, 0)).toBe(L.OK);
    nothing(net, "after a lesson of the window");
  });

  it("teaches no class that is not there", () => {
    const net = experienced(build);
    for (const target of [CLASSES, CLASSES + 1, 255, 256, ...HUGE]) {
      expect(refused(net, () => net.core.teach(net.arena, target))).toBe(L.BAD_TARGET);
      expect(refused(net, () => net.core.teachStep(net.arena, target))).toBe(L.BAD_TARGET);
    }
    expect(net.core.teach(net.arena, CLASSES - 1), "the record still stands").toBe(L.OK);
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
      expect([L.BAD_INPUT, L.NOT_RECORDED], offsets.join()).toContain(core.teach(arena, 0));
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
      for (const shift of [31, 32, 33, 64, ...HUGE]) {
        expect(refused(net, () => core.setRate(arena, 1, schedule, 1, shift))).toBe(L.BAD_LEARNING);
      }
    }
    for (const one of [net, calm]) {
      expect(one.core.teach(one.arena, 1)).toBe(L.OK);
    }
    expect(net.snapshot()).toEqual(calm.snapshot());
    expect(core.setRate(arena, 1, L.SCHEDULE_WINDOW, 1023, 30)).toBe(L.OK);
    expect(core.setRate(arena, 0, L.SCHEDULE_STEP, 0, 0)).toBe(L.OK);

    const none = experienced(build, plainProgram({ learning: null }));
    expect(refused(none, () => none.core.setRate(none.arena, 0, 1, 1, 1))).toBe(L.BAD_LEARNING);
  });
});
