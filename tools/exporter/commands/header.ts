/** `spikelet header`: a blob as a C array, for firmware (docs/EMBEDDED.md). */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { load } from "../../../host/node/index.js";
import type { Network } from "../../../host/node/index.js";
import { checkTarget, writeWhole } from "../../../host/node/target.js";
import { UsageError } from "../errors.js";
import { grouped, printJson } from "../io.js";
import { quoted, shown } from "../text.js";
import type { AddCommand } from "./command.js";
import { openBlob } from "./files.js";

interface Flags {
  output: string;
  name?: string;
  json?: boolean;
}

const NUMBERS_A_LINE = 24;

export const headerCommand: AddCommand = (program, io) => {
  program
    .command("header")
    .description("write a blob as a C array, for firmware")
    .argument("<blob>", "a .spkl file")
    .requiredOption("-o, --output <file>", "the C header to write")
    .option("--name <name>", "what its names begin with (default: the header's own name)")
    .option("--json", "print one object")
    .action(async (path: string, flags: Flags) => {
      const name = nameOf(flags);
      await checkTarget(flags.output);
      const { net, file } = await openBlob(path, io);
      // the file's own bytes: a snapshot would be another blob
      const blob = net.restoredFrom === null ? await readFile(path) : net.snapshot();
      await writeText(flags.output, headerText({ name, file, blob, net }));
      const { arenaBytes } = net.info;
      const snapshotBytes = net.snapshot().length;
      if (flags.json) {
        printJson(io, { output: flags.output, name, blobBytes: blob.length, arenaBytes, snapshotBytes });
      } else {
        io.out(
          `${flags.output}: ${name}_blob of ${grouped(blob.length)} bytes, and ${grouped(arenaBytes)} bytes of RAM to run it\n`,
        );
      }
    });
};

/** The header of a blob that has just been made, for `spikelet export`. */
export async function writeHeader(path: string, file: string, blob: Uint8Array): Promise<void> {
  const net = await load(blob);
  await writeText(path, headerText({ name: identifierOf(path), file, blob, net }));
}

async function writeText(path: string, text: string): Promise<void> {
  await writeWhole(path, new TextEncoder().encode(text));
}

/** The name of what a header defines. @throws UsageError for what is none in C */
function nameOf({ output, name }: Flags): string {
  if (name === undefined) return identifierOf(output);
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new UsageError(`--name: found ${quoted(name)}, expected a name in C: letters, digits and _`);
}

/** A file's name as one in C. */
function identifierOf(file: string): string {
  const plain = basename(file)
    .replace(/\.[^.]*$/, "")
    .replace(/[^A-Za-z0-9_]/g, "_");
  return /^[A-Za-z_]/.test(plain) ? plain : `net_${plain}`;
}

export interface HeaderParts {
  /** what names begin with, in C as it is, in macros in capitals */
  name: string;
  /** the blob's file, for the comment */
  file: string;
  blob: Uint8Array;
  /** what was loaded from it */
  net: Network;
}

/** A blob as an aligned array, with the sizes that firmware reserves memory by. The same blob gives the same text. */
export function headerText({ name, file, blob, net }: HeaderParts): string {
  const { info } = net;
  const macro = name.toUpperCase();
  const room =
    info.inputKind === "spikes" ? "Input spikes a window." : "Frames a window; 1: one that is held.";
  const snapshotBytes = net.snapshot().length;
  const constants: [string, number, string][] = [
    ["ARENA_BYTES", info.arenaBytes, "RAM that spikelet_open() wants."],
    [
      "SNAPSHOT_BYTES",
      snapshotBytes,
      "What spikelet_snapshot() writes, and a slot of a store holds besides its header.",
    ],
    ["MAX_STEPS", info.maxSteps, "Steps of the longest window."],
    ["ROOM", info.events, room],
    ["INPUTS", info.inputs, ""],
    ["OUTPUTS", info.outputs, ""],
    ["CLASSES", info.classes, ""],
  ];
  return [
    `/* ${commentSafe(file)} as \`spikelet header\` writes it; for one source file to include. */`,
    `#ifndef ${macro}_H`,
    `#define ${macro}_H`,
    "",
    '#include "spikelet.h"',
    "",
    ...constants.flatMap(([key, value, text]) => [
      ...(text === "" ? [] : [`/** ${text} */`]),
      `#define ${macro}_${key} ${value}u`,
    ]),
    "",
    `static SPIKELET_ALIGNED const uint8_t ${name}_blob[${blob.length}] = {`,
    ...lines(blob),
    "};",
    "",
    "#endif",
    "",
  ].join("\n");
}

function* lines(bytes: Uint8Array): Generator<string> {
  for (let at = 0; at < bytes.length; at += NUMBERS_A_LINE) {
    yield `  ${bytes.subarray(at, at + NUMBERS_A_LINE).join(", ")},`;
  }
}

/** A name that ends no comment. */
function commentSafe(file: string): string {
  return shown(file).replaceAll("*/", "* /");
}
