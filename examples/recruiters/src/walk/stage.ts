/** A stage of the walk: the switches are flipped, requests run, and what they did is measured, checked and printed. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Route } from "cutover";
import type { Client } from "../client.js";
import type { Switches } from "../switchboard.js";
import { obeyed, streamed } from "./checks.js";
import type { Check } from "./checks.js";
import type { Ledger } from "./ledger.js";
import { emptyResult, runLoad } from "./load.js";
import type { LoadResult } from "./load.js";
import { grown, snapshot, streamObeys, whileSamplingLag } from "./measure.js";
import * as report from "./report.js";

export interface Walk {
  readonly client: Client;
  /** The folder of the stores. */
  readonly folder: string;
  readonly ledger: Ledger;
  /** How many requests the load of a stage makes. */
  readonly requests: number;
  readonly summaries: report.Summary[];
  failures: number;
}

export interface Stage {
  readonly name: string;
  readonly switches: Switches;
  /** The requests of this stage. Those that it counts in `result` are held against the route. */
  readonly act: (result: LoadResult, route: Route) => Promise<void>;
  /** What else has to be true once the stream is done, and how many acknowledged writes the stage lost. */
  readonly afterwards?: (result: LoadResult) => Promise<{ readonly checks: readonly Check[]; readonly lost?: number }>;
}

export async function stage(walk: Walk, { name, switches, act, afterwards }: Stage): Promise<void> {
  const { client, folder } = walk;
  report.title(name);
  const stand = await client.flip(switches);
  const route = await client.route();
  report.switches(stand);
  report.route(route);
  await stateTaken(client, route);
  const before = await snapshot(client, folder);
  const result = emptyResult();
  const lag = await whileSamplingLag(client, () => act(result, route));
  const counts = await streamObeys(client);
  const grew = grown(before, await snapshot(client, folder));
  const streaming = route.streams?.forward !== "off";
  const offers = [counts.recruiters?.offers ?? null, counts.jobs_partners.offers] as const;
  report.traffic(grew, result, streaming ? lag : null, offers);
  const { checks, lost = 0 } = (await afterwards?.(result)) ?? { checks: [] };
  if (!report.verdict([...obeyed(route, grew, result), ...streamed(route, grew), ...checks])) walk.failures += 1;
  walk.summaries.push({ name, grew, result, lost });
}

/** The generated load of a stage. */
export function load({ client, ledger, requests, summaries }: Walk, result: LoadResult): Promise<void> {
  return runLoad(client, ledger, requests, summaries.length + 1, result);
}

const TAKEN_WITHIN_MS = 10_000;

/** Waits until the stream has taken the state of the route. What is in its lag stays there. */
async function stateTaken(client: Client, route: Route): Promise<void> {
  const wanted = route.streams?.forward ?? "off";
  const sinceMs = Date.now();
  for (;;) {
    const counts = await client.counts();
    if (counts.recruiters === null) return;
    if (counts.stream.state === wanted && (counts.stream.seen_at_ms ?? 0) >= sinceMs) return;
    if (Date.now() - sinceMs > TAKEN_WITHIN_MS) throw new Error(`the stream did not become ${wanted}`);
    await sleep(10);
  }
}
