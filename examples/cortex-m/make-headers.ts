/** Writes the example's C headers into a folder: `node dist/examples/cortex-m/make-headers.js FOLDER`. */
import { writeHeaders } from "./header-files.js";

const [, , folder] = process.argv;
if (folder === undefined) {
  process.stderr.write("found no folder, expected one to write the headers into, such as build/cortex-m\n");
  process.exit(2);
}
await writeHeaders(folder);
