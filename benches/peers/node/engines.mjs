// The rows of the Node tables: each loads its engine only when it is asked for.
import { compiled, cutover } from "./engines/cutover.mjs";

const native = { entry: "index" };
const wasm = { entry: "wasm" };

export const engines = {
  floor: { format: "cutover", load: () => import("./engines/floor.mjs") },
  cutover: { format: "cutover", load: () => cutover({ ...native }) },
  "cutover decide": { format: "cutover", load: () => cutover({ ...native, decide: true }) },
  "cutover prepared": { format: "cutover", load: () => cutover({ ...native, prepared: true }) },
  "cutover prepared decide": { format: "cutover", load: () => cutover({ ...native, prepared: true, decide: true }) },
  "cutover/wasm": { format: "cutover", load: () => cutover({ ...wasm }) },
  "cutover/wasm decide": { format: "cutover", load: () => cutover({ ...wasm, decide: true }) },
  "cutover/wasm prepared": { format: "cutover", load: () => cutover({ ...wasm, prepared: true }) },
  "cutover/wasm prepared decide": { format: "cutover", load: () => cutover({ ...wasm, prepared: true, decide: true }) },
  "cutover, compiled": { format: "cutover-compiled", load: () => compiled(native) },
  "cutover/wasm, compiled": { format: "cutover-compiled", load: () => compiled(wasm) },
  eppo: { format: "eppo", load: () => import("./engines/eppo.mjs") },
  flagd: { format: "flagd", load: () => import("./engines/flagd.mjs") },
  growthbook: { format: "growthbook", load: () => import("./engines/growthbook.mjs") },
  launchdarkly: { format: "launchdarkly", load: () => import("./engines/launchdarkly.mjs") },
  statsig: {
    format: "statsig",
    load: async () => (await import("./engines/statsig.mjs")).statsig({ exposures: true }),
  },
  "statsig, no exposures": {
    format: "statsig",
    load: async () => (await import("./engines/statsig.mjs")).statsig({ exposures: false }),
  },
  unleash: { format: "unleash", load: () => import("./engines/unleash.mjs") },
};
