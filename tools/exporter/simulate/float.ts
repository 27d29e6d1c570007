/**
 * The float simulator: runs a Model in float64 and says what it means. The integer blob is judged against it.
 *
 * One step of a layer, layers in order; spikes of layers before it are those of the same step, its own and those of layers behind
 * it those of the step before. r = fires(U) of the membrane as it was stored (docs/ARITHMETIC.md has the same table in integers):
 *
 * | reset           | acts | U before the bound                 | after the spike |
 * | --------------- | ---- | ---------------------------------- | --------------- |
 * | none            |      | β·U + V                            |                 |
 * | subtract        | next | β·U + V − r·θ                      |                 |
 * | subtract-scaled | next | β·(U − r·θ) + V                    |                 |
 * | zero            | next | β·(r ? v_reset : U) + V            |                 |
 * | zero-step       | next | r ? v_reset : β·U + V              |                 |
 * | subtract        | now  | β·U + V                            | U − θ           |
 * | zero            | now  | β·U + V                            | v_reset         |
 *
 * V is bias + Σ w·x; then U ← max(U, lower), S ← U > A (or ≥). A is θ, or with an adaptive threshold θ + b·a after a ← ρ·a + r, r
 * the neuron's spike of the step before. With a current, I ← α·I + V stands in the place of V.
 */
import type { Layer, Model } from "../model.js";

/** What a layer did in one step. The arrays are reused: copy what must outlive the callback. */
export interface LayerStep {
  /** V: what arrived, bias included */
  drive: Float64Array;
  /** I: what the membrane takes in, V where there is no current */
  current: Float64Array;
  /** A: what the membrane is compared with */
  level: Float64Array;
  /** U after the bound and before a reset that acts now */
  peak: Float64Array;
  /** U as it is stored */
  membrane: Float64Array;
  /** 0 or 1; all 0 for `li` */
  spikes: Uint8Array;
}

export interface Window {
  /** steps × inputs, row-major; one row where it is held */
  frames: Float64Array | Float32Array | Uint8Array;
  steps: number;
  /** the one frame is presented in every step */
  hold?: boolean;
}

export interface Run {
  /** steps × neurons of the last layer: spikes (0 or 1) of a `lif`, membranes of an `li` */
  outputs: Float64Array;
  /** spikes of each neuron, an array a layer; zeros for `li` */
  counts: Uint32Array[];
  /** steps × neurons, 0 or 1, an array a layer; where asked for */
  rasters?: Uint8Array[];
  /** steps × neurons as stored, an array a layer; where asked for */
  membranes?: Float64Array[];
}

interface LayerState extends LayerStep {
  layer: Layer;
  /** indices of the neurons that fired, the first `firedCount` of them */
  fired: Int32Array;
  firedCount: number;
  /** bias and the share of the network's input in V: kept while a frame is held */
  fromInput: Float64Array;
  /** a, where thresholds adapt; else empty */
  adapted: Float64Array;
}

export class FloatNetwork {
  private readonly states: LayerState[];

  constructor(readonly model: Model) {
    this.states = model.layers.map(stateOf);
  }

  /** Back to rest: every state 0. */
  reset(): void {
    for (const state of this.states) {
      state.membrane.fill(0);
      state.current.fill(0);
      state.adapted.fill(0);
      state.spikes.fill(0);
      state.firedCount = 0;
    }
  }

  /**
   * One time step.
   *
   * @param input one value a channel; a number above 1 is several spikes
   * @param onLayer called after each layer
   * @returns spikes or membranes of the last layer: a view that the next step overwrites
   * @throws RangeError where the input has another size than the model
   */
  step(input: ArrayLike<number>, onLayer?: (index: number, step: LayerStep) => void): ArrayLike<number> {
    if (input.length !== this.model.inputs) {
      throw new RangeError(`found ${input.length} inputs, expected ${this.model.inputs}`);
    }
    this.present(input);
    return this.advance(onLayer);
  }

  /**
   * A window from rest.
   *
   * @param record what to keep beside outputs and counts
   * @throws RangeError where the frames have another size than steps × inputs
   */
  run(
    input: Window,
    record: { rasters?: boolean; membranes?: boolean } = {},
    onLayer?: (index: number, step: LayerStep) => void,
  ): Run {
    const { frames, steps, hold = false } = input;
    const { inputs, layers } = this.model;
    const expected = hold ? inputs : steps * inputs;
    if (frames.length !== expected) {
      throw new RangeError(
        `found ${frames.length} values, expected ${expected} (${hold ? 1 : steps} × ${inputs} inputs)`,
      );
    }
    const width = layers[layers.length - 1].neurons;
    const outputs = new Float64Array(steps * width);
    const counts = layers.map((layer) => new Uint32Array(layer.neurons));
    const rasters = record.rasters ? layers.map((layer) => new Uint8Array(steps * layer.neurons)) : undefined;
    const membranes = record.membranes
      ? layers.map((layer) => new Float64Array(steps * layer.neurons))
      : undefined;
    this.reset();
    for (let t = 0; t < steps; t++) {
      if (t === 0 || !hold) this.present(hold ? frames : frames.subarray(t * inputs, (t + 1) * inputs));
      outputs.set(this.advance(onLayer), t * width);
      for (let l = 0; l < layers.length; l++) {
        const { fired, firedCount, spikes, membrane } = this.states[l];
        for (let k = 0; k < firedCount; k++) counts[l][fired[k]]++;
        rasters?.[l].set(spikes, t * spikes.length);
        membranes?.[l].set(membrane, t * membrane.length);
      }
    }
    return { outputs, counts, ...(rasters && { rasters }), ...(membranes && { membranes }) };
  }

  /** Takes a frame of input: what it adds to each layer stays until the next frame. */
  private present(input: ArrayLike<number>): void {
    for (const { layer, fromInput } of this.states) {
      fromInput.set(layer.bias);
      for (const { source, inputs, weights } of layer.connections) {
        if (source >= 0) continue;
        for (let i = 0; i < inputs; i++) addRow(fromInput, weights, i, input[i]);
      }
    }
  }

  private advance(onLayer?: (index: number, step: LayerStep) => void): ArrayLike<number> {
    let output: ArrayLike<number> = [];
    for (let l = 0; l < this.states.length; l++) {
      const state = this.states[l];
      state.drive.set(state.fromInput);
      for (const { source, inputs, weights } of state.layer.connections) {
        if (source < 0) continue;
        // what this layer, or one behind it, fired is still that of the step before
        const from = this.states[source];
        if (from.layer.kind === "li") {
          for (let i = 0; i < inputs; i++) addRow(state.drive, weights, i, from.membrane[i]);
        } else {
          for (let k = 0; k < from.firedCount; k++) addRow(state.drive, weights, from.fired[k], 1);
        }
      }
      adapt(state);
      flow(state);
      integrate(state);
      fire(state);
      onLayer?.(l, state);
      output = state.layer.kind === "li" ? state.membrane : state.spikes;
    }
    return output;
  }
}

function addRow(drive: Float64Array, weights: Float64Array, row: number, x: number): void {
  if (x === 0) return;
  const n = drive.length;
  const base = row * n;
  for (let j = 0; j < n; j++) drive[j] += x * weights[base + j];
}

function stateOf(layer: Layer): LayerState {
  const zeros = (): Float64Array => new Float64Array(layer.neurons);
  const drive = zeros();
  return {
    layer,
    drive,
    current: layer.current ? zeros() : drive,
    level: layer.threshold.slice(),
    peak: zeros(),
    membrane: zeros(),
    spikes: new Uint8Array(layer.neurons),
    fired: new Int32Array(layer.neurons),
    firedCount: 0,
    fromInput: zeros(),
    adapted: layer.adaptation ? zeros() : new Float64Array(0),
  };
}

/** Thresholds as the spikes of the step before leave them. */
function adapt({ layer, adapted, level, spikes }: LayerState): void {
  if (!layer.adaptation) return;
  const { decay, strength } = layer.adaptation;
  for (let j = 0; j < layer.neurons; j++) {
    adapted[j] = decay[j] * adapted[j] + spikes[j];
    level[j] = layer.threshold[j] + strength[j] * adapted[j];
  }
}

/** V goes into the current. */
function flow({ layer, drive, current }: LayerState): void {
  if (!layer.current) return;
  const { decay } = layer.current;
  for (let j = 0; j < layer.neurons; j++) current[j] = decay[j] * current[j] + drive[j];
}

/** From the stored membrane and V to the new one, with a reset that was due from the step before, and the bound. */
function integrate({ layer, current: drive, membrane, peak, spikes }: LayerState): void {
  const { decay, threshold, vReset, lower } = layer;
  const due = layer.kind === "lif" && layer.resetAt === "next" ? layer.reset : "none";
  for (let j = 0; j < layer.neurons; j++) {
    const u = membrane[j];
    // The last step's spike is r: without a reset that acts now, the stored membrane is the one that fired.
    const r = spikes[j];
    let next: number;
    if (due === "subtract") next = decay[j] * u + drive[j] - r * threshold[j];
    else if (due === "subtract-scaled") next = decay[j] * (u - r * threshold[j]) + drive[j];
    else if (due === "zero") next = decay[j] * (r ? vReset[j] : u) + drive[j];
    else if (due === "zero-step") next = r ? vReset[j] : decay[j] * u + drive[j];
    else next = decay[j] * u + drive[j];
    peak[j] = membrane[j] = Math.max(next, lower);
  }
}

/** Spikes, and a reset that acts in their step. */
function fire(state: LayerState): void {
  const { layer, level, membrane, spikes, fired } = state;
  if (layer.kind === "li") return;
  const { threshold, vReset, orEqual } = layer;
  const now = layer.resetAt === "now" ? layer.reset : "none";
  let count = 0;
  for (let j = 0; j < layer.neurons; j++) {
    const u = membrane[j];
    const spike = orEqual ? u >= level[j] : u > level[j];
    spikes[j] = spike ? 1 : 0;
    if (!spike) continue;
    fired[count++] = j;
    if (now === "subtract") membrane[j] = u - threshold[j];
    else if (now === "zero") membrane[j] = vReset[j];
  }
  state.firedCount = count;
}
