/** Blobs at the ends of things: the last byte of the memory, and arenas of up to 2^31 − 1 bytes. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import type { Population, Program } from "../tools/exporter/program.js";
import { setArenaBytes, writeBlob } from "../tools/exporter/writers/blob.js";
import { loadAsItIs, pairingProgram, richProgram, smallOf, weights } from "./blob-support.js";
import { assemble, BLOB, builds, instance, measure, room } from "./core.js";
import { plainAnalogue, plainProgram, READOUT } from "./plain-program.js";

describe.each(builds)("the %s build", (build) => {
  const plain = assemble(instance(build), plainProgram());
  const analogue = assemble(instance(build), plainAnalogue());
  const small = smallOf(build);

  it("reads nothing behind a blob's last byte", () => {
    const others = [richProgram(), pairingProgram()].map((program) => assemble(instance(build), program));
    const blobs = [plain, analogue, ...others, ...small.map((one) => one.blob)];
    for (const neurons of [1000, 40000, 65535]) blobs.push(writeBlob(wide(neurons, 1), 0));
    for (const blob of blobs) {
      const core = instance(build);
      room(core, blob.length + BLOB);
      const at = core.memory.buffer.byteLength - blob.length;
      new Uint8Array(core.memory.buffer).set(blob, at);
      expect(core.measure(at, blob.length)).toBeGreaterThan(0);
    }
  });

  it("reads nothing behind the last byte of a blob that it refuses: a rule for a bias that is not there", () => {
    const { learning } = plainProgram();
    const rules = [{ ...learning!.rules[0], population: 1 }];
    const paths = [{ ...learning!.paths[0], synapse: 0 }];
    const blob = writeBlob({ ...wide(256, 1), learning: { ...learning!, rules, paths } }, 0);
    const core = instance(build);
    room(core, blob.length + BLOB);
    const at = core.memory.buffer.byteLength - blob.length;
    new Uint8Array(core.memory.buffer).set(blob, at);
    expect(core.measure(at, blob.length)).toBe(-L.BAD_LEARNING);
  });

  it("measures huge arenas without wrapping, up to 2^31 − 1 bytes", () => {
    const core = instance(build);
    let [fitting, refused] = [0, 0];
    for (const [neurons, maxSteps] of [
      ...[8180, 8185, 8190, 8191, 8192, 8193, 8200].map((n) => [n, 65535]),
      ...[
        [16384, 65535],
        [32768, 32768],
        [32768, 65535],
        [49152, 65535],
        [65535, 65535],
        [65535, 8191],
      ],
    ]) {
      const blob = writeBlob(wide(neurons, maxSteps), 0);
      const needs = measure(core, blob);
      const least = 4 * neurons * maxSteps;
      const more = 16 * neurons + 4 * maxSteps + 4096;
      if (needs < 0) {
        refused++;
        expect(needs).toBe(-L.BAD_RANGE);
        expect(least).toBeGreaterThan(2 ** 31 - more);
      } else {
        fitting++;
        expect(needs).toBeGreaterThan(least);
        expect(needs).toBeLessThan(least + more);
        setArenaBytes(blob, needs);
        expect(loadAsItIs(build, blob, { room: 65536 })).toBe("BAD_ARENA");
      }
    }
    expect(Math.min(fitting, refused)).toBeGreaterThan(1);
  });
});

/** One input, a readout of so many neurons, no array but the weights. */
function wide(neurons: number, maxSteps: number): Program {
  const readout: Population = {
    ...(plainProgram().operations[READOUT] as Population),
    ...{ neurons, decay: null, bias: null },
  };
  return plainProgram({
    ...{ inputs: 1, maxSteps, classes: neurons, learning: null },
    operations: [weights(0, 1, neurons), readout],
  });
}
