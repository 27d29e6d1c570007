/** `spikelet inspect`: what a model or a blob holds. */
import { basename } from "node:path";
import { count } from "../passes/fields.js";
import { readBlob } from "../readers/blob.js";
import { readNir } from "../readers/nir.js";
import { grouped, printJson, table, warn } from "../io.js";
import type { Io } from "../io.js";
import type { AddCommand } from "./command.js";
import { classesText, layerTable } from "./export.js";
import { openBlob } from "./files.js";
import { LARGEST_MODEL, readInput } from "./input-file.js";
import { bytesOf, layersOf, withNames } from "./layers.js";
import { isBlob } from "./model.js";
import { isSynapses } from "../program.js";
import type { Learning, Loss, Path, Program, Shape, Signal } from "../program.js";

interface Flags {
  json?: boolean;
}

export const inspectCommand: AddCommand = (program, io) => {
  program
    .command("inspect")
    .description("say what a model or a blob holds")
    .argument("<file>", "a .nir or .spkl file")
    .option("--json", "print one object")
    .action(async (path: string, flags: Flags) => {
      const bytes = await readInput(path, LARGEST_MODEL);
      await (isBlob(bytes) ? inspectBlob(path, bytes, flags, io) : inspectModel(path, bytes, flags, io));
    });
};

async function inspectBlob(path: string, bytes: Uint8Array, flags: Flags, io: Io): Promise<void> {
  const { net, metadata } = await openBlob(path, io);
  const { info } = net;
  const program = withNames(readBlob(bytes), info.metadata.names);
  const layers = layersOf(program);
  const learning = program.learning && learningOf(program, program.learning);
  const spareClasses = metadata.spareClasses ?? 0;
  if (flags.json) {
    const { formatVersion, blobBytes, arenaBytes, inputs, inputKind, inputRange, events } = info;
    const input = { kind: inputKind, channels: inputs, range: inputRange, room: events };
    const { maxSteps, outputs, classes, code, schedules } = info;
    const sizes = { kind: "blob", formatVersion, blobBytes, arenaBytes };
    printJson(io, {
      ...{ ...sizes, input, maxSteps, outputs, classes, spareClasses, code, layers },
      learning: learning && { ...learning, schedules },
      metadata: info.metadata,
    });
    return;
  }
  io.out(`${basename(path)}: a blob of ${grouped(info.blobBytes)} bytes, format ${info.formatVersion}; `);
  io.out(`${grouped(info.arenaBytes)} bytes of RAM to run it\n`);
  io.out(
    `${grouped(info.inputs)} inputs (${info.inputKind}${info.inputKind === "analogue" ? `, up to ±${info.inputRange}` : ""}), `,
  );
  io.out(
    `${classesText(info.classes, spareClasses, info.code)}, up to ${info.maxSteps} steps\n\n${layerTable(layers)}`,
  );
  if (learning) {
    io.out(`\nlearns by ${info.schedules.join(" and ")}, ${lossText(learning.loss)}\n`);
    io.out(pathTable(learning));
  }
}

interface LearningReport {
  loss: Loss;
  seed: number;
  /** populations that learn, or that pass a learning signal on */
  rules: { layer: string; signal: Signal; surrogate: Shape | null; filtered: boolean; learnsBias: boolean }[];
  /** synapses that learn, or through which their source hears */
  paths: (Pick<Path, "learns" | "returns" | "residuals" | "update" | "pullShift"> & {
    node: string;
    layer: string;
    /** of RAM; 0 where they do not learn */
    bytesPerSynapse: number;
  })[];
}

function learningOf({ operations }: Program, { loss, seed, rules, paths }: Learning): LearningReport {
  const layerAfter = (synapse: number): string =>
    operations.find((op, index) => index > synapse && !isSynapses(op))!.name;
  return {
    loss,
    seed,
    rules: rules.map(({ population, signal, surrogate, filtered, learnsBias }) => ({
      layer: operations[population].name,
      ...{ signal, surrogate: surrogate?.shape ?? null, filtered, learnsBias },
    })),
    paths: paths.map((path) => {
      const { synapse, learns, returns, residuals, update, pullShift } = path;
      return {
        node: operations[synapse].name,
        layer: layerAfter(synapse),
        ...{ learns, returns, residuals, update, pullShift },
        bytesPerSynapse: learns ? bytesOf(path) : 0,
      };
    }),
  };
}

function lossText(loss: Loss): string {
  const of = { membrane: "membranes", count: "spike counts", time: "first spikes" }[loss.of];
  const when = { every: "at every step", last: "at the last step", max: "on the maximum", sum: "on the sum" };
  return `${loss.kind} of ${of}${"when" in loss ? ` ${when[loss.when]}` : ""}`;
}

function pathTable({ rules, paths }: LearningReport): string {
  const signals = new Map(rules.map(({ layer, signal }) => [layer, signal]));
  const rows = paths.map(({ node, layer, learns, returns, update, bytesPerSynapse }) => [
    ...[node, layer, signals.get(layer) ?? ""],
    learns ? update.kind : "",
    ...[returns, learns ? bytesPerSynapse : ""],
  ]);
  return table([["synapses", "into", "signal", "learns", "hands down", "bytes a synapse"], ...rows]);
}

async function inspectModel(path: string, bytes: Uint8Array, flags: Flags, io: Io): Promise<void> {
  const file = basename(path);
  const { graph, warnings } = await readNir(bytes, file);
  const layers = [...graph.nodes.values()].map(({ name, type, fields }) => {
    const arrays = [...fields.values()].filter((field) => typeof field === "object");
    const parameters = arrays.reduce((sum, field) => sum + count(field.shape), fields.size - arrays.length);
    const stated = type === "Input" || type === "Output" ? fields.get("shape") : undefined;
    const largest = arrays.reduce<number[]>((a, { shape }) => (count(shape) > count(a) ? shape : a), []);
    const shape = typeof stated === "object" ? Array.from(stated.data) : largest;
    return { name, type, shape, parameters };
  });
  warn(io, warnings);
  if (flags.json) {
    printJson(io, { kind: "model", layers, edges: graph.edges, warnings });
    return;
  }
  io.out(`${file}: a model of ${graph.nodes.size} nodes and ${graph.edges.length} edges\n\n`);
  const rows = layers.map(({ name, type, shape, parameters }) => [name, type, shape.join(" × "), parameters]);
  io.out(table([["node", "type", "shape", "numbers"], ...rows]));
}
