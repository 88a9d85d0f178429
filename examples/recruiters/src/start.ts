/** `npm start`: the server and the stream processor over `data/`, until they are interrupted. */

import { parseArgs } from "node:util";
import { onEnd } from "./ending.js";
import { startServer, startStream } from "./processes.js";
import { loadSample } from "./sample.js";
import { Stores } from "./stores/stores.js";

const OFFERS_EACH = 25;

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "data" },
    port: { type: "string", default: "4310" },
    /** How late the stream is, milliseconds: late enough to be seen. */
    lag: { type: "string", default: "1500" },
    /** The address of a control plane, and the environment of it; a key is in `CUTOVER_KEY`. */
    cutover: { type: "string" },
    env: { type: "string", default: "production" },
  },
});

const stores = new Stores(values.data);
const loaded = loadSample(stores, OFFERS_EACH);
const removed = stores.recruiters === null;
stores.close();

const { cutover, env } = values;
const { server, address } = await startServer({
  folder: values.data,
  port: Number(values.port),
  ...(cutover === undefined ? {} : { follows: { url: cutover, env } }),
});
const stream = removed ? null : startStream(values.data, address, Number(values.lag));

const sample = loaded
  ? `\n  The sample is loaded. \`npm run backfill -- --data ${values.data}\` copies it to jobs_partners.\n`
  : "";
const how =
  cutover === undefined
    ? `  Flip a switch on the page, or:
  curl -X POST ${address}/switches -H 'content-type: application/json' -d '{"USE_JOBS_PARTNERS_READ":true}'`
    : `  It follows \`${env}\` of ${cutover}: flags and switches are turned there.`;

console.log(`
  page       ${address}/
  offers     ${address}/offers
  route      ${address}/route
  metrics    ${address}/metrics
  stores     ${values.data}/${removed ? "  (recruiters was removed)" : ""}
${sample}
${how}

  Ctrl+C ends it.`);

onEnd(() => {
  void Promise.all([stream?.stop(), server.stop()]);
});
process.exitCode = (await server.end()) ?? 0;
await stream?.stop();
