/** Spike timing by pairs, all to all, twice: over the pairs themselves, and by the two traces of docs/ARITHMETIC.md. */

export interface Timing {
  /** A+, A− */
  plus: number;
  minus: number;
  /** decays a step, of what comes after the source's spike and of what has been */
  comes: number;
  been: number;
  reward: number;
}

/** What the weights move by is minus this, as of a gradient; a row a source, a column a neuron. */
export function ofPairs(sources: Float64Array[], spikes: Float64Array[], timing: Timing): Float64Array {
  const { plus, minus, comes, been, reward } = timing;
  const [inputs, neurons] = [sources[0].length, spikes[0].length];
  const gradient = new Float64Array(inputs * neurons);
  const fired = spikes.map(placesOf);
  sources.forEach((before, s) => {
    const active = placesOf(before);
    fired.forEach((after, t) => {
      if (s === t) return;
      const weight = t > s ? -plus * comes ** (t - s) : minus * been ** (s - t);
      for (const i of active) {
        const change = reward * weight * before[i];
        for (const j of after) gradient[i * neurons + j] += change * spikes[t][j];
      }
    });
  });
  return gradient;
}

export function ofTraces(sources: Float64Array[], spikes: Float64Array[], timing: Timing): Float64Array {
  const gradient = new Float64Array(sources[0].length * spikes[0].length);
  coefficients(spikes, timing).forEach((row, t) =>
    sources[t].forEach((x, i) => row.forEach((c, j) => (gradient[i * row.length + j] += x * c))),
  );
  return gradient;
}

/** N of every step: of a bias, their sum is the gradient. */
export function coefficients(spikes: Float64Array[], timing: Timing): Float64Array[] {
  const { plus, minus, comes, been, reward } = timing;
  const follow = (rows: Float64Array[], kept: number): Float64Array[] => {
    let trace: Float64Array = new Float64Array(rows[0].length);
    return rows.map((row) => (trace = trace.map((x, j) => kept * x + row[j])));
  };
  const past = follow(spikes, been);
  const coming = follow([...spikes].reverse(), comes).reverse();
  return spikes.map((row, t) =>
    row.map((z, j) => reward * (minus * (past[t][j] - z) - plus * (coming[t][j] - z))),
  );
}

/** Where a row is not 0. */
function placesOf(row: Float64Array): number[] {
  return Array.from(row.keys()).filter((at) => row[at] !== 0);
}
