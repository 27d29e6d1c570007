/** Fields of nodes as arrays of the size that a pass needs. */
import { InputError } from "../errors.js";
import type { ArrayField, Field, GraphNode } from "../graph.js";
import { quoted } from "../text.js";

/** Whether a finite number stays finite in the precision that models are trained in; larger ones are no weights. */
export function isFloat32(x: number): boolean {
  return Number.isFinite(Math.fround(x));
}

/** Number of values of a shape. */
export function count(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/**
 * A numeric field; a scalar has the shape [].
 *
 * @throws InputError where the field is missing or holds text
 */
export function numbers(file: string, node: GraphNode, name: string): ArrayField {
  const field = node.fields.get(name);
  if (typeof field === "number") return { shape: [], data: Float64Array.of(field) };
  if (typeof field === "object") return field;
  throw new InputError(
    `${file}: node ${quoted(node.name)} of type ${node.type} has ${field === undefined ? "nothing" : `the text ${quoted(field)}`} ` +
      `in ${quoted(name)}, expected numbers`,
  );
}

/**
 * A field with one value for every element of a shape, row-major: a scalar, an array of as many elements whatever
 * its own shape is, or one that broadcasts as in NumPy (trailing dimensions aligned, 1 stretches).
 *
 * @returns null where the field does not fit, or holds text
 */
export function broadcast(field: Field, shape: readonly number[]): Float64Array | null {
  const size = count(shape);
  if (typeof field === "string") return null;
  if (typeof field === "number") return new Float64Array(size).fill(field);
  if (field.data.length === size) return field.data;
  if (field.data.length === 1) return new Float64Array(size).fill(field.data[0]);
  const own = field.shape.slice(field.shape.findIndex((n) => n !== 1));
  const lead = shape.length - own.length;
  if (lead < 0 || own.some((n, i) => n !== 1 && n !== shape[lead + i])) return null;
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let rest = i;
    let at = 0;
    let stride = 1;
    for (let d = shape.length - 1; d >= 0; d--) {
      const index = rest % shape[d];
      rest = (rest - index) / shape[d];
      const n = d >= lead ? own[d - lead] : 1;
      if (n !== 1) at += index * stride;
      stride *= n;
    }
    out[i] = field.data[at];
  }
  return out;
}
