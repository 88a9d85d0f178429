// A user of `cutover/migrate`, compiled in the strictest way and then run, as ES modules and as CommonJS.
import { Engine } from "cutover";
import { Migration, Transient, WriteError, sameJson, streamHealth } from "cutover/migrate";
import type { Counts, MigrationOptions, OutboxStore, Side } from "cutover/migrate";

interface Order {
  readonly total: number;
}

const held = new Map<string, Order>();
const side: Side<Order> = {
  read: (key) => held.get(key),
  async write(key, order, { idempotencyKey, version, signal }) {
    if (signal.aborted) throw new Transient(`${idempotencyKey} v${version ?? 0}`);
    held.set(key, order);
  },
  delete: (key) => held.delete(key),
};

const engine = Engine.fromString(
  "cutover: 1\nmigrations: { orders: { old: sql, new: mongo, ladder: standard, phase: live } }",
);
const options: MigrationOptions<Order> = { old: side, new: side, compare: sameJson, warn: () => {} };
const orders = new Migration(() => engine, "orders", options);

async function main(): Promise<void> {
  await orders.write("7", { total: 12 }, { version: 1 });
  const order: Order | null = await orders.read("7", { signal: new AbortController().signal });
  await orders.delete("7");
  const counts: Counts = orders.counters();
  if (order?.total !== 12 || (await orders.read("7")) !== null || counts.writes["done"] !== 2) throw new Error("orders");
  if (streamHealth({}).verdict !== "no_data") throw new Error("health");
}

void main();
// @ts-expect-error a record is not null: that is a deletion
export const wrong = (): Promise<void> => orders.write("7", null);
export const durable = (outbox: OutboxStore): object => new Migration(engine, "orders", { ...options, outbox });
export const told = (error: WriteError): "failed" | "pending" | "partial" | "unknown" => error.told;
