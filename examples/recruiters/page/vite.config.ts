import { defineConfig } from "vite";

export default defineConfig({
  build: {
    outDir: "../dist/page",
    emptyOutDir: true,
    // The page awaits the engine at its top level.
    target: "es2022",
    // The policy of the server lets nothing in by `data:`, so the engine stays a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
