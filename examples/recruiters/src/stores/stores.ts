/** The two stores of a data folder, by the names that routes use. */

import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { JobsPartnersStore } from "./jobs-partners.js";
import { RecruitersStore } from "./recruiters.js";
import type { OfferStore } from "./store.js";

export const RECRUITERS_FILE = "recruiters.db";
export const JOBS_PARTNERS_FILE = "jobs_partners.db";

/** A route names a store that is not there: it was removed, or never was. */
export class NoSuchStore extends Error {
  override readonly name = "NoSuchStore";

  constructor(readonly store: string) {
    super(`there is no store ${store}`);
  }
}

export class Stores {
  readonly #folder: string;
  readonly jobsPartners: JobsPartnersStore;
  #recruiters: RecruitersStore | null;

  /**
   * Opens the stores of `folder` and makes those that are not there.
   *
   * A folder with `jobs_partners` alone is one whose `recruiters` was removed: it stays removed.
   *
   * @param now the clock of the change log, milliseconds since the epoch.
   */
  constructor(folder: string, now: () => number = Date.now) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    const removed = existsSync(join(folder, JOBS_PARTNERS_FILE)) && !existsSync(join(folder, RECRUITERS_FILE));
    this.#recruiters = removed ? null : new RecruitersStore(join(folder, RECRUITERS_FILE), now);
    this.jobsPartners = new JobsPartnersStore(join(folder, JOBS_PARTNERS_FILE));
  }

  /** The old store; null once it is removed. */
  get recruiters(): RecruitersStore | null {
    return this.#recruiters;
  }

  /** @throws NoSuchStore */
  get(name: string): OfferStore {
    const store = [this.#recruiters, this.jobsPartners].find((candidate) => candidate?.name === name);
    if (!store) throw new NoSuchStore(name);
    return store;
  }

  /** Removes the old store and its file, for good. */
  removeRecruiters(): void {
    this.#recruiters?.close();
    this.#recruiters = null;
    for (const suffix of ["", "-wal", "-shm"]) {
      rmSync(join(this.#folder, RECRUITERS_FILE + suffix), { force: true });
    }
  }

  close(): void {
    this.#recruiters?.close();
    this.jobsPartners.close();
  }
}
