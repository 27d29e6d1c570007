/** The header of a blob: each of its fields, the checksum, the addresses and the arena that a blob asks for. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import { changed, viewOf } from "./attack.js";
import { getField, setField } from "./blob-fields.js";
import type { Place } from "./blob-fields.js";
import { loadAsItIs } from "./blob-support.js";
import { assemble, BLOB, builds, instance } from "./core.js";
import { plainAnalogue, plainProgram } from "./plain-program.js";

describe.each(builds)("the %s build", (build) => {
  const plain = assemble(instance(build), plainProgram());
  const analogue = assemble(instance(build), plainAnalogue());

  it("says what is wrong with a header", () => {
    const cases: [name: string, at: number, bytes: 2 | 4, values: number[], status: string][] = [
      ["magic", L.HEADER_MAGIC, 4, [0, L.MAGIC + 1, 2 ** 32 - 1], "BAD_MAGIC"],
      ["version", L.HEADER_VERSION, 2, [0, 1, 3, 65535], "BAD_VERSION"],
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
});

function field(at: number): Place {
  return { at, bytes: 4 };
}
