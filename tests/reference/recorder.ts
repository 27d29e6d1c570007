/** The course that integers take, in the model's units. */
import { padded } from "../../tools/exporter/program.js";
import type { Population, Synapses } from "../../tools/exporter/program.js";
import { IntegerNetwork } from "../../tools/exporter/simulate/integer.js";
import { writeBlob } from "../../tools/exporter/writers/blob.js";
import type { CoreNetwork } from "../core.js";
import type { Trail } from "./net.js";
import type { Drawn } from "./wish.js";

export class Recorder {
  readonly course: Trail[];

  constructor(private readonly example: Drawn) {
    this.course = example.scales.map(() => ({ membranes: [], spikes: [], weights: [] }));
  }

  /** After every step, and before what is learnt from it. */
  observe(net: CoreNetwork | IntegerNetwork): void {
    const { program, scales } = this.example;
    scales.forEach(({ operation, unit }, p) => {
      const population = program.operations[operation] as Population;
      const spikes = new Float64Array(population.neurons);
      if (population.kind === "lif") net.spikes(operation).forEach((j) => (spikes[j] = 1));
      const peaks = unresetOf(population, net.membranes(operation), spikes);
      const fine = unit[0] / 2 ** population.shift;
      this.course[p].membranes.push(peaks.map((u) => u * fine));
      this.course[p].spikes.push(spikes);
    });
  }

  /** The weights as the next step's signal passes through them, a row a path. */
  observeWeights(net: CoreNetwork | IntegerNetwork): void {
    const { program, scales, form } = this.example;
    let first = 0;
    scales.forEach(({ operation, unit }, p) => {
      const trail = this.course[p];
      for (let op = first; op < operation; op++) {
        const synapses = program.operations[op] as Synapses;
        const gain = synapses.kind === "analogue" ? form.scale : 1;
        (trail.weights![op - first] ??= []).push(valuesOf(synapses, net.weights(op), unit[0] / gain));
      }
      first = operation + 1;
    });
  }
}

/** Membranes before a reset that acts now; NaN where what was stored does not tell. */
function unresetOf(population: Population, stored: Int32Array, spikes: Float64Array): Float64Array {
  const { resetAt, reset, threshold } = population;
  return Float64Array.from(stored, (u, j) => {
    if (resetAt === "next" || !spikes[j] || reset === "none") return u;
    return reset === "subtract" ? u + threshold![j] : NaN;
  });
}

function valuesOf({ inputs, outputs }: Synapses, bytes: Uint8Array, unit: number): Float64Array {
  const stride = padded(outputs);
  const values = new Float64Array(inputs * outputs);
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < outputs; j++) values[i * outputs + j] = (bytes[i * stride + j] - 128) * unit;
  }
  return values;
}

/** Every state of the twin, step by step. */
export function courseOf(example: Drawn): Trail[] {
  const twin = new IntegerNetwork(writeBlob(example.program, 0));
  const recorder = new Recorder(example);
  for (const input of example.single) {
    twin.run(input, { steps: 1 });
    recorder.observe(twin);
  }
  return recorder.course.map(({ membranes, spikes }) => ({ membranes, spikes }));
}

/** Whether all populations fire alike in two courses, in every step. */
export function sameSpikes(a: Trail[], b: Trail[]): boolean {
  return a.every(({ spikes }, p) => spikes.every((row, t) => row.every((z, j) => z === b[p].spikes[t][j])));
}
