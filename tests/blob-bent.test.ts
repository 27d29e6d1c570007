/** Blobs with one field or one array bent: each is refused, or lives without harm, which the ground would notice. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { changed, Ground, sectionOf, TIME_LIMIT, viewOf } from "./attack.js";
import { fieldsOf, hostileValues, setField } from "./blob-fields.js";
import type { Place } from "./blob-fields.js";
import { attackOn, EACH, SEED, smallOf } from "./blob-support.js";
import { assemble, BLOB, builds, instance } from "./core.js";
import { plainAnalogue, plainProgram, SPIKING } from "./plain-program.js";
import { Random } from "./random.js";

describe.each(builds)("the %s build", (build) => {
  const plain = assemble(instance(build), plainProgram());
  const analogue = assemble(instance(build), plainAnalogue());
  const small = smallOf(build);

  it("lives with, or refuses, every value that one field of header, directory, operation or rule can be bent to", () => {
    const ground = new Ground(build);
    let [tried, lived] = [0, 0];
    for (const blob of [plain, analogue, ...small.filter((_, i) => i % EACH < 5).map((one) => one.blob)]) {
      for (const field of fieldsOf(blob)) {
        for (const value of hostileValues(blob, field)) {
          const bytes = Uint8Array.from(blob);
          setField(bytes, field, value);
          const what = () => `${field.name} is ${value}, seed ${SEED}`;
          tried++;
          if (attackOn(ground, bytes, SEED + tried, what).arena) lived++;
        }
      }
    }
    expect(tried).toBeGreaterThan(20_000);
    expect(lived / tried, `of ${tried}, seed ${SEED}`).toBeGreaterThan(0.02);
  });

  it("refuses numbers in the padding, or is not moved by them", () => {
    const view = viewOf(plain);
    const program = sectionOf(view, L.SECTION_OPERATIONS);
    const rule = sectionOf(view, L.SECTION_LEARNING) + L.LEARNING_BYTES + L.RULE_BYTES;
    const u32 = (at: number) => view.getUint32(at, true);
    const hidden = program + SPIKING * L.OPERATION_BYTES;
    const surrogate = u32(rule + L.RULE_SURROGATE);
    // arrays of the layer of seven neurons, and a number for the nine that are not there
    const arrays: [name: string, number: number, ...places: Place[]][] = [
      ["decays", 30000, { at: u32(hidden + L.POPULATION_DECAY), bytes: 2 }],
      ["thresholds", 1, { at: u32(hidden + L.POPULATION_THRESHOLD), bytes: 2 }],
      ["thresholds", 1000, { at: u32(hidden + L.POPULATION_THRESHOLD), bytes: 2 }],
      ["biases", 1000, { at: u32(hidden + L.POPULATION_BIAS), bytes: 4 }],
      ["biases", 2 ** 29, { at: u32(hidden + L.POPULATION_BIAS), bytes: 4 }],
      ["widths", 400, { at: surrogate, bytes: 4 }],
      ["factors", 5_000_000, { at: surrogate + 64, bytes: 4 }],
      ["triangles", 40_000, { at: surrogate, bytes: 4 }, { at: surrogate + 64, bytes: 4 }],
    ];
    const ground = new Ground(build);
    for (const [name, number, ...places] of arrays) {
      const blob = changed(plain, (_, copy) => {
        for (const { at, bytes } of places) {
          for (let j = 7; j < 16; j++) setField(copy, { at: at + j * bytes, bytes }, number);
        }
      });
      for (let seed = SEED; seed < SEED + 30; seed++) {
        const what = () => `${name} of ${number} in the padding, SPIKELET_SEED=${seed}`;
        const bent = attackOn(ground, blob, seed, what).snapshot;
        if (!bent) continue;
        const clean = attackOn(ground, plain, seed, what).snapshot!;
        const weights = (bytes: Uint8Array) =>
          bytes.subarray(u32(program + L.SYNAPSE_WEIGHTS), u32(hidden + L.POPULATION_DECAY));
        expect(Buffer.compare(weights(bent), weights(clean)), what()).toBe(0);
        const learnt = viewOf(clean).getUint32(L.HEADER_BYTES + 4 * L.SECTION_BYTES + L.SECTION_OFFSET, true);
        // but for what is left of a bias that is not there
        expect(
          Buffer.compare(bent.subarray(learnt, learnt + 16), clean.subarray(learnt, learnt + 16)),
          what(),
        ).toBe(0);
      }
    }
  });
});

describe("the ground that attacks take place on", () => {
  const blob = assemble(instance("mvp"), plainProgram());
  /** a ground whose core does something else before each run */
  const ground = (before: (arena: number, memory: WebAssembly.Memory) => void) => {
    const one = new Ground("mvp");
    const { core } = one;
    const run: typeof core.run = (arena, steps, flags) => {
      before(arena, core.memory);
      return core.run(arena, steps, flags);
    };
    return Object.assign(one, { core: { ...core, run } });
  };
  const bytes = ({ buffer }: WebAssembly.Memory) => new Uint8Array(buffer);

  it("lets pass what does no harm", () => {
    expect(ground(() => {}).attack(blob, new Random(1)).arena).not.toBeNull();
  });

  it("notices one byte that is written outside the arena, and memory that grows", () => {
    const needs = viewOf(blob).getUint32(L.HEADER_ARENA, true);
    const harm: [what: string, (arena: number, memory: WebAssembly.Memory) => void][] = [
      ["wrote to 0,", (_, memory) => bytes(memory)[0]++],
      ["wrote to 1124,", (_, memory) => bytes(memory)[BLOB + 100]++],
      ["wrote to", (arena, memory) => bytes(memory)[arena - 1]++],
      ["wrote to", (arena, memory) => bytes(memory)[arena + needs]++],
      ["detached", (_, memory) => memory.grow(1)],
    ];
    for (const [what, before] of harm) expect(() => ground(before).attack(blob, new Random(1))).toThrow(what);
  });

  it(`notices an attack that takes more than ${TIME_LIMIT} ms`, () => {
    const wait = () => {
      for (const began = performance.now(); performance.now() < began + TIME_LIMIT + 1;);
    };
    expect(() => ground(wait).attack(blob, new Random(1))).toThrow("took");
  });
});
