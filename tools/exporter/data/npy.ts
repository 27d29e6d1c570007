/** NumPy's .npy files: one array each, little-endian, row-major. */
import { InputError } from "../errors.js";

export type NumericArray =
  Uint8Array | Int8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

export interface NpyArray {
  shape: number[];
  /** NumPy's name without the byte order: `u1`, `b1`, `f4` … */
  dtype: string;
  /** row-major, as many as the shape says; `i8` arrives as float64 */
  data: NumericArray;
}

type Copy = (bytes: Uint8Array) => NumericArray;

/** By dtype: from bytes of an array of its own to numbers. */
const READERS: Record<string, Copy> = {
  u1: (bytes) => bytes,
  b1: (bytes) => bytes,
  i1: ({ buffer }) => new Int8Array(buffer),
  i2: ({ buffer }) => new Int16Array(buffer),
  u2: ({ buffer }) => new Uint16Array(buffer),
  i4: ({ buffer }) => new Int32Array(buffer),
  u4: ({ buffer }) => new Uint32Array(buffer),
  i8: ({ buffer }) => toFloats(new BigInt64Array(buffer as ArrayBuffer)),
  f4: ({ buffer }) => new Float32Array(buffer),
  f8: ({ buffer }) => new Float64Array(buffer),
};

function toFloats(whole: BigInt64Array): Float64Array {
  const floats = new Float64Array(whole.length);
  for (let i = 0; i < whole.length; i++) floats[i] = Number(whole[i]);
  return floats;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/** Whether bytes begin as a .npy file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, at) => bytes[at] === byte);
}

/**
 * @param name what to call the array in messages, file included
 * @throws InputError for a damaged file, Fortran order, big-endian numbers, and types that hold no numbers
 */
export function readNpy(bytes: Uint8Array, name: string): NpyArray {
  if (!isNpy(bytes))
    throw new InputError(`${name}: found no NumPy array, expected one written by numpy.save`);
  const { header, start } = readHeader(bytes, name);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  if (order === undefined || shape === undefined) {
    throw new InputError(
      `${name}: found a header without shape and order, expected one written by numpy.save`,
    );
  }
  const dtype = dtypeOf(descr, name);
  if (order === "True") {
    throw new InputError(
      `${name}: found Fortran order, expected C order; save it with numpy.ascontiguousarray(x)`,
    );
  }
  const sizes = sizesOf(shape, name);
  const length = sizes.reduce((product, n) => product * n, 1) * Number(dtype.slice(1));
  if (bytes.length < start + length) {
    throw new InputError(
      `${name}: the file ends early: found ${bytes.length - start} bytes of numbers, expected ${length} for the shape (${sizes.join(", ")})`,
    );
  }
  // a copy, aligned; slice() would not do, since that of a Buffer is a view
  return { shape: sizes, dtype, data: READERS[dtype](new Uint8Array(bytes.subarray(start, start + length))) };
}

/** @param shape what stands in the parentheses of a tuple */
function sizesOf(shape: string, name: string): number[] {
  const parts = shape.split(",").map((part) => part.trim());
  if (parts.at(-1) === "") parts.pop();
  if (parts.every((part) => /^\d{1,15}$/.test(part))) return parts.map(Number);
  throw new InputError(
    `${name}: found the shape (${shape.slice(0, 40)}), expected whole numbers; save it again with numpy.save`,
  );
}

function readHeader(bytes: Uint8Array, name: string): { header: string; start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6] > 1;
  const at = wide ? 12 : 10;
  if (bytes.length < at) throw new InputError(`${name}: the file ends early, within its header`);
  const start = at + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (bytes.length < start) throw new InputError(`${name}: the file ends early, within its header`);
  return { header: new TextDecoder("latin1").decode(bytes.subarray(at, start)), start };
}

function dtypeOf(descr: string | undefined, name: string): string {
  const dtype = descr?.replace(/^[<|=]/, "");
  if (dtype !== undefined && Object.hasOwn(READERS, dtype)) return dtype;
  const found = descr === undefined ? "a record type" : `the type '${descr}'`;
  throw new InputError(
    `${name}: found ${found}, expected one of ${Object.keys(READERS).join(", ")}, little-endian; convert it with x.astype('<f4')`,
  );
}

/**
 * An array as a .npy file, version 1.0.
 *
 * @param data row-major, as many numbers as the shape says
 * @throws RangeError where there are more or fewer
 */
export function writeNpy(shape: readonly number[], data: NumericArray): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, n) => product * n, 1);
  if (count !== data.length) throw new RangeError(`found ${data.length} numbers, expected ${count}`);
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${descrOf(data)}', 'fortran_order': False, 'shape': (${tuple}), }`;
  // NumPy aligns the numbers to 64 bytes and ends the header with a line feed.
  const header = `${dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11)}\n`;
  const bytes = new Uint8Array(10 + header.length + data.byteLength);
  bytes.set(MAGIC);
  bytes.set([1, 0, header.length & 255, header.length >> 8], 6);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return bytes;
}

function descrOf(data: NumericArray): string {
  const kind = data.constructor.name[0].toLowerCase();
  const size = data.BYTES_PER_ELEMENT;
  return `${size === 1 ? "|" : "<"}${kind}${size}`;
}
