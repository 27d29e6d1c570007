/** How gradients of a whole net are told apart. */
import type { PopulationGradients } from "./net.js";

export function flat(gradients: PopulationGradients[]): Float64Array {
  return Float64Array.from(
    gradients.flatMap(({ paths, bias }) => [...paths.flatMap((g) => [...g]), ...bias]),
  );
}

/** Largest difference of any weight or bias, relative to the largest entry of all. */
export function difference(a: PopulationGradients[], b: PopulationGradients[]): number {
  const [x, y] = [flat(a), flat(b)];
  if (x.length !== y.length) return Infinity;
  const size = y.reduce((most, g) => Math.max(most, Math.abs(g)), 1e-300);
  return x.reduce((most, g, at) => Math.max(most, Math.abs(g - y[at])), 0) / size;
}

export function cosine(a: PopulationGradients[], b: PopulationGradients[]): number {
  const [x, y] = [flat(a), flat(b)];
  const dot = (u: Float64Array, v: Float64Array): number => u.reduce((sum, g, at) => sum + g * v[at], 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}
