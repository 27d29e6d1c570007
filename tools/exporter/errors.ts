/**
 * The two ways in which the exporter says no. A message is one line (a second one at most) that names the file,
 * what was found, what was expected, and the next step; the command line prints it after "spikelet: ".
 */

/** An input that cannot be read or used. The command line leaves with exit code 3. */
export class InputError extends Error {
  override name = "InputError";
}

/** A wrong option or argument. The command line leaves with exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}
