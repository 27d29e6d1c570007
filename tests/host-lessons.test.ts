/** The host, learning step by step: a window that is refused anywhere teaches nothing. */
import { describe, expect, it } from "vitest";
import type { Network } from "../host/node/index.js";
import { open, sample, thrown } from "./host-support.js";
import type { Program, Synapses } from "../tools/exporter/program.js";
import { pupil } from "./nets.js";

type Window = Parameters<Network["learn"]>[0];

/** What a refused call must leave alone. */
function all(net: Network): object {
  const { info, stats } = net;
  const populations = info.nodes.flatMap(({ kind, name }) => (kind === "lif" || kind === "li" ? [name] : []));
  return { snapshot: net.snapshot(), stats, membranes: populations.map((name) => net.membranes(name)) };
}

/** A network that has run and learnt is offered the window as a lesson, step by step. */
function offer(net: Network, good: Window, refused: Window, message: RegExp): void {
  net.learn(good, 0, { schedule: "step" });
  net.run(good);
  const before = all(net);
  const error = thrown(() => net.learn(refused, 0, { schedule: "step" }));
  expect(error).toBeInstanceOf(RangeError);
  expect(error.message).toMatch(message);
  expect(all(net)).toEqual(before);
}

describe("a lesson that is refused at a later step", () => {
  it("changes nothing of a network with spikes for input", async () => {
    const lists = (offsets: number[], events: number[]): Window => ({
      offsets: Uint32Array.from(offsets),
      events: Uint16Array.from(events),
    });
    const refused: [Window, RegExp][] = [
      [sample(1, 3).with(8, 201), /found 20[12] spikes or more/],
      [lists([0, 1, 2, 3], [0, 1, 4]), /found a spike of input 4/],
      [lists([0, 2, 3, 1], [0, 1, 2]), /below the one before/],
      [lists([0, 1, 2, 9], [0, 1, 2]), /found 3 events, expected at least 9/],
    ];
    for (const [window, message] of refused) offer(await open(pupil()), sample(0, 3), window, message);
  });

  it("changes nothing of a network with analogue input", async () => {
    const program: Program = { ...pupil(), inputKind: "analogue", inputRange: 100, events: 20 };
    program.operations[0] = { ...(program.operations[0] as Synapses), kind: "analogue" };
    const net = await open(program);
    const good = new Float32Array(12).fill(0.5);
    offer(net, good, good.with(9, NaN), /found NaN at [19]/);
  });

  it("may hold more spikes than the blob has room for at once, as long as no step does", async () => {
    const net = await open(pupil());
    const busy = new Uint8Array(4 * 3).fill(40);
    expect(thrown(() => net.run(busy)).message).toMatch(/spikes or more/);
    expect(net.learn(busy, 1, { schedule: "step" }).scores).toHaveLength(2);
    expect(net.stats.steps).toBe(3);
  });
});
