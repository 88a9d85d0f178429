/** The generated load: workers that read, create, change and delete offers of their own, by a seeded generator. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "../client.js";
import { ESTABLISHMENTS } from "../register.js";
import { sampleFields } from "../sample.js";
import type { Ledger, Verdict } from "./ledger.js";

const WORKERS = 8;
/** The longest pause between two requests of a worker, milliseconds. */
const THINK_MS = 12;

/** What the load did, as its clients saw it. */
export interface LoadResult {
  reads: number;
  fallbacks: number;
  readonly verdicts: Record<Verdict, number>;
  /** Writes that were acknowledged. */
  acknowledged: number;
  /** Writes that were refused although the ledger has the offer. */
  refused: number;
  /** Writes that failed. */
  failed: number;
  /** The longest time after its acknowledgement that a write was still not read, milliseconds. */
  stalestMs: number;
}

export function emptyResult(): LoadResult {
  const verdicts = { current: 0, stale: 0, undead: 0, missing: 0, failed: 0, wrong: 0 };
  return { reads: 0, fallbacks: 0, verdicts, acknowledged: 0, refused: 0, failed: 0, stalestMs: 0 };
}

/** Reads an offer, and holds the answer against the ledger. */
export async function readAndJudge(client: Client, ledger: Ledger, id: string, result: LoadResult): Promise<Verdict> {
  const { atMs } = ledger.entry(id);
  const sentMs = Date.now();
  const answer = await client.read(id);
  const verdict = ledger.judge(id, answer);
  result.reads += 1;
  result.verdicts[verdict] += 1;
  if (answer.fellBack) result.fallbacks += 1;
  if (verdict !== "current" && verdict !== "failed") result.stalestMs = Math.max(result.stalestMs, sentMs - atMs);
  return verdict;
}

/** Writes, and enters what was acknowledged into the ledger. */
export async function writeAndEnter(
  client: Client,
  ledger: Ledger,
  write: { readonly create: number } | { readonly update: string; readonly text: string } | { readonly remove: string },
  result: LoadResult,
): Promise<string | null> {
  const answer =
    "create" in write
      ? await client.create(
          ESTABLISHMENTS[write.create % ESTABLISHMENTS.length]?.establishment_id ?? "",
          sampleFields(write.create),
        )
      : "update" in write
        ? await client.update(write.update, { job_description: write.text })
        : await client.remove(write.remove);
  if (answer.status === 404) result.refused += 1;
  else if (answer.status >= 400) result.failed += 1;
  else result.acknowledged += 1;
  if (answer.status >= 400) return null;
  const id = "create" in write ? (answer.offer?._id ?? "") : "update" in write ? write.update : write.remove;
  ledger.acknowledge(id, answer.offer);
  return id;
}

/** Runs `requests` requests, spread over the workers, and adds what they did to `result`. */
export async function runLoad(
  client: Client,
  ledger: Ledger,
  requests: number,
  seed: number,
  result: LoadResult,
): Promise<void> {
  const ids = ledger.ids;
  const workers = Array.from({ length: WORKERS }, (_, worker) => {
    const own = ids.filter((__, index) => index % WORKERS === worker);
    return work(client, ledger, own, Math.floor(requests / WORKERS), seed * WORKERS + worker, result);
  });
  await Promise.all(workers);
}

async function work(
  client: Client,
  ledger: Ledger,
  own: string[],
  requests: number,
  seed: number,
  result: LoadResult,
): Promise<void> {
  const random = generator(seed);
  let last = own[0] ?? null;
  for (let nth = 0; nth < requests; nth += 1) {
    await sleep(random() * THINK_MS);
    const any = own[Math.floor(random() * own.length)];
    const dice = random();
    if (dice < 0.55) {
      // Half of the reads look at what was just written: that is where a lag shows.
      const id = dice < 0.28 ? last : any;
      if (id !== null && id !== undefined) await readAndJudge(client, ledger, id, result);
      continue;
    }
    const alive = any !== undefined && ledger.entry(any).offer !== null ? any : null;
    if (dice < 0.7 || alive === null) {
      const created = await writeAndEnter(client, ledger, { create: seed * 1_000 + nth }, result);
      if (created !== null) own.push((last = created));
    } else if (dice < 0.92) {
      last = (await writeAndEnter(client, ledger, { update: alive, text: `Révision ${seed}.${nth}` }, result)) ?? last;
    } else {
      last = (await writeAndEnter(client, ledger, { remove: alive }, result)) ?? last;
    }
  }
}

/** A small generator of numbers from 0 to 1 (mulberry32): the same seed gives the same load. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
