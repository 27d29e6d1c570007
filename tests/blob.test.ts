import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HEADER_CRC, HEADER_VERSION, MAGIC } from "../assembly/layout.js";
import { crc32 } from "../host/crc32.js";
import { readBlob } from "../tools/exporter/readers/blob.js";
import type { Population } from "../tools/exporter/program.js";
import { IntegerNetwork } from "../tools/exporter/simulate/integer.js";
import { sealBlob, setArenaBytes, writeBlob } from "../tools/exporter/writers/blob.js";
import { withMetadata } from "../tools/exporter/writers/blob-metadata.js";
import { randomInput, randomLesson, randomProgram, randomStepLesson } from "./random-program.js";
import { Random } from "./random.js";
import { dense, learning, path, rule } from "./twin-support.js";

const seeds = fc.integer();

/** A twin that ran and, where its blob learns, learnt from a few random windows. */
function taughtTwin(seed: number, learns?: boolean): IntegerNetwork {
  const program = randomProgram(seed, { learns });
  const twin = new IntegerNetwork(writeBlob(program, 0));
  for (let round = 0; round < 3; round++) teach(twin, program, seed + round);
  return twin;
}

function teach(twin: IntegerNetwork, program: ReturnType<typeof randomProgram>, seed: number): void {
  const { input, steps, hold } = randomInput(program, seed);
  twin.run(input, { steps, hold, reset: true, record: program.learning !== null });
  const random = new Random(seed);
  const schedules = program.learning?.schedules ?? [];
  if (schedules.includes("step")) twin.teachStep(randomStepLesson(random, program));
  if (schedules.includes("window")) twin.teach(randomLesson(random, program, steps));
}

describe("the checksum", () => {
  test("is that of zlib", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  test("leaves out the bytes that it is told to skip", () => {
    const bytes = new TextEncoder().encode("1234####56789");
    expect(crc32(bytes, 4, 8)).toBe(0xcbf43926);
  });
});

describe("the blob's writer", () => {
  test("writes what the reader reads back", () => {
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, arenaBytes) => {
        const program = randomProgram(seed);
        expect(readBlob(writeBlob(program, arenaBytes))).toEqual({ ...program, arenaBytes });
      }),
    );
  });

  test("gives the same bytes for the same program", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(writeBlob(randomProgram(seed), 64)).toEqual(writeBlob(randomProgram(seed), 64));
      }),
    );
  });

  test("gives the same bytes in whatever order the metadata's keys were set", () => {
    const program = randomProgram(1);
    const one = writeBlob({ ...program, metadata: { a: { x: 1, y: [{ p: 1, q: 2 }] }, b: 2 } }, 0);
    const other = writeBlob({ ...program, metadata: { b: 2, a: { y: [{ q: 2, p: 1 }], x: 1 } } }, 0);
    expect(other).toEqual(one);
  });

  test("pads rows with 128, arrays with 0 and thresholds with 1", () => {
    const program = randomProgram(1);
    const population: Omit<Population, "kind" | "threshold"> = {
      ...{ name: "", neurons: 1, bits: 16, shift: 0, reset: "none", resetAt: "next", orEqual: false },
      ...{ decay: Uint16Array.of(7), bias: Int32Array.of(-1), lower: 0, vReset: 0 },
    };
    const bytes = writeBlob(
      {
        ...program,
        ...{ inputs: 1, inputKind: "spikes", classes: 1, code: "count", learning: null, metadata: {} },
        operations: [
          {
            kind: "dense",
            name: "",
            source: 0,
            adds: false,
            inputs: 1,
            outputs: 1,
            weights: Int8Array.of(-128),
          },
          { kind: "lif", threshold: Int32Array.of(9), ...population },
        ],
      },
      0,
    );
    const parameters = 64 + 3 * 16 + 2 * 64;
    const row = [0, ...Array<number>(15).fill(128)];
    const decays = [7, ...Array<number>(31).fill(0)];
    const thresholds = [9, 0, ...Array.from({ length: 15 }, () => [1, 0]).flat()];
    const biases = [255, 255, 255, 255, ...Array<number>(60).fill(0)];
    const metadata = [0x7b, 0x7d, ...Array<number>(14).fill(0)];
    expect([...bytes.subarray(parameters)]).toEqual([row, decays, thresholds, biases, metadata].flat());
  });

  test("puts adaptation, current, heights and couplings where the format has them", () => {
    const population: Population = {
      ...{ kind: "lif", name: "", neurons: 1, bits: 16, shift: 0, reset: "none", resetAt: "next" },
      ...{ orEqual: false, decay: null, threshold: Int32Array.of(9), bias: null, lower: 0, vReset: 0 },
      adaptation: { decay: Uint16Array.of(0x0201), strength: Uint16Array.of(0x0403) },
      current: { decay: Uint16Array.of(0x0605), fine: 7 },
    };
    const surrogate = {
      ...{ shape: "arctan" as const, shift: 9, width: Uint32Array.of(1), factor: Uint32Array.of(2) },
      height: Uint32Array.of(3),
    };
    const bytes = writeBlob(
      {
        ...{ inputs: 1, inputKind: "spikes", inputRange: 1, events: 1, maxSteps: 1, classes: 1 },
        ...{ code: "count", metadata: {} },
        operations: [dense(0, 1, [0]), population],
        learning: learning({
          loss: { of: "time", kind: "cross-entropy", inverted: true, timeShift: 5 },
          rules: [rule(1, { surrogate, coupling: Uint32Array.of(4) })],
          paths: [path(0, { residuals: false, update: { kind: "sign", step: 6 }, pullShift: 8 })],
        }),
      },
      0,
    );
    const view = new DataView(bytes.buffer);
    const operation = 64 + 5 * 16 + 64;
    const parameters = operation + 64;
    expect([...bytes.subarray(operation, operation + 8)]).toEqual([16, 0, 2 + 8 + 16, 0, 0, 16, 0, 7]);
    const [adaptation, current] = [32, 36].map((at) => view.getUint32(operation + at, true));
    // Rows of 16, thresholds of 32; decays and strengths of 32 each.
    expect([adaptation, current]).toEqual([parameters + 48, parameters + 112]);
    expect([adaptation, adaptation + 32, current].map((at) => view.getUint16(at, true))).toEqual([
      0x0201, 0x0403, 0x0605,
    ]);
    const section = current + 32 + 4 * 64;
    const [record, last] = [section + 32, section + 96];
    expect([...bytes.subarray(section, section + 8)]).toEqual([5, 0, 2, 0, 1, 0, 1, 0]);
    expect([bytes[section + 13], bytes[section + 24]]).toEqual([1, 5]);
    expect([...bytes.subarray(record, record + 4)]).toEqual([1, 0, 1, 4]);
    expect(bytes[record + 31]).toBe(9);
    const [offset, coupling] = [16, 20].map((at) => view.getUint32(record + at, true));
    expect([offset, coupling]).toEqual([current + 32, current + 32 + 3 * 64]);
    expect([0, 64, 128, 192].map((at) => view.getUint32(offset + at, true))).toEqual([1, 2, 3, 4]);
    expect([...bytes.subarray(last, last + 16)]).toEqual([0, 0, 9, 0, 0, 0, 0, 0, 1, 0, 2, 8, 6, 0, 0, 0]);
  });

  test("stores the arena's bytes and seals the blob again", () => {
    const bytes = writeBlob(randomProgram(2), 0);
    setArenaBytes(bytes, 4096);
    expect(bytes).toEqual(writeBlob(randomProgram(2), 4096));
  });
});

describe("the blob's reader", () => {
  const blob = writeBlob(randomProgram(3), 0);
  const changed = (at: number, value: number) =>
    Uint8Array.from(blob, (byte, i) => (i === at ? value : byte));

  test("says which magic, version, length or CRC it found and which it expected", () => {
    expect(() => readBlob(changed(0, 0))).toThrow(`found 0x4c4b5000, expected 0x${MAGIC.toString(16)}`);
    expect(() => readBlob(changed(HEADER_VERSION, 1))).toThrow("format version: found 1, expected 2");
    expect(() => readBlob(blob.subarray(0, 63))).toThrow("found 63 bytes, expected a header of 64");
    expect(() => readBlob(blob.subarray(0, -16))).toThrow(`expected ${blob.length} bytes`);
    expect(() => readBlob(changed(blob.length - 1, 1))).toThrow("blob: CRC: found 0x");
    expect(() => readBlob(changed(HEADER_CRC, blob[HEADER_CRC] ^ 1))).toThrow("blob: CRC: found 0x");
  });

  test("refuses a critical section that it does not know and skips another", () => {
    const metadataEntry = 64 + (blob[38] === 5 ? 3 : 2) * 16;
    const unknown = changed(metadataEntry, 9);
    sealBlob(unknown);
    expect(readBlob(unknown).metadata).toEqual({});
    unknown[metadataEntry + 2] = 1;
    sealBlob(unknown);
    expect(() => readBlob(unknown)).toThrow("found critical section 9, expected kinds 1 … 5");
  });

  test("reads a blob at any address", () => {
    const shifted = new Uint8Array(blob.length + 1).subarray(1);
    shifted.set(blob);
    expect(readBlob(shifted)).toEqual(readBlob(blob));
  });
});

describe("a snapshot", () => {
  test("of a twin that learnt nothing is the program with a fresh learnt section", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const program = randomProgram(seed, { learns: true });
        const { learnt, ...rest } = readBlob(new IntegerNetwork(writeBlob(program, 5)).snapshot());
        expect(rest).toEqual({ ...program, arenaBytes: 5 });
        const { rules, paths } = program.learning!;
        learnt!.residuals.forEach((residuals, index) => {
          expect(residuals !== null).toBe(paths[index].learns && paths[index].residuals);
          expect(residuals === null || residuals.every((byte) => byte === 128)).toBe(true);
        });
        learnt!.biasFine.forEach((fine, index) => {
          expect(fine !== null).toBe(rules[index].learnsBias);
          expect(fine === null || fine.every((remainder) => remainder === 0)).toBe(true);
        });
      }),
    );
  });

  test("of a network that cannot learn is its blob", () => {
    const blob = writeBlob(randomProgram(4, { learns: false }), 0);
    expect(new IntegerNetwork(blob).snapshot()).toEqual(blob);
  });

  test("is a blob like any other: loaded, it gives itself and goes on learning as the first network does", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        // Momentum begins at 0 again and a pull goes to the weights of the snapshot: those go on in ways of their own.
        const { paths } = randomProgram(seed, { learns: true }).learning!;
        fc.pre(paths.every(({ update, pullShift }) => update.kind !== "momentum" && pullShift === 0));
        const first = taughtTwin(seed, true);
        const second = new IntegerNetwork(first.snapshot());
        expect(second.snapshot()).toEqual(first.snapshot());
        teach(first, randomProgram(seed, { learns: true }), seed + 7);
        teach(second, randomProgram(seed, { learns: true }), seed + 7);
        expect(second.snapshot()).toEqual(first.snapshot());
        expect(second.decode()).toEqual(first.decode());
      }),
      { numRuns: 50 },
    );
  });

  test("keeps all but its metadata where they are replaced, and is loaded as it was", () => {
    fc.assert(
      fc.property(seeds, fc.string({ maxLength: 60 }), fc.boolean(), (seed, text, learns) => {
        const snapshot = taughtTwin(seed, learns).snapshot();
        const bytes = withMetadata(snapshot, { text });
        expect(readBlob(bytes)).toEqual({ ...readBlob(snapshot), metadata: { text } });
        expect(new IntegerNetwork(bytes).snapshot()).toEqual(bytes);
        expect(withMetadata(bytes, readBlob(snapshot).metadata)).toEqual(snapshot);
      }),
      { numRuns: 30 },
    );
  });

  test("leaves the padding of rows and residuals as it was", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { operations, learning } = randomProgram(seed, { learns: true });
        const twin = taughtTwin(seed, true);
        for (const { synapse, learns } of learning!.paths) {
          const { inputs, outputs } = operations[synapse] as { inputs: number; outputs: number };
          const isPadding = (_: number, at: number) =>
            at % (twin.weights(synapse).length / inputs) >= outputs;
          const residuals = learns ? twin.residuals(synapse) : null;
          const padding = [
            ...twin.weights(synapse).filter(isPadding),
            ...(residuals ?? new Uint8Array(0)).filter(isPadding),
          ];
          expect(padding.every((byte) => byte === 128)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});
