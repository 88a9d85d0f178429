/**
 * All sixteen settings of the switches, over HTTP, against the code that this application had before: `getOffre`,
 * `createOffre` and `updateOffre`, transcribed to the letter, with the stores that they touch written down.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sampleFields } from "../src/sample.js";
import { total } from "../src/samples.js";
import { ESTABLISHMENT, record, setting, startSystem } from "./system.js";
import type { System } from "./system.js";

type StoreName = "recruiters" | "jobs_partners";

interface MigrationFlags {
  USE_JOBS_PARTNERS_READ: boolean;
  USE_JOBS_PARTNERS_WRITE: boolean;
  KEEP_RECRUITERS_BACKUP: boolean;
  FORCE_RECRUITERS_FALLBACK: boolean;
}

/** The stores, as the transcribed code reaches them. */
interface Hands {
  /** Looks an offer up. */
  find(store: StoreName): boolean;
  /** Writes; throws where the store is broken. */
  write(store: StoreName): void;
  fallback(): void;
}

function getOffre(migrationFlags: MigrationFlags, hands: Hands): boolean {
  // URGENCE: Bypass total
  if (migrationFlags.FORCE_RECRUITERS_FALLBACK) {
    return hands.find("recruiters");
  }
  // PHASE 2+: Lecture depuis jobs_partners
  if (migrationFlags.USE_JOBS_PARTNERS_READ) {
    const job = hands.find("jobs_partners");
    if (job) {
      return job;
    }
    // Fallback vers recruiters (Phase 2 uniquement)
    if (!migrationFlags.USE_JOBS_PARTNERS_WRITE) {
      hands.fallback();
      return hands.find("recruiters");
    }
    return false;
  }
  // PHASE 1: Lecture depuis recruiters
  return hands.find("recruiters");
}

/** `createOffre` and `updateOffre` differ in what they write, not in where. */
function createOffre(migrationFlags: MigrationFlags, hands: Hands): void {
  // PHASE 3+: Écriture directe dans jobs_partners
  if (migrationFlags.USE_JOBS_PARTNERS_WRITE) {
    hands.write("jobs_partners");
    // Backup optionnel dans recruiters (Phase 3 transitoire)
    if (migrationFlags.KEEP_RECRUITERS_BACKUP) {
      try {
        hands.write("recruiters");
      } catch {
        // Ne pas bloquer - jobs_partners est la source de vérité
      }
    }
    return;
  }
  // PHASE 1-2: Écriture dans recruiters (sync via stream processor)
  hands.write("recruiters");
}

/**
 * The switch's own comment: "Ignorer tous les autres flags, utiliser recruiters". `createOffre` does not look at it,
 * and the comment is what was meant.
 */
function asMeant(migrationFlags: MigrationFlags): MigrationFlags {
  return migrationFlags.FORCE_RECRUITERS_FALLBACK
    ? { ...migrationFlags, USE_JOBS_PARTNERS_WRITE: false }
    : migrationFlags;
}

/** What was touched, in order. */
interface Trace {
  readonly touched: StoreName[];
  fallbacks: number;
}

function traced(holding: readonly StoreName[], broken: readonly StoreName[] = []): { trace: Trace; hands: Hands } {
  const trace: Trace = { touched: [], fallbacks: 0 };
  const hands: Hands = {
    find: (store) => (trace.touched.push(store), holding.includes(store)),
    write: (store) => {
      trace.touched.push(store);
      if (broken.includes(store)) throw new Error("broken");
    },
    fallback: () => (trace.fallbacks += 1),
  };
  return { trace, hands };
}

const SETTINGS = [false, true].flatMap((read) =>
  [false, true].flatMap((write) =>
    [false, true].flatMap((backup) => [false, true].map((emergency) => setting(read, write, backup, emergency))),
  ),
);

let system: System;
beforeAll(async () => {
  system = await startSystem();
  // One offer for each place that an offer can be in: both stores, the old one, the new one, none (4).
  system.recruiters.apply(record(1, 1));
  system.stores.jobsPartners.apply(record(1, 1));
  system.recruiters.apply(record(2, 1));
  system.stores.jobsPartners.apply(record(3, 1));
});
afterAll(() => system.stop());

/** The growth of the counters while `work` runs, by store. */
async function grown(work: () => Promise<unknown>): Promise<(name: string, label?: string) => number> {
  const before = await system.metrics();
  await work();
  const after = await system.metrics();
  return (name, label) => total(after, name, label) - total(before, name, label);
}

const PLACES: readonly (readonly [number, readonly StoreName[]])[] = [
  [1, ["recruiters", "jobs_partners"]],
  [2, ["recruiters"]],
  [3, ["jobs_partners"]],
  [4, []],
];

test("there are sixteen settings", () => {
  expect(new Set(SETTINGS.map((flags) => JSON.stringify(flags))).size).toBe(16);
});

describe.each(SETTINGS)(
  "read $USE_JOBS_PARTNERS_READ, write $USE_JOBS_PARTNERS_WRITE, backup $KEEP_RECRUITERS_BACKUP, emergency $FORCE_RECRUITERS_FALLBACK",
  (flags) => {
    beforeEach(async () => {
      await system.client.flip(flags);
    });

    test.each(PLACES)("reads offer %i, in %j, as getOffre does", async (index, holding) => {
      const { trace, hands } = traced(holding);
      const found = getOffre(flags, hands);
      const grew = await grown(async () => {
        const answer = await system.client.read(record(index, 1).id);
        expect(answer.status).toBe(found ? 200 : 404);
        expect(answer.offer).toEqual(found ? record(index, 1).offer : null);
        expect(answer.from).toBe(trace.touched.at(-1));
        expect(answer.fellBack).toBe(trace.fallbacks > 0);
      });
      for (const store of ["recruiters", "jobs_partners"] as const) {
        const expected = trace.touched.at(-1) === store ? 1 : 0;
        expect(grew("migration_reads_total", `source="${store}"`)).toBe(expected);
        const asked = trace.touched.filter((touched) => touched === store).length;
        expect(grew("migration_read_latency_seconds_count", `source="${store}"`)).toBe(asked);
      }
      expect(grew("migration_fallbacks_total")).toBe(trace.fallbacks);
    });

    test("creates and updates as createOffre and updateOffre do", async () => {
      const { trace, hands } = traced([]);
      createOffre(asMeant(flags), hands);
      let id = "";
      const creating = await grown(async () => {
        const { status, offer } = await system.client.create(ESTABLISHMENT.establishment_id, sampleFields(7));
        expect(status).toBe(201);
        id = offer?._id ?? "";
      });
      const holders = () =>
        ["recruiters", "jobs_partners"].filter((store) => system.stores.get(store).find(id) !== null);
      expect(holders()).toEqual(trace.touched.toSorted().toReversed());
      const updating = await grown(async () => {
        expect((await system.client.update(id, { job_count: 77 })).status).toBe(200);
      });
      for (const store of ["recruiters", "jobs_partners"] as const) {
        const expected = trace.touched.includes(store) ? 1 : 0;
        expect(creating("migration_writes_total", `target="${store}"`)).toBe(expected);
        expect(updating("migration_writes_total", `target="${store}"`)).toBe(expected);
        expect(system.stores.get(store).find(id)?.offer?.job_count).toBe(expected === 1 ? 77 : undefined);
      }
    });

    test("says so where the code did not do what was meant", async () => {
      const [written, meant] = [traced([]), traced([])];
      createOffre(flags, written.hands);
      createOffre(asMeant(flags), meant.hands);
      const differs = JSON.stringify(written.trace) !== JSON.stringify(meant.trace);
      const { hazards } = await system.client.route();
      const said = hazards.some(
        ({ code, message }) => code === "ignored_switch" && message.includes("USE_JOBS_PARTNERS_WRITE"),
      );
      expect(said).toBe(differs);
    });
  },
);

test("a backup that fails blocks nothing, and is counted", async () => {
  const flags = setting(true, true, true);
  await system.client.flip(flags);
  const { trace, hands } = traced([], ["recruiters"]);
  expect(() => createOffre(flags, hands)).not.toThrow();
  expect(trace.touched).toEqual(["jobs_partners", "recruiters"]);
  await using other = await locked();
  const grew = await grown(async () => {
    const { status, offer } = await system.client.create(ESTABLISHMENT.establishment_id, sampleFields(8));
    expect(status).toBe(201);
    expect(system.stores.jobsPartners.find(offer?._id ?? "")?.offer).toEqual(offer);
  });
  expect(grew("migration_write_errors_total", 'target="recruiters"')).toBe(1);
  expect(grew("migration_writes_total", 'target="jobs_partners"')).toBe(1);
  expect(other.held).toBe(true);
});

test("a first write that fails is no write", async () => {
  await system.client.flip(setting(true, false, false));
  const before = system.stores.jobsPartners.count();
  await using other = await locked();
  const grew = await grown(async () => {
    expect((await system.client.create(ESTABLISHMENT.establishment_id, sampleFields(9))).status).toBe(503);
  });
  expect(grew("migration_write_errors_total", 'target="recruiters"')).toBe(1);
  expect(system.stores.jobsPartners.count()).toEqual(before);
  expect(other.held).toBe(true);
});

/** Holds the write lock of the old store's file, from a connection of its own. */
async function locked(): Promise<AsyncDisposable & { held: boolean }> {
  const { default: Database } = await import("libsql");
  const database = new Database(`${system.folder}/recruiters.db`);
  database.exec("BEGIN IMMEDIATE");
  return {
    held: true,
    async [Symbol.asyncDispose]() {
      database.exec("ROLLBACK");
      database.close();
    },
  };
}
