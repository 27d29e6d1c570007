/** What takes cross compilers and emulators: `npm run test:devices`. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/devices/**/*.devices.ts"],
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // they share the folder that make builds in
    fileParallelism: false,
  },
});
