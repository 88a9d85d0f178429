/** What the stream and the initial load keep beside the documents: where they are, and what they could not take. */

import type { DeadChange, PartitionState } from "cutover/migrate";
import type { Pool } from "pg";
import type { Told } from "./changes.js";

/** Where a stream goes on: what ends before this was applied, and the number of the change that follows. */
export interface Position {
  readonly lsn: string;
  readonly next: number;
}

/** A dead letter as somebody looks at it. */
export interface Letter {
  readonly sequence: number;
  readonly id: string;
  readonly partition: string;
  readonly key: string;
  readonly reason: string | null;
  readonly problem: string | null;
  readonly change: DeadChange<Told>["change"];
  readonly decision: "replay" | "discard" | null;
}

export class Keeper {
  constructor(readonly pool: Pool) {}

  async state(partition: string): Promise<PartitionState | null> {
    const { rows } = await this.pool.query<{ state: PartitionState }>("SELECT state FROM partitions WHERE partition = $1", [partition]);
    return rows[0]?.state ?? null;
  }

  async keepState(partition: string, state: PartitionState): Promise<void> {
    await this.pool.query(
      "INSERT INTO partitions VALUES ($1, $2) ON CONFLICT (partition) DO UPDATE SET state = excluded.state",
      [partition, JSON.stringify(state)],
    );
  }

  async position(module: string): Promise<Position> {
    const { rows } = await this.pool.query<Position>("SELECT lsn::text, next FROM positions WHERE module = $1", [module]);
    return rows[0] ?? { lsn: "0/0", next: 0 };
  }

  async keepPosition(module: string, { lsn, next }: Position, heartbeatMs: number | null): Promise<void> {
    await this.pool.query(
      `INSERT INTO positions VALUES ($1, $2, $3, to_timestamp($4::double precision / 1000))
       ON CONFLICT (module) DO UPDATE SET lsn = excluded.lsn, next = excluded.next,
         heartbeat = coalesce(excluded.heartbeat, positions.heartbeat)`,
      [module, lsn, next, heartbeatMs],
    );
  }

  /** The age of the newest heartbeat that came through; null where none ever did. */
  async heartbeatAgeMs(module: string): Promise<number | null> {
    const { rows } = await this.pool.query<{ at: number | null }>(
      "SELECT extract(epoch FROM heartbeat)::double precision * 1000 AS at FROM positions WHERE module = $1",
      [module],
    );
    const at = rows[0]?.at ?? null;
    return at === null ? null : Math.max(Date.now() - at, 0);
  }

  async bury(partition: string, { id, key, reason, change }: DeadChange<Told>): Promise<void> {
    await this.pool.query(
      `INSERT INTO dead_letters (id, partition, key, reason, problem, change) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (id) DO NOTHING`,
      [id, partition, key, reason, change.record?.problem ?? null, JSON.stringify(change)],
    );
  }

  /** The dead letters, the oldest first. */
  async letters(module?: string): Promise<Letter[]> {
    const { rows } = await this.pool.query<Letter>(
      "SELECT * FROM dead_letters WHERE $1::text IS NULL OR partition LIKE $1 || '%' ORDER BY sequence",
      [module ?? null],
    );
    return rows;
  }

  /** Corrects columns of the row in a letter. */
  async mend(id: string, columns: object): Promise<number> {
    const { rows } = await this.pool.query<{ change: DeadChange<Told>["change"] }>("SELECT change FROM dead_letters WHERE id = $1", [id]);
    const change = rows[0]?.change;
    if (change === undefined) return 0;
    const messages = (change.record?.messages ?? []).map((message) => {
      const { value } = message;
      return value?.after == null ? message : { ...message, value: { ...value, after: { ...value.after, ...columns } } };
    });
    const mended = { ...change, record: { ...change.record, messages } };
    return (await this.pool.query("UPDATE dead_letters SET change = $2 WHERE id = $1", [id, JSON.stringify(mended)])).rowCount ?? 0;
  }

  /** Says what is to become of a letter; the stream does it. */
  async decide(id: string, decision: "replay" | "discard"): Promise<number> {
    return (await this.pool.query("UPDATE dead_letters SET decision = $2 WHERE id = $1", [id, decision])).rowCount ?? 0;
  }

  async remove(id: string): Promise<void> {
    await this.pool.query("DELETE FROM dead_letters WHERE id = $1", [id]);
  }
}
