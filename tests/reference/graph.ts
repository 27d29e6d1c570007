/** Reverse-mode differentiation: vectors that remember what they were made of. */

/** One vector of the graph: its value, dLoss/dvalue, and how that goes on to what it was made of. */
export interface Vertex {
  value: Float64Array;
  adjoint: Float64Array;
  pull: () => void;
}

/** to += from */
function accumulate(to: Float64Array, from: Float64Array): void {
  for (let j = 0; j < to.length; j++) to[j] += from[j];
}

export class Graph {
  private readonly vertices: Vertex[] = [];

  vertex(value: Float64Array, pull: (made: Vertex) => void = () => {}): Vertex {
    const made: Vertex = { value, adjoint: new Float64Array(value.length), pull: () => pull(made) };
    this.vertices.push(made);
    return made;
  }

  zeros(length: number): Vertex {
    return this.vertex(new Float64Array(length));
  }

  /** The same numbers, through which nothing flows back. */
  detached({ value }: Vertex): Vertex {
    return this.vertex(value.slice());
  }

  /** factors · a + offsets, a component each. */
  affine(a: Vertex, factors: Float64Array, offsets?: Float64Array): Vertex {
    const value = new Float64Array(a.value.length);
    for (let j = 0; j < value.length; j++) value[j] = factors[j] * a.value[j] + (offsets ? offsets[j] : 0);
    return this.vertex(value, ({ adjoint }) => {
      for (let j = 0; j < adjoint.length; j++) a.adjoint[j] += factors[j] * adjoint[j];
    });
  }

  sum(...parts: Vertex[]): Vertex {
    const value = new Float64Array(parts[0].value.length);
    for (const part of parts) accumulate(value, part.value);
    return this.vertex(value, ({ adjoint }) => {
      for (const part of parts) accumulate(part.adjoint, adjoint);
    });
  }

  /** weightsᵀ · a */
  product(weights: Vertex, a: Vertex, outputs: number): Vertex {
    const value = new Float64Array(outputs);
    a.value.forEach((x, i) => {
      if (x === 0) return;
      for (let j = 0; j < outputs; j++) value[j] += x * weights.value[i * outputs + j];
    });
    return this.vertex(value, ({ adjoint }) => {
      if (adjoint.every((g) => g === 0)) return;
      for (let i = 0; i < a.value.length; i++) {
        const x = a.value[i];
        const row = i * outputs;
        let back = 0;
        for (let j = 0; j < outputs; j++) back += weights.value[row + j] * adjoint[j];
        a.adjoint[i] += back;
        if (x === 0) continue;
        for (let j = 0; j < outputs; j++) weights.adjoint[row + j] += x * adjoint[j];
      }
    });
  }

  /** Other numbers in the place of a's, as if they were a's own. */
  instead(a: Vertex, value: Float64Array): Vertex {
    return this.vertex(value, ({ adjoint }) => accumulate(a.adjoint, adjoint));
  }

  /** Spikes of the membrane `u` above `threshold`, with the derivative `slopes`. */
  spikes(u: Vertex, threshold: Vertex, value: Float64Array, slopes: Float64Array): Vertex {
    return this.vertex(value, ({ adjoint }) =>
      adjoint.forEach((g, j) => {
        u.adjoint[j] += slopes[j] * g;
        threshold.adjoint[j] -= slopes[j] * g;
      }),
    );
  }

  /** Component k of the vector that stands at `places[k]` of a list. */
  gather(list: Vertex[], places: number[]): Vertex {
    const value = Float64Array.from(places, (t, k) => list[t].value[k]);
    return this.vertex(value, ({ adjoint }) => places.forEach((t, k) => (list[t].adjoint[k] += adjoint[k])));
  }

  /** factors · a, added up. */
  dot(a: Vertex, factors: Float64Array): Vertex {
    const value = Float64Array.of(a.value.reduce((sum, x, j) => sum + factors[j] * x, 0));
    return this.vertex(value, ({ adjoint }) =>
      factors.forEach((factor, j) => (a.adjoint[j] += factor * adjoint[0])),
    );
  }

  /** A function of each component. */
  map(a: Vertex, of: (x: number) => number, slope: (x: number) => number): Vertex {
    return this.vertex(a.value.map(of), ({ adjoint }) =>
      adjoint.forEach((g, j) => (a.adjoint[j] += g * slope(a.value[j]))),
    );
  }

  /** −Σ wanted · log softmax(y), of what is wanted adding up to 1 */
  crossEntropy(y: Vertex, wanted: Float64Array): Vertex {
    const most = y.value.reduce((a, b) => Math.max(a, b));
    const log = most + Math.log(y.value.reduce((sum, x) => sum + Math.exp(x - most), 0));
    const loss = wanted.reduce((sum, w, k) => sum + w * (log - y.value[k]), 0);
    return this.vertex(Float64Array.of(loss), ({ adjoint }) =>
      wanted.forEach((w, k) => (y.adjoint[k] += adjoint[0] * (Math.exp(y.value[k] - log) - w))),
    );
  }

  /** ½ Σ (y − wanted)² */
  meanSquare(y: Vertex, wanted: Float64Array): Vertex {
    const loss = wanted.reduce((sum, w, k) => sum + (y.value[k] - w) ** 2 / 2, 0);
    return this.vertex(Float64Array.of(loss), ({ adjoint }) =>
      wanted.forEach((w, k) => (y.adjoint[k] += adjoint[0] * (y.value[k] - w))),
    );
  }

  backward(loss: Vertex): void {
    loss.adjoint[0] = 1;
    for (let n = this.vertices.length - 1; n >= 0; n--) this.vertices[n].pull();
  }
}
