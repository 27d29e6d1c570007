/** What the commands of all examples share: their flags, progress, and one line for what is wrong. */
import { parseArgs } from "node:util";
import { InputError, UsageError } from "../../tools/exporter/errors.js";
import { grouped, progressOf } from "../../tools/exporter/io.js";
import type { Progress } from "../../tools/exporter/io.js";
import { quoted } from "../../tools/exporter/text.js";

/** Numbers by name and switches by name, as `--name N` and `--name`. */
export type Flags<N extends string, S extends string> = Record<N, number> & Record<S, boolean>;

/** Exit codes, as those of the exporter's command. */
const EXIT = { usage: 2, input: 3 };
/** Of trials, lessons and seeds; weeks of work. */
const MOST = 10_000_000;

/**
 * Reads the command line, or leaves with one line that says what is wrong with it.
 *
 * @param numbers whole numbers from 1, and what they are where they are not given
 * @param switches false where they are not given
 */
export function flagsOf<N extends string, S extends string>(
  numbers: Record<N, number>,
  switches: readonly S[],
): Flags<N, S> {
  try {
    return readFlags(numbers, switches, process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT.usage);
  }
}

/** @throws UsageError for a flag that is not there, or a number that is none */
export function readFlags<N extends string, S extends string>(
  numbers: Record<N, number>,
  switches: readonly S[],
  args: string[],
): Flags<N, S> {
  const names = Object.keys(numbers) as N[];
  const known = [...names.map((name) => `--${name} N`), ...switches.map((name) => `--${name}`)].join(", ");
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  const off = Object.fromEntries(switches.map((name) => [name, false]));
  const flags: Record<string, number | boolean> = { ...numbers, ...off };
  for (const token of parseArgs({ args, options, strict: false, tokens: true }).tokens) {
    if (token.kind === "option-terminator") continue;
    const found = token.kind === "positional" ? token.value : token.rawName;
    const name = names.find((number) => found === `--${number}`);
    const on = switches.find((it) => found === `--${it}`);
    if (token.kind === "option" && name !== undefined) flags[name] = countOf(name, token.value);
    else if (token.kind === "option" && on !== undefined) flags[on] = onOf(on, token.value);
    else throw new UsageError(`found ${quoted(found)}, expected some of ${known}, or nothing`);
  }
  return flags as Flags<N, S>;
}

function countOf(name: string, text: string | undefined): number {
  const count = text?.trim() ? Number(text) : NaN;
  if (Number.isInteger(count) && count >= 1 && count <= MOST) return count;
  const found = text === undefined ? "nothing" : quoted(text);
  throw new UsageError(
    `--${name}: found ${found}, expected a whole number, 1 … ${grouped(MOST)}, such as --${name} 3`,
  );
}

function onOf(name: string, text: string | undefined): true {
  if (text === undefined) return true;
  throw new UsageError(`--${name}: found ${quoted(text)}, expected nothing behind it; leave that out`);
}

/** Runs an example, or leaves with one line on data that are not here or cannot be read. */
export async function orLeave(example: () => Promise<void>): Promise<void> {
  try {
    await example();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = EXIT.input;
  }
}

/** @param missing one line on data that are not here and where they come from, null where nothing is missing */
export function expectData(missing: string | null): void {
  if (missing !== null) throw new InputError(missing);
}

/** A bar on a terminal, nothing elsewhere. @param quiet where the output is for machines */
export function progress(what: string, total: number, quiet: boolean): Progress {
  return progressOf({ out() {}, err() {}, terminal: process.stderr.isTTY && !quiet }, what, total);
}

/** 1 … count. */
export function seedsUpTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
