/** The SQL side: an order, a product or a category as rows of several tables, read in one statement and written in one transaction. */

import { Superseded } from "cutover/migrate";
import type { Pool } from "pg";
import { transaction } from "./database.js";
import { columnsOf, kindNamed } from "./kinds.js";
import type { Children, Document, Kept, Row } from "./kinds.js";

type Rows = Row & { readonly id: string; readonly version: number };

/** The children of `root` as JSON. Decimals stay texts, as they are in rows. */
function childrenAsJson({ table, field, parent, key, columns }: Children): string {
  const parts = Object.entries(columns).map(([name, type]) => `'${name}', c.${name}${type === "decimal" ? "::text" : ""}`);
  const list = `jsonb_agg(jsonb_build_object(${parts.join(", ")}) ORDER BY c.${key})`;
  return `(SELECT coalesce(${list}, '[]') FROM ${table} AS c WHERE c.${parent} = root.id) AS ${field}`;
}

function select(kind: string, where: string): string {
  const { table, children } = kindNamed(kind);
  return `SELECT root.*${children === null ? "" : `, ${childrenAsJson(children)}`} FROM ${table} AS root WHERE ${where}`;
}

const marks = (count: number, from = 1): string => Array.from({ length: count }, (_, at) => `$${at + from}`).join(", ");

/** How a write is made: its version, which the database gives where there is none, and what else belongs to its transaction. */
export interface SqlWrite {
  readonly version?: number;
  readonly within?: ((client: unknown) => unknown) | undefined;
}

export class SqlStore {
  constructor(readonly pool: Pool) {}

  async get(kind: string, id: string): Promise<Kept | null> {
    return (await this.pool.query<Rows>(select(kind, "root.id = $1"), [id])).rows[0] ?? null;
  }

  /** A page by id. */
  async after(kind: string, id: string, limit: number): Promise<Rows[]> {
    return (await this.pool.query<Rows>(select(kind, "root.id > $1 ORDER BY root.id LIMIT $2"), [id, limit])).rows;
  }

  /** The products of a category. */
  async inCategory(category: string, limit: number): Promise<Rows[]> {
    const where = "EXISTS (SELECT FROM product_categories WHERE product_id = root.id AND category_id = $1)";
    return (await this.pool.query<Rows>(select("products", `${where} ORDER BY root.id LIMIT $2`), [category, limit])).rows;
  }

  /** @throws Superseded where there is something newer, or a deletion. */
  write(kind: string, id: string, document: Document, { version, within }: SqlWrite = {}): Promise<void> {
    const { table, columns, children } = kindNamed(kind);
    const names = Object.keys(columns);
    return transaction(this.pool, async (client) => {
      if (version !== undefined) await this.#lock(client, kind, id, version);
      await client.query(
        `INSERT INTO ${table} (id, ${names.join(", ")}) VALUES (${marks(names.length + 1)})
         ON CONFLICT (id) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(", ")}`,
        [id, ...columnsOf(columns, document)],
      );
      if (children !== null) {
        await client.query(`DELETE FROM ${children.table} WHERE ${children.parent} = $1`, [id]);
        const into = `INSERT INTO ${children.table} (${children.parent}, ${Object.keys(children.columns).join(", ")})`;
        for (const child of (document[children.field] ?? []) as readonly Row[]) {
          const values = [id, ...columnsOf(children.columns, child)];
          await client.query(`${into} VALUES (${marks(values.length)})`, values);
        }
      }
      await within?.(client);
    });
  }

  /** @throws Superseded where there is something newer. */
  delete(kind: string, id: string, { version, within }: SqlWrite = {}): Promise<void> {
    return transaction(this.pool, async (client) => {
      if (version !== undefined) {
        await this.#lock(client, kind, id, version);
        await client.query("INSERT INTO graves VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", [kind, id, version]);
      }
      await client.query(`DELETE FROM ${kindNamed(kind).table} WHERE id = $1`, [id]);
      await within?.(client);
    });
  }

  /** Takes the lock of a row, and says which version the triggers give what is written now. */
  async #lock(client: { query: Pool["query"] }, kind: string, id: string, version: number): Promise<void> {
    await client.query("SELECT set_config('shop.version', $1, true)", [String(version)]);
    const { rows } = await client.query<{ version: number }>(
      `SELECT version FROM (SELECT version FROM ${kindNamed(kind).table} WHERE id = $1 FOR UPDATE) AS there
       UNION ALL SELECT version FROM graves WHERE kind = $2 AND id = $1`,
      [id, kind],
    );
    if (rows.some((row) => row.version >= version)) throw new Superseded(`${kind}/${id} has a newer version than ${version}`);
  }
}
