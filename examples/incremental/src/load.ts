/**
 * The initial load: every row as an event `r`, page by page, while others write. After each page it keeps where it is, and goes on
 * there; what has changed meanwhile is in the stream, whose slot was made before, and the newer version wins.
 */

import { Consumer } from "cutover/migrate";
import type { Pool } from "pg";
import type { DocumentStore } from "./documents.js";
import { keyOf } from "./kinds.js";
import { SqlStore } from "./sql.js";
import { changeOf, target } from "./stream/changes.js";
import type { Told } from "./stream/changes.js";
import { lsnOf, snapshot } from "./stream/envelope.js";
import type { Keeper } from "./stream/kept.js";

export interface LoadOptions {
  readonly sql: Pool;
  readonly documents: DocumentStore;
  readonly keeper: Keeper;
  readonly page: number;
  /** How long to wait after each page, so that the load leaves room for customers. */
  readonly pauseMs: number;
}

interface Checkpoint {
  readonly after: string;
  readonly next: number;
  readonly done: boolean;
}

export interface Loaded {
  /** The id behind which it went on; empty where it began. */
  readonly from: string;
  readonly rows: number;
}

export async function load(module: string, kind: string, { sql, documents, keeper, page, pauseMs }: LoadOptions): Promise<Loaded> {
  const store = new SqlStore(sql);
  const partition = `${module}-load-${kind}`;
  const { rows: kept } = await keeper.pool.query<Checkpoint>("SELECT after, next, done FROM checkpoints WHERE kind = $1", [kind]);
  let { after, next, done } = kept[0] ?? { after: "", next: 0, done: false };
  const from = after;
  const state = await keeper.state(partition);
  // A page that was begun and not kept comes again, and may have other rows by now: its events are numbered anew.
  next = Math.max(next, state?.next ?? 0);
  const consumer = new Consumer<Told>({
    ...{ partition, target: target(documents), state },
    persist: (state) => keeper.keepState(partition, state),
    commit: () => undefined,
    deadLetter: (letter) => keeper.bury(partition, letter),
  });
  let loaded = 0;
  while (!done) {
    const { rows: [here] } = await sql.query<{ lsn: string }>("SELECT pg_current_wal_lsn() AS lsn");
    const rows = await store.after(kind, after, page);
    const messages = snapshot(kind, rows, lsnOf(here?.lsn ?? "0/0"));
    for (const [at, row] of rows.entries()) {
      const message = messages[at];
      if (message !== undefined) await consumer.apply(changeOf(next + at, keyOf(kind, row.id), [message]));
    }
    [after, next, done] = [rows.at(-1)?.id ?? after, next + rows.length, rows.length < page];
    loaded += rows.length;
    await keeper.pool.query(
      `INSERT INTO checkpoints VALUES ($1, $2, $3, $4) ON CONFLICT (kind)
       DO UPDATE SET after = excluded.after, next = excluded.next, done = excluded.done`,
      [kind, after, next, done],
    );
    if (pauseMs > 0 && !done) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return { from, rows: loaded };
}
