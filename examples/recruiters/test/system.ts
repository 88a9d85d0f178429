/** A whole system for a test: stores in a folder of its own, the server on a free port, a stream with a clock. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "../src/client.js";
import { createApp } from "../src/http/app.js";
import type { Offer, OfferFields, OfferRecord } from "../src/offer.js";
import { ESTABLISHMENTS } from "../src/register.js";
import { sampleFields, sampleId } from "../src/sample.js";
import { parseSamples } from "../src/samples.js";
import type { RecruitersStore } from "../src/stores/recruiters.js";
import { Stores } from "../src/stores/stores.js";
import { StreamProcessor } from "../src/stream/processor.js";
import { Switchboard } from "../src/switchboard.js";
import type { SwitchName, Switches } from "../src/switchboard.js";

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
export const RULESET = await readFile(here("../ruleset.yaml"), "utf8");
export const PAGE = here("../dist/page");

export const LAG_MS = 500;
export const ESTABLISHMENT = ESTABLISHMENTS[0]!;

/** The settings of the phases. */
export const PHASES = {
  1: setting(false, false, false),
  2: setting(true, false, false),
  "3a": setting(true, true, true),
  "3b": setting(true, true, false),
} as const;

export function setting(
  read: boolean,
  write: boolean,
  backup: boolean,
  emergency = false,
): Record<SwitchName, boolean> {
  return {
    USE_JOBS_PARTNERS_READ: read,
    USE_JOBS_PARTNERS_WRITE: write,
    KEEP_RECRUITERS_BACKUP: backup,
    FORCE_RECRUITERS_FALLBACK: emergency,
  };
}

/** An offer's record, of a version. */
export function record(index: number, version: number, fields: Partial<OfferFields> = {}): OfferRecord {
  const made = new Date(1_700_000_000_000 + version).toISOString();
  const offer: Offer = {
    _id: sampleId(index),
    ...sampleFields(index),
    ...fields,
    job_creation_date: made,
    job_update_date: made,
  };
  return { id: offer._id, establishment: ESTABLISHMENT, version, offer };
}

export function tombstone(index: number, version: number): OfferRecord {
  return { ...record(index, version), offer: null };
}

export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "recruiters-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export interface System {
  readonly folder: string;
  readonly address: string;
  readonly client: Client;
  readonly stores: Stores;
  readonly recruiters: RecruitersStore;
  readonly switchboard: Switchboard;
  /** Moves the clock of the stream on, and lets it take what is due. */
  stream(afterMs?: number): number;
  /** The counters of the server. */
  metrics(): Promise<Map<string, number>>;
  stop(): Promise<void>;
}

export async function startSystem(switches: Switches = PHASES[1], ruleset = RULESET, page?: string): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), "recruiters-test-"));
  const stores = new Stores(folder);
  const { recruiters, jobsPartners } = stores;
  if (recruiters === null) throw new Error("a new folder has both stores");
  const switchboard = new Switchboard(ruleset, switches);
  const app = await createApp({ stores, switchboard, ...(page === undefined ? {} : { page }) });
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  const client = new Client(address, "walk");
  let ahead = 0;
  const processor = new StreamProcessor({ recruiters, jobsPartners, lagMs: LAG_MS, now: () => Date.now() + ahead });
  return {
    folder,
    address,
    client,
    stores,
    recruiters,
    switchboard,
    stream(afterMs = 0) {
      ahead += afterMs;
      const state = switchboard.route().streams?.forward ?? "off";
      return processor.step(state).taken;
    },
    metrics: async () => parseSamples(await client.text("/metrics")),
    async stop() {
      await app.close();
      stores.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
