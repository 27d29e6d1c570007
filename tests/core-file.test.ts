/** The two files that are shipped, byte by byte: what is in them, and what is not. */
import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { builds, coreBytes } from "./core.js";
import * as W from "./wasm-file.js";

/** Exported functions and their parameters; all numbers are i32. */
const ABI: Record<string, { params: number; results: number }> = {
  measure: { params: 2, results: 1 },
  load: { params: 4, results: 1 },
  reset: { params: 1, results: 0 },
  run: { params: 3, results: 1 },
  decode: { params: 1, results: 1 },
  teach: { params: 5, results: 1 },
  teachStep: { params: 2, results: 1 },
  setRate: { params: 5, results: 1 },
  snapshot: { params: 3, results: 1 },
};

/** Most bytes of a file. */
const BUDGETS = { mvp: 24_000, simd: 32_000 };

const hex = ({ code, at }: W.Instruction) => `0x${code.toString(16)} at ${at}`;
const types = (file: W.WasmFile) => [
  ...file.localTypes,
  ...file.globals.map(({ type }) => type),
  ...file.types.flatMap(({ params, results }) => [...params, ...results]),
];

describe.each(builds)("the %s build's file", (build) => {
  const bytes = coreBytes(build);
  const file = W.readWasm(bytes);

  it("is valid, and has code in it", () => {
    expect(WebAssembly.validate(bytes)).toBe(true);
    expect(file.instructions.length).toBeGreaterThan(1000);
  });

  it(`is smaller than ${BUDGETS[build]} bytes`, () => {
    expect(bytes.length).toBeLessThan(BUDGETS[build]);
  });

  it("holds no floating-point type and no floating-point instruction", () => {
    expect(types(file).filter((type) => type === W.F32 || type === W.F64)).toEqual([]);
    const blocks = file.instructions.filter(({ blockType }) => blockType === -3 || blockType === -4);
    expect(blocks.map(hex)).toEqual([]);
    expect(file.instructions.filter(W.isFloat).map(hex)).toEqual([]);
  });

  it("imports nothing", () => {
    expect(file.imports).toBe(0);
  });

  it("has no data segment, no table, no element segment and no start function", () => {
    const { dataSegments, tables, elements, start } = file;
    expect({ dataSegments, tables, elements, start }).toEqual({
      dataSegments: 0,
      tables: 0,
      elements: 0,
      start: null,
    });
  });

  it("carries no custom section", () => {
    expect(file.customs).toEqual([]);
  });

  it("never asks for memory: one page at first, no limit, and no instruction that adds one", () => {
    expect(file.memories).toEqual([{ initial: 1, maximum: null }]);
    expect(file.instructions.filter(({ code }) => code === W.MEMORY_GROW).map(hex)).toEqual([]);
  });

  it("exports the ABI and nothing else", () => {
    const memories = file.exports.filter(({ kind }) => kind === W.EXPORTED_MEMORY);
    expect(memories.map(({ name }) => name)).toEqual(["memory"]);
    const functions = file.exports.filter(({ kind }) => kind === W.EXPORTED_FUNCTION);
    expect(functions.length).toBe(file.exports.length - 1);
    const signatures = functions.map(({ name, index }) => [name, file.types[file.functions[index]]]);
    const i32 = (count: number) => Array<number>(count).fill(W.I32);
    const expected = Object.entries(ABI).map(([name, { params, results }]) => [
      name,
      { params: i32(params), results: i32(results) },
    ]);
    expect(Object.fromEntries(signatures)).toEqual(Object.fromEntries(expected));
  });
});

test("the ABI is what assembly/index.ts exports", () => {
  const source = readFileSync(new URL("../assembly/index.ts", import.meta.url), "utf8");
  const functions = [...source.matchAll(/^export function (\w+)/gm)].map(([, name]) => name);
  const renamed = [...source.matchAll(/^export \{ \w+ as (\w+) \}/gm)].map(([, name]) => name);
  expect([...functions, ...renamed].sort()).toEqual(Object.keys(ABI).sort());
});

test("the mvp build runs wherever WebAssembly of 2017 runs", () => {
  const file = W.readWasm(coreBytes("mvp"));
  expect(file.instructions.filter((one) => !W.isMvp(one)).map(hex)).toEqual([]);
  expect(types(file).filter((type) => type !== W.I32 && type !== W.I64)).toEqual([]);
  expect(file.types.filter(({ results }) => results.length > 1)).toEqual([]);
  expect(file.memories.length).toBe(1);
});

test("the simd build is what its name says", () => {
  const { instructions } = W.readWasm(coreBytes("simd"));
  const simd = instructions.filter(({ code }) => W.prefixOf(code) === W.PREFIX_SIMD);
  expect(simd.length).toBeGreaterThan(100);
});

describe("the reader of these files", () => {
  const head = [0, 97, 115, 109, 1, 0, 0, 0];
  const section = (kind: number, ...bytes: number[]) => [kind, bytes.length, ...bytes];
  /** one function, () → (), with this body */
  const module = (...body: number[]) => [
    ...head,
    ...section(1, 1, 0x60, 0, 0),
    ...section(3, 1, 0),
    ...section(10, 1, body.length + 2, 0, ...body, 0x0b),
  ];
  const read = (bytes: number[]) => W.readWasm(Uint8Array.from(bytes));

  it("finds each kind of instruction that a core must not have", () => {
    const found = (...body: number[]) => read(module(...body)).instructions[0];
    const float = [
      found(0x43, 0, 0, 128, 63, 0x1a),
      found(0xfd, 19, 0x1a),
      found(0xfd, 0xe4, 1, 0x1a),
      found(0xfc, 0, 0x1a),
      found(0xb2, 0x1a),
    ];
    expect(float.map(W.isFloat)).toEqual(float.map(() => true));
    const later = [
      found(0xc0),
      found(0xfc, 10, 0, 0),
      found(0xfc, 11, 0),
      found(0xfd, 13, ...Array<number>(16).fill(0)),
      found(0x1c, 1, W.I32),
      found(0x02, 0, 0x0b),
    ];
    expect(later.map(W.isMvp)).toEqual(later.map(() => false));
    expect(found(0x40, 0).code).toBe(W.MEMORY_GROW);
    expect(W.isMvp(found(0x02, 0x40, 0x0b))).toBe(true);
    expect(W.isFloat(found(0xfd, 14))).toBe(false);
  });

  it("counts imports, tables, segments and custom sections, and sees a start function", () => {
    const file = read([
      ...head,
      ...section(2, 1, 1, 97, 1, 98, 0, 0),
      ...section(4, 1, 0x70, 0, 0),
      ...section(8, 0),
      ...section(9, 2, 0),
      ...section(11, 3, 0),
      ...section(0, 1, 97, 1, 2, 3),
    ]);
    expect(file).toMatchObject({
      imports: 1,
      tables: 1,
      start: 0,
      elements: 2,
      dataSegments: 3,
      customs: ["a"],
    });
  });

  it("refuses what it does not know", () => {
    expect(() => read(module(0x06))).toThrow("unknown instruction 0x6");
    expect(() => read(module(0xfd, 0x80, 2))).toThrow("unknown instruction fd 256");
    expect(() => read([...head, ...section(13, 0)])).toThrow("unknown section 13");
    expect(() => read([...head.slice(0, 4), 2, 0, 0, 0])).toThrow("not WebAssembly 1");
    expect(() => read([...head, 1, 9, 0])).toThrow("file ends early");
  });
});
