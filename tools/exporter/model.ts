/**
 * A model in discrete time, float64: what the passes make of a Graph and what the float simulator runs.
 * Everything is per time step; gains, scales and flattening are already folded into weights and biases.
 */

export type Reset = "none" | "subtract" | "subtract-scaled" | "zero" | "zero-step";
export type ResetAt = "next" | "now";

/** One dense connection into a layer. */
export interface Connection {
  /** name of the node that the weights come from */
  name: string;
  /** −1: the network's input, else the index of a layer: an earlier one's spikes of this step, its own or a later one's of the step before */
  source: number;
  /** neurons (or channels) of the source */
  inputs: number;
  /** input-major: `weights[i * neurons + j]`, from source i to neuron j, membrane units a spike (or a unit of input) */
  weights: Float64Array;
}

/** A population of neurons and what feeds it. All arrays have `neurons` entries. */
export interface Layer {
  name: string;
  kind: "lif" | "li";
  neurons: number;
  connections: Connection[];
  /** membrane units a step */
  bias: Float64Array;
  /** β, 0 … 1; 1 is integrate-and-fire */
  decay: Float64Array;
  /** membrane units, > 0; unused for `li` */
  threshold: Float64Array;
  vReset: Float64Array;
  /** lowest membrane, −Infinity where there is no bound */
  lower: number;
  reset: Reset;
  resetAt: ResetAt;
  /** a spike where U ≥ θ instead of U > θ */
  orEqual: boolean;
  /**
   * An adaptive threshold, θ + b·a with a ← ρ·a + (spike of the step before), as ALIF of Bellec et al. 2020: ρ and b a neuron.
   * Resets subtract θ.
   */
  adaptation?: { decay: Float64Array; strength: Float64Array };
  /** A current of its own, I ← α·I + input, U ← β·U + I ("synaptic", CuBa): α a neuron. The bias goes into the current. */
  current?: { decay: Float64Array };
}

export interface Model {
  inputs: number;
  /** shape of one step's input as the model file states it */
  inputShape: number[];
  layers: Layer[];
  /** seconds a step that the model was discretised with */
  dt: number;
}
