import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Processes, a browser and an interpreter are started here, on machines that may be busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
