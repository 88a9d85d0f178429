/**
 * Changes from PostgreSQL's own log, by a replication slot and its plugin `pgoutput`, which is what Debezium reads too. A slot keeps
 * what was not confirmed: it is peeked at, and moved on once what was seen is applied.
 */

import type { Pool } from "pg";
import { PgoutputPlugin } from "pg-logical-replication";
import type { Pgoutput } from "pg-logical-replication";
import { TABLES } from "../schema.js";
import { lsnOf } from "./envelope.js";
import type { Envelope, Message } from "./envelope.js";
import type { Row } from "../kinds.js";

/** The changes of one transaction, in their order. */
export interface Transaction {
  readonly messages: readonly Message[];
  /** Where the next one begins, as PostgreSQL writes it. */
  readonly end: string;
  readonly committedMs: number;
}

/** What a slot has: transactions, and how far the log was when it was asked. */
export interface Peeked {
  readonly transactions: readonly Transaction[];
  readonly upTo: string;
}

export class Slot {
  readonly name: string;
  readonly #pool: Pool;
  readonly #publication: string;

  constructor(pool: Pool, readonly module: string) {
    this.#pool = pool;
    this.name = `shop_${module}`;
    this.#publication = this.name;
  }

  /** Makes slot and publication where they are not there. From here on the log keeps what the module writes. */
  async create(): Promise<void> {
    const { rows } = await this.#pool.query("SELECT FROM pg_publication WHERE pubname = $1", [this.#publication]);
    if (rows.length === 0) {
      const tables = TABLES[this.module] ?? [];
      // Of a deletion, and of a row before a change, the log has all columns.
      for (const table of tables) await this.#pool.query(`ALTER TABLE ${table} REPLICA IDENTITY FULL`);
      await this.#pool.query(`CREATE PUBLICATION ${this.#publication} FOR TABLE ${[...tables, "heartbeats"].join(", ")}`);
    }
    await this.#pool.query(
      `SELECT pg_create_logical_replication_slot($1, 'pgoutput')
       WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)`,
      [this.name],
    );
  }

  /** Removes it: what the log kept for it is gone. */
  async drop(): Promise<void> {
    await this.#pool.query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1", [this.name]);
    await this.#pool.query(`DROP PUBLICATION IF EXISTS ${this.#publication}`);
  }

  /** The next transactions, some `limit` changes of them. They stay until {@link confirm}. */
  async peek(limit: number): Promise<Peeked> {
    const { rows: [here] } = await this.#pool.query<{ lsn: string }>("SELECT pg_current_wal_lsn() AS lsn");
    const upTo = here?.lsn ?? "0/0";
    const { rows } = await this.#pool.query<{ lsn: string; data: Buffer }>(
      `SELECT lsn, data FROM pg_logical_slot_peek_binary_changes($1, $2, $3, 'proto_version', '1', 'publication_names', $4)`,
      [this.name, upTo, limit, this.#publication],
    );
    return { transactions: [...transactions(rows.map(({ data }) => data))], upTo };
  }

  /** Says that all before this was applied. */
  async confirm(lsn: string): Promise<void> {
    await this.#pool.query("SELECT pg_replication_slot_advance($1, $2)", [this.name, lsn]);
  }

  /** What the log has that was not confirmed, in bytes; null where there is no slot. */
  async lagBytes(): Promise<number | null> {
    const { rows } = await this.#pool.query<{ bytes: string }>(
      "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) AS bytes FROM pg_replication_slots WHERE slot_name = $1",
      [this.name],
    );
    const [row] = rows;
    return row === undefined ? null : Number(row.bytes);
  }
}

function* transactions(data: readonly Buffer[]): Generator<Transaction> {
  const plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: [] });
  let begun: { readonly id: number; readonly lsn: number; readonly at: number } = { id: 0, lsn: 0, at: 0 };
  let messages: Message[] = [];
  for (const bytes of data) {
    const said: Pgoutput.Message = plugin.parse(bytes);
    switch (said.tag) {
      case "begin":
        begun = { id: said.xid, lsn: lsnOf(said.commitLsn ?? "0/0"), at: Number(BigInt(said.commitTime as bigint) / 1_000n) };
        messages = [];
        break;
      case "commit":
        yield { messages, end: said.commitEndLsn ?? "0/0", committedMs: begun.at };
        break;
      case "insert":
        messages.push(...of("c", said.relation, null, said.new));
        break;
      case "update":
        messages.push(...of("u", said.relation, said.old, said.new));
        break;
      case "delete":
        messages.push(...of("d", said.relation, said.old ?? said.key, null));
    }
  }

  function of(op: "c" | "u" | "d", { schema, name: table }: Pgoutput.MessageRelation, before: Row | null, after: Row | null): Message[] {
    const key = { id: (after ?? before)?.["id"] };
    const { id, lsn, at } = begun;
    const source = { connector: "postgresql", db: "cutover", schema, table, snapshot: "false", txId: id, lsn, ts_ms: at } as const;
    const transaction = { id: `${id}:${lsn}`, total_order: messages.length + 1 };
    const value: Envelope = { op, before, after, source, ts_ms: Date.now(), transaction };
    return op === "d" ? [{ key, value }, { key, value: null }] : [{ key, value }];
  }
}
