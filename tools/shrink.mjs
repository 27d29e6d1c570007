/**
 * Optimises a compiled core once more, for size, until it stops getting smaller. asc keeps helpers that have one caller apart;
 * another round of Binaryen puts them in their place (two percent).
 */
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "assemblyscript/binaryen";

const [file, features = "MVP"] = process.argv.slice(2);
binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(2);
binaryen.setAlwaysInlineMaxSize(0);

let best = readFileSync(file);
for (;;) {
  const module = binaryen.readBinary(best);
  module.setFeatures(features.split(",").reduce((all, name) => all | binaryen.Features[name], 0));
  module.optimize();
  const smaller = module.emitBinary();
  module.dispose();
  if (smaller.length >= best.length) break;
  best = smaller;
}
writeFileSync(file, best);
