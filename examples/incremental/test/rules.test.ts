/** What the ruleset says, before anything runs. */

import { readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { Engine } from "cutover";
import { expect, test } from "vitest";
import { documentOf } from "../src/kinds.js";
import { command, here } from "./support.js";

const text = readFileSync(here("../ruleset.yaml"), "utf8");
const engine = Engine.fromString(text);
const cutover = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(command(), args, { cwd: here(".."), encoding: "utf8" });
  return { code: status, text: stdout + stderr };
};

/** The hash that the shop's toggles had: over UTF-16 units, in 32 bits, in a hundred buckets. */
function legacy(key: string): number {
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) {
    hash = (hash << 5) - hash + key.charCodeAt(at);
    hash = hash & hash;
  }
  return Math.abs(hash) % 100;
}

test("everybody keeps the bucket of the old toggles", () => {
  let on = 0;
  for (let number = 0; number < 2_000; number += 1) {
    const userId = `user_${number}${number % 7 === 0 ? "é😀" : ""}`;
    expect(engine.isEnabled("orders_mongodb", { userId }), userId).toBe(legacy(userId) < 50);
    expect(engine.isEnabled("products_mongodb", { userId }), userId).toBe(legacy(userId) < 10);
    on += Number(legacy(userId) < 50);
  }
  expect(on).toBeGreaterThan(800);
  expect(engine.isEnabled("orders_mongodb", { tenantId: "t-1" })).toBe(legacy("t-1") < 50);
  expect(engine.isEnabled("orders_mongodb", {})).toBe(legacy("anonymous") < 50);
});

test("large customers come first, some by name, and analytics at night", () => {
  const outside = Array.from({ length: 100 }, (_, n) => `user_${n}`).find((userId) => legacy(userId) >= 50) as string;
  const orders = (tier: string) => engine.isEnabled("orders_mongodb", { userId: outside, tenantAttributes: { tier } });
  expect(["enterprise", "premium", "standard"].map(orders)).toEqual([true, true, false]);
  const customers = (userId: string) => engine.isEnabled("customers_mongodb", { userId });
  expect(["user_123", "user_456", "user_789", "user_1"].map(customers)).toEqual([true, true, true, false]);
  const at = (hour: number) => engine.isEnabled("analytics_mongodb", {}, { now: Date.UTC(2026, 0, 15, hour - 1, 30) });
  expect([21, 22, 23, 1, 5, 6, 12].map(at)).toEqual([false, true, true, true, true, false, false]);
});

test("a row and its document are the same by the comparator, and by nothing less", () => {
  const row = {
    ...{ id: "o-1", version: 7, order_number: "N1", customer_id: "user_2", order_date: "2024-01-15T11:00:00+01:00" },
    ...{ status: "new", paid: 1, total_amount: "129.90", items: [{ line: 1, product_id: "p-1", quantity: 2, unit_price: "64.95" }] },
  };
  const document = documentOf("orders", row);
  expect(document).toEqual({
    ...{ _id: "o-1", version: 7, orderNumber: "N1", customerId: "user_2", orderDate: "2024-01-15T10:00:00.000Z" },
    ...{ status: "new", paid: true, totalAmount: 129.9, items: [{ line: 1, productId: "p-1", quantity: 2, unitPrice: 64.95 }] },
  });
  const differences = (changed: object) => engine.compare("orders", row, { ...document, ...changed }).differences.map(({ path }) => path);
  expect(differences({})).toEqual([]);
  expect(differences({ totalAmount: 129.90005 })).toEqual([]);
  expect(differences({ totalAmount: 129.91 })).toEqual(["totalAmount"]);
  expect(differences({ paid: false })).toEqual(["paid"]);
  expect(differences({ orderDate: "2024-01-15T11:00:00.000Z" })).toEqual(["orderDate"]);
  expect(differences({ items: [] })).toHaveLength(1);
});

test("each phase says where it reads and writes, and what that can cost", () => {
  const phases = ["initial_load", "change_stream", "dual_read", "read_new", "dual_write", "write_new", "decommission"];
  const said = phases.map((phase) => {
    const at = Engine.fromString(text.replace(/(ladder: seven_step\n {4}phase: )initial_load/g, `$1${phase}`)).route("orders", {});
    const writes = at.write.map(({ to, ack }) => `${to} ${ack}`).join(", ");
    return [phase, at.read?.from, at.read?.fallback ?? null, writes, at.streams?.forward, at.hazards.map(({ code }) => code).join(" ")];
  });
  expect(said).toEqual([
    ["initial_load", "sql", null, "sql required", "load", ""],
    ["change_stream", "sql", null, "sql required", "active", "lost_write"],
    ["dual_read", "sql", "documents", "sql required", "active", "stale_read"],
    ["read_new", "documents", "sql", "sql required", "active", "stale_read"],
    ["dual_write", "documents", "sql", "sql required, documents outbox", "active", "stale_read"],
    ["write_new", "documents", "sql", "documents required", "off", "stale_read lost_on_return lost_write"],
    ["decommission", "documents", null, "documents required", "off", "lost_on_return"],
  ]);
});

test("the commands say so too: nothing is wrong with the ruleset, and writes are what the sixth step can lose", () => {
  expect(cutover("check", "ruleset.yaml")).toMatchObject({ code: 0 });
  const safety = JSON.parse(cutover("safety", "ruleset.yaml", "orders", "--json").text);
  expect(JSON.stringify(safety)).toMatch(/write_new/);
  const context = '{"userId": "user_1", "tenantAttributes": {"tier": "premium"}}';
  const explained = cutover("explain", "ruleset.yaml", "orders_mongodb", "--context", context);
  expect(explained.code).toBe(0);
  expect(explained.text).toMatch(/premium/);
  const planned = cutover("drill", "ruleset.yaml", "orders", "--from", "write_new");
  expect(planned.text).toMatch(/carry_over_and_switch_back/);
});
