/** Columns of text in NumPy's archives, which the exporter's reader of numbers leaves alone. */
import { unzipSync } from "fflate";

/** Bytes before the header's length, and the two of that length, in version 1.0 of the format. */
const PREFIX = 8;

/**
 * @param bytes an .npz archive
 * @param name of a one-dimensional array of the type `<U…`: UTF-32 of a fixed length, zeros at the end
 * @returns its strings
 * @throws RangeError where the archive has no such array
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readTexts(bytes: Uint8Array, name: string): string[] {
  const entry = `${name}.npy`;
  const array = unzipSync(bytes, { filter: (file) => file.name === entry })[entry];
  if (array === undefined) throw new RangeError(`found no ${entry}, expected an array of text`);
  const start = PREFIX + 2 + (array[PREFIX] | (array[PREFIX + 1] << 8));
  const header = new TextDecoder("latin1").decode(array.subarray(PREFIX + 2, start));
  const letters = Number(/'<U(\d+)'/.exec(header)?.[1]);
  if (!(letters > 0)) throw new RangeError(`${entry}: found ${header.trim()}, expected the type <U`);
  const codes = new Uint32Array(array.slice(start).buffer);
  return Array.from({ length: codes.length / letters }, (_, i) =>
    String.fromCodePoint(...codes.subarray(i * letters, (i + 1) * letters).filter((code) => code > 0)),
  );
}
