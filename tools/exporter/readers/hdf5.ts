/**
 * HDF5 files as a plain tree. h5wasm is the only thing that is trusted with the format, and it is not trusted far:
 * on a damaged file it prints to the console, hands back memory that was never filled, or traps. All three end
 * here as an InputError.
 */
import type * as H5wasm from "h5wasm";
import { InputError } from "../errors.js";
import { quoted } from "../text.js";

export interface H5Group {
  kind: "group";
  children: Map<string, H5Entry>;
}

/** A data set of any integer or float type, as float64, row-major; a scalar has the shape []. */
export interface H5Numbers {
  kind: "numbers";
  shape: number[];
  data: Float64Array;
}

export interface H5Strings {
  kind: "strings";
  shape: number[];
  data: string[];
}

/** A data set of some other type, by its HDF5 class number: kept so that a message can name it. */
export interface H5Other {
  kind: "other";
  type: number;
}

export type H5Entry = H5Group | H5Numbers | H5Strings | H5Other;

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** groups within groups; a hard link may close a ring */
const MAX_DEPTH = 32;
/** Bytes of numbers that one file may hold, as the float64 that they become; the passes keep several copies. */
const MAX_BYTES = 2 ** 27;
/** What a JavaScript string takes beside its characters, generously. */
const STRING_BYTES = 64;
const MAX_ENTRIES = 100_000;

let library: Promise<typeof H5wasm> | null = null;
let traps = 0;
let files = 0;

/**
 * Reads a whole HDF5 file.
 *
 * @param file its name, for messages
 * @throws InputError where the bytes are no HDF5 file, or one that is cut off or damaged
 */
export async function readHdf5(bytes: Uint8Array, file: string): Promise<H5Group> {
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    const found = bytes.length === 0 ? "an empty file" : "a file that does not begin as HDF5 files do";
    throw new InputError(`${file}: found ${found}, expected an HDF5 file, as NIR files are; check the path`);
  }
  const declared = declaredLength(bytes);
  if (declared > bytes.length) {
    throw new InputError(
      `${file}: found ${bytes.length} bytes of an HDF5 file, expected ${declared}: it is cut off; copy or export it again`,
    );
  }
  const h5 = await (library ??= load());
  const module = await h5.ready;
  const path = `/input-${files++}.h5`;
  // Emscripten's own file system; h5wasm's types leave out its streams.
  const streams = module.FS as unknown as { getStream(fd: number): { tty: { ops: object } } };
  const stderr = streams.getStream(2).tty;
  const printed: number[] = [];
  const ops = stderr.ops;
  stderr.ops = { put_char: (_: unknown, byte: number) => printed.push(byte), fsync: () => {} };
  let opened: H5wasm.File | null = null;
  try {
    module.FS.writeFile(path, bytes);
    opened = new h5.File(path, "r");
    const survey: Survey = { file, bytes: 0, entries: 0, datasets: [] };
    const tree = readGroup(h5, opened, 0, survey);
    // Only now, when all sizes are known to be bearable, is anything read.
    for (const { dataset, into, name } of survey.datasets) into.set(name, readDataset(dataset));
    // A read that failed half-way returns garbage and says so on its standard error only.
    if (printed.length > 0) throw new Error(firstCause(printed));
    return tree;
  } catch (error) {
    // A trap leaves the instance in an unknown state: the next file gets a fresh one.
    if (error instanceof WebAssembly.RuntimeError) {
      traps++;
      library = null;
    }
    if (error instanceof InputError) throw error;
    const cause = printed.length > 0 ? firstCause(printed) : (error as Error).message;
    throw new InputError(`${file}: damaged HDF5 file (${oneLine(cause)}); copy or export it again`);
  } finally {
    try {
      opened?.close();
      module.FS.unlink(path);
    } catch {
      // the instance trapped and is not used again
    }
    stderr.ops = ops;
  }
}

/** The library; after a trap a copy of it, since a query in its address makes another module of the same file. */
function load(): Promise<typeof H5wasm> {
  if (traps === 0) return import("h5wasm");
  return import(/* @vite-ignore */ `${import.meta.resolve("h5wasm")}?trap=${traps}`);
}

/**
 * The end of the file as its superblock states it (HDF5 File Format Specification 3.0, II.A), or 0 where the
 * superblock is of a kind that is not known.
 */
function declaredLength(bytes: Uint8Array): number {
  const version = bytes[8];
  const at = [40, 44, 28, 28][version];
  const offsetSize = version < 2 ? bytes[13] : bytes[9];
  if (at === undefined) return 0;
  if (bytes.length < at + 8) return at + 8;
  if (offsetSize !== 8) return 0;
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true));
}

/** What was found of a file before any of its numbers is read. */
interface Survey {
  file: string;
  /** of the numbers of all data sets, once they are read */
  bytes: number;
  entries: number;
  datasets: { dataset: H5wasm.Dataset; into: Map<string, H5Entry>; name: string }[];
}

/** @throws InputError where the file declares more than a model can hold, whatever it stores */
function readGroup(h5: typeof H5wasm, group: H5wasm.Group, depth: number, survey: Survey): H5Group {
  if (depth > MAX_DEPTH) throw new Error(`groups more than ${MAX_DEPTH} deep`);
  const children = new Map<string, H5Entry>();
  for (const name of group.keys()) {
    if (++survey.entries > MAX_ENTRIES) {
      refuseSize(survey.file, `more than ${MAX_ENTRIES} groups and arrays`, "at most so many");
    }
    const entry = group.get(name);
    if (entry instanceof h5.Group) children.set(name, readGroup(h5, entry, depth + 1, survey));
    else if (entry instanceof h5.Dataset) {
      survey.bytes += bytesOf(entry);
      if (survey.bytes > MAX_BYTES) {
        const most = `at most ${megabytes(MAX_BYTES)} MB (${MAX_BYTES / 8} numbers)`;
        refuseSize(survey.file, `${megabytes(survey.bytes)} MB of numbers or more`, most);
      }
      // keeps its place among the others until it is read
      children.set(name, { kind: "other", type: entry.metadata.type });
      survey.datasets.push({ dataset: entry, into: children, name });
    } else throw new Error(`${quoted(name)} in ${group.path} is neither a group nor a data set`);
  }
  return { kind: "group", children };
}

/** Bytes of a data set in memory; what it is unpacked from, a chunk at a time, may be larger than itself. */
function bytesOf({ metadata: { total_size, size, type, chunks } }: H5wasm.Dataset): number {
  const chunk = (chunks ?? []).reduce((product, n) => product * n, chunks ? size : 0);
  return Math.max(total_size * (type === 3 ? size + STRING_BYTES : Math.max(size, 8)), chunk);
}

function refuseSize(file: string, found: string, expected: string): never {
  throw new InputError(`${file}: too large: found ${found}, expected ${expected}; export a smaller model`);
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}

function readDataset(dataset: H5wasm.Dataset): H5Entry {
  const { shape, type, total_size } = dataset.metadata;
  if (shape === null || !(type === 0 || type === 1 || type === 3 || type === 8))
    return { kind: "other", type };
  const value: unknown = total_size === 0 ? [] : dataset.value;
  if (type === 3)
    return { kind: "strings", shape, data: Array.isArray(value) ? value.map(String) : [String(value)] };
  return { kind: "numbers", shape, data: toFloats(value) };
}

/** @param value number, bigint or boolean of a scalar; else an array, typed, of bigint where the file has 64-bit integers */
function toFloats(value: unknown): Float64Array {
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) {
    const floats = new Float64Array(value.length);
    for (let i = 0; i < value.length; i++) floats[i] = Number(value[i]);
    return floats;
  }
  if (ArrayBuffer.isView(value)) return new Float64Array(value as unknown as ArrayLike<number>);
  return Float64Array.from(Array.isArray(value) ? value : [value], Number);
}

/** The deepest entry of an HDF5 error stack, which is the reason of the others. */
function firstCause(printed: number[]): string {
  const text = new TextDecoder().decode(Uint8Array.from(printed.map((byte) => byte ?? 10)));
  return [...text.matchAll(/line \d+ in \w+\(\): (.*)/g)].at(-1)?.[1] ?? text;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 120);
}
