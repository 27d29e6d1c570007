/** What a command is, and what it ends with. */
import type { Command } from "commander";
import type { Io } from "../io.js";

/** 0 done, 1 the answer is no, 2 wrong usage, 3 an input that cannot be read or used. */
export const EXIT = { done: 0, no: 1, usage: 2, input: 3 } as const;

/** Adds a command to the program; `finish` is told the exit code where it is another than 0. */
export type AddCommand = (program: Command, io: Io, finish: (code: number) => void) => void;
