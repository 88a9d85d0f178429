/**
 * The stream of a module, as a process: `node dist/stream/main.js --module orders`. It follows the ruleset, and copies while the route
 * says that the stream forward is `active`. `PAUSE_BEFORE_COMMIT=1` lets it wait for ever where changes are applied and
 * not yet confirmed, to be killed there.
 */

import { parseArgs } from "node:util";
import { Source } from "cutover/source";
import { pool } from "../database.js";
import { PostgresDocuments } from "../documents.js";
import { onEnd } from "../ending.js";
import { moduleNamed } from "../kinds.js";
import { Keeper } from "./kept.js";
import { Stream } from "./stream.js";

const POLL_MS = 40;

const { values } = parseArgs({
  options: {
    module: { type: "string" },
    ruleset: { type: "string", default: process.env["SHOP_RULESET"] ?? "ruleset.yaml" },
  },
});
const { name } = moduleNamed(values.module);
const source = Source.file(values.ruleset, { pollMs: 200 });
await source.ready(15_000);
const sql = pool(process.env["SHOP_SQL"]);
const documents = pool(process.env["SHOP_DOCUMENTS"]);
const options = {
  ...{ module: name, sql, documents: new PostgresDocuments(documents), keeper: new Keeper(documents) },
  ...(process.env["PAUSE_BEFORE_COMMIT"] === undefined
    ? {}
    : {
        beforeCommit(applied: number) {
          console.log(`applied ${applied}, and waiting`);
          return new Promise(() => setInterval(() => undefined, 1_000));
        },
      }),
};
let going = true;
onEnd(() => (going = false));
console.log(`the stream of ${name} follows ${values.ruleset}`);

const forward = () => source.engine.route(name, {}).streams?.forward;
let stream: Stream | null = null;
while (going) {
  try {
    if (forward() === "active") {
      stream ??= await Stream.open(options);
      if ((await stream.turn()) > 0) continue;
    } else stream = null;
  } catch (error) {
    console.error(`stream of ${name}: ${(error as Error).message}`);
    // What it remembers may be ahead of what is kept.
    stream = null;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
await source.close();
await Promise.all([sql.end(), documents.end()]);
