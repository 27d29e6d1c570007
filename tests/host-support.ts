/** What the tests of a host's network share: opening one, what a call throws, windows of input. */
import { expect } from "vitest";
import { load, ModelError } from "../host/node/index.js";
import type { Network } from "../host/node/index.js";
import type { Program } from "../tools/exporter/program.js";
import { blobOf } from "./nets.js";

export const open = (program: Program): Promise<Network> => load(blobOf(program));

/** What a call throws. */
export function thrown(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  return expect.fail("expected the call to throw");
}

/** The code of the ModelError that a call throws. */
export function codeThrown(call: () => unknown): string {
  const error = thrown(call);
  expect(error).toBeInstanceOf(ModelError);
  return (error as ModelError).code;
}

/** Input 0 spikes in the odd steps, input 1 in all: classes count 2 and 4. */
export const DENSE = Uint8Array.from([0, 1, 1, 1, 0, 1, 1, 1]);

/** Inputs 0 and 1 spike for class 0, inputs 2 and 3 for class 1. */
export function sample(label: number, steps = 10): Uint8Array {
  return Uint8Array.from({ length: 4 * steps }, (_, at) => Number(Math.floor((at % 4) / 2) === label));
}
