/** Calls with wrong arguments: the right status, and a network that does not notice. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import type { Population, Program } from "../tools/exporter/program.js";
import type { WindowInput } from "../tools/exporter/simulate/integer.js";
import { assemble, builds, CoreNetwork, instance, room } from "./core.js";
import type { Build } from "./core.js";
import { plainAnalogue, plainProgram, SPIKING } from "./plain-program.js";

const STEPS = 10;
const ROOM = 100;
const INPUTS = 5;
const CLASSES = 3;
/** Where snapshots go, and the end of the room for them. */
const SPOT = 128 * 1024;
const SPOT_END = 192 * 1024;
/** Numbers that are negative to those who read them as signed. */
const HUGE = [2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

/** Two spikes in each step. */
const spikes = (steps = STEPS): WindowInput => ({
  offsets: Uint32Array.from({ length: steps + 1 }, (_, t) => 2 * t),
  events: Uint16Array.from({ length: 2 * steps }, (_, i) => i % INPUTS),
});

const frames = (count: number): WindowInput => ({
  frames: Int16Array.from({ length: INPUTS * count }, (_, i) => (i % 7) * 100 - 300),
});

function network(build: Build, program: Program): CoreNetwork {
  const core = instance(build);
  room(core, SPOT_END);
  return new CoreNetwork(core, program, assemble(core, program));
}

/** One that has run, learnt and holds a record. */
function experienced(build: Build, program = plainProgram()): CoreNetwork {
  const net = network(build, program);
  const input = program.inputKind === "spikes" ? spikes() : frames(Math.min(program.events, STEPS));
  const steps = program.inputKind === "spikes" ? STEPS : Math.min(program.events, STEPS);
  const record = program.learning ? L.RUN_RECORD : 0;
  for (let target = 0; target < 3; target++) {
    expect(net.run(input, steps, record)).toBe(L.OK);
    if (program.learning?.schedules.includes("step"))
      expect(net.core.teachStep(net.arena, target)).toBe(L.OK);
    if (program.learning?.schedules.includes("window")) expect(net.core.teach(net.arena, target)).toBe(L.OK);
  }
  expect(net.run(input, steps, record)).toBe(L.OK);
  return net;
}

/** All that a network is: its arena, the membranes, weights, biases, traces and the input in it, and its snapshot. */
function stateOf(net: CoreNetwork): Buffer {
  const { core, arena } = net;
  const length = core.snapshot(arena, SPOT, SPOT_END - SPOT);
  const snapshot = Buffer.from(core.memory.buffer, SPOT, length);
  return Buffer.concat([Buffer.from(core.memory.buffer, arena, endOf(net) - arena), snapshot]);
}

/** Where its arena ends. */
function endOf({ arena, blob }: CoreNetwork): number {
  return arena + new DataView(blob.buffer).getUint32(L.HEADER_ARENA, true);
}

/** @returns the status of a call that must change nothing */
function refused(net: CoreNetwork, call: () => number): number {
  const before = stateOf(net);
  const status = call();
  expect(stateOf(net).equals(before), `the state after status ${status} is the one before`).toBe(true);
  return status;
}

const shapes = (changes: Partial<Population>): Program => {
  const { operations } = plainProgram();
  const hidden = { ...(operations[SPIKING] as Population), ...changes };
  return plainProgram({ operations: operations.map((op, i) => (i === SPIKING ? hidden : op)) });
};

describe.each(builds)("the %s build", (build) => {
  it("has something to lose: an experienced network is not at rest and has learnt", () => {
    const net = experienced(build);
    expect(net.membranes(SPIKING).some((u) => u !== 0)).toBe(true);
    expect(net.snapshot()).not.toEqual(network(build, plainProgram()).snapshot());
    expect(refused(net, () => 0)).toBe(0);
    expect(() => refused(net, () => net.core.run(net.arena, 1, 0))).toThrow("the state");
  });

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

  it("writes a snapshot only where it fits and where it is aligned", () => {
    for (const program of [plainProgram(), plainProgram({ learning: null }), plainAnalogue()]) {
      const net = experienced(build, program);
      const { core, arena } = net;
      const bytes = core.snapshot(arena, 0, 0);
      expect(bytes).toBe(net.snapshot().length);
      const out = core.memory.buffer.byteLength;
      room(core, out + bytes + 32);
      const memory = new Uint8Array(core.memory.buffer, out, bytes + 32).fill(0xa5);
      const untouched = () => memory.every((byte) => byte === 0xa5);
      for (const [at, capacity] of [
        [out, 0],
        [out, 16],
        [out, bytes - 16],
        [out, bytes - 1],
        [out + 1, bytes + 31],
        [out + 4, bytes + 28],
        [out + 8, bytes],
      ]) {
        expect(core.snapshot(arena, at, capacity)).toBe(-L.NO_SPACE);
        expect(untouched()).toBe(true);
      }
      expect(core.snapshot(arena, out, bytes)).toBe(bytes);
      expect(memory.subarray(bytes).every((byte) => byte === 0xa5)).toBe(true);
      expect(untouched()).toBe(false);
    }
  });

  it("goes on after a hundred refusals as a network that was never disturbed", () => {
    for (const program of [
      plainProgram(),
      shapes({ bits: 8, threshold: new Int32Array(7).fill(100), lower: -128 }),
    ]) {
      const [net, calm] = [experienced(build, program), experienced(build, program)];
      for (let i = 0; i < 100; i++) {
        const [status] = [
          net.core.run(net.arena, [0, 11][i & 1], 7),
          net.core.teach(net.arena, CLASSES + i),
          net.core.snapshot(net.arena, 16, i),
        ];
        expect(status).toBe(L.BAD_STEPS);
      }
      for (const one of [net, calm]) {
        expect(one.core.teach(one.arena, 2)).toBe(L.OK);
        expect(one.run(spikes(), STEPS, L.RUN_RECORD)).toBe(L.OK);
      }
      expect(net.decode()).toEqual(calm.decode());
      expect(stateOf(net).equals(stateOf(calm))).toBe(true);
    }
  });
});
