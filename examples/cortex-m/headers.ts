/** C headers of the example: blobs, what the nets are shown, and the same nets as plain arrays for the code written by hand. */
import { readFileSync } from "node:fs";
import { Network } from "../../host/node/index.js";
import { Core } from "../../host/wasm.js";
import { headerText } from "../../tools/exporter/commands/header.js";
import { coreFile } from "../../tools/exporter/core.js";
import type { Exported } from "../../tools/exporter/pipeline.js";
import { isSynapses } from "../../tools/exporter/program.js";
import type { Population, Program, Synapses } from "../../tools/exporter/program.js";
import { PIXELS } from "../digits/data.js";
import type { Digit } from "../digits/data.js";
import type { Recording } from "./gestures.js";

const NUMBERS_A_LINE = 24;

/** A network in the core that the firmware is translated from: the MVP build. */
export async function networkOf(blob: Uint8Array): Promise<Network> {
  const core = new Uint8Array(readFileSync(coreFile()));
  return new Network(await Core.instantiate(core), blob);
}

/** What `spikelet header` writes of a blob. */
export async function blobHeader(name: string, { blob }: Exported): Promise<string> {
  return headerText({ name, file: `${name}.spkl`, blob, net: await networkOf(blob) });
}

function array(type: string, name: string, values: ArrayLike<number>): string {
  return [`static const ${type} ${name}[${values.length}] = {`, ...rows(values), "};", ""].join("\n");
}

/** Rows of equal length. */
function matrix(type: string, name: string, values: ArrayLike<number>, columns: number): string {
  const all = Array.from(values);
  const count = all.length / columns;
  const inner = Array.from({ length: count }, (_, i) => [
    "  {",
    ...rows(all.slice(i * columns, (i + 1) * columns)),
    "  },",
  ]);
  return [`static const ${type} ${name}[${count}][${columns}] = {`, ...inner.flat(), "};", ""].join("\n");
}

function rows(values: ArrayLike<number>): string[] {
  const all = Array.from(values);
  const lines: string[] = [];
  for (let at = 0; at < all.length; at += NUMBERS_A_LINE)
    lines.push(`  ${all.slice(at, at + NUMBERS_A_LINE).join(", ")},`);
  return lines;
}

function defined(constants: Record<string, number>): string {
  return Object.entries(constants)
    .map(([name, value]) => `#define ${name} ${value}\n`)
    .join("");
}

const INCLUDES = "#include <stdint.h>\n\n";

/** Recordings as spikes a step and indices of channels, one after another. */
export function recordingsHeader(name: string, recordings: Recording[]): string {
  const steps = recordings.flatMap((recording) => recording.steps);
  return (
    INCLUDES +
    defined({ [`${name.toUpperCase()}_COUNT`]: recordings.length }) +
    array(
      "uint8_t",
      `${name}_labels`,
      recordings.map(({ label }) => label),
    ) +
    array(
      "uint8_t",
      `${name}_counts`,
      steps.map((spikes) => spikes.length),
    ) +
    array("uint16_t", `${name}_channels`, steps.flat())
  );
}

export function digitsHeader(digits: Digit[]): string {
  const pixels = digits.flatMap((digit) => Array.from(digit.pixels));
  return (
    INCLUDES +
    defined({ DIGITS_COUNT: digits.length }) +
    array(
      "uint8_t",
      "digit_labels",
      digits.map(({ label }) => label),
    ) +
    matrix("uint8_t", "digit_pixels", pixels, PIXELS)
  );
}

/** A net of one hidden layer as arrays: what somebody who writes it by hand would have. */
export function plainHeader(program: Program): string {
  const [into, hidden, out, readout] = program.operations;
  if (program.operations.length !== 4 || isSynapses(hidden) || isSynapses(readout))
    throw new Error("expected two layers of one synapse operation each");
  return (
    INCLUDES +
    defined({
      INPUTS: program.inputs,
      HIDDEN: hidden.neurons,
      CLASSES: readout.neurons,
      STEPS: program.maxSteps,
    }) +
    synapses("hidden", into as Synapses) +
    population("hidden", hidden) +
    synapses("readout", out as Synapses) +
    population("readout", readout)
  );
}

function synapses(name: string, { outputs, weights }: Synapses): string {
  return matrix("int8_t", `${name}_weights`, weights, outputs);
}

function population(name: string, { neurons, shift, decay, threshold, bias, lower }: Population): string {
  const constants = { [`${name.toUpperCase()}_SHIFT`]: shift, [`${name.toUpperCase()}_LOWER`]: lower };
  return (
    defined(constants) +
    array("uint16_t", `${name}_decay`, decay!) +
    array("int32_t", `${name}_bias`, bias ?? new Int32Array(neurons)) +
    (threshold ? array("int16_t", `${name}_threshold`, threshold) : "")
  );
}
