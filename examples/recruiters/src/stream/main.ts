/**
 * The stream processor as a process of its own. It asks the server for the route, and does what `streams.forward`
 * says. While the server does not answer it copies nothing: the changes wait in the log.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { onEnd } from "../ending.js";
import { Stores } from "../stores/stores.js";
import { StreamProcessor } from "./processor.js";

/** How often the log is looked at, and how often the server is asked, in milliseconds. */
const POLL_MS = 20;
const ASK_MS = 60;
const ANSWER_WITHIN_MS = 1_000;

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "data" },
    server: { type: "string", default: "http://127.0.0.1:4310" },
    lag: { type: "string", default: "1500" },
  },
});
const lagMs = Number(values.lag);
if (!Number.isSafeInteger(lagMs) || lagMs < 0) throw new Error(`--lag is a number of milliseconds, not ${values.lag}`);

/** What the route says, or `off` where there is no answer to be had. */
async function forward(): Promise<string> {
  try {
    const response = await fetch(new URL("/route", values.server), { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const route = (await response.json()) as { streams: { forward: string } | null };
    return route.streams?.forward ?? "off";
  } catch {
    return "off";
  }
}

const ending = new AbortController();
onEnd(() => ending.abort());

const stores = new Stores(values.data);
const { recruiters, jobsPartners } = stores;
if (recruiters === null) throw new Error(`${values.data} has no recruiters to stream from`);
const processor = new StreamProcessor({ recruiters, jobsPartners, lagMs });
let state = "off";
let askedMs = -Infinity;
while (!ending.signal.aborted) {
  try {
    if (performance.now() - askedMs >= ASK_MS) {
      state = await forward();
      askedMs = performance.now();
      processor.report(state);
    }
    processor.step(state);
  } catch (error) {
    // A store that is busy for long is no reason to end: nothing was moved, so the next step tries the same again.
    console.error(`stream: ${error instanceof Error ? error.message : String(error)}`);
  }
  await sleep(POLL_MS, undefined, { signal: ending.signal }).catch(() => undefined);
}
stores.close();
