/** A migration that takes its engine from a source: operations keep what they began with, and the source knows of them. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Migration } from "../../dist/migrate.js";
import { Source } from "../../dist/source.js";
import { folder, until } from "./support.js";

const inPhase = (phase: string): string =>
  JSON.stringify({ cutover: 1, migrations: { orders: { old: "sql", new: "mongo", ladder: "standard", phase } } });

it("knows the oldest operation that is open", async () => {
  const path = join(folder(), "ruleset.json");
  writeFileSync(path, inPhase("off"));
  const source = Source.file(path, { pollMs: 10 });
  onTestFinished(() => source.close());
  await source.ready(5_000);
  const gates: (() => void)[] = [];
  const slow = (rows: Map<string, object>) => ({
    read: async (key: string) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return rows.get(key);
    },
    write: async (key: string, record: object) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      rows.set(key, record);
    },
    delete: (key: string) => rows.delete(key),
  });
  const [sql, mongo] = [new Map<string, object>(), new Map<string, object>()];
  const orders = new Migration(source, "orders", { old: slow(sql), new: slow(mongo) });
  expect(orders.route().phase).toBe("off");
  expect(source.oldestOpen).toBeNull();
  const writing = orders.write("a", { total: 1 });
  await until(() => gates.length === 1);
  writeFileSync(path, inPhase("complete"));
  await until(() => source.epoch === 2);
  expect(orders.route().phase).toBe("complete");
  const reading = orders.read("b");
  await until(() => gates.length === 2);
  // The write goes on by the phase that it began in.
  expect(source.oldestOpen).toBe(1);
  gates[0]?.();
  await writing;
  await until(() => source.oldestOpen === 2);
  expect([sql.size, mongo.size]).toEqual([1, 0]);
  gates[1]?.();
  expect(await reading).toBeNull();
  await until(() => source.oldestOpen === null);
});

it("counts nothing that never began", async () => {
  const path = join(folder(), "ruleset.json");
  writeFileSync(path, inPhase("off"));
  const source = Source.file(path);
  onTestFinished(() => source.close());
  await source.ready(5_000);
  const side = { read: () => null, write: () => undefined, delete: () => undefined };
  const orders = new Migration<object>(source, "orders", { old: side, new: side });
  await expect(orders.job("none", {})).rejects.toThrow("no job");
  writeFileSync(path, '{"cutover":1}');
  await until(() => source.epoch === 2);
  await expect(orders.write("a", {})).rejects.toThrow("no route to write by");
  await expect(orders.read("a")).rejects.toThrow("no route to read by");
  expect(source.oldestOpen).toBeNull();
});
