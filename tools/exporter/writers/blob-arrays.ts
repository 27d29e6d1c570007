/** The parameters section while it grows, and the bytes that go into it. */
import { padded } from "../program.js";

/** Arrays one after the other, each at a multiple of 16. */
export class Pool {
  readonly chunks: Uint8Array[] = [];

  /** @param end where the next array goes, from the blob's start */
  constructor(private end: number) {}

  /** @returns the array's offset from the blob's start */
  add(bytes: Uint8Array): number {
    const offset = this.end;
    this.chunks.push(bytes);
    this.end += bytes.length;
    return offset;
  }

  /**
   * Adds numbers a neuron, rounded up to a multiple of 16 neurons.
   *
   * @param values none where there is no array
   * @param width bytes a number
   * @param padding what stands beyond the neurons
   * @returns the array's offset, 0 without values
   */
  addNumbers(values: ArrayLike<number> | null | undefined, width: 2 | 4, padding = 0): number {
    return values ? this.add(numberBytes(values, width, padding)) : 0;
  }
}

export function concatenate(chunks: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function numberBytes(values: ArrayLike<number>, width: 2 | 4, padding: number): Uint8Array {
  const numbers = new (width === 2 ? Uint16Array : Uint32Array)(padded(values.length)).fill(padding);
  numbers.set(values);
  const bytes = new Uint8Array(numbers.byteLength);
  const view = new DataView(bytes.buffer);
  numbers.forEach((value, index) => {
    if (width === 2) view.setUint16(index * 2, value, true);
    else view.setUint32(index * 4, value, true);
  });
  return bytes;
}
