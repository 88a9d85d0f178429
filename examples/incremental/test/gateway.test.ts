/** The gateway: who serves, who reads a phase ahead, what is compared, and a document store that is really gone. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { Shop, until } from "./support.js";

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({ products: 40, orders: 60 });
  await shop.serve();
  for (const [module, kinds] of [["products", ["categories", "products"]], ["orders", ["orders"]]] as const) {
    await shop.ops("slot", module, "create");
    for (const kind of kinds) await shop.ops("load", module, kind);
    await shop.stream(module);
  }
});
afterAll(() => shop[Symbol.asyncDispose]());

const from = async (path: string, headers: Record<string, string> = {}) => {
  const { status, headers: said } = await shop.ask("GET", path, undefined, headers);
  return [status, said.get("x-data-source"), said.get("x-migrated"), said.get("x-service")];
};

test("a module is served by the shop as it was until its path is moved", async () => {
  expect(await from("/api/orders/o-1")).toEqual([200, "sql", "false", "legacy"]);
  expect(await from("/api/customers/user_1")).toEqual([200, "sql", "false", "legacy"]);
  expect(await from("/api/inventory/1")).toEqual([404, null, null, null]);
  await shop.phase("orders", "dual_read");
  await shop.ops("route", "orders", "modules");
  await until("the path is moved", async () => (await from("/api/orders/o-1"))[3] === "modules");
  expect(await from("/api/orders/o-1")).toEqual([200, "sql", "false", "modules"]);
  expect(await from("/api/products/p-1")).toEqual([200, "sql", "false", "legacy"]);
});

test("for whom the toggle is on, the documents answer a phase ahead, and with the same", async () => {
  const large = await shop.ask("GET", "/api/orders/o-5", undefined, { "x-user-id": "somebody", "x-tier": "premium" });
  expect([large.headers.get("x-data-source"), large.headers.get("x-migrated")]).toEqual(["documents", "true"]);
  const small = await shop.ask("GET", "/api/orders/o-5", undefined, { "x-user-id": "user_2", "x-tier": "standard" });
  expect(small.headers.get("x-data-source")).toBe("sql");
  expect(large.body).toEqual(small.body);
});

test("reads are compared as the comparator says, and more than a hundredth of differences is an alert", async () => {
  const alerts = async () => (await shop.ask("GET", "/status")).body.alerts;
  const outsider = { "x-user-id": "user_2" };
  for (let turn = 0; turn < 60; turn += 1) await shop.ask("GET", `/api/orders/o-${turn + 1}`, undefined, outsider);
  const compared = await until("they were compared", async () => {
    const { divergence } = await shop.status("orders");
    return divergence.records.compared >= 60 ? divergence.records : null;
  });
  // Decimals as texts, 0 and 1, times with an offset, snake_case: none of that is a difference.
  expect(compared.divergence.count).toBe(0);
  expect(await alerts()).toEqual({});

  await shop.documents.query(
    `UPDATE documents SET document = jsonb_set(document, '{items,0,unitPrice}', '99') WHERE collection = 'orders' AND id IN ('o-1', 'o-2')`,
  );
  for (let turn = 0; turn < 4; turn += 1) await shop.ask("GET", `/api/orders/o-${(turn % 2) + 1}`, undefined, outsider);
  const firing = await until("somebody is told", async () => ((await alerts()).orders as string | undefined) ?? null);
  expect(firing).toMatch(/^\d+ of \d+ comparisons differ$/);
  const { divergence } = await shop.status("orders");
  expect(divergence.records.top_fields[0]).toMatchObject({ operation: "get_orders", field: "items[*].unitPrice" });
  expect(shop.log).toMatch(/alert: orders: \d+ of \d+ comparisons differ/);
  expect(await shop.ops("gate", "orders", "shadow_reads").catch((error: Error) => error.message)).toMatch(/divergence_rate: fail/);
  expect((await shop.ask("GET", "/metrics")).body).toMatch(/migration_inconsistencies_total\{migration="orders"\} [1-9]/);
});

test("a write owes the documents what it says, by the same transaction, and who was quicker is not overwritten", async () => {
  await shop.phase("orders", "dual_write");
  const [before] = [await shop.ask("GET", "/api/orders/o-30")];
  expect(before.headers.get("x-data-source")).toBe("documents");
  const all = await Promise.all(Array.from({ length: 8 }, (_, n) => shop.ask("PATCH", "/api/orders/o-30", { status: `by ${n}` })));
  expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  const { rows } = await shop.sql.query("SELECT version, status FROM orders WHERE id = 'o-30'");
  // Eight edits of one order are eight versions.
  expect(rows[0].version).toBe(before.body.version + 8);
  const there = await until("the documents have it", async () => {
    const found = await shop.document("orders", "o-30");
    return found?.version === rows[0].version ? found : null;
  });
  expect(there.document.status).toBe(rows[0].status);
  await until("nothing is owed", async () => (await shop.status("orders")).owed.pending === 0);
});

test("while the document store is down, SQL answers and what is owed waits", async () => {
  await shop.documentsServer.stop();
  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => shop.ask("GET", `/api/orders/o-${n + 1}`)));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
  expect(new Set(answers.map(({ headers }) => headers.get("x-data-source")))).toEqual(new Set(["sql"]));
  expect(answers.every(({ headers }) => headers.get("x-fell-back") === "true")).toBe(true);
  expect((await shop.ask("PATCH", "/api/orders/o-31", { status: "kept" })).status).toBe(200);
  const { owed } = await shop.status("orders");
  expect(owed.pending + owed.claimed).toBeGreaterThan(0);
  expect((await shop.ask("GET", "/metrics")).body).toMatch(/migration_fallbacks_total\{migration="orders",reason="error"\} \d\d/);
});
