/** The operations of a blob and their arrays: shapes, places and numbers that are refused. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import type { Population, Program, Synapses } from "../tools/exporter/program.js";
import { writeBlob } from "../tools/exporter/writers/blob.js";
import { changed, entryOf, sectionEnd, sectionOf, viewOf } from "./attack.js";
import { setField } from "./blob-fields.js";
import { loadAsItIs, RICH, richProgram, weights } from "./blob-support.js";
import { assemble, builds, instance, measure } from "./core.js";
import { BELOW, FEEDBACK, plainAnalogue, plainProgram, READOUT, SPIKING } from "./plain-program.js";

/** Of the plain program's spiking layer as the last one. */
const COUNTING = { code: "count", classes: 7 } as const;

describe.each(builds)("the %s build", (build) => {
  const plain = assemble(instance(build), plainProgram());

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
      ["flags", op(SPIKING, L.OP_FLAGS), 2, [32, 32768, 65535], "BAD_OPERATION"],
      ["adaptation or current that is not there", op(SPIKING, L.OP_FLAGS), 2, [8, 16, 24], "BAD_PARAMETER"],
      [
        "adaptation without the flag",
        op(SPIKING, L.POPULATION_ADAPTATION),
        4,
        [1, end - 64],
        "BAD_PARAMETER",
      ],
      ["current without the flag", op(SPIKING, L.POPULATION_CURRENT), 4, [1, end - 32], "BAD_PARAMETER"],
      ["adaptation of a readout", op(READOUT, L.OP_FLAGS), 2, [8, 24], "BAD_OPERATION"],
      ["reset of a readout that acts now", op(READOUT, L.OP_FLAGS), 2, [4], "BAD_OPERATION"],
      ["an array without decay", op(SPIKING, L.OP_FLAGS), 2, [2], "BAD_PARAMETER"],
      ["reset", op(SPIKING, L.POPULATION_RESET), 1, [5, 255], "BAD_OPERATION"],
      ["reset of a readout", op(READOUT, L.POPULATION_RESET), 1, [1], "BAD_OPERATION"],
      ["comparator of a readout", op(READOUT, L.OP_FLAGS), 2, [1], "BAD_OPERATION"],
      ["bits of a membrane", op(SPIKING, L.POPULATION_BITS), 1, [0, 1, 15, 24, 64, 255], "BAD_OPERATION"],
      ["k", op(SPIKING, L.POPULATION_SHIFT), 1, [17, 127, 128, 256 - 25], "BAD_RANGE"],
      ["k that overflows", op(SPIKING, L.POPULATION_SHIFT), 1, [16], "BAD_RANGE"],
      ["c without a current", op(SPIKING, L.POPULATION_FINE), 1, [1, 12], "BAD_OPERATION"],
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
      ["first zero of a population", op(SPIKING, L.POPULATION_ZERO), 4, [1], "BAD_OPERATION"],
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

  it("refuses arrays of adaptation and current that lie elsewhere, and recurrent synapses that do not fit", () => {
    const rich = assemble(instance(build), { ...richProgram(), learning: null });
    const op = (index: number, at: number) =>
      L.HEADER_BYTES + 3 * L.SECTION_BYTES + index * L.OPERATION_BYTES + at;
    const u32 = (at: number) => viewOf(rich).getUint32(at, true);
    const [adaptation, current] = [
      op(RICH.hidden, L.POPULATION_ADAPTATION),
      op(RICH.hidden, L.POPULATION_CURRENT),
    ];
    const end = sectionEnd(viewOf(rich), L.SECTION_PARAMETERS);
    const cases: [name: string, at: number, bytes: 1 | 2 | 4, values: number[], status: string][] = [
      ["no adaptation", adaptation, 4, [0, 64, end - 32, end, 2 ** 32 - 16, 2 ** 32 - 64], "BAD_PARAMETER"],
      ["adaptation not aligned", adaptation, 4, [u32(adaptation) + 2, u32(adaptation) + 8], "BAD_PARAMETER"],
      [
        "adaptation over its neighbours",
        adaptation,
        4,
        [u32(adaptation) - 16, u32(adaptation) + 16],
        "BAD_PARAMETER",
      ],
      ["no current", current, 4, [0, 64, end - 16, end, 2 ** 32 - 16, 2 ** 32 - 32], "BAD_PARAMETER"],
      ["current not aligned", current, 4, [u32(current) + 2, u32(current) + 8], "BAD_PARAMETER"],
      [
        "current over its neighbours",
        current,
        4,
        [u32(adaptation), u32(current) - 16, u32(current) + 16],
        "BAD_PARAMETER",
      ],
      ["no flag of either", op(RICH.hidden, L.OP_FLAGS), 2, [8, 16], "BAD_PARAMETER"],
      ["no flag of the current, with c", op(RICH.hidden, L.OP_FLAGS), 2, [0, 8], "BAD_OPERATION"],
      ["c", op(RICH.hidden, L.POPULATION_FINE), 1, [13, 16, 255], "BAD_OPERATION"],
      ["another source", op(RICH.recurrent, L.SYNAPSE_SOURCE), 2, [0, 1, 2, 4, 5, 6, 65535], "BAD_SHAPE"],
      ["recurrent inputs", op(RICH.recurrent, L.SYNAPSE_INPUTS), 4, [0, 6, 8, 2 ** 32 - 1], "BAD_SHAPE"],
      ["recurrent values", op(RICH.recurrent, L.OP_CODE), 2, [2], "BAD_OPERATION"],
      ["recurrent synapses that begin anew", op(RICH.recurrent, L.OP_FLAGS), 2, [0], "BAD_OPERATION"],
      ["from a layer above of another size", op(RICH.input, L.SYNAPSE_SOURCE), 2, [3], "BAD_SHAPE"],
    ];
    for (const [name, at, bytes, values, expected] of cases) {
      // c is refused before the array that is not asked for
      const status = name === "no flag of either" ? ["BAD_OPERATION", "BAD_PARAMETER"] : [expected];
      for (const value of values) {
        const blob = changed(rich, (_, copy) => setField(copy, { at, bytes }, value));
        expect(status, `${name} ${value}`).toContain(loadAsItIs(build, blob));
      }
    }
    for (const c of [0, 12]) {
      const blob = changed(rich, (view) => view.setUint8(op(RICH.hidden, L.POPULATION_FINE), c));
      expect(loadAsItIs(build, blob), `c ${c}`).toBe("OK");
    }
  });

  it("takes currents of a readout that does not learn, and values as the first synapses only", () => {
    const { operations } = plainProgram({ learning: null });
    const slow = { decay: new Uint16Array(3).fill(9), fine: 12 };
    const readout = { ...(operations[READOUT] as Population), current: slow };
    const program = plainProgram({ learning: null, operations: [...operations.slice(0, READOUT), readout] });
    expect(measure(instance(build), writeBlob(program, 0))).toBeGreaterThan(0);

    const frames = plainAnalogue({ learning: null });
    const [values] = frames.operations as [Synapses];
    const back: Synapses = { ...weights(SPIKING + 2, 7, 7), adds: true };
    const both = (first: Synapses, second: Synapses): Program => ({
      ...frames,
      operations: [
        ...[first, second],
        ...frames.operations.slice(1).map((op) => ("source" in op ? { ...op, source: op.source + 1 } : op)),
      ],
    });
    expect(measure(instance(build), writeBlob(both(values, back), 0))).toBeGreaterThan(0);
    const late = both({ ...back, adds: false }, { ...values, adds: true });
    expect(measure(instance(build), writeBlob(late, 0))).toBe(-L.BAD_OPERATION);
    const spikes = both({ ...values, kind: "dense" }, back);
    expect(measure(instance(build), writeBlob(spikes, 0))).toBe(-L.BAD_OPERATION);
  });
});
