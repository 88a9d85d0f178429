/**
 * The service as a process: `node dist/server.js --port PORT --nexten URL`. It listens on the loopback only. With `--cutover URL`, and
 * a key in `CUTOVER_KEY`, its ruleset is that of a control plane; otherwise it is a file, and a change of the file is followed.
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Source } from "cutover/source";
import { LOCAL, rank } from "./algorithms/index.js";
import { createApp } from "./app.js";
import { onEnd } from "./ending.js";
import { remote } from "./remote.js";
import type { Asked } from "./remote.js";
import { offers } from "./world.js";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4320" },
    nexten: { type: "string", default: "http://127.0.0.1:4321" },
    ruleset: { type: "string", default: fileURLToPath(new URL("../ruleset.yaml", import.meta.url)) },
    cutover: { type: "string" },
    env: { type: "string", default: "production" },
    cache: { type: "string" },
  },
});
const key = process.env["CUTOVER_KEY"] ?? "";
const source =
  values.cutover === undefined
    ? Source.file(values.ruleset)
    : Source.http({ url: values.cutover, env: values.env, key, ...(values.cache === undefined ? {} : { cache: values.cache }) });
source.on("changed", ({ epoch, flags }) => console.error(`matching: version ${epoch} changes ${flags.join(", ") || "no flag"}`));
source.on("error", ({ code, message }) => console.error(`matching: ${code}: ${message}`));
await source.ready(15_000);

const all = offers();
const local = Object.entries(LOCAL).map(([name, score]): [string, Asked] => [name, async (candidate) => rank(score, candidate, all)]);
const algorithms = { ...Object.fromEntries(local), nexten_matcher: remote(values.nexten) };
const app = await createApp({ engine: () => source.engine, algorithms, offers: all });
onEnd(() => void app.close().then(() => source.close()));
console.log(await app.listen({ host: "127.0.0.1", port: Number(values.port) }));
