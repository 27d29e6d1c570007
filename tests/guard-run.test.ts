/** Runs with wrong arguments or wrong input: the right status, and a network that does not notice. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { builds } from "./core.js";
import { experienced, frames, HUGE, INPUTS, refused, ROOM, spikes, STEPS } from "./guard-support.js";
import { plainAnalogue, plainProgram } from "./plain-program.js";

describe.each(builds)("the %s build", (build) => {
  it("runs one step at least and the longest window at most", () => {
    const net = experienced(build);
    for (const steps of [0, STEPS + 1, 65535, ...HUGE]) {
      for (const flags of [0, L.RUN_RESET, L.RUN_RECORD]) {
        expect(refused(net, () => net.core.run(net.arena, steps, flags))).toBe(L.BAD_STEPS);
      }
    }
    expect(net.run(spikes(), STEPS, 0)).toBe(L.OK);
  });

  it("takes so many frames as it has room for, and any number of steps of one that is held", () => {
    const net = experienced(build, plainAnalogue({ events: 4 }));
    for (const steps of [0, 5, STEPS, STEPS + 1, ...HUGE]) {
      expect(refused(net, () => net.core.run(net.arena, steps, L.RUN_RESET))).toBe(L.BAD_STEPS);
    }
    for (const steps of [0, STEPS + 1, ...HUGE]) {
      expect(refused(net, () => net.core.run(net.arena, steps, L.RUN_HOLD))).toBe(L.BAD_STEPS);
    }
    expect(net.run(frames(4), 4, 0)).toBe(L.OK);
    expect(net.run(frames(1), STEPS, L.RUN_HOLD)).toBe(L.OK);
  });

  it("cannot hold spikes", () => {
    const net = experienced(build);
    expect(refused(net, () => net.core.run(net.arena, STEPS, L.RUN_HOLD))).toBe(L.BAD_INPUT);
    expect(refused(net, () => net.core.run(net.arena, 1, L.RUN_HOLD | L.RUN_RESET))).toBe(L.BAD_INPUT);
  });

  it("takes no spike of an input that is not there, wherever in the list it stands", () => {
    const net = experienced(build);
    for (let count = 1; count <= 40; count++) {
      for (const wrong of new Set([0, count >> 1, count - 1])) {
        for (const index of [INPUTS, 255, 32768, 65535]) {
          const events = new Uint16Array(count).fill(INPUTS - 1);
          events[wrong] = index;
          net.put({ offsets: Uint32Array.of(0, count), events });
          expect(refused(net, () => net.core.run(net.arena, 1, L.RUN_RESET))).toBe(L.BAD_INPUT);
        }
      }
    }
    const behind = { offsets: Uint32Array.of(0, 2), events: Uint16Array.of(0, INPUTS - 1, INPUTS) };
    expect(net.run(behind, 1, 0), "one that stands behind the last list").toBe(L.OK);
  });

  it("takes lists that begin at 0, do not descend and end within the room for them", () => {
    const net = experienced(build);
    const events = new Uint16Array(ROOM);
    const wrong = [
      [1, 1, 1],
      [2, 4, 6],
      [0, 2, 1],
      [0, 5, 0],
      [0, 0, ROOM + 1],
      [0, ROOM + 1, ROOM + 1],
      [0, ROOM + 1, ROOM],
      [0, 2 ** 31, 2 ** 31],
      [0, 2 ** 31, 1],
      [0, 2 ** 32 - 1, 0],
      [2 ** 32 - 1, 0, 1],
    ];
    for (const offsets of wrong) {
      net.put({ offsets: Uint32Array.from(offsets), events });
      expect(
        refused(net, () => net.core.run(net.arena, 2, L.RUN_RESET)),
        offsets.join(),
      ).toBe(L.BAD_INPUT);
    }
    for (const offsets of [
      [0, 0, 0],
      [0, 0, ROOM],
      [0, ROOM, ROOM],
      [0, 1, 2, 0],
    ]) {
      expect(net.run({ offsets: Uint32Array.from(offsets), events }, 2, 0), offsets.join()).toBe(L.OK);
    }
  });

  it("keeps no record where nothing learns", () => {
    for (const learning of [null, plainProgram().learning]) {
      const net = experienced(build, plainProgram({ learning }));
      const status = net.core.run(net.arena, 1, L.RUN_RECORD);
      expect(status).toBe(learning ? L.OK : L.NOT_LEARNING);
    }
    const net = experienced(build, plainProgram({ learning: null }));
    expect(refused(net, () => net.core.run(net.arena, 1, L.RUN_RECORD | L.RUN_RESET))).toBe(L.NOT_LEARNING);
  });
});
