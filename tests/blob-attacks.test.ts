/** Blobs that are cut, bent and made up: each is refused with a status, or lives without harm. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { sealBlob, setArenaBytes, writeBlob } from "../tools/exporter/writers/blob.js";
import type { Population, Program, Synapses } from "../tools/exporter/program.js";
import { changed, entryOf, Ground, sectionEnd, sectionOf, smallBlobs, TIME_LIMIT, viewOf } from "./attack.js";
import { fieldsOf, getField, hostileValues, mutate, setField } from "./blob-fields.js";
import type { Place } from "./blob-fields.js";
import { BLOB, builds, CoreNetwork, assemble, instance, measure, room } from "./core.js";
import type { Build } from "./core.js";
import { BELOW, FEEDBACK, plainAnalogue, plainProgram, READOUT, SPIKING } from "./plain-program.js";
import { randomInput } from "./random-program.js";
import { Random } from "./random.js";

/** Random attacks in all, half of them on each build. */
const ATTACKS = Number(process.env.SPIKELET_ATTACKS ?? 100_000);
const SEED = Number(process.env.SPIKELET_SEED ?? Date.now() % 2 ** 31);
/** Small programs of each of the four kinds. */
const EACH = 10;

/** A place in the blob and what to put there. */
interface Change extends Place {
  value: number;
}

/** Every status that load() may give, by the name of layout.ts. */
const NAMES = [
  ...[
    "OK",
    "BAD_LENGTH",
    "BAD_MAGIC",
    "BAD_VERSION",
    "BAD_CRC",
    "BAD_HEADER",
    "BAD_SECTION",
    "UNKNOWN_SECTION",
  ],
  ...[
    "BAD_OPERATION",
    "BAD_SHAPE",
    "BAD_PARAMETER",
    "BAD_RANGE",
    "BAD_LEARNING",
    "BAD_ARENA",
    "BAD_ALIGNMENT",
  ],
];

/** Of the plain program's spiking layer as the last one. */
const COUNTING = { code: "count", classes: 7 } as const;

const align = (n: number): number => (n + 15) & ~15;

/** Loads bytes as they are into an instance of their own, with the arena that their header announces. */
function loadAsItIs(
  build: Build,
  bytes: Uint8Array,
  { arena = 0, room: given = -1, at = BLOB } = {},
): string {
  const core = instance(build);
  const announced = bytes.length < L.HEADER_BYTES ? 0 : viewOf(bytes).getUint32(L.HEADER_ARENA, true);
  const place = align(at + bytes.length) + arena;
  room(core, place + 65536);
  new Uint8Array(core.memory.buffer).set(bytes, at);
  return NAMES[core.load(at, bytes.length, place, given < 0 ? announced : given)];
}

/** The status that a random life on a ground comes to, or an error that says how to have it again. */
function attackOn(ground: Ground, bytes: Uint8Array, seed: number, what: () => string) {
  try {
    return ground.attack(bytes, new Random(seed));
  } catch (error) {
    throw new Error(`${what()}: ${(error as Error).message}`, { cause: error });
  }
}

describe.each(builds)("the %s build", (build) => {
  const plain = assemble(instance(build), plainProgram());
  const analogue = assemble(instance(build), plainAnalogue());
  /** so that no attack is made twice */
  const first = SEED + builds.indexOf(build) * ATTACKS;
  const small = smallBlobs(instance(build), EACH, first);

  it("refuses a blob cut at any length, and the network that ran before goes on bit for bit", () => {
    for (const { program, blob } of small.filter((_, i) => i % EACH < 2)) {
      const [disturbed, calm] = [0, 1].map(() => new CoreNetwork(instance(build), program, blob));
      const run = (net: CoreNetwork, seed: number) => {
        const { input, steps, hold } = randomInput(program, seed);
        const record = program.learning ? L.RUN_RECORD : 0;
        expect(net.run(input, steps, (hold ? L.RUN_HOLD : 0) | record)).toBe(L.OK);
        if (program.learning?.schedules.includes("step")) net.core.teachStep(net.arena, 0);
        if (program.learning?.schedules.includes("window")) net.core.teach(net.arena, 0);
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

  it("says what is wrong with a header", () => {
    const cases: [name: string, at: number, bytes: 2 | 4, values: number[], status: string][] = [
      ["magic", L.HEADER_MAGIC, 4, [0, L.MAGIC + 1, 2 ** 32 - 1], "BAD_MAGIC"],
      ["version", L.HEADER_VERSION, 2, [0, 2, 65535], "BAD_VERSION"],
      ["flags", L.HEADER_FLAGS, 2, [1, 32768], "BAD_HEADER"],
      [
        "length",
        L.HEADER_LENGTH,
        4,
        [0, 63, plain.length - 16, plain.length + 16, 2 ** 32 - 16],
        "BAD_LENGTH",
      ],
      ["arena", L.HEADER_ARENA, 4, [0, 1, getField(plain, field(L.HEADER_ARENA)) + 16], "BAD_ARENA"],
      [
        "less arena",
        L.HEADER_ARENA,
        4,
        [getField(plain, field(L.HEADER_ARENA)) - 1, 2 ** 32 - 1],
        "BAD_ARENA",
      ],
      ["steps", L.HEADER_STEPS, 4, [0, 65536, 2 ** 31, 2 ** 32 - 1], "BAD_HEADER"],
      ["inputs", L.HEADER_INPUTS, 4, [0, 65536, 2 ** 32 - 1], "BAD_HEADER"],
      ["other inputs", L.HEADER_INPUTS, 4, [4, 6, 65535], "BAD_SHAPE"],
      ["outputs", L.HEADER_OUTPUTS, 4, [0, 2, 4, 65536, 2 ** 32 - 1], "BAD_HEADER"],
      ["classes", L.HEADER_CLASSES, 2, [0, 1, 2, 4, 65535], "BAD_HEADER"],
      ["code", L.HEADER_CODE, 2, [0, 7, 65535], "BAD_HEADER"],
      ["code for spikes", L.HEADER_CODE, 2, [1, 2, 3], "BAD_OPERATION"],
      ["kind", L.HEADER_INPUT_KIND, 2, [0, 3, 65535], "BAD_HEADER"],
      ["sections", L.HEADER_SECTIONS, 2, [0, 1, 4, 6, 17, 65535], "BAD_SECTION"],
      ["range", L.HEADER_INPUT_RANGE, 4, [0, 2, 2 ** 32 - 1], "BAD_HEADER"],
      ["events", L.HEADER_EVENTS, 4, [0, 2 ** 26 + 1, 2 ** 32 - 1], "BAD_HEADER"],
      ["many events", L.HEADER_EVENTS, 4, [2 ** 21, 2 ** 26], "BAD_RANGE"],
      ["zero", L.HEADER_ZERO, 4, [1, 2 ** 31], "BAD_HEADER"],
      ["last zero", L.HEADER_BYTES - 4, 4, [2 ** 24], "BAD_HEADER"],
    ];
    for (const [name, at, bytes, values, status] of cases) {
      for (const value of values) {
        const blob = changed(plain, (_, copy) => setField(copy, { at, bytes }, value));
        expect(loadAsItIs(build, blob), `${name} ${value}`).toBe(status);
      }
    }
    for (const [at, value] of [
      [L.HEADER_INPUT_RANGE, 32768],
      [L.HEADER_EVENTS, 11],
    ]) {
      const blob = changed(analogue, (view) => view.setUint32(at, value, true));
      expect(loadAsItIs(build, blob), `analogue, ${value} at ${at}`).toBe("BAD_HEADER");
    }
    const shared = changed(plain, (view) => {
      view.setUint16(L.HEADER_CODE, L.CODE_POPULATION, true);
      view.setUint16(L.HEADER_CLASSES, 2, true);
    });
    expect(loadAsItIs(build, shared), "two classes for three outputs").toBe("BAD_HEADER");
  });

  it("finds a bit that fell over, wherever it lies", () => {
    for (let bit = 0; bit < 8 * plain.length; bit += 3) {
      const blob = Uint8Array.from(plain);
      blob[bit >> 3] ^= 1 << (bit & 7);
      const at = bit >> 3;
      const expected =
        at < 4 ? "BAD_MAGIC" : at < 6 ? "BAD_VERSION" : at >= 8 && at < 12 ? "BAD_LENGTH" : "BAD_CRC";
      expect(loadAsItIs(build, blob), `bit ${bit}`).toBe(expected);
    }
  });

  it("asks for aligned addresses and for all of its arena", () => {
    const needs = viewOf(plain).getUint32(L.HEADER_ARENA, true);
    for (const off of [1, 4, 8, 15]) {
      expect(loadAsItIs(build, plain, { at: BLOB + off })).toBe("BAD_ALIGNMENT");
      expect(loadAsItIs(build, plain, { arena: off })).toBe("BAD_ALIGNMENT");
    }
    for (const less of [0, 16, needs - 16, needs - 1]) {
      expect(loadAsItIs(build, plain, { room: less })).toBe("BAD_ARENA");
    }
    expect(loadAsItIs(build, plain, { room: needs + 1 })).toBe("OK");
  });

  it("refuses sections that overlap, lie outside, leave gaps or stand twice, and critical ones it does not know", () => {
    const view = viewOf(plain);
    const end = plain.length;
    const [operations, parameters, learning, metadata, learnt] = [0, 1, 2, 3, 4].map(
      (index) => L.HEADER_BYTES + index * L.SECTION_BYTES,
    );
    const [kind, flags, offset, length, zero] = [0, 2, 4, 8, 12];
    const start = (entry: number) => view.getUint32(entry + offset, true);
    const u16 = (entry: number, at: number, value: number): Change => ({ at: entry + at, bytes: 2, value });
    const u32 = (entry: number, at: number, value: number): Change => ({ at: entry + at, bytes: 4, value });
    const cases: [name: string, status: string, ...changes: Change[]][] = [
      ["the same place", "BAD_SECTION", u32(parameters, offset, start(operations))],
      ["overlap", "BAD_SECTION", u32(parameters, offset, start(parameters) - 16)],
      ["a gap", "BAD_SECTION", u32(parameters, offset, start(parameters) + 16)],
      ["in the header", "BAD_SECTION", u32(operations, offset, 0)],
      ["behind the end", "BAD_SECTION", u32(operations, offset, end)],
      ["far behind the end", "BAD_SECTION", u32(operations, offset, 2 ** 32 - 16)],
      ["length 0", "BAD_SECTION", u32(operations, length, 0)],
      ["beyond the end", "BAD_SECTION", u32(parameters, length, end)],
      ["length wraps", "BAD_SECTION", u32(parameters, length, 2 ** 32 - 1)],
      ["length wraps to 0", "BAD_SECTION", u32(parameters, length, 2 ** 32 - 16)],
      ["end wraps", "BAD_SECTION", u32(operations, length, 2 ** 32 - start(operations))],
      ["operations twice", "BAD_SECTION", u16(parameters, kind, L.SECTION_OPERATIONS)],
      ["parameters twice", "BAD_SECTION", u16(metadata, kind, L.SECTION_PARAMETERS)],
      ["metadata twice", "BAD_SECTION", u16(learning, kind, L.SECTION_METADATA)],
      ["flag 2", "BAD_SECTION", u16(metadata, flags, 2)],
      ["zero", "BAD_SECTION", u32(metadata, zero, 1)],
      ["learnt too early", "BAD_SECTION", u16(metadata, kind, L.SECTION_LEARNT)],
      ["learnt not last", "BAD_SECTION", u16(metadata, kind, L.SECTION_LEARNT), u16(learnt, kind, 6)],
      ["learning twice", "BAD_SECTION", u16(learnt, kind, L.SECTION_LEARNING)],
      ["no operations", "BAD_SECTION", u16(operations, kind, 4000), u16(operations, flags, 0)],
      ["no parameters", "BAD_SECTION", u16(parameters, kind, 4000), u16(parameters, flags, 0)],
      ["unknown and critical", "UNKNOWN_SECTION", u16(metadata, kind, 6), u16(metadata, flags, 1)],
      ["last kind and critical", "UNKNOWN_SECTION", u16(learning, kind, 65535)],
      ["kind 0", "UNKNOWN_SECTION", u16(metadata, kind, 0)],
      ["learning without learnt", "BAD_LEARNING", u16(learnt, kind, 6)],
      ["learnt without learning", "BAD_LEARNING", u16(learning, kind, 6), u16(learning, flags, 0)],
      ["dirty padding", "BAD_SECTION", { at: end - 1, bytes: 1, value: 1 }],
    ];
    expect(view.getUint32(metadata + length, true) % 16, "the metadata leave padding").not.toBe(0);
    for (const [name, status, ...changes] of cases) {
      const blob = changed(plain, (_, copy) => changes.forEach((one) => setField(copy, one, one.value)));
      expect(loadAsItIs(build, blob), name).toBe(status);
    }
  });

  it("passes over sections that it does not know and may pass over, up to sixteen in all", () => {
    for (const extra of [1, 11, 12]) {
      const blob = withSections(plain, extra, 300);
      const needs = measure(instance(build), blob);
      if (extra === 12) expect(needs).toBe(-L.BAD_SECTION);
      else {
        expect(needs).toBe(viewOf(plain).getUint32(L.HEADER_ARENA, true));
        expect(loadAsItIs(build, blob)).toBe("OK");
        attackOn(new Ground(build), blob, SEED, () => `${extra} sections, seed ${SEED}`);
      }
    }
    expect(
      loadAsItIs(
        build,
        changed(plain, (v) => v.setUint16(64 + 3 * 16, 4000, true)),
      ),
    ).toBe("OK");
  });

  it("refuses operations whose shapes do not fit, whose arrays lie elsewhere or whose numbers are out of range", () => {
    const op = (index: number, at: number) =>
      L.HEADER_BYTES + 5 * L.SECTION_BYTES + index * L.OPERATION_BYTES + at;
    const end = sectionOf(viewOf(plain), L.SECTION_LEARNING);
    const arrayAt = (index: number, at: number) => viewOf(plain).getUint32(op(index, at), true);
    const cases: [name: string, at: number, bytes: 1 | 2 | 4, values: number[], status: string][] = [
      ["code", op(BELOW, L.OP_CODE), 2, [0, 2, 3, 16, 17, 18, 65535], "BAD_OPERATION"],
      ["adds to nothing", op(BELOW, L.OP_FLAGS), 2, [1, 2, 65535], "BAD_OPERATION"],
      ["itself for source", op(FEEDBACK, L.SYNAPSE_SOURCE), 2, [3, 4, 5, 65535], "BAD_SHAPE"],
      ["synapses for source", op(FEEDBACK, L.SYNAPSE_SOURCE), 2, [1], "BAD_SHAPE"],
      ["bits of a weight", op(BELOW, L.SYNAPSE_BITS), 2, [0, 4, 9, 264], "BAD_OPERATION"],
      ["inputs", op(BELOW, L.SYNAPSE_INPUTS), 4, [0, 4, 6, 65536, 2 ** 32 - 1], "BAD_SHAPE"],
      ["outputs", op(BELOW, L.SYNAPSE_OUTPUTS), 4, [0, 17, 65536, 2 ** 32 - 1], "BAD_SHAPE"],
      ["other outputs", op(BELOW, L.SYNAPSE_OUTPUTS), 4, [6], "BAD_PARAMETER"],
      ["stride", op(BELOW, L.SYNAPSE_STRIDE), 4, [0, 7, 32, 2 ** 32 - 16], "BAD_SHAPE"],
      [
        "weights outside",
        op(BELOW, L.SYNAPSE_WEIGHTS),
        4,
        [0, 64, end - 64, end, plain.length],
        "BAD_PARAMETER",
      ],
      [
        "weights wrap",
        op(BELOW, L.SYNAPSE_WEIGHTS),
        4,
        [2 ** 32 - 16, 2 ** 32 - 80, 2 ** 31],
        "BAD_PARAMETER",
      ],
      [
        "weights in the next array",
        op(BELOW, L.SYNAPSE_WEIGHTS),
        4,
        [arrayAt(BELOW, 16) + 16],
        "BAD_PARAMETER",
      ],
      ["weights of others", op(FEEDBACK, L.SYNAPSE_WEIGHTS), 4, [arrayAt(BELOW, 16)], "BAD_PARAMETER"],
      ["decays over weights", op(SPIKING, L.POPULATION_DECAY), 4, [arrayAt(BELOW, 16) + 16], "BAD_PARAMETER"],
      ["weights not aligned", op(BELOW, L.SYNAPSE_WEIGHTS), 4, [arrayAt(BELOW, 16) + 8], "BAD_PARAMETER"],
      ["zero of synapses", op(BELOW, L.SYNAPSE_ZERO), 4, [1], "BAD_OPERATION"],
      ["weights' padding", arrayAt(BELOW, L.SYNAPSE_WEIGHTS) + 15, 1, [0, 127, 129], "BAD_PARAMETER"],
      ["li before the end", op(SPIKING, L.OP_CODE), 2, [17], "BAD_OPERATION"],
      ["lif at the end", op(READOUT, L.OP_CODE), 2, [16], "BAD_PARAMETER"],
      ["flags", op(SPIKING, L.OP_FLAGS), 2, [8, 65535], "BAD_OPERATION"],
      ["an array without decay", op(SPIKING, L.OP_FLAGS), 2, [2], "BAD_PARAMETER"],
      ["reset", op(SPIKING, L.POPULATION_RESET), 1, [5, 255], "BAD_OPERATION"],
      ["reset of a readout", op(READOUT, L.POPULATION_RESET), 1, [1], "BAD_OPERATION"],
      ["comparator of a readout", op(READOUT, L.OP_FLAGS), 2, [1], "BAD_OPERATION"],
      ["bits of a membrane", op(SPIKING, L.POPULATION_BITS), 1, [0, 1, 15, 24, 64, 255], "BAD_OPERATION"],
      ["k", op(SPIKING, L.POPULATION_SHIFT), 1, [17, 127, 128, 256 - 25], "BAD_RANGE"],
      ["k that overflows", op(SPIKING, L.POPULATION_SHIFT), 1, [16], "BAD_RANGE"],
      ["byte 7", op(SPIKING, 7), 1, [1], "BAD_OPERATION"],
      ["neurons", op(SPIKING, L.POPULATION_NEURONS), 4, [0, 6, 8, 65536, 2 ** 32 - 1], "BAD_SHAPE"],
      ["no decay array", op(SPIKING, L.POPULATION_DECAY), 4, [0, 64, end, 2 ** 32 - 16], "BAD_PARAMETER"],
      ["no threshold", op(SPIKING, L.POPULATION_THRESHOLD), 4, [0, 64, end, 2 ** 32 - 16], "BAD_PARAMETER"],
      ["bias outside", op(SPIKING, L.POPULATION_BIAS), 4, [64, end - 48, end, 2 ** 32 - 16], "BAD_PARAMETER"],
      [
        "lower bound",
        op(SPIKING, L.POPULATION_LOWER),
        4,
        [1, 2 ** 31 - 1, 2 ** 32 - 32769, 2 ** 31],
        "BAD_RANGE",
      ],
      ["v_reset", op(SPIKING, L.POPULATION_V_RESET), 4, [32768, 2 ** 32 - 32769, 2 ** 31], "BAD_RANGE"],
      ["zero of a population", op(SPIKING, L.OPERATION_BYTES - 4), 4, [2 ** 31], "BAD_OPERATION"],
      ["threshold", arrayAt(SPIKING, L.POPULATION_THRESHOLD) + 12, 2, [0, 32768, 65535], "BAD_RANGE"],
      ["padding of thresholds", arrayAt(SPIKING, L.POPULATION_THRESHOLD) + 30, 2, [0], "BAD_RANGE"],
      [
        "bias",
        arrayAt(SPIKING, L.POPULATION_BIAS),
        4,
        [2 ** 29 + 1, 2 ** 31, 2 ** 32 - 2 ** 29 - 1],
        "BAD_RANGE",
      ],
    ];
    for (const [name, at, bytes, values, status] of cases) {
      for (const value of values) {
        const blob = changed(plain, (_, copy) => setField(copy, { at, bytes }, value));
        expect(loadAsItIs(build, blob), `${name} ${value}`).toBe(status);
      }
    }
    const { operations } = plainProgram();
    const below = operations[BELOW] as Synapses;
    for (const outputs of [6, 8, 16, 17, 40]) {
      const more = { ...weights(0, 5, outputs), adds: true };
      const uneven = plainProgram({
        learning: null,
        operations: [below, more, ...operations.slice(1, 2)],
        ...COUNTING,
      });
      expect(-measure(instance(build), writeBlob(uneven, 0)), `${outputs} outputs added to 7`).toBe(
        L.BAD_SHAPE,
      );
    }
    const wide32 = { ...(operations[SPIKING] as Population), bits: 32 as const, bias: null };
    const last = writeBlob(plainProgram({ learning: null, operations: [below, wide32], ...COUNTING }), 0);
    for (const back of [16, 32, 48]) {
      const blob = changed(last, (view) => {
        const at = L.HEADER_BYTES + 3 * L.SECTION_BYTES + L.OPERATION_BYTES + L.POPULATION_THRESHOLD;
        expect(view.getUint32(at, true), "64 bytes of thresholds stand last").toBe(
          sectionEnd(view, L.SECTION_PARAMETERS) - 64,
        );
        view.setUint32(at, sectionEnd(view, L.SECTION_PARAMETERS) - back, true);
      });
      expect(loadAsItIs(build, blob), `thresholds in the last ${back} bytes`).toBe("BAD_PARAMETER");
    }
    for (const bytes of [32, 2 * 64 + 32, 3 * 64]) {
      const blob = changed(plain, (view) => {
        const parameters = sectionOf(view, L.SECTION_PARAMETERS);
        const moved = sectionOf(view, L.SECTION_OPERATIONS) + bytes;
        view.setUint32(entryOf(view, L.SECTION_OPERATIONS) + L.SECTION_LENGTH, bytes, true);
        const entry = entryOf(view, L.SECTION_PARAMETERS);
        view.setUint32(entry + L.SECTION_OFFSET, moved, true);
        view.setUint32(entry + L.SECTION_LENGTH, view.getUint32(entry + 8, true) + parameters - moved, true);
      });
      expect(loadAsItIs(build, blob), `${bytes} bytes of operations`).toBe("BAD_OPERATION");
    }
  });

  it("refuses learning that would overflow, that is not there or that this version does not know", () => {
    const learning = sectionOf(viewOf(plain), L.SECTION_LEARNING);
    const [readout, below] = [0, 1].map((r) => learning + L.LEARNING_BYTES + r * L.RULE_BYTES);
    const surrogate = viewOf(plain).getUint32(below + L.RULE_SURROGATE, true);
    const bias = viewOf(plain).getUint32(
      sectionOf(viewOf(plain), L.SECTION_OPERATIONS) + SPIKING * L.OPERATION_BYTES + L.POPULATION_BIAS,
      true,
    );
    const cases: [name: string, at: number, bytes: 1 | 2 | 4, values: number[]][] = [
      ["loss", learning, 2, [0, 2, 65535]],
      ["schedules", learning + L.LEARNING_SCHEDULES, 2, [0, 4, 65535]],
      ["rules", learning + L.LEARNING_COUNT, 2, [0, 1, 3, 65535]],
      ["half word 6", learning + 6, 2, [1]],
      ["logit factor", learning + L.LEARNING_LOGIT, 4, [0, 2 ** 20 + 1, 2 ** 32 - 1]],
      ["logit shift", learning + L.LEARNING_LOGIT_SHIFT, 1, [41, 64, 255]],
      ["half word 14", learning + 14, 2, [256]],
      ["zero", learning + L.LEARNING_ZERO, 4, [1]],
      ["no such operation", below + L.RULE_SYNAPSE, 2, [1, 2, 3, 4, 5, 65535]],
      ["readout elsewhere", readout + L.RULE_SYNAPSE, 2, [0, 1, 3]],
      ["signal", below + L.RULE_SIGNAL, 2, [0, 1, 3]],
      ["flags", below + L.RULE_FLAGS, 2, [4, 65535]],
      ["error shift", below + L.RULE_ERROR_SHIFT, 1, [31, 32, 255]],
      ["signal shift", below + L.RULE_SIGNAL_SHIFT, 1, [31, 32, 255]],
      ["rate", below + L.RULE_RATE, 2, [1024, 65535]],
      ["rate shift", below + L.RULE_RATE_SHIFT, 1, [31, 255]],
      ["carry shift", below + L.RULE_CARRY_SHIFT, 1, [31, 255]],
      ["view shift", below + L.RULE_VIEW_SHIFT, 1, [31, 255]],
      ["trace shift", below + L.RULE_TRACE_SHIFT, 1, [31, 255]],
      [
        "surrogate",
        below + L.RULE_SURROGATE,
        4,
        [0, 64, surrogate + 8, surrogate + 16, 2 ** 32 - 16, 2 ** 32 - 128],
      ],
      ["surrogate of a readout", readout + L.RULE_SURROGATE, 4, [surrogate]],
      ["step rate", below + L.RULE_STEP_RATE, 2, [1024, 65535]],
      ["step rate shift", below + L.RULE_STEP_RATE_SHIFT, 1, [31, 255]],
      ["trace view", below + L.RULE_TRACE_VIEW, 1, [31, 255]],
      ["bias scale", below + L.RULE_BIAS_SCALE, 2, [0]],
      ["zero of a rule", below + L.RULE_ZERO, 2, [1]],
      ["last zero of a rule", below + L.RULE_BYTES - 4, 4, [1]],
      ["width", surrogate, 4, [430, 2 ** 31, 2 ** 32 - 1]],
      ["factor", surrogate + 64, 4, [10_737_419, 2 ** 32 - 1]],
      ["bias that learns", bias, 4, [2 ** 21 + 1, 2 ** 32 - 2 ** 21 - 1]],
    ];
    for (const [name, at, bytes, values] of cases) {
      for (const value of values) {
        const blob = changed(plain, (_, copy) => setField(copy, { at, bytes }, value));
        expect(loadAsItIs(build, blob), `${name} ${value}`).toBe("BAD_LEARNING");
      }
    }
    const hidden = plainProgram().operations[SPIKING] as Population;
    const wrong: [name: string, program: Program][] = [
      ["values that overflow", plainAnalogue({ inputRange: 32767, maxSteps: 17 })],
      ["two decays in the schedule step", other({ ...hidden, decay: Uint16Array.of(1, 2, 2, 2, 2, 2, 2) })],
      ["reset to zero in the schedule step", other({ ...hidden, reset: "zero" })],
      ["wide membranes below", other({ ...hidden, bits: 32 })],
      ["no bias that could learn", other({ ...hidden, bias: null })],
      ["257 classes", manyClasses(257)],
    ];
    for (const [name, program] of wrong) {
      expect(-measure(instance(build), writeBlob(program, 0)), name).toBe(L.BAD_LEARNING);
    }
    expect(measure(instance(build), writeBlob(manyClasses(256), 0))).toBeGreaterThan(0);
    expect(
      measure(instance(build), writeBlob(plainAnalogue({ inputRange: 32767, maxSteps: 16 }), 0)),
    ).toBeGreaterThan(0);
  });

  it("refuses what was learnt of another length", () => {
    const net = new CoreNetwork(instance(build), plainProgram(), plain);
    const snapshot = net.snapshot();
    expect(loadAsItIs(build, snapshot)).toBe("OK");
    const entry = L.HEADER_BYTES + 4 * L.SECTION_BYTES;
    for (const less of [1, 15]) {
      const blob = changed(snapshot, (v) =>
        v.setUint32(entry + 8, v.getUint32(entry + 8, true) - less, true),
      );
      expect(loadAsItIs(build, blob), `${less} bytes less`).toBe("BAD_SECTION");
    }
    const shorter = Uint8Array.from(snapshot.subarray(0, -16));
    viewOf(shorter).setUint32(L.HEADER_LENGTH, shorter.length, true);
    viewOf(shorter).setUint32(entry + 8, viewOf(snapshot).getUint32(entry + 8, true) - 16, true);
    sealBlob(shorter);
    expect(loadAsItIs(build, shorter)).toBe("BAD_SECTION");
  });

  it("reads nothing behind a blob's last byte", () => {
    const blobs = [plain, analogue, ...small.map((one) => one.blob)];
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
    const rules = [{ ...learning!.rules[0], synapse: 0 }];
    const blob = writeBlob({ ...wide(256, 1), learning: { ...learning!, rules } }, 0);
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

  it(
    `outlives ${ATTACKS / 2} random changes as the other build does, whatever lies around it`,
    { timeout: 240_000 },
    () => {
      const [ground, elsewhere] = [new Ground(build), new Ground(build, 12345)];
      const otherBuild = new Ground(builds.find((one) => one !== build)!);
      const fields = small.map(({ blob }) => fieldsOf(blob));
      let accepted = 0;
      for (let i = 0; i < ATTACKS / 2; i++) {
        const seed = first + i;
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

function field(at: number): Place {
  return { at, bytes: 4 };
}

/** The plain program with another spiking layer. */
function other(hidden: Population): Program {
  const { operations } = plainProgram();
  return plainProgram({ operations: [operations[BELOW], hidden, operations[FEEDBACK], operations[READOUT]] });
}

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

function manyClasses(classes: number): Program {
  const { operations, learning } = plainProgram();
  const readout: Population = {
    ...(operations[READOUT] as Population),
    ...{ neurons: classes, decay: null, bias: new Int32Array(classes) },
  };
  return plainProgram({
    ...{ classes, learning },
    operations: [operations[BELOW], operations[SPIKING], weights(SPIKING + 1, 7, classes), readout],
  });
}

function weights(source: number, inputs: number, outputs: number): Synapses {
  const none = new Int8Array(inputs * outputs);
  return { kind: "dense", name: "", source, adds: false, inputs, outputs, weights: none };
}

/** The plain blob with `extra` sections of unknown kinds before its last one, and all offsets moved accordingly. */
function withSections(blob: Uint8Array, extra: number, bytes: number): Uint8Array {
  const old = viewOf(blob);
  const directoryEnd = L.HEADER_BYTES + 5 * L.SECTION_BYTES;
  const moved = extra * L.SECTION_BYTES;
  const out = new Uint8Array(blob.length + moved + extra * align(bytes));
  out.set(blob.subarray(0, directoryEnd - L.SECTION_BYTES));
  out.set(blob.subarray(directoryEnd), directoryEnd + moved);
  const view = viewOf(out);
  const move = (at: number) => {
    if (view.getUint32(at, true)) view.setUint32(at, view.getUint32(at, true) + moved, true);
  };
  for (let i = 0; i < 4; i++) move(L.HEADER_BYTES + i * L.SECTION_BYTES + L.SECTION_OFFSET);
  let [entry, at] = [directoryEnd - L.SECTION_BYTES, blob.length + moved];
  for (let i = 0; i < extra; i++, entry += L.SECTION_BYTES, at += align(bytes)) {
    view.setUint16(entry, 100 + i, true);
    view.setUint32(entry + L.SECTION_OFFSET, at, true);
    view.setUint32(entry + L.SECTION_LENGTH, bytes, true);
    out.fill(255, at, at + bytes);
  }
  out.set(blob.subarray(directoryEnd - L.SECTION_BYTES, directoryEnd), entry);
  view.setUint32(entry + L.SECTION_OFFSET, at, true);

  const program = sectionOf(old, L.SECTION_OPERATIONS) + moved;
  for (let op = program, i = 0; i < 4; i++, op += L.OPERATION_BYTES) {
    if (view.getUint16(op, true) < L.OP_LIF) move(op + L.SYNAPSE_WEIGHTS);
    else [L.POPULATION_DECAY, L.POPULATION_THRESHOLD, L.POPULATION_BIAS].forEach((array) => move(op + array));
  }
  const rules = sectionOf(old, L.SECTION_LEARNING) + moved + L.LEARNING_BYTES;
  [0, 1].forEach((r) => move(rules + r * L.RULE_BYTES + L.RULE_SURROGATE));
  view.setUint16(L.HEADER_SECTIONS, 5 + extra, true);
  view.setUint32(L.HEADER_LENGTH, out.length, true);
  sealBlob(out);
  return out;
}
