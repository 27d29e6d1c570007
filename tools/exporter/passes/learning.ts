/**
 * The learning section: from a learning rate in the model's own units to mantissas and shifts. docs/LEARNING.md derives each line.
 *
 * learning/options.ts has what a user chooses, wiring.ts who hears whom, losses.ts and units.ts what integers stand for, rules.ts and
 * paths.ts the records.
 */
import type { Model } from "../model.js";
import type { Learning, Program } from "../program.js";
import { lossOf } from "./learning/losses.js";
import { netOf } from "./learning/net.js";
import { choiceOf } from "./learning/options.js";
import type { LearnOptions } from "./learning/options.js";
import { pathOf } from "./learning/paths.js";
import { refuse } from "./learning/refusals.js";
import { ruleOf } from "./learning/rules.js";
import { unitsOf } from "./learning/units.js";
import { wire } from "./learning/wiring.js";
import type { InputForm, LayerScale } from "./quantise.js";

export { DAMPENING } from "./learning/options.js";
export { PRESETS, presetOf } from "./learning/presets.js";
export type {
  HiddenSignal,
  LearnOptions,
  LossOptions,
  RegulariseOptions,
  StdpOptions,
  SurrogateOptions,
} from "./learning/options.js";
export { feedbackUnit } from "./learning/units.js";

/**
 * @param program of the model, its learning not yet there
 * @param scales one a layer, the same for all its neurons
 * @throws InputError where the net, or one of its layers, cannot learn in this way
 * @throws UsageError for an option out of its range, a learning rate that the blob has no place for
 */
export function learningOf(
  model: Model,
  program: Program,
  scales: LayerScale[],
  input: InputForm,
  options: LearnOptions,
): Learning {
  const net = netOf(model, program, scales, input);
  const choice = choiceOf(options, net.nodes[net.last].population.kind === "lif");
  const loss = lossOf(net, choice);
  const wiring = wire(net, choice);
  refuse(net, wiring, choice, options);
  const units = unitsOf(net, wiring, loss, choice);
  return {
    ...loss.header,
    schedules: options.schedules,
    seed: options.seed,
    rules: wiring.ruled.map((layer) => ruleOf(net, layer, wiring, units, choice)),
    paths: wiring.wires.map((w) => pathOf(net, w, units, choice)),
  };
}

/** What one integer of a row of targets stands for: a probability, membrane units, spikes or steps of the model. */
export function targetUnitOf(
  model: Model,
  program: Program,
  scales: LayerScale[],
  input: InputForm,
  options: LearnOptions,
): number {
  const net = netOf(model, program, scales, input);
  return lossOf(net, choiceOf(options, net.nodes[net.last].population.kind === "lif")).targetUnit;
}
