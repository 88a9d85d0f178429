import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const control = process.env["CUTOVER_SERVER"] ?? "http://127.0.0.1:7300";

export default defineConfig({
  // Whatever path the server gives the page.
  base: "./",
  plugins: [react()],
  worker: { format: "es" },
  build: {
    target: "es2023",
    // The policy of the page allows no script and no picture that stands inside of a document.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  // While developing, a control plane on the loopback interface answers.
  server: { proxy: { "/v1": control, "/admin": control } },
});
