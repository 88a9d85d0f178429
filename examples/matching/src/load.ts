/**
 * Candidates, one after the other: `node dist/load.js --server URL --count N`. Each asks for matches and says whether the first
 * offer was the right one. Prints what both versions came to.
 */

import { parseArgs } from "node:util";
import type { Matched } from "./matcher.js";
import type { Version } from "./metrics.js";
import { offers, sample } from "./world.js";

const { values } = parseArgs({
  options: {
    server: { type: "string", default: "http://127.0.0.1:4320" },
    count: { type: "string", default: "500" },
    from: { type: "string", default: "0" },
  },
});
const byId = new Map(offers().map((offer) => [offer.id, offer]));
const post = (path: string, body: unknown) =>
  fetch(`${values.server}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

const seen: Record<Version, { asked: number; suited: number }> = { v1: { asked: 0, suited: 0 }, v2: { asked: 0, suited: 0 } };
for (let index = 0; index < Number(values.count); index += 1) {
  const { candidate, suits } = sample(Number(values.from) + index);
  const answer = await post("/match", candidate);
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  const { number, version, matches } = (await answer.json()) as Matched & { number: number; version: Version };
  const offer = byId.get(matches[0]?.offer ?? "");
  const right = offer !== undefined && suits(offer);
  await post("/feedback", { number, suits: right });
  seen[version].asked += 1;
  seen[version].suited += Number(right);
}
console.log(JSON.stringify(seen));
