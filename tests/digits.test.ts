/** The digits net, trained with snnTorch: what its integers keep of it, and what they learn. */
import { beforeAll, describe, expect, it } from "vitest";
import { partOf, readDigits, turned } from "../examples/digits/data.js";
import type { Digit } from "../examples/digits/data.js";
import { load } from "../host/node/index.js";
import type { Network } from "../host/node/index.js";
import type { Model } from "../tools/exporter/model.js";
import { dequantise } from "../tools/exporter/passes/dequantise.js";
import { decode } from "../tools/exporter/simulate/decode.js";
import { FloatNetwork } from "../tools/exporter/simulate/float.js";
import { digitsModel, exportDigits, heldFrame, STEPS } from "./digits.js";

const test = readDigits("test");
const HELD = { steps: STEPS, hold: true } as const;
let model: Model;
let floatAccuracy: number;

beforeAll(async () => {
  model = await digitsModel();
  const network = new FloatNetwork(model);
  const label = (digit: Digit): number =>
    decode(network.run(heldFrame(digit)).outputs, "membrane-sum", 10, STEPS).label;
  floatAccuracy = share(test, (digit) => label(digit) === digit.label);
});

function share(digits: Digit[], holds: (digit: Digit) => boolean): number {
  return digits.filter(holds).length / digits.length;
}

function accuracy(net: Network, digits: Digit[]): number {
  return share(digits, ({ pixels, label }) => net.run(pixels, { ...HELD, record: false }).label === label);
}

/** Hidden spikes of the core, a row a step. */
function coreRaster(net: Network, { pixels }: Digit, node: number): Uint8Array[] {
  net.reset();
  const frame = Int16Array.from(pixels);
  return Array.from({ length: STEPS }, () => {
    net.step(frame, { record: false });
    const row = new Uint8Array(128);
    for (const j of net.spikes(node)) row[j] = 1;
    return row;
  });
}

/** F1 of the core's hidden spikes, the float net's taken for the truth. */
function spikeF1(net: Network, reference: Model, scale: number): number {
  const network = new FloatNetwork(reference);
  let [both, either] = [0, 0];
  for (const digit of test.slice(0, 2000).filter((_, i) => i % 5 === 0)) {
    const core = coreRaster(net, digit, 1);
    const [hidden] = network.run(heldFrame(digit, scale), { rasters: true }).rasters!;
    core.forEach((row, t) =>
      row.forEach((spike, j) => {
        const truth = hidden[t * 128 + j];
        both += spike & truth;
        either += spike + truth;
      }),
    );
  }
  return (2 * both) / either;
}

describe("the digits net", () => {
  it("is tested on digits that training and adaptation never see", () => {
    const parts = Array.from({ length: 10_000 }, (_, i) => partOf(i));
    expect(parts.filter((part) => part === "test").length).toBe(2000);
    expect(parts.filter((part) => part === "adapt").length).toBe(1000);
  });

  it("reads at least 97 % in float", () => {
    expect(floatAccuracy).toBeGreaterThanOrEqual(0.97);
  });

  it.each([
    [16, 0.003],
    [8, 0.005],
  ] as const)("with %i-bit membranes loses at most %f of its accuracy", async (bits, most) => {
    const net = await load(exportDigits(model, bits).blob);
    expect(accuracy(net, test)).toBeGreaterThanOrEqual(floatAccuracy - most);
  });

  it("loses as little with a scale a neuron", async () => {
    const net = await load(exportDigits(model, 16, true).blob);
    expect(accuracy(net, test)).toBeGreaterThanOrEqual(floatAccuracy - 0.003);
  });

  it("is a blob of less than 125,000 bytes, the same every time", () => {
    const { blob } = exportDigits(model, 16);
    expect(blob.length).toBeLessThan(125_000);
    expect(Buffer.compare(blob, exportDigits(model, 16).blob)).toBe(0);
  });

  it("spikes as the quantised parameters say (F1 ≥ .99) and as the original did (F1 ≥ .97)", async () => {
    const { blob, program } = exportDigits(model, 16);
    const net = await load(blob);
    const f1 = { arithmetic: spikeF1(net, dequantise(program), 1), original: spikeF1(net, model, 1 / 255) };
    console.info("F1 of hidden spikes", f1);
    expect(f1.arithmetic).toBeGreaterThanOrEqual(0.99);
    expect(f1.original).toBeGreaterThanOrEqual(0.97);
  });

  it("wins back half of what a turn of 40° costs, and keeps the old digits to 3 points", async () => {
    const net = await load(exportDigits(model, 16).blob);
    const adapt = readDigits("adapt");
    const ofClass = (label: number): Digit[] => adapt.filter((digit) => digit.label === label);
    const pick = (from: number, to: number): Digit[] =>
      Array.from({ length: 10 }, (_, label) => ofClass(label).slice(from, to)).flat();
    const order = (digits: Digit[]): Digit[] => digits.map((_, i) => digits[(i * 73) % digits.length]);
    const lessons = order(pick(0, 20)).map((digit) => turned(digit, 40));
    const old = order(pick(20, 40));
    const drifted = test.map((digit) => turned(digit, 40));
    const [before, oldBefore] = [accuracy(net, drifted), accuracy(net, test)];
    expect(oldBefore - before).toBeGreaterThanOrEqual(0.15);
    for (let pass = 0; pass < 5; pass++) {
      lessons.forEach((lesson, i) => {
        net.learn(lesson.pixels, lesson.label, HELD);
        net.learn(old[i].pixels, old[i].label, HELD);
      });
    }
    expect(accuracy(net, drifted)).toBeGreaterThanOrEqual(before + (oldBefore - before) / 2);
    expect(accuracy(net, test)).toBeGreaterThanOrEqual(oldBefore - 0.03);
  });
});
