/**
 * Standard output and standard error when nobody takes what is written any more.
 *
 * A reader that went away (`spikelet run … | head -1`) has what it wanted: the rest is dropped in silence, the command ends as it
 * would have, with its own exit code. Anything else, such as a full disk, is one line and exit code 3.
 */
import { EXIT } from "./commands/command.js";
import type { Io } from "./io.js";

interface Streams {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/** @param exit ends the process at once */
export function ioOf({ stdout, stderr }: Streams, exit: (code: number) => void): Io {
  const failed = (name: string, error: NodeJS.ErrnoException): void => {
    if (error.code === "EPIPE") return;
    write(
      stderr,
      `spikelet: ${name}: found ${error.message}, expected room for the results; free some, or write elsewhere\n`,
      () => {},
    );
    exit(EXIT.input);
  };
  const outFailed = (error: Error): void => failed("standard output", error);
  const errFailed = (error: Error): void => failed("standard error", error);
  stdout.on("error", outFailed);
  stderr.on("error", errFailed);
  return {
    out: (text) => write(stdout, text, outFailed),
    err: (text) => write(stderr, text, errFailed),
    terminal: stderr.isTTY === true,
  };
}

/** Files are written to at once, and some versions of Node then throw in place of an event. */
function write(stream: NodeJS.WriteStream, text: string, failed: (error: Error) => void): void {
  try {
    stream.write(text);
  } catch (error) {
    failed(error as Error);
  }
}
