/** What the tests of wrong calls share: networks that have something to lose, calls that must change nothing in them. */
import { expect } from "vitest";
import * as L from "../assembly/layout.js";
import type { Program } from "../tools/exporter/program.js";
import type { WindowInput } from "../tools/exporter/simulate/integer.js";
import { assemble, CoreNetwork, instance, room } from "./core.js";
import type { Build } from "./core.js";
import { plainProgram } from "./plain-program.js";

export const STEPS = 10;
export const ROOM = 100;
export const INPUTS = 5;
export const CLASSES = 3;
/** Where snapshots go, and the end of the room for them. */
const SPOT = 128 * 1024;
const SPOT_END = 192 * 1024;
/** Numbers that are negative to those who read them as signed. */
export const HUGE = [2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

/** A reward of 1, and in the place of a class: rows of targets. */
export const WHOLE = 16384;
export const ROWS = 0xffffffff;

/** Two spikes in each step. */
export const spikes = (steps = STEPS): WindowInput => ({
  offsets: Uint32Array.from({ length: steps + 1 }, (_, t) => 2 * t),
  events: Uint16Array.from({ length: 2 * steps }, (_, i) => i % INPUTS),
});

export const frames = (count: number): WindowInput => ({
  frames: Int16Array.from({ length: INPUTS * count }, (_, i) => (i % 7) * 100 - 300),
});

export function network(build: Build, program: Program): CoreNetwork {
  const core = instance(build);
  room(core, SPOT_END);
  return new CoreNetwork(core, program, assemble(core, program));
}

/** One that has run, learnt and holds a record. */
export function experienced(build: Build, program = plainProgram()): CoreNetwork {
  const net = network(build, program);
  const input = program.inputKind === "spikes" ? spikes() : frames(Math.min(program.events, STEPS));
  const steps = program.inputKind === "spikes" ? STEPS : Math.min(program.events, STEPS);
  const record = program.learning ? L.RUN_RECORD : 0;
  for (let target = 0; target < 3; target++) {
    expect(net.run(input, steps, record)).toBe(L.OK);
    if (program.learning?.schedules.includes("step")) expect(net.teachStep(target)).toBe(L.OK);
    if (program.learning?.schedules.includes("window")) expect(net.teach(target)).toBe(L.OK);
  }
  expect(net.run(input, steps, record)).toBe(L.OK);
  return net;
}

/** All that a network is: its arena, the membranes, weights, biases, traces and the input in it, and its snapshot. */
export function stateOf(net: CoreNetwork): Buffer {
  const { core, arena } = net;
  const length = core.snapshot(arena, SPOT, SPOT_END - SPOT);
  const snapshot = Buffer.from(core.memory.buffer, SPOT, length);
  return Buffer.concat([Buffer.from(core.memory.buffer, arena, endOf(net) - arena), snapshot]);
}

/** Where its arena ends. */
export function endOf({ arena, blob }: CoreNetwork): number {
  return arena + new DataView(blob.buffer).getUint32(L.HEADER_ARENA, true);
}

/** @returns the status of a call that must change nothing */
export function refused(net: CoreNetwork, call: () => number): number {
  const before = stateOf(net);
  const status = call();
  expect(stateOf(net).equals(before), `the state after status ${status} is the one before`).toBe(true);
  return status;
}
