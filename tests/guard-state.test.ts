/** What wrong calls leave as it is: there is something to lose, snapshots keep to their room, refusals leave no mark. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import type { Population, Program } from "../tools/exporter/program.js";
import { pairingProgram, richProgram } from "./blob-support.js";
import { builds, room } from "./core.js";
import { CLASSES, experienced, network, refused, spikes, stateOf, STEPS } from "./guard-support.js";
import { plainAnalogue, plainProgram, SPIKING } from "./plain-program.js";

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
      ...[plainProgram(), richProgram(), pairingProgram()],
      shapes({ bits: 8, threshold: new Int32Array(7).fill(100), lower: -128 }),
    ]) {
      const [net, calm] = [experienced(build, program), experienced(build, program)];
      for (let i = 0; i < 100; i++) {
        const [status] = [
          net.core.run(net.arena, [0, 11][i & 1], 7),
          net.teach(CLASSES + i),
          net.core.snapshot(net.arena, 16, i),
        ];
        expect(status).toBe(L.BAD_STEPS);
      }
      for (const one of [net, calm]) {
        expect(one.teach(2)).toBe(L.OK);
        expect(one.run(spikes(), STEPS, L.RUN_RECORD)).toBe(L.OK);
      }
      expect(net.decode()).toEqual(calm.decode());
      expect(stateOf(net).equals(stateOf(calm))).toBe(true);
    }
  });
});
