import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    testTimeout: 60_000,
    // two at a time: the long ones are the random programs, one an engine
    maxWorkers: 2,
  },
});
