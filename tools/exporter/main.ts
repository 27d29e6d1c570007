/** The command line: commands, and what a failure ends with. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { ModelError } from "../../host/node/index.js";
import { EXIT } from "./commands/command.js";
import type { AddCommand } from "./commands/command.js";
import { exportCommand } from "./commands/export.js";
import { inspectCommand } from "./commands/inspect.js";
import { learnCommand } from "./commands/learn.js";
import { runCommand } from "./commands/run.js";
import { simulateCommand } from "./commands/simulate.js";
import { verifyCommand } from "./commands/verify.js";
import { InputError, UsageError } from "./errors.js";
import type { Io } from "./io.js";

const COMMANDS: AddCommand[] = [
  exportCommand,
  inspectCommand,
  runCommand,
  verifyCommand,
  learnCommand,
  simulateCommand,
];

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
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return explain(error, io);
  }
}

function usageError(text: string, write: (text: string) => void): void {
  write(`spikelet: ${text.replace(/^error: /, "")}`);
}

function explain(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const { message } = error as Error;
  if (error instanceof UsageError || error instanceof InputError || error instanceof ModelError) {
    io.err(`spikelet: ${message}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.input;
  }
  const system = error as NodeJS.ErrnoException;
  if (system.syscall !== undefined && system.code !== undefined) {
    io.err(`spikelet: ${fileMessage(system)}\n`);
    return EXIT.input;
  }
  io.err(`spikelet: unexpected: ${(error as Error).stack ?? String(error)}\n`);
  return EXIT.input;
}

function fileMessage({ code, path, message }: NodeJS.ErrnoException): string {
  const reasons: Record<string, string> = {
    ENOENT: "found no such file; check the name and the folder",
    EISDIR: "found a folder, expected a file",
    EACCES: "found no permission to read or write it",
    ENOTDIR: "found a file where a folder was expected",
    ENOSPC: "found no space left on the disk",
  };
  const reason = reasons[code!];
  return path !== undefined && reason !== undefined ? `${path}: ${reason}` : message;
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
