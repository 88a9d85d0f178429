/** The whole way, by the plan of work that is in the ruleset, while customers and the nightly tool go on. */

import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Customers, Tool } from "./customers.js";
import { Shop } from "./support.js";

/** What a hold of writes may cost the customer who waits longest, on a machine that is busy with something else. */
const WAIT_MS = 15_000;

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({ products: 200, orders: 400 });
  await shop.serve();
  for (const module of ["products", "orders"]) await shop.stream(module);
});
afterAll(() => shop[Symbol.asyncDispose]());

const approve = async (module: string) => expect((await shop.advance(module, { event: "approve", actor: "ann" })).code).toBe(0);
/** Where the module is, as the gateway decides. */
const phase = async (module: string) => (await shop.status(module)).phase;
const equal = { code: 0, text: expect.stringContaining('"compared"') };

test("products: up to the reads, and after somebody's approval to the end", async () => {
  await using customers = new Customers(shop, "products");
  await using tool = new Tool(shop, [
    "UPDATE products SET price = price + 0.01 WHERE id = 'p-$N'",
    "UPDATE product_categories SET position = position + 1 WHERE product_id = 'p-$N'",
    "UPDATE categories SET name = 'Category ' || $T WHERE id = 'c-3'",
    "INSERT INTO products (id, sku, name, price) VALUES ('p-tool-$T', 'S', 'By the tool', 1.10) ON CONFLICT DO NOTHING",
  ]);
  const first = await shop.work("products");
  expect([first.code, await phase("products")], first.text).toEqual([3, "read_new"]);
  const status = await shop.status("products");
  expect(status.divergence.records.compared + status.divergence.lists.compared).toBeGreaterThanOrEqual(100);
  expect(status.divergence.records.divergence.count + status.divergence.lists.divergence.count).toBe(0);
  // SQL is still what is written, by everybody.
  expect(tool.refused).toBe(0);

  await approve("products");
  const second = await shop.work("products");
  expect([second.code, await phase("products")], second.text).toEqual([3, "write_new"]);
  expect(tool.writes).toBeGreaterThan(20);
  await shop.tool.query("UPDATE products SET price = 0").then(
    () => expect.unreachable("the rows are read-only for the shop"),
    (error: Error) => expect(error.message).toMatch(/permission denied/),
  );
  await tool.stop();

  await approve("products");
  const third = await shop.work("products");
  await customers.stop();
  expect([third.code, await phase("products")], third.text).toEqual([0, "decommission"]);
  await expect(shop.sql.query("SELECT FROM products")).rejects.toThrow(/does not exist/);
  const read = await shop.ask("GET", "/api/products/p-1");
  expect([read.status, read.headers.get("x-data-source"), read.headers.get("x-migrated")]).toEqual([200, "documents", "true"]);

  expect(customers.refused).toEqual([]);
  expect(customers.longestMs).toBeLessThan(WAIT_MS);
  expect(customers.writes).toBeGreaterThan(200);
  expect(await customers.lost()).toEqual([]);
  // The archive is one: the rows come back, and are those of the cut.
  await shop.ops("restore", "products", join(shop.folder, "rows.dump"));
  const { rows } = await shop.sql.query("SELECT count(*) FILTER (WHERE id LIKE 'p-tool-%') AS tool, count(*) AS all FROM products");
  expect(rows[0].tool).toBeGreaterThan(0);
  expect(rows[0].all).toBeGreaterThan(200);
});

test("orders: all writes on the new side, back again, and nothing is lost either way", async () => {
  await using customers = new Customers(shop, "orders");
  await using tool = new Tool(shop, [
    "UPDATE order_items SET quantity = quantity + 1 WHERE order_id = 'o-$N' AND line = 1",
    "UPDATE orders SET paid = 1 WHERE id = 'o-$N'",
    "DELETE FROM orders WHERE id = 'o-39$T' AND $T < 10",
  ]);
  const first = await shop.work("orders");
  expect([first.code, await phase("orders")], first.text).toEqual([3, "read_new"]);
  await approve("orders");
  const second = await shop.work("orders");
  expect([second.code, await phase("orders")], second.text).toEqual([3, "write_new"]);
  const refused = tool.refused;
  await until(() => customers.writes, customers.writes + 60);
  expect(tool.refused).toBeGreaterThan(refused);
  // The rows are what they were at the cut.
  const behind = await shop.sql.query("SELECT max(version) AS version FROM orders");
  await until(() => customers.writes, customers.writes + 20);
  expect((await shop.sql.query("SELECT max(version) AS version FROM orders")).rows).toEqual(behind.rows);

  expect((await shop.advance("orders", { event: "rollback", to: "write_new", actor: "ann", reason: "a rehearsal" })).code).toBe(0);
  const back = await shop.work("orders");
  expect(back.text).toMatch(/carry_over_and_switch_back/);
  expect(await phase("orders")).toBe("dual_write");
  await until(() => tool.writes, tool.writes + 10);
  await Promise.all([customers.stop(), tool.stop()]);
  expect(customers.refused).toEqual([]);
  expect(customers.longestMs).toBeLessThan(WAIT_MS);
  expect(await shop.ops("behind", "orders")).toBe("0");
  expect(await customers.lost()).toEqual([]);
  expect(await shop.reconcile("orders")).toMatchObject(equal);
  const { owed, dead } = await shop.status("orders");
  expect([owed.pending, owed.dead, dead]).toEqual([0, 0, []]);
});

async function until(count: () => number, wanted: number): Promise<void> {
  for (const end = Date.now() + 20_000; count() < wanted; ) {
    if (Date.now() > end) throw new Error(`there are ${count()} of ${wanted}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
