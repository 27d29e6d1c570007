/**
 * NIR files (versions 0.1 – 1.0, HDF5) as a Graph. Subgraphs are flattened: the node `lif` of the subgraph `block`
 * becomes `block.lif`, and the Input and Output of a subgraph stay as nodes that hand on what they get.
 */
import { InputError } from "../errors.js";
import { REQUIRED_FIELDS } from "../graph.js";
import type { Edge, Field, Graph, GraphNode } from "../graph.js";
import { Assumptions } from "../passes/assumptions.js";
import { checkGraph } from "../passes/check.js";
import { readHdf5 } from "./hdf5.js";
import type { H5Entry, H5Group } from "./hdf5.js";
import { quoted, shown } from "../text.js";

/** The newest NIR whose files this reader is known to read. */
const NEWEST_MAJOR = 1;

interface Reading {
  file: string;
  nodes: Map<string, GraphNode>;
  edges: Edge[];
  assumptions: Assumptions;
}

/** What an edge may name at one level: where its values go in and where they come out, by full name. */
interface Port {
  ins: string[];
  outs: string[];
}

/**
 * Reads a NIR file.
 *
 * @param file its name, for messages
 * @param options.strict refuse what would otherwise be assumed with a warning
 * @returns a graph that has passed `checkGraph`, and a line for each thing that had to be assumed to read it
 * @throws InputError where the file is not HDF5, is damaged, holds no NIR graph, or one that cannot be run
 */
export async function readNir(
  bytes: Uint8Array,
  file: string,
  options: { strict?: boolean } = {},
): Promise<{ graph: Graph; warnings: string[] }> {
  const root = await readHdf5(bytes, file);
  const assumptions = new Assumptions(file, options.strict ?? false);
  const node = root.children.get("node");
  const type = node?.kind === "group" ? text(node.children.get("type")) : null;
  if (node?.kind !== "group" || type !== "NIRGraph") {
    const found = type
      ? `a single node of type ${shown(type)}`
      : `no NIR graph in an HDF5 file with ${listed([...root.children.keys()])}`;
    throw new InputError(
      `${file}: found ${found}, expected "/node" of type NIRGraph; export the model with nir.write`,
    );
  }
  const version = text(root.children.get("version"));
  if (version !== null && Number.parseInt(version, 10) > NEWEST_MAJOR) {
    assumptions.assume(
      `written by NIR ${shown(version)}, newer than the ${NEWEST_MAJOR}.x that this reader knows; read as ${NEWEST_MAJOR}.x`,
    );
  }
  const reading: Reading = { file, nodes: new Map(), edges: [], assumptions };
  flatten(reading, node, "");
  const graph: Graph = { file, nodes: reading.nodes, edges: unique(reading.edges) };
  checkGraph(graph, new Assumptions(file, false));
  return { graph, warnings: assumptions.warnings };
}

/** Adds the nodes and edges of one NIRGraph under the prefix; returns where edges to the graph itself lead. */
function flatten(reading: Reading, group: H5Group, prefix: string): Port {
  const where = prefix === "" ? "the graph" : `the subgraph ${quoted(prefix.slice(0, -1))}`;
  const nodes = group.children.get("nodes");
  if (nodes?.kind !== "group") {
    throw new InputError(`${reading.file}: ${where} has no group "nodes"; export the model with nir.write`);
  }
  const ports = new Map<string, Port>();
  const own: GraphNode[] = [];
  for (const [name, entry] of nodes.children) {
    const full = prefix + name;
    const type = entry.kind === "group" ? text(entry.children.get("type")) : null;
    if (entry.kind !== "group" || type === null) {
      throw new InputError(
        `${reading.file}: node ${quoted(full)} has no attribute "type", so that nobody can tell what it is; export it with nir.write`,
      );
    }
    if (type === "NIRGraph") {
      ports.set(name, flatten(reading, entry, `${full}.`));
      continue;
    }
    if (reading.nodes.has(full))
      throw new InputError(`${reading.file}: two nodes are called ${quoted(full)}; rename one`);
    const node = { name: full, type, fields: fieldsOf(reading.file, full, type, entry) };
    reading.nodes.set(full, node);
    own.push(node);
    ports.set(name, { ins: [full], outs: [full] });
  }
  readEdges(reading, group, prefix, where, ports);
  return {
    ins: own.filter((node) => node.type === "Input").map((node) => node.name),
    outs: own.filter((node) => node.type === "Output").map((node) => node.name),
  };
}

function readEdges(
  reading: Reading,
  group: H5Group,
  prefix: string,
  where: string,
  ports: Map<string, Port>,
): void {
  const { file } = reading;
  const entry = group.children.get("edges");
  const names = entry?.kind === "strings" ? entry.data : [];
  const empty = entry?.kind === "numbers" && entry.data.length === 0;
  if ((entry?.kind !== "strings" && !empty) || names.length % 2 !== 0) {
    throw new InputError(
      `${file}: ${where} has no list "edges" of pairs of names; export the model with nir.write`,
    );
  }
  // An edge may also reach into a subgraph by the full name of a node in it.
  const portOf = (name: string): Port | undefined =>
    ports.get(name) ??
    (reading.nodes.has(prefix + name) ? { ins: [prefix + name], outs: [prefix + name] } : undefined);
  const renamed = renameOf(file, where, names, ports, (name) => portOf(name) !== undefined);
  if (renamed !== null) {
    reading.assumptions.assume(
      `edges of ${where} name ${quoted(renamed.from)}, which is no node; taken as ${quoted(renamed.to)}, the one node without edges`,
    );
  }
  const single = (name: string, side: "ins" | "outs"): string => {
    const found = portOf(name === renamed?.from ? renamed.to : name)![side];
    if (found.length === 1) return found[0];
    const kind = side === "ins" ? "Input" : "Output";
    throw new InputError(
      `${file}: an edge leads ${side === "ins" ? "into" : "out of"} the subgraph ${quoted(prefix + name)}, which has ` +
        `${found.length} nodes of type ${kind}; expected one`,
    );
  };
  for (let i = 0; i < names.length; i += 2) {
    reading.edges.push([single(names[i], "outs"), single(names[i + 1], "ins")]);
  }
}

/** One unknown name in the edges and one node without any: the same node. Null where every name is known. */
function renameOf(
  file: string,
  where: string,
  names: string[],
  ports: Map<string, Port>,
  known: (name: string) => boolean,
): { from: string; to: string } | null {
  const unknown = [...new Set(names)].filter((name) => !known(name));
  if (unknown.length === 0) return null;
  const edgeless = [...ports.keys()].filter((name) => !names.includes(name));
  if (unknown.length === 1 && edgeless.length === 1) return { from: unknown[0], to: edgeless[0] };
  const instead = edgeless.length === 0 ? "no node" : listed(edgeless);
  throw new InputError(
    `${file}: edges of ${where} name ${listed(unknown)}, which ${unknown.length === 1 ? "is no node" : "are no nodes"} of it ` +
      `(without edges: ${instead}); correct the names and export it again`,
  );
}

/** The fields of one node, after its type and the presence of what the type needs have been checked. */
function fieldsOf(file: string, name: string, type: string, group: H5Group): Map<string, Field> {
  const required = REQUIRED_FIELDS.get(type);
  if (required === undefined) {
    throw new InputError(
      `${file}: node ${quoted(name)} is of type ${shown(type)}, which this version does not run; ` +
        `it reads ${[...REQUIRED_FIELDS.keys()].join(", ")}`,
    );
  }
  const fields = new Map<string, Field>();
  for (const [field, entry] of group.children) {
    if (entry.kind === "numbers") {
      fields.set(field, entry.shape.length === 0 ? entry.data[0] : { shape: entry.shape, data: entry.data });
    } else if (entry.kind === "strings" && entry.shape.length === 0 && field !== "type") {
      fields.set(field, entry.data[0]);
    }
  }
  for (const field of required) {
    if (fields.has(field)) continue;
    if (group.children.get(field)?.kind === "other") {
      throw new InputError(
        `${file}: node ${quoted(name)} of type ${type} has "${field}" in a type that holds no plain numbers (complex ones, or records), ` +
          `expected integers or floats; convert it and export it again`,
      );
    }
    const there = [...fields.keys()];
    throw new InputError(
      `${file}: node ${quoted(name)} of type ${type} has no attribute ${quoted(field)} ` +
        `(it has ${there.length === 0 ? "none" : listed(there)}); export it again with nir.write`,
    );
  }
  return fields;
}

function text(entry: H5Entry | undefined): string | null {
  return entry?.kind === "strings" && entry.data.length === 1 ? entry.data[0] : null;
}

function unique(edges: Edge[]): Edge[] {
  return [...new Map(edges.map((edge) => [JSON.stringify(edge), edge])).values()];
}

function listed(names: string[]): string {
  const shown = names.slice(0, 8).map(quoted);
  if (names.length > 8) shown.push(`${names.length - 8} more`);
  return shown.length === 0 ? "nothing in it" : shown.join(", ");
}
