/**
 * `npm run walk`: starts the server and the stream processor over stores of its own, walks through the phases under a
 * generated load, and prints what was read and written where.
 *
 * It ends with 0 only if in every phase what happened is what the route said.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Client } from "../client.js";
import { startServer, startStream } from "../processes.js";
import { loadSample, sampleDocuments } from "../sample.js";
import { Stores } from "../stores/stores.js";
import { SWITCHES } from "../switchboard.js";
import { Ledger } from "./ledger.js";
import { emergency, phase1, phase2, phase3a, phase3b, phase4 } from "./phases.js";
import * as report from "./report.js";
import type { Walk } from "./stage.js";

const OFFERS_EACH = 25;

const { values } = parseArgs({
  options: {
    /** Milliseconds. */
    lag: { type: "string", default: "400" },
    /** Of each phase. */
    requests: { type: "string", default: "1200" },
    /** Keeps the stores, and says where they are. */
    keep: { type: "boolean", default: false },
  },
});

const folder = await mkdtemp(join(tmpdir(), "recruiters-"));
const stores = new Stores(folder);
loadSample(stores, OFFERS_EACH);
stores.close();

// The walk begins with all switches off, whatever the environment says.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !(SWITCHES as readonly string[]).includes(name)),
);
const { server, address } = await startServer({ folder, port: 0, environment });
const stream = startStream(folder, address, Number(values.lag));
try {
  const documents = sampleDocuments(OFFERS_EACH);
  const offers = documents.flatMap((document) => document.jobs.map(({ version: _, ...offer }) => offer));
  const walk: Walk = {
    client: new Client(address, "walk"),
    folder,
    ledger: new Ledger(offers),
    requests: Number(values.requests),
    summaries: [],
    failures: 0,
  };
  report.line(`${offers.length} offers of ${documents.length} employers, ${values.requests} requests in each phase,`);
  report.line(`a stream that is ${values.lag} ms late`);
  await phase1(walk);
  await phase2(walk);
  await phase3a(walk);
  await phase3b(walk);
  await emergency(walk);
  await phase4(walk, () => stream.stop());
  report.summary(walk.summaries);
  report.line(
    walk.failures === 0
      ? report.paint("green", "\nIn every stage, what happened is what the route said.")
      : report.paint(
          "red",
          `\nIn ${walk.failures} of ${walk.summaries.length} stages, what happened is not what the route said.`,
        ),
  );
  process.exitCode = walk.failures === 0 ? 0 : 1;
} finally {
  await stream.stop();
  await server.stop();
  if (values.keep) report.line(`the stores are in ${folder}`);
  else await rm(folder, { recursive: true, force: true });
}
