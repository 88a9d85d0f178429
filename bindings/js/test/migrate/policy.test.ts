/** The delivery policy of a migration: what an executor takes from the ruleset, and what code says instead. */

import Database from "libsql";
import { describe, expect, it } from "vitest";
import { CutoverError, Engine } from "../../dist/index.js";
import { SqliteOutbox } from "../../dist/migrate.js";
import type { ClaimOptions } from "../../dist/migrate.js";
import { never, over, rejected } from "./support.js";

const ruled = (policy: string): Engine =>
  Engine.fromString(`cutover: 1
delivery: { quick: ${policy} }
migrations: { m: { old: left, new: right, ladder: standard, phase: off, delivery: quick } }`);

const QUICK = "{ attempts: 2, backoff: { base: 10ms, jitter: none }, timeouts: { read: 30ms, write: 50ms }, breaker: { min_calls: 50 } }";

describe("the delivery policy of a migration", () => {
  it("says how often a write is tried", async () => {
    const { migration, old, clock } = over(ruled(QUICK));
    old.writing = rejected("down", { transient: true });
    const written = expect(migration.write("a", { n: 1 })).rejects.toThrow();
    await clock.pass(1_000);
    await written;
    expect(old.asked).toHaveLength(2);
  });

  it("says how long a read may take, and gives each side a breaker", async () => {
    const { migration, old, clock } = over(ruled(QUICK));
    old.reading = never;
    const read = expect(migration.read("a")).rejects.toThrow("30 ms");
    await clock.pass(30);
    await read;
    expect([migration.breaker("old"), migration.breaker("new")].map((each) => each?.state.seen.calls)).toEqual([1, 0]);
  });

  it("gives way to what is given in code, key by key", async () => {
    const { migration, old, clock } = over(ruled(QUICK), { retry: { attempts: 3 }, timeouts: { writeMs: 80 }, breakers: { old: null } });
    old.writing = rejected("down");
    const written = expect(migration.write("a", { n: 1 })).rejects.toThrow();
    await clock.pass(29);
    expect(old.asked).toHaveLength(2);
    await clock.pass(1);
    await written;
    expect(old.asked).toHaveLength(3);
    expect([migration.breaker("old"), migration.breaker("new")?.state.state.state]).toEqual([null, "closed"]);
  });

  it("has limits in code, too", () => {
    expect(() => over(ruled(QUICK), { timeouts: { readMs: 0 } })).toThrow(new CutoverError("a policy: `read_ms` is 1 to 3600000"));
    expect(() => over(ruled(QUICK), { retry: { base_ms: 100_000 } })).toThrow("`cap_ms` is not below `base_ms`");
    expect(() => over(ruled(QUICK), { retry: { attemps: 1 } as object })).toThrow("unknown field `attemps`");
  });

  it("spends no more than its budget on retries", async () => {
    const budget = "budget: { ratio: 0%, min_per_second: 1, window: 1s }";
    const { migration, old, clock } = over(ruled(`{ attempts: 9, backoff: { base: 10ms, factor: 1, jitter: none }, ${budget} }`));
    old.writing = rejected("down");
    const written = expect(migration.write("a", { n: 1 })).rejects.toThrow();
    await clock.pass(100);
    await written;
    expect(old.asked).toHaveLength(2);
  });

  it("is what a worker works by", async () => {
    const asked: ClaimOptions[] = [];
    const outbox = new SqliteOutbox(new Database(":memory:"));
    await outbox.init();
    const claim = outbox.claim.bind(outbox);
    outbox.claim = (given) => (asked.push(given), claim(given));
    const { migration } = over(ruled("{ worker: { limit: 3, lease: 7s, dead: pass } }"), { outbox });
    await migration.worker().step();
    await migration.worker({ limit: 4, skipDead: false }).step();
    expect(asked.map(({ limit, leaseMs, skipDead }) => [limit, leaseMs, skipDead])).toEqual([[3, 7_000, true], [4, 7_000, false]]);
  });
});
