/** What the walk measures from outside: the server's counters, and the files of the stores themselves. */

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client, Counts } from "../client.js";
import type { Offer } from "../offer.js";
import { parseSamples, total } from "../samples.js";
import { openToRead } from "../stores/database.js";
import type { Recruiter } from "../stores/recruiters.js";
import { JOBS_PARTNERS_FILE, RECRUITERS_FILE } from "../stores/stores.js";
import { PARTNER_LABEL, transformJobsPartnersToLegacy } from "../transform.js";
import type { JobsPartnersRow } from "../transform.js";

export const OLD = "recruiters";
export const NEW = "jobs_partners";
export type StoreName = typeof OLD | typeof NEW;

/** The counters of the server at one moment. */
export interface Snapshot {
  /** By the store that answered. */
  readonly reads: Record<StoreName, number>;
  readonly fallbacks: number;
  readonly writes: Record<StoreName, number>;
  readonly writeErrors: Record<StoreName, number>;
  readonly inconsistencies: number;
  /** Changes that the stream took, whether or not they changed anything, and those of them that did. */
  readonly streamed: number;
  readonly applied: number;
  /** Changes that the stream has not taken yet. */
  readonly waiting: number;
  /** The last entry of the change log, read from the file; null where the file is gone. */
  readonly logged: number | null;
}

export async function snapshot(client: Client, folder: string): Promise<Snapshot> {
  const samples = parseSamples(await client.text("/metrics"));
  const { stream, recruiters } = await client.counts();
  const both = (name: string, label: string) => ({
    [OLD]: total(samples, name, `${label}="${OLD}"`),
    [NEW]: total(samples, name, `${label}="${NEW}"`),
  });
  return {
    reads: both("migration_reads_total", "source"),
    fallbacks: total(samples, "migration_fallbacks_total"),
    writes: both("migration_writes_total", "target"),
    writeErrors: both("migration_write_errors_total", "target"),
    inconsistencies: total(samples, "migration_inconsistencies_total"),
    streamed: stream.applied + stream.skipped,
    applied: stream.applied,
    waiting: stream.backlog,
    logged: recruiters === null ? null : lastLogged(folder),
  };
}

/** What the counters grew by. */
export function grown(before: Snapshot, after: Snapshot): Snapshot {
  const both = (key: "reads" | "writes" | "writeErrors") => ({
    [OLD]: after[key][OLD] - before[key][OLD],
    [NEW]: after[key][NEW] - before[key][NEW],
  });
  return {
    reads: both("reads"),
    fallbacks: after.fallbacks - before.fallbacks,
    writes: both("writes"),
    writeErrors: both("writeErrors"),
    inconsistencies: after.inconsistencies - before.inconsistencies,
    streamed: after.streamed - before.streamed,
    applied: after.applied - before.applied,
    waiting: after.waiting - before.waiting,
    logged: after.logged === null || before.logged === null ? null : after.logged - before.logged,
  };
}

/** How far the stream was behind, sampled while `work` ran. Milliseconds. */
export interface Lag {
  readonly median: number;
  readonly longest: number;
  readonly samples: number;
}

const SAMPLE_EVERY_MS = 25;

export async function whileSamplingLag(client: Client, work: () => Promise<void>): Promise<Lag> {
  const behind: number[] = [];
  const done = new AbortController();
  const sampling = (async () => {
    while (!done.signal.aborted) {
      const { oldest_ms } = (await client.counts()).stream;
      behind.push(oldest_ms === null ? 0 : Math.max(0, Date.now() - oldest_ms));
      await sleep(SAMPLE_EVERY_MS, undefined, { signal: done.signal }).catch(() => undefined);
    }
  })();
  // What fails here is thrown below, where it is waited for, and not before.
  sampling.catch(() => undefined);
  try {
    await work();
    done.abort();
    await sampling;
    const sorted = behind.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return { median, longest: sorted.at(-1) ?? 0, samples: sorted.length };
  } finally {
    done.abort();
  }
}

/** Waits until the stream does what the route says and, where that is to copy, has nothing left to take. */
export async function streamObeys(client: Client, withinMs = 20_000): Promise<Counts> {
  const { streams } = await client.route();
  const wanted = streams?.forward ?? "off";
  const askedMs = Date.now();
  for (;;) {
    const counts = await client.counts();
    if (counts.recruiters === null) return counts;
    const { state, seen_at_ms, backlog } = counts.stream;
    const fresh = (seen_at_ms ?? 0) >= askedMs;
    if (fresh && state === wanted && (wanted === "off" || backlog === 0)) return counts;
    if (Date.now() - askedMs > withinMs) {
      throw new Error(`the stream is ${state ?? "absent"} with ${backlog} changes to take, not ${wanted} and done`);
    }
    await sleep(SAMPLE_EVERY_MS);
  }
}

/** The offers that are in the file of a store, read without the server; null where the file is gone. */
export function offersInFile(folder: string, store: StoreName): Map<string, Offer> | null {
  return store === OLD ? offersOfRecruiters(folder) : offersOfJobsPartners(folder);
}

function offersOfRecruiters(folder: string): Map<string, Offer> | null {
  const rows = readFile<{ document: string }>(folder, RECRUITERS_FILE, "SELECT document FROM recruiters");
  if (rows === null) return null;
  const jobs = rows.flatMap((row) => (JSON.parse(row.document) as Recruiter).jobs);
  return new Map(jobs.map(({ version: _, ...offer }) => [offer._id, offer]));
}

function offersOfJobsPartners(folder: string): Map<string, Offer> | null {
  const sql = `SELECT * FROM jobs_partners WHERE partner_label = '${PARTNER_LABEL}' AND deleted = 0`;
  const rows = readFile<JobsPartnersRow>(folder, JOBS_PARTNERS_FILE, sql);
  if (rows === null) return null;
  return new Map(
    rows.flatMap((row) => {
      const { offer } = transformJobsPartnersToLegacy(row);
      return offer === null ? [] : [[row._id, offer] as const];
    }),
  );
}

function lastLogged(folder: string): number {
  const sql = "SELECT coalesce(max(sequence), 0) AS last FROM change_log";
  return readFile<{ last: number }>(folder, RECRUITERS_FILE, sql)?.[0]?.last ?? 0;
}

function readFile<T>(folder: string, file: string, sql: string): T[] | null {
  const database = openToRead(join(folder, file));
  if (database === null) return null;
  try {
    return database.prepare(sql).all() as T[];
  } finally {
    database.close();
  }
}
