/** The command line: commands, and what a failure ends with. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { ModelError } from "../../host/node/index.js";
import { FileError, fileErrorOf } from "../../host/node/file-error.js";
import { EXIT } from "./commands/command.js";
import type { AddCommand } from "./commands/command.js";
import { exportCommand } from "./commands/export.js";
import { headerCommand } from "./commands/header.js";
import { inspectCommand } from "./commands/inspect.js";
import { learnCommand } from "./commands/learn.js";
import { runCommand } from "./commands/run.js";
import { simulateCommand } from "./commands/simulate.js";
import { verifyCommand } from "./commands/verify.js";
import { InputError, UsageError } from "./errors.js";
import type { Io } from "./io.js";
import { printable, quoted } from "./text.js";

const COMMANDS: AddCommand[] = [
  exportCommand,
  inspectCommand,
  headerCommand,
  runCommand,
  verifyCommand,
  learnCommand,
  simulateCommand,
];

/** What says in one line that an input cannot be read or used. */
const REFUSALS = [InputError, ModelError, FileError];

/**
 * @param args what follows the name of the command
 * @returns the exit code
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.done;
  const program = new Command("spikelet")
    .description("Runs trained spiking networks in integers, and lets them go on learning where they run.")
    .version(version());
  for (const add of COMMANDS) add(program, io, (ended) => (code = ended));
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err, outputError: usageError });
  }
  try {
    expectCommand(program, args);
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    const ended = explain(error, io);
    if (args.length === 0) io.err(`\n${program.helpInformation()}`);
    return ended;
  }
}

/** @throws UsageError where none is named, or help is asked for on one that there is not */
function expectCommand(program: Command, [first, second]: readonly string[]): void {
  const names = program.commands.map((command) => command.name());
  const expected = `expected one of ${names.join(", ")}; spikelet help <command> says more`;
  if (first === undefined) throw new UsageError(`found no command, ${expected}`);
  if (first === "help" && second !== undefined && ![...names, "help"].includes(second))
    throw new UsageError(`help: found no command ${quoted(second)}, ${expected}`);
}

function usageError(text: string, write: (text: string) => void): void {
  write(`spikelet: ${text.replace(/^error: /, "")}`);
}

function explain(thrown: unknown, io: Io): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
  const error = fileErrorOf(thrown, (thrown as NodeJS.ErrnoException).path ?? "a file");
  if (error instanceof UsageError || REFUSALS.some((refusal) => error instanceof refusal)) {
    io.err(`spikelet: ${printable((error as Error).message)}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.input;
  }
  if (error instanceof RangeError && /allocation failed|Invalid (typed )?array/.test(error.message)) {
    io.err(
      `spikelet: found too little memory (${error.message}), expected enough for all samples; take fewer with --limit, or a shorter --steps\n`,
    );
    return EXIT.input;
  }
  io.err(`spikelet: unexpected: ${(error as Error).stack ?? String(error)}\n`);
  return EXIT.input;
}

/** The package's version: its manifest lies one level higher once the sources are compiled. */
function version(): string {
  for (const up of ["../../", "../../../"]) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(`${up}package.json`, import.meta.url), "utf8")) as {
        version: string;
      };
      return manifest.version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return "unknown";
}
