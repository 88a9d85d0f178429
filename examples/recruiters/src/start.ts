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
  },
});

const stores = new Stores(values.data);
const loaded = loadSample(stores, OFFERS_EACH);
const removed = stores.recruiters === null;
stores.close();

const { server, address } = await startServer({ folder: values.data, port: Number(values.port) });
const stream = removed ? null : startStream(values.data, address, Number(values.lag));

console.log(`
  page       ${address}/
  offers     ${address}/offers
  route      ${address}/route
  metrics    ${address}/metrics
  stores     ${values.data}/${removed ? "  (recruiters was removed)" : ""}
${loaded ? "\n  The sample is loaded. `npm run backfill` copies it to jobs_partners.\n" : ""}
  Flip a switch on the page, or:
  curl -X POST ${address}/switches -H 'content-type: application/json' -d '{"USE_JOBS_PARTNERS_READ":true}'

  Ctrl+C ends it.`);

onEnd(() => {
  void Promise.all([stream?.stop(), server.stop()]);
});
process.exitCode = (await server.end()) ?? 0;
await stream?.stop();
