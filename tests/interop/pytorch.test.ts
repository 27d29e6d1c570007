/**
 * The float64 reference against PyTorch's autograd. SPIKELET_PYTHON names an interpreter that has torch (2.13.0 when this was
 * written): `python3 -m venv venv && venv/bin/pip install torch==2.13.0`, then `SPIKELET_PYTHON=venv/bin/python npx vitest run tests/interop`.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { backpropagate } from "../reference/backwards.js";
import { difference } from "../reference/difference.js";
import type { Lesson, Net, PopulationGradients } from "../reference/net.js";
import { KEEPING, randomNet, ZEROING } from "../reference/random-net.js";
import type { NetWish } from "../reference/random-net.js";

const python = process.env.SPIKELET_PYTHON;
const script = fileURLToPath(new URL("./autograd.py", import.meta.url));
const NETS = 160;

if (!python) {
  console.warn(
    "tests/interop: skipped. Set SPIKELET_PYTHON to a Python with torch: python3 -m venv venv && venv/bin/pip install torch==2.13.0",
  );
}

interface Case {
  wish: NetWish;
  net: Net;
  lesson: Lesson;
}

/** Arrays as arrays, a bound that is not there as null. */
const plain = (_: string, value: unknown): unknown => {
  if (value instanceof Float64Array) return Array.from(value);
  return value === Infinity || value === -Infinity ? null : value;
};

function autograd(cases: Case[]): PopulationGradients[][] {
  const input = JSON.stringify(
    cases.map(({ net, lesson }) => ({ net, lesson })),
    plain,
  );
  const { status, stdout, stderr } = spawnSync(python!, [script], {
    input,
    maxBuffer: 2 ** 28,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${python} ${script}: ${stderr}`);
  return (JSON.parse(stdout) as { paths: number[][]; bias: number[] }[][]).map((populations) =>
    populations.map(({ paths, bias }) => ({
      paths: paths.map((path) => Float64Array.from(path)),
      bias: Float64Array.from(bias),
    })),
  );
}

describe.skipIf(!python)("PyTorch", () => {
  test(
    "finds the gradients of the reference, whatever the net, its rules and its loss",
    { timeout: 300_000 },
    () => {
      const cases = Array.from({ length: NETS }, (_, n): Case => {
        const wish: NetWish = {
          ...{ seed: 10_000 + n, depth: 1 + (n % 3), spiking: n % 4 === 3, resets: [...KEEPING, ...ZEROING] },
          ...{ forward: "any", recurrent: "any", readout: "any", feedback: n % 2 === 1 },
        };
        return { wish, ...randomNet(wish) };
      });
      const found = autograd(cases);
      const wrong = cases.flatMap(({ wish, net, lesson }, n) => {
        const off = difference(found[n], backpropagate(net, lesson).gradients);
        return off < 1e-9 ? [] : [`${off} in ${JSON.stringify(wish)}`];
      });
      expect(wrong).toEqual([]);
    },
  );
});
