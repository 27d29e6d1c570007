/**
 * What a file leaves open is assumed aloud: each assumption is one warning that says what was taken and which
 * option says otherwise. Under `--strict` the first of them is an error instead.
 */
import { InputError } from "../errors.js";

export class Assumptions {
  readonly warnings: string[] = [];

  constructor(
    private readonly file: string,
    private readonly strict: boolean,
  ) {}

  /** Something that the file does not say and that the answer depends on. */
  assume(line: string): void {
    if (this.strict) throw new InputError(`${this.file}: ${line}; --strict assumes nothing`);
    this.note(line);
  }

  /** Something that the user should know but that is no guess. */
  note(line: string): void {
    this.warnings.push(`${this.file}: ${line}`);
  }
}
