/**
 * The hazards that the engine states, made to happen: each of these does what an operator should not do, and counts
 * what it cost.
 */

import Database from "libsql";
import { join } from "node:path";
import { BUSY_TIMEOUT_MS } from "../stores/database.js";
import { RECRUITERS_FILE } from "../stores/stores.js";
import { readAndJudge, writeAndEnter } from "./load.js";
import type { LoadResult } from "./load.js";
import type { Walk } from "./stage.js";

/** The first offers that are there, `count` of them from the one at `start` on. */
export function someLiving({ ledger }: Walk, start: number, count: number): string[] {
  return [...ledger.living.keys()].slice(start, start + count);
}

/** Edits of offers that are made just before writes move to the other store, inside the stream's lag. */
export async function editTitles({ client, ledger }: Walk, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { offer } = await client.update(id, { job_title: EDITED_TITLE });
    ledger.acknowledge(id, offer);
  }
}

const EDITED_TITLE = "Intitulé corrigé juste avant la bascule";

/**
 * The next edit of the same offers, of another field, after the move. Where the store that decides now has not seen
 * the first edit, it is lost.
 *
 * @returns how many were lost.
 */
export async function editOnwards(
  { client, ledger }: Walk,
  ids: readonly string[],
  result: LoadResult,
): Promise<number> {
  let lost = 0;
  for (const id of ids) {
    const { offer, status } = await client.update(id, { job_description: "Modifiée juste après la bascule" });
    if (offer === null) throw new Error(`${id}: ${status}`);
    result.acknowledged += 1;
    ledger.acknowledge(id, offer);
    if (offer.job_title !== EDITED_TITLE) lost += 1;
  }
  return lost;
}

/**
 * Writes while somebody else keeps the write lock of `recruiters`, so that its backup copies really fail.
 */
export async function whileRecruitersIsLocked({ client, folder }: Walk, work: () => Promise<void>): Promise<void> {
  const other = new Database(join(folder, RECRUITERS_FILE));
  other.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS * 10}`);
  other.exec("BEGIN IMMEDIATE");
  try {
    await work();
    // A backup copy is made while its answer is on the way: once the server answers again, it was tried.
    await client.counts();
  } finally {
    other.exec("ROLLBACK");
    other.close();
  }
}

export async function updateAll(
  { client, ledger }: Walk,
  ids: readonly string[],
  text: string,
  result: LoadResult,
): Promise<void> {
  for (const id of ids) await writeAndEnter(client, ledger, { update: id, text }, result);
}

/** Reads offers, and gives those that were not as they were acknowledged. */
export async function readAll({ client, ledger }: Walk, ids: Iterable<string>, result: LoadResult): Promise<string[]> {
  const wrong = [];
  for (const id of ids) {
    if ((await readAndJudge(client, ledger, id, result)) !== "current") wrong.push(id);
  }
  return wrong;
}

/** Gives up what the ledger has of these offers: from here on, the truth is what the server reads. */
export async function giveUp({ client, ledger }: Walk, ids: Iterable<string>): Promise<void> {
  for (const id of ids) ledger.giveUp(id, (await client.read(id)).offer);
}
