/** Blobs with one field or one array bent: each is refused, or lives without harm, which the ground would notice. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { changed, Ground, sectionEnd, sectionOf, TIME_LIMIT, viewOf } from "./attack.js";
import { fieldsOf, hostileValues, setField } from "./blob-fields.js";
import type { Place } from "./blob-fields.js";
import { attackOn, EACH, pairingProgram, RICH, richProgram, SEED, smallOf } from "./blob-support.js";
import { assemble, BLOB, builds, instance } from "./core.js";
import { plainAnalogue, plainProgram, SPIKING } from "./plain-program.js";
import { Random } from "./random.js";

describe.each(builds)("the %s build", (build) => {
  const plain = assemble(instance(build), plainProgram());
  const analogue = assemble(instance(build), plainAnalogue());
  const small = smallOf(build);

  const rich = assemble(instance(build), richProgram());
  const pairing = assemble(instance(build), pairingProgram());

  it("lives with, or refuses, every value that one field can be bent to", { timeout: 240_000 }, () => {
    const ground = new Ground(build);
    let [tried, lived] = [0, 0];
    for (const blob of [
      plain,
      analogue,
      rich,
      pairing,
      ...small.filter((_, i) => i % (3 * EACH) === 0).map((one) => one.blob),
    ]) {
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
    for (const [name, number, ...places] of arrays) expectUnmoved(plain, name, number, places);
  });

  it("refuses numbers in the padding of adaptation, current, heights and couplings, or is not moved by them", () => {
    const view = viewOf(rich);
    const u32 = (at: number) => view.getUint32(at, true);
    const hidden = sectionOf(view, L.SECTION_OPERATIONS) + RICH.hidden * L.OPERATION_BYTES;
    const rule = sectionOf(view, L.SECTION_LEARNING) + L.LEARNING_BYTES + L.RULE_BYTES;
    const adaptation = u32(hidden + L.POPULATION_ADAPTATION);
    const surrogate = u32(rule + L.RULE_SURROGATE);
    const arrays: [name: string, number: number, place: Place][] = [
      ["decays of the adaptation", 65535, { at: adaptation, bytes: 2 }],
      ["strengths", 65535, { at: adaptation + 32, bytes: 2 }],
      ["decays of the current", 65535, { at: u32(hidden + L.POPULATION_CURRENT), bytes: 2 }],
      ["widths", 400, { at: surrogate, bytes: 4 }],
      ["factors", 5_000_000, { at: surrogate + 64, bytes: 4 }],
      ["heights", 32768, { at: surrogate + 128, bytes: 4 }],
      ["heights", 2 ** 32 - 1, { at: surrogate + 128, bytes: 4 }],
      ["couplings", 2 ** 20, { at: u32(rule + L.RULE_COUPLING), bytes: 4 }],
      ["couplings", 2 ** 32 - 1, { at: u32(rule + L.RULE_COUPLING), bytes: 4 }],
    ];
    for (const [name, number, place] of arrays) expectUnmoved(rich, name, number, [place]);
  });

  /** A blob of seven neurons with numbers for the nine that are not there: refused, or the same weights and generator in the end. */
  function expectUnmoved(clean: Uint8Array, name: string, number: number, places: Place[]): void {
    const ground = new Ground(build);
    const bent = changed(clean, (_, copy) => {
      for (const { at, bytes } of places) {
        for (let j = 7; j < 16; j++) setField(copy, { at: at + j * bytes, bytes }, number);
      }
    });
    for (let seed = SEED; seed < SEED + 30; seed++) {
      const what = () => `${name} of ${number} in the padding, SPIKELET_SEED=${seed}`;
      const moved = attackOn(ground, bent, seed, what).snapshot;
      if (!moved) continue;
      const still = attackOn(ground, clean, seed, what).snapshot!;
      // but for what is left of a bias that is not there
      expect(learntOf(moved).equals(learntOf(still)), what()).toBe(true);
    }
  }
});

/** All weights of a snapshot, and the generator's lanes. */
function learntOf(snapshot: Uint8Array): Buffer {
  const view = viewOf(snapshot);
  const lanes = sectionOf(view, L.SECTION_LEARNT);
  const parts = [snapshot.subarray(lanes, lanes + 16)];
  const end = sectionEnd(view, L.SECTION_OPERATIONS);
  for (let op = sectionOf(view, L.SECTION_OPERATIONS); op < end; op += L.OPERATION_BYTES) {
    if (view.getUint16(op, true) >= L.OP_LIF) continue;
    const at = view.getUint32(op + L.SYNAPSE_WEIGHTS, true);
    const bytes = view.getUint32(op + L.SYNAPSE_INPUTS, true) * view.getUint32(op + L.SYNAPSE_STRIDE, true);
    parts.push(snapshot.subarray(at, at + bytes));
  }
  return Buffer.concat(parts);
}

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
