/** Says in one line what `npm run test:devices` lacks, if anything, and ends with 3 then. */
import { existsSync } from "node:fs";

const boards = new URL("../../dist/examples/cortex-m/boards.js", import.meta.url);
if (!existsSync(boards)) {
  process.stderr.write(
    "found no dist/examples/cortex-m, expected what npm run build makes; run that first\n",
  );
  process.exit(3);
}
const { missingTools, TOOLS } = await import(boards.href);
const missing = missingTools();
if (missing.length > 0) {
  const packages = missing.map((tool) => TOOLS[tool]).join(" ");
  process.stderr.write(
    `found no ${missing.join(", ")}, expected them for tests of devices; apt-get install ${packages}\n`,
  );
  process.exit(3);
}
