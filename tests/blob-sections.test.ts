/** The directory of a blob: sections that do not fit, that are not known, and what was learnt as the last one. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { sealBlob } from "../tools/exporter/writers/blob.js";
import { changed, Ground, sectionOf, viewOf } from "./attack.js";
import { setField } from "./blob-fields.js";
import type { Place } from "./blob-fields.js";
import { align, attackOn, loadAsItIs, SEED } from "./blob-support.js";
import { assemble, builds, CoreNetwork, instance, measure } from "./core.js";
import { plainProgram } from "./plain-program.js";

/** A place in the blob and what to put there. */
interface Change extends Place {
  value: number;
}

describe.each(builds)("the %s build", (build) => {
  const plain = assemble(instance(build), plainProgram());

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
});

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
