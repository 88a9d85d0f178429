/** The stream and the load over real servers: what the log says, who is killed where, and what becomes of a row that cannot be taken. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Envelope } from "../src/stream/envelope.js";
import { Slot } from "../src/stream/slot.js";
import { here, kill, Shop, until } from "./support.js";

const OPS = here("../dist/ops/main.js");

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({ products: 60, orders: 600 });
  await shop.serve();
});
afterAll(() => shop[Symbol.asyncDispose]());

test("the slot has what was written, in Debezium's envelope", async () => {
  const slot = new Slot(shop.sql, "products");
  await slot.create();
  await shop.tool.query("UPDATE products SET price = 7.25 WHERE id = 'p-3'");
  await shop.tool.query("DELETE FROM products WHERE id = 'p-60'");
  const { transactions } = await slot.peek(100);
  const messages = transactions.flatMap(({ messages }) => messages);
  const [update] = messages as { key: unknown; value: Envelope }[];
  expect(update).toMatchObject({
    key: { id: "p-3" },
    value: {
      ...{ op: "u", before: { price: "2.29" }, after: { price: "7.25", active: 1 } },
      source: { connector: "postgresql", table: "products", snapshot: "false" },
    },
  });
  expect(Math.abs((update?.value.source.ts_ms ?? 0) - Date.now())).toBeLessThan(60_000);
  const ends = transactions.map(({ messages: [first] }) => first?.value?.source.lsn ?? 0);
  expect(ends).toEqual(ends.toSorted((a, b) => a - b));
  // A deletion, and the tombstone behind it; the rows that referred to it go in the same transaction.
  const gone = messages.filter(({ key }) => key["id"] === "p-60");
  expect(gone.map(({ value }) => value?.op ?? null)).toEqual(["d", null]);
  // Nothing was confirmed, so that it is there again.
  expect((await slot.peek(100)).transactions).toHaveLength(transactions.length);
  await slot.confirm(transactions.at(-1)?.end ?? "");
  expect((await slot.peek(100)).transactions).toHaveLength(0);
});

test("a load that is killed goes on where it was, and takes nothing back that is newer", async () => {
  await shop.ops("slot", "orders", "create");
  const child = shop.run(process.execPath, [OPS, "load", "orders", "orders"], { LOAD_PAGE: "50", LOAD_PAUSE_MS: "150" });
  const count = "SELECT count(*) AS n FROM documents WHERE collection = 'orders'";
  const loaded = async () => (await shop.documents.query<{ n: number }>(count)).rows[0]?.n ?? 0;
  await until("some pages are loaded", async () => (await loaded()) >= 150);
  shop.last.kill("SIGKILL");
  expect((await child).code).not.toBe(0);
  const before = await loaded();
  expect(before).toBeLessThan(600);
  // Somebody writes behind the load's back, before and after where it is.
  await shop.tool.query("UPDATE orders SET status = 'sent' WHERE id IN ('o-1', 'o-99')");
  expect(await shop.ops("load", "orders", "orders")).toMatch(/^\d+ orders, from behind o-/);
  expect(await loaded()).toBe(600);
  expect((await shop.document("orders", "o-99"))?.document).toMatchObject({ status: "sent", orderDate: "2024-02-01T20:03:00.000Z" });
  // What changed before where it was is in the log.
  expect((await shop.document("orders", "o-1"))?.document.status).toBe("packed");
});

test("a consumer that is killed between applying and confirming loses nothing and does nothing twice", async () => {
  await shop.phase("orders", "change_stream");
  const paused = await shop.start("stream/main.js", ["--module", "orders"], { PAUSE_BEFORE_COMMIT: "1" });
  await shop.tool.query("UPDATE order_items SET quantity = quantity + 1 WHERE order_id = 'o-7' AND line = 1");
  await shop.tool.query("DELETE FROM orders WHERE id = 'o-8'");
  await until("it has applied them", async () => (await shop.document("orders", "o-8"))?.document === null);
  const applied = await shop.document("orders", "o-7");
  expect(applied?.document.items[0]).toMatchObject({ line: 1, quantity: 2 });
  const slot = new Slot(shop.sql, "orders");
  const open = (await slot.peek(1_000)).transactions.length;
  expect(open).toBeGreaterThan(0);
  await kill(paused.child);
  await shop.tool.query("UPDATE orders SET paid = 1 WHERE id = 'o-7'");

  await shop.stream("orders");
  expect(await shop.ops("behind", "orders")).toBe("0");
  const after = await shop.document("orders", "o-7");
  // The line's change was applied once, and was not there for the second time when the row changed again.
  expect(after?.document).toMatchObject({ paid: true, items: [{ line: 1, quantity: 2 }, { line: 2, quantity: 1 }] });
  expect((await shop.document("orders", "o-8"))?.document).toBeNull();
  expect(await shop.document("orders", "o-9")).not.toBeNull();
  expect((await shop.reconcile("orders")).code).toBe(0);
});

test("the lag is measured, and the gate does not pass while nobody reads the log", async () => {
  const gate = () => shop.run(process.execPath, [OPS, "gate", "orders", "change_stream"]);
  await until("the stream is within its limits", async () => (await gate()).code === 0);
  const children = shop.children("stream/main.js");
  for (const child of children) await kill(child);
  await shop.tool.query("UPDATE orders SET paid = 1 - paid");
  const { code, text } = await until("it is late", async () => {
    const ran = await gate();
    return ran.code === 0 ? null : ran;
  });
  expect([code, text]).toEqual([1, expect.stringContaining("stream_lag_ms: fail")]);
  const bytes = (await new Slot(shop.sql, "orders").lagBytes()) ?? 0;
  expect(bytes).toBeGreaterThan(50_000);
  await shop.stream("orders");
  await until("it has caught up", async () => (await gate()).code === 0);
  expect(await new Slot(shop.sql, "orders").lagBytes()).toBeLessThan(bytes);
  expect(await shop.ops("behind", "orders")).toBe("0");
});

test("a row that no document can be made of is a dead letter, is mended and replayed", async () => {
  // PostgreSQL has a number for what is none; JSON has not.
  await shop.tool.query("UPDATE orders SET total_amount = 'NaN' WHERE id = 'o-20'");
  await shop.tool.query("UPDATE orders SET status = 'lost' WHERE id = 'o-20'");
  await shop.tool.query("UPDATE orders SET status = 'found' WHERE id = 'o-21'");
  await until("others go on", async () => (await shop.document("orders", "o-21"))?.document.status === "found");
  const letters = (await shop.ops("dead", "orders")).split("\n");
  expect(letters).toHaveLength(2);
  expect(letters[0]).toMatch(/^orders.\d+ orders\/o-20 orders.total_amount: found NaN, expected a finite number$/);
  expect((await shop.run(process.execPath, [OPS, "gate", "orders", "change_stream"])).text).toMatch(/dead_letters: fail/);

  const ids = letters.map((line) => line.split(" ")[0] as string);
  // Not mended, it cannot be applied now either, and stays.
  await shop.ops("dead", "orders", "replay", ids[0] as string);
  const decided = "SELECT FROM dead_letters WHERE decision IS NOT NULL";
  await until("it was tried", async () => (await shop.documents.query(decided)).rowCount === 0);
  expect((await shop.document("orders", "o-20"))?.document.totalAmount).toBe(37.5);

  for (const id of ids) {
    await shop.ops("dead", "orders", "mend", id, '{"total_amount": "40.00"}');
    await shop.ops("dead", "orders", "replay", id);
  }
  await until("no letter is left", async () => (await shop.ops("dead", "orders")) === "");
  expect((await shop.document("orders", "o-20"))?.document).toMatchObject({ totalAmount: 40, status: "lost", items: [{}, {}, {}] });
  // Its key is free: what comes now is applied as ever.
  await shop.tool.query("UPDATE orders SET total_amount = 40, status = 'found' WHERE id = 'o-20'");
  await until("it goes on", async () => (await shop.document("orders", "o-20"))?.document.status === "found");
  expect((await shop.reconcile("orders")).code).toBe(0);
});
