/**
 * Takes a WebAssembly file apart, section by section and instruction by instruction, so that tests can say what is not
 * in it. Knows the core specification 2.0 (SIMD, bulk memory, reference types); whatever else it meets, it throws.
 */

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;

interface FunctionType {
  params: number[];
  results: number[];
}

/** One instruction; `code` of a prefixed one is prefix · 2^16 + its number. */
export interface Instruction {
  code: number;
  /** offset in the file, for messages */
  at: number;
  /** block, loop and if: a negative number for a value type or none, else the index of a type */
  blockType?: number;
}

export interface WasmFile {
  types: FunctionType[];
  imports: number;
  /** type of each function */
  functions: number[];
  tables: number;
  memories: { initial: number; maximum: number | null }[];
  globals: { type: number; mutable: boolean }[];
  exports: { name: string; kind: number; index: number }[];
  start: number | null;
  elements: number;
  dataSegments: number;
  /** names of the custom sections */
  customs: string[];
  /** types of the locals, of all functions, each once */
  localTypes: number[];
  /** of all functions and of the globals' initial values */
  instructions: Instruction[];
}

export const EXPORTED_FUNCTION = 0;
export const EXPORTED_MEMORY = 2;

export const MEMORY_GROW = 0x40;
/** First byte of saturating truncation and bulk memory, and of SIMD. */
const PREFIX_FC = 0xfc;
export const PREFIX_SIMD = 0xfd;
const prefixed = (prefix: number, number: number): number => prefix * 0x10000 + number;
export const prefixOf = (code: number): number => Math.floor(code / 0x10000);

type Range = readonly [first: number, last: number];

const within = (code: number, ranges: readonly Range[]): boolean =>
  ranges.some(([first, last]) => code >= first && code <= last);

/** Loads, stores, constants, comparisons, arithmetic, truncations, conversions and reinterpretations. */
const FLOAT: readonly Range[] = [
  [0x2a, 0x2b],
  [0x38, 0x39],
  [0x43, 0x44],
  [0x5b, 0x66],
  [0x8b, 0xa6],
  [0xa8, 0xab],
  [0xae, 0xbf],
];

/** Numbers of the f32x4 and f64x2 instructions, the conversions from and to them among them. */
const FLOAT_SIMD: readonly Range[] = [
  [19, 20],
  [31, 34],
  [65, 76],
  [94, 95],
  [103, 106],
  [116, 117],
  [122, 122],
  [148, 148],
  [224, 255],
];

/** Whether an instruction takes or gives a floating-point number. */
export function isFloat({ code }: Instruction): boolean {
  const number = code % 0x10000;
  if (prefixOf(code) === PREFIX_FC) return number <= 7;
  return within(number, prefixOf(code) === PREFIX_SIMD ? FLOAT_SIMD : FLOAT);
}

/** Whether an instruction, its block type included, is one of WebAssembly 1.0 of 2017. */
export function isMvp({ code, blockType }: Instruction): boolean {
  const known: readonly Range[] = [
    [0x00, 0x05],
    [0x0b, 0x11],
    [0x1a, 0x1b],
    [0x20, 0x24],
    [0x28, 0xbf],
  ];
  return within(code, known) && (blockType === undefined || blockType < 0);
}

class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
  ) {}

  byte(): number {
    if (this.at >= this.end) throw new Error(`file ends early, at ${this.at}`);
    return this.bytes[this.at++];
  }

  skip(count: number): void {
    if (this.at + count > this.end) throw new Error(`file ends early, at ${this.at}`);
    this.at += count;
  }

  u32(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  /** Exact for the 33 bits of a block type; constants are only passed over. */
  signed(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return byte & 64 ? value - factor * 128 : value;
    }
  }

  name(): string {
    const length = this.u32();
    this.skip(length);
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }

  times<T>(read: () => T): T[] {
    return Array.from({ length: this.u32() }, read);
  }

  part(bytes: number): Reader {
    const part = new Reader(this.bytes, this.at, this.at + bytes);
    this.skip(bytes);
    return part;
  }

  done(what: string): void {
    if (this.at !== this.end) throw new Error(`${what} ends at ${this.at}, not at ${this.end}`);
  }
}

/** @throws Error where the file is not WebAssembly, or holds what is not known here */
export function readWasm(bytes: Uint8Array): WasmFile {
  const file: WasmFile = {
    ...{
      types: [],
      imports: 0,
      functions: [],
      tables: 0,
      memories: [],
      globals: [],
      exports: [],
      start: null,
    },
    ...{ elements: 0, dataSegments: 0, customs: [], localTypes: [], instructions: [] },
  };
  const reader = new Reader(bytes, 8, bytes.length);
  const head = [...bytes.subarray(0, 8)].join(" ");
  if (head !== "0 97 115 109 1 0 0 0") throw new Error(`not WebAssembly 1: ${head}`);
  while (reader.at < reader.end) {
    const kind = reader.byte();
    const section = reader.part(reader.u32());
    readSection(file, kind, section);
    section.done(`section ${kind}`);
  }
  return file;
}

function readSection(file: WasmFile, kind: number, r: Reader): void {
  const rest = () => r.skip(r.end - r.at);
  const limits = () => {
    const bounded = r.byte() & 1;
    return { initial: r.u32(), maximum: bounded ? r.u32() : null };
  };
  /** only the number is wanted of what a core must not have at all */
  const count = () => {
    const number = r.u32();
    rest();
    return number;
  };
  if (kind === 0) {
    file.customs.push(r.name());
    rest();
  } else if (kind === 1) file.types = r.times(() => readType(r));
  else if (kind === 2) file.imports = count();
  else if (kind === 3) file.functions = r.times(() => r.u32());
  else if (kind === 4) file.tables = count();
  else if (kind === 5) file.memories = r.times(limits);
  else if (kind === 6) {
    file.globals = r.times(() => {
      const global = { type: r.byte(), mutable: r.byte() === 1 };
      readExpression(file, r);
      return global;
    });
  } else if (kind === 7) file.exports = r.times(() => ({ name: r.name(), kind: r.byte(), index: r.u32() }));
  else if (kind === 8) file.start = r.u32();
  else if (kind === 9) file.elements = count();
  else if (kind === 10) r.times(() => readBody(file, r.part(r.u32())));
  else if (kind === 11) file.dataSegments = count();
  else if (kind === 12) file.dataSegments = Math.max(file.dataSegments, r.u32());
  else throw new Error(`unknown section ${kind}`);
}

function readType(r: Reader): FunctionType {
  const form = r.byte();
  if (form !== 0x60) throw new Error(`unknown type 0x${form.toString(16)}`);
  return { params: r.times(() => r.byte()), results: r.times(() => r.byte()) };
}

function readBody(file: WasmFile, r: Reader): void {
  r.times(() => {
    r.u32();
    const type = r.byte();
    if (!file.localTypes.includes(type)) file.localTypes.push(type);
  });
  readExpression(file, r);
  r.done("function");
}

/** Instructions up to the `end` that closes them. */
function readExpression(file: WasmFile, r: Reader): void {
  for (let depth = 1; depth > 0;) {
    const instruction = readInstruction(r);
    file.instructions.push(instruction);
    if (instruction.blockType !== undefined) depth++;
    if (instruction.code === 0x0b) depth--;
  }
}

function readInstruction(r: Reader): Instruction {
  const at = r.at;
  const code = r.byte();
  if (code === 0x02 || code === 0x03 || code === 0x04) return { code, at, blockType: r.signed() };
  if (code === PREFIX_FC || code === PREFIX_SIMD) {
    const number = r.u32();
    if (code === PREFIX_FC) skipFc(r, number);
    else skipSimd(r, number);
    return { code: prefixed(code, number), at };
  }
  skipOperands(r, code);
  return { code, at };
}

function skipOperands(r: Reader, code: number): void {
  const indices = (count: number) => {
    for (let i = 0; i < count; i++) r.u32();
  };
  // br, br_if, call, ref.func; variables; tables
  if (code === 0x0c || code === 0x0d || code === 0x10 || code === 0xd2) indices(1);
  else if (code >= 0x20 && code <= 0x26) indices(1);
  // call_indirect; loads and stores: alignment and offset
  else if (code === 0x11 || (code >= 0x28 && code <= 0x3e)) indices(2);
  // br_table, select with types
  else if (code === 0x0e) indices(r.u32() + 1);
  else if (code === 0x1c) indices(r.u32());
  // memory.size, memory.grow, ref.null
  else if (code === 0x3f || code === MEMORY_GROW || code === 0xd0) r.skip(1);
  else if (code === 0x41 || code === 0x42) r.signed();
  else if (code === 0x43) r.skip(4);
  else if (code === 0x44) r.skip(8);
  else {
    const bare: readonly Range[] = [
      [0x00, 0x01],
      [0x05, 0x05],
      [0x0b, 0x0b],
      [0x0f, 0x0f],
      [0x1a, 0x1b],
      [0x45, 0xc4],
      [0xd1, 0xd1],
    ];
    if (!within(code, bare)) throw new Error(`unknown instruction 0x${code.toString(16)} at ${r.at - 1}`);
  }
}

/** Saturating truncation, bulk memory, tables. */
function skipFc(r: Reader, number: number): void {
  if (number > 17) throw new Error(`unknown instruction fc ${number} at ${r.at}`);
  const two = [8, 10, 12, 14];
  if (number > 7) r.u32();
  if (two.includes(number)) r.u32();
}

function skipSimd(r: Reader, number: number): void {
  if (number > 255) throw new Error(`unknown instruction fd ${number} at ${r.at}`);
  const memory = number <= 11 || (number >= 84 && number <= 93);
  const lane = (number >= 21 && number <= 34) || (number >= 84 && number <= 91);
  if (memory) {
    r.u32();
    r.u32();
  }
  if (number === 12 || number === 13) r.skip(16);
  if (lane) r.skip(1);
}
