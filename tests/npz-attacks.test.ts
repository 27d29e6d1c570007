/** Archives that lie about what is in them, or unpack to more than a machine holds: refused by file and array, at once. */
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readNpy, writeNpy } from "../tools/exporter/data/npy.js";
import { readNpz } from "../tools/exporter/data/npz.js";
import { readDirectory } from "../tools/exporter/data/zip.js";
import { InputError } from "../tools/exporter/errors.js";

const ARRAY = writeNpy([2, 784], new Uint8Array(1568));
/** Offsets in an entry of the directory: APPNOTE.TXT, 4.3.12. */
const [CRC, PACKED, SIZE, NAME_LENGTH] = [16, 20, 24, 28];

function archive(arrays: Record<string, Uint8Array> = { "x.npy": ARRAY }, level: 0 | 6 = 6): Uint8Array {
  return zipSync(arrays, { level });
}

/** Where the entry of the directory begins. */
function entryOf(bytes: Uint8Array): number {
  return Buffer.from(bytes).indexOf("PK\u0001\u0002");
}

function bent(field: number, value: number, level: 0 | 6 = 6): Uint8Array {
  const bytes = archive(undefined, level);
  new DataView(bytes.buffer).setUint32(entryOf(bytes) + field, value, true);
  return bytes;
}

/** The directory says its one entry so many times. */
function repeated(bytes: Uint8Array, times: number): Uint8Array {
  const from = entryOf(bytes);
  const to = Buffer.from(bytes).indexOf("PK\u0005\u0006");
  const out = Buffer.concat([
    bytes.subarray(0, from),
    ...new Array<Uint8Array>(times).fill(bytes.subarray(from, to)),
    bytes.subarray(to),
  ]);
  const end = from + times * (to - from);
  for (const at of [8, 10]) out.writeUInt16LE(times, end + at);
  out.writeUInt32LE(times * (to - from), end + 12);
  return out;
}

function refusal(bytes: Uint8Array): string {
  try {
    readNpz(bytes, "a.npz", ["x", "y"]);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as Error;
    expect(message).toMatch(/^a\.npz: [^\n]+$/);
    return message;
  }
  return expect.fail("expected a refusal");
}

describe("an archive", () => {
  it("is read, stored or packed, out of bytes of any kind", () => {
    for (const level of [0, 6] as const) {
      const bytes = archive(undefined, level);
      for (const input of [bytes, Buffer.from(bytes)]) {
        expect(readNpz(input, "", ["x"]).get("x")).toEqual({
          shape: [2, 784],
          dtype: "u1",
          data: new Uint8Array(1568),
        });
      }
    }
  });

  it("that says it unpacks to more than 1 GB is refused unread", () => {
    expect(refusal(bent(SIZE, 1_200_000_000))).toMatch(
      /too large: found 1145 MB in "x", expected at most 1024 MB; split the samples/,
    );
    expect(refusal(bent(SIZE, 0xffffffff))).toMatch(/too large: found 4096 MB/);
  });

  it("of which several arrays together are too large is refused", () => {
    const bytes = archive({ "x.npy": ARRAY, "y.npy": ARRAY });
    const view = new DataView(bytes.buffer);
    const first = entryOf(bytes);
    const second = first + 46 + view.getUint16(first + NAME_LENGTH, true);
    for (const at of [first, second]) view.setUint32(at + SIZE, 600 * 2 ** 20, true);
    expect(refusal(bytes)).toMatch(/too large: found 1200 MB in "x" and "y"/);
  });

  it("that unpacks to more than it says is unpacked no further", () => {
    const bomb = archive({ "x.npy": writeNpy([100_000_000], new Uint8Array(100_000_000)) });
    new DataView(bomb.buffer).setUint32(entryOf(bomb) + SIZE, 1000, true);
    const begin = performance.now();
    expect(refusal(bomb)).toMatch(/damaged or ends early: "x.npy" unpacks to more than the 1000 bytes/);
    expect(performance.now() - begin).toBeLessThan(500);
    expect(refusal(bent(SIZE, 0))).toMatch(/unpacks to more than the 0 bytes/);
  });

  it("that unpacks to less than it says is refused", () => {
    expect(refusal(bent(SIZE, 5000))).toMatch(
      /"x.npy" unpacks to 1696 bytes, expected the 5000 of the directory/,
    );
    expect(refusal(bent(SIZE, 5000, 0))).toMatch(/"x.npy" unpacks to 1696 bytes, expected the 5000/);
    expect(refusal(bent(PACKED, 0x7fffffff))).toMatch(/"x.npy" is cut off/);
    expect(refusal(bent(PACKED, 9))).toMatch(/"x.npy" does not unpack/);
  });

  it("with a flipped bit in its data or its checksum is refused", () => {
    expect(refusal(bent(CRC, 1))).toMatch(/"x.npy" has another checksum than the directory says/);
    const stored = archive(undefined, 0);
    stored[1000] ^= 1;
    expect(refusal(stored)).toMatch(/another checksum/);
  });

  it("that holds an array twice is refused, under one name or two", () => {
    expect(refusal(repeated(archive(), 20))).toMatch(
      /found the array "x" twice \("x.npy" and "x.npy"\), expected it once/,
    );
    expect(refusal(archive({ x: ARRAY, "x.npy": ARRAY }))).toMatch(
      /found the array "x" twice \("x" and "x.npy"\)/,
    );
  });

  it("may hold what is not asked for, however damaged", () => {
    const bytes = archive({ "x.npy": ARRAY, "other.npy": ARRAY }, 0);
    const [, other] = readDirectory(bytes);
    bytes[other.offset + 600] ^= 1;
    expect(readNpz(bytes, "", ["x"]).size).toBe(1);
    expect(() => readNpz(bytes, "", ["other"])).toThrow(/checksum/);
  });
});

describe("the shape of an array", () => {
  const shaped = (shape: string): Uint8Array => {
    const bytes = ARRAY.slice();
    const text = new TextDecoder("latin1").decode(bytes);
    const at = text.indexOf("(2, 784)");
    bytes.set(new TextEncoder().encode(`(${shape}), }`.padEnd(20)), at);
    return bytes;
  };

  it.each([
    "-1,-784",
    "-2, -784",
    "0.5, 1568",
    "2e0, 784",
    "0x2, 784",
    "2,,784",
    ", 784",
    "2 2, 784",
    "1e999",
  ])("(%s) is refused", (shape) =>
    expect(() => readNpy(shaped(shape), "a.npy")).toThrow(/^a\.npy: found the shape \(.*\), expected whole/),
  );

  it.each(["1568", "1568,", "2,784", " 2 , 784 ", ""])("(%s) is taken", (shape) => {
    expect(readNpy(shaped(shape), "").shape).toEqual(
      shape
        .split(",")
        .map(Number)
        .filter((n) => n > 0),
    );
  });
});
