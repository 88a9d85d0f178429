/** Servers of PostgreSQL that live as long as this process, and a shop to begin with. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { PostgresOutbox } from "cutover/migrate";
import { pool } from "./database.js";
import { DOCUMENTS, SQL } from "./schema.js";

export interface Server {
  /** The folder of its socket. */
  readonly folder: string;
  stop(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("../../../scripts/postgres.sh", import.meta.url));

export async function server(args: readonly string[] = []): Promise<Server> {
  const child = spawn(SCRIPT, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for await (const folder of createInterface({ input: child.stdout })) {
    return {
      folder,
      async stop() {
        child.stdin.end();
        await ended;
      },
    };
  }
  throw new Error("PostgreSQL did not start");
}

export interface Stock {
  readonly products: number;
  readonly orders: number;
}

const CATEGORIES = 10;
const CUSTOMERS = 50;

/** Makes the tables of both databases, and a shop that has been open for a while. */
export async function stock(sqlAt: string, documentsAt: string, { products, orders }: Stock): Promise<void> {
  const [sql, documents] = [pool(sqlAt), pool(documentsAt)];
  try {
    await documents.query(DOCUMENTS);
    await sql.query(SQL);
    await sql.query(`
      INSERT INTO categories (id, name, parent_id) SELECT 'c-' || n, 'Category ' || n, CASE WHEN n > 5 THEN 'c-' || n - 5 END
        FROM generate_series(1, ${CATEGORIES}) AS n;
      INSERT INTO products (id, sku, name, price, active, created_at)
        SELECT 'p-' || n, 'SKU-' || n, 'Product ' || n, 1.99 + n * 0.10, (n % 10 > 0)::int,
          '2024-01-15T10:00:00Z'::timestamptz + n * interval '1 minute'
        FROM generate_series(1, ${products}) AS n;
      INSERT INTO product_categories SELECT 'p-' || n, 'c-' || n % ${CATEGORIES} + 1, 1 FROM generate_series(1, ${products}) AS n;
      INSERT INTO product_categories SELECT 'p-' || n, 'c-' || (n + 3) % ${CATEGORIES} + 1, 2 FROM generate_series(1, ${products}, 3) AS n;
      INSERT INTO customers SELECT 'user_' || n, 'user_' || n || '@example.org', (ARRAY['standard', 'premium', 'enterprise'])[n % 3 + 1]
        FROM generate_series(1, ${CUSTOMERS}) AS n;
      INSERT INTO orders (id, order_number, customer_id, order_date, status, paid, total_amount)
        SELECT 'o-' || n, 'N' || n, 'user_' || n % ${CUSTOMERS} + 1, '2024-02-01T08:30:00Z'::timestamptz + n * interval '7 minutes',
          (ARRAY['new', 'packed', 'sent'])[n % 3 + 1], n % 2, (n % 3 + 1) * 12.50
        FROM generate_series(1, ${orders}) AS n;
      INSERT INTO order_items SELECT 'o-' || n, line, 'p-' || (n + line) % ${products} + 1, 1, 12.50
        FROM generate_series(1, ${orders}) AS n, generate_series(1, n % 3 + 1) AS line;
    `);
    // The tables of the outbox are beside the rows, and the shop writes to them.
    await new PostgresOutbox(sql).init();
  } finally {
    await Promise.all([sql.end(), documents.end()]);
  }
}
