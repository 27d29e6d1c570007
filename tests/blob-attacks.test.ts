/** Blobs of random programs, cut at any length and changed at random: each is refused with a status, or lives on. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { changed, Ground, viewOf } from "./attack.js";
import { fieldsOf, mutate } from "./blob-fields.js";
import { ATTACKS, attackOn, EACH, firstSeed, loadAsItIs, NAMES, SEED, smallOf } from "./blob-support.js";
import { assemble, builds, CoreNetwork, instance } from "./core.js";
import { plainAnalogue, plainProgram } from "./plain-program.js";
import { randomInput } from "./random-program.js";
import { Random } from "./random.js";

describe.each(builds)("the %s build", (build) => {
  const plain = assemble(instance(build), plainProgram());
  const analogue = assemble(instance(build), plainAnalogue());
  const small = smallOf(build);

  it("refuses a blob cut at any length, and the network that ran before goes on bit for bit", () => {
    for (const { program, blob } of small.filter((_, i) => i % EACH < 1)) {
      const [disturbed, calm] = [0, 1].map(() => new CoreNetwork(instance(build), program, blob));
      const run = (net: CoreNetwork, seed: number) => {
        const { input, steps, hold } = randomInput(program, seed);
        const record = program.learning ? L.RUN_RECORD : 0;
        expect(net.run(input, steps, (hold ? L.RUN_HOLD : 0) | record)).toBe(L.OK);
        if (program.learning?.schedules.includes("step")) net.teachStep(0);
        if (program.learning?.schedules.includes("window")) net.teach(0);
      };
      run(disturbed, SEED);
      run(calm, SEED);

      const { core, arena } = disturbed;
      const arenaBytes = viewOf(blob).getUint32(L.HEADER_ARENA, true);
      // the pieces end where the memory ends, so that a read beyond them traps
      core.memory.grow(1);
      const memory = new Uint8Array(core.memory.buffer);
      for (let length = 0; length < blob.length; length++) {
        const piece = changed(blob.slice(0, Math.max(length, L.HEADER_BYTES)), (view) =>
          view.setUint32(L.HEADER_LENGTH, length, true),
        ).subarray(0, length);
        for (const bytes of [blob.subarray(0, length), piece]) {
          const at = (memory.length - length) & ~15;
          memory.set(bytes, at);
          const status = core.load(at, length, arena, arenaBytes);
          const exact = bytes === piece && length >= L.HEADER_BYTES && length % 16 === 0;
          expect(NAMES[status], `${length} of ${blob.length} bytes, seed ${SEED}`).toBe(
            exact ? "BAD_SECTION" : "BAD_LENGTH",
          );
          expect(core.measure(at, length)).toBe(-status);
        }
      }
      const state = ({ core: one, arena: at }: CoreNetwork) => Buffer.from(one.memory.buffer, at, arenaBytes);
      expect(state(disturbed).equals(state(calm)), `arenas, seed ${SEED}`).toBe(true);
      run(disturbed, SEED + 1);
      run(calm, SEED + 1);
      expect(state(disturbed).equals(state(calm)), `arenas after a run, seed ${SEED}`).toBe(true);
      expect(disturbed.snapshot()).toEqual(calm.snapshot());
    }
  });

  it("accepts the blobs that all others here are made of", () => {
    for (const blob of [plain, analogue, ...small.map((one) => one.blob)]) {
      expect(loadAsItIs(build, blob)).toBe("OK");
    }
  });

  it(
    `outlives ${ATTACKS / 2} random changes as the other build does, whatever lies around it`,
    { timeout: 240_000 },
    () => {
      const [ground, elsewhere] = [new Ground(build), new Ground(build, 12345)];
      const otherBuild = new Ground(builds.find((one) => one !== build)!);
      const fields = small.map(({ blob }) => fieldsOf(blob));
      let accepted = 0;
      for (let i = 0; i < ATTACKS / 2; i++) {
        const seed = firstSeed(build) + i;
        const bytes = Uint8Array.from(small[i % small.length].blob);
        const changes = mutate(bytes, fields[i % small.length], new Random(seed));
        const what = () => `SPIKELET_SEED=${SEED}, attack ${i}, ${changes.join("; ")}`;
        const { status, arena, snapshot } = attackOn(ground, bytes, seed, what);
        if (status === L.OK) accepted++;
        if (!arena) continue;
        const again = attackOn(elsewhere, bytes, seed, what).arena!;
        if (Buffer.compare(arena, again) !== 0) throw new Error(`${what()}: reads what lies around it`);
        const others = attackOn(otherBuild, bytes, seed, what).snapshot!;
        if (Buffer.compare(snapshot!, others) !== 0) throw new Error(`${what()}: the builds differ`);
      }
      expect(accepted / (ATTACKS / 2), `accepted, seed ${SEED}`).toBeGreaterThan(0.05);
    },
  );
});
