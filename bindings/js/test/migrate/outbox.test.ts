/** One suite over both stores: what an outbox keeps, what it hands out, and what it ignores. */

import Database from "libsql";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { BEGUN, OutboxError, SqliteOutbox } from "../../dist/migrate.js";
import type { NewEntry } from "../../dist/migrate.js";
import { claim, end, entry, place } from "./outbox-support.js";
import type { Place } from "./outbox-support.js";

afterAll(end);

describe.each(["sqlite", "postgres"] as const)("%s", (kind) => {
  let at: Place;
  beforeEach(async () => {
    at = await place(kind);
    await at.outbox.init();
  });
  afterEach(() => at.close());
  const ids = async (now: number, more = {}): Promise<string[]> =>
    (await claim(at.outbox, now, more)).map(({ id }) => id);
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(OutboxError);
    return (error as OutboxError).code;
  };

  it("gives back what was put", async () => {
    expect(await at.outbox.put(entry("a", "k", { dueMs: 1_500 }))).toBe(true);
    expect(await ids(1_499)).toEqual([]);
    expect(await claim(at.outbox, 1_500)).toEqual([
      {
        ...{ id: "a", migration: "orders", key: "k", operation: "write", side: "mongo", payload: '{"total":12}' },
        ...{ version: 3, epoch: "e1", state: "claimed", attempt: 1, dueMs: 1_500, leaseUntilMs: 1_600, worker: "w" },
        ...{ generation: 1, reason: null, createdMs: 1_000, sequence: expect.any(Number) as number },
      },
    ]);
    const { version: _, epoch: __, payload: ___, ...least } = entry("b", "k2", { operation: "delete" });
    await at.outbox.put(least);
    expect(await claim(at.outbox, 2_000, { limit: 1 })).toMatchObject([{ id: "a", generation: 2, attempt: 2 }]);
    expect(await claim(at.outbox, 2_000)).toMatchObject([{ id: "b", version: null, epoch: "", payload: "null" }]);
  });

  it("changes and withdraws what nobody has claimed, and nothing else", async () => {
    await at.outbox.put(entry("a", "k"));
    expect(await at.outbox.amend("a", '{"total":13}')).toBe(true);
    expect(await claim(at.outbox, 1_000)).toMatchObject([{ id: "a", payload: '{"total":13}' }]);
    expect(await at.outbox.amend("a", "{}")).toBe(false);
    expect(await at.outbox.amend("a", "{}", 2)).toBe(false);
    expect(await at.outbox.amend("a", "{}", 1)).toBe(true);
    expect(await at.outbox.withdraw("a")).toBe(false);
    await at.outbox.retry("a", 1, 1_000, "down");
    expect(await at.outbox.withdraw("a")).toBe(true);
    expect(await at.outbox.withdraw("a")).toBe(false);
    expect(await ids(2_000)).toEqual([]);
  });

  it("counts what was begun apart from what is owed", async () => {
    await at.outbox.put(entry("op#begun", "k", { side: BEGUN, dueMs: 5_000 }));
    await at.outbox.put(entry("op:mongo", "k"));
    expect(await at.outbox.counts(1_500)).toEqual({ pending: 1, claimed: 0, dead: 0, begun: 1, oldestAgeMs: 500 });
    // What is owed of the key waits for it.
    expect(await ids(2_000)).toEqual([]);
    expect(await ids(5_000)).toEqual(["op#begun"]);
    expect(await at.outbox.counts(5_000)).toMatchObject({ pending: 1, begun: 1 });
    await at.outbox.bury("op#begun", 1, "no");
    expect(await at.outbox.counts(5_000)).toMatchObject({ pending: 1, dead: 1, begun: 0 });
  });

  it("is the same entry when it is put again, and another write is refused", async () => {
    expect(await at.outbox.put(entry("a", "k"))).toBe(true);
    expect(await at.outbox.put(entry("a", "k", { createdMs: 5, epoch: "e2" }))).toBe(false);
    const others = [{ payload: "{}" }, { version: null }, { version: 4 }, { side: "old" }, { migration: "b" }];
    for (const other of others) {
      expect(await refusal(at.outbox.put(entry("a", "k", other)))).toBe("id_reused");
    }
    expect(await ids(2_000)).toEqual(["a"]);
    expect(await at.outbox.finish("a", 1)).toBe(true);
    expect(await at.outbox.counts(2_000)).toEqual({ pending: 0, claimed: 0, dead: 0, begun: 0, oldestAgeMs: 0 });
    await at.outbox.put(entry("a", "k", { version: null }));
    expect(await at.outbox.put(entry("a", "k", { version: null }))).toBe(false);
  });

  it("keeps the order of each key, and of no more", async () => {
    for (const [id, key] of ["a1", "b1", "a2", "b2", "a3"].map((id) => [id, id[0]] as [string, string])) {
      await at.outbox.put(entry(id, key));
    }
    await at.outbox.put(entry("other", "a", { migration: "users" }));
    expect(await ids(1_000)).toEqual(["a1", "b1", "other"]);
    expect(await ids(1_000)).toEqual([]);
    await at.outbox.retry("a1", 1, 1_050, "later");
    await at.outbox.finish("b1", 1);
    expect(await ids(1_000)).toEqual(["b2"]);
    expect(await claim(at.outbox, 1_050)).toMatchObject([{ id: "a1", generation: 2, attempt: 2, reason: "later" }]);
    expect(await at.outbox.finish("a1", 2)).toBe(true);
    const only = { now: 1_060, limit: 9, leaseMs: 9, worker: "w" };
    expect(await at.outbox.claim({ ...only, migration: "users" })).toEqual([]);
    expect(await at.outbox.claim({ ...only, migration: "orders" })).toMatchObject([{ id: "a2" }]);
  });

  it("hands out again what a worker left, and ignores that worker", async () => {
    await at.outbox.put(entry("a", "k"));
    await claim(at.outbox, 1_000);
    expect(await at.outbox.extend("a", 1, 1_200)).toBe(true);
    expect(await ids(1_199)).toEqual([]);
    expect(await claim(at.outbox, 1_200)).toMatchObject([{ generation: 2, attempt: 2, leaseUntilMs: 1_300 }]);
    const before = await at.sql("SELECT * FROM cutover_outbox");
    expect(await at.outbox.finish("a", 1)).toBe(false);
    expect(await at.outbox.retry("a", 1, 9, "late")).toBe(false);
    expect(await at.outbox.bury("a", 1, "late")).toBe(false);
    expect(await at.outbox.extend("a", 1, 9_999)).toBe(false);
    expect(await at.outbox.finish("a", 3)).toBe(false);
    expect(await at.outbox.finish("b", 2)).toBe(false);
    expect(await at.sql("SELECT * FROM cutover_outbox")).toEqual(before);
    // The lease is over, and nobody else has come: the last claim still counts.
    expect(await at.outbox.finish("a", 2)).toBe(true);
    expect(await at.outbox.finish("a", 2)).toBe(false);
  });

  it("parks the key of a dead letter until it is redriven", async () => {
    for (const id of ["a1", "a2", "a3"]) await at.outbox.put(entry(id, "a"));
    await claim(at.outbox, 1_000);
    expect(await at.outbox.bury("a1", 1, "refused\0 for good")).toBe(true);
    expect(await ids(9_000)).toEqual([]);
    expect(await at.outbox.counts(1_500)).toEqual({ pending: 2, claimed: 0, dead: 1, begun: 0, oldestAgeMs: 500 });
    const letter = { id: "a1", state: "dead", reason: "refused\ufffd for good", leaseUntilMs: null, attempt: 1 };
    expect(await at.outbox.dead(10)).toMatchObject([letter]);
    expect(await at.outbox.dead(10, "users")).toEqual([]);
    expect(await at.outbox.finish("a1", 1)).toBe(false);
    expect(await at.outbox.redrive({ id: "a2", now: 9_000 })).toBe(0);
    expect(await at.outbox.redrive({ migration: "users", now: 9_000 })).toBe(0);
    expect(await at.outbox.redrive({ migration: "orders", now: 9_000 })).toBe(1);
    expect(await ids(8_999)).toEqual([]);
    expect(await claim(at.outbox, 9_000)).toMatchObject([{ id: "a1", attempt: 1, generation: 3 }]);
    expect(await at.outbox.finish("a1", 1)).toBe(false);
    expect(await at.outbox.finish("a1", 3)).toBe(true);
    expect(await ids(9_000)).toEqual(["a2"]);
  });

  it("passes by dead letters where it is told to, one entry of a key at a time", async () => {
    for (const id of ["a1", "a2", "a3"]) await at.outbox.put(entry(id, "a"));
    await claim(at.outbox, 1_000);
    await at.outbox.bury("a1", 1, "no");
    expect(await ids(1_000)).toEqual([]);
    expect(await ids(1_000, { skipDead: true })).toEqual(["a2"]);
    await at.outbox.redrive({ id: "a1", now: 1_000 });
    expect(await ids(1_000, { skipDead: true })).toEqual([]);
    await at.outbox.finish("a2", 1);
    expect(await ids(1_000, { skipDead: true })).toEqual(["a1"]);
  });

  it("keeps what was discarded, and why", async () => {
    for (const id of ["a1", "a2"]) await at.outbox.put(entry(id, "a"));
    await claim(at.outbox, 1_000);
    const options = { now: 2_000, reason: "the record is gone" };
    expect(await at.outbox.discard("a1", options)).toBe(false);
    await at.outbox.bury("a1", 1, "refused");
    expect(await at.outbox.discard("a1", options)).toBe(true);
    expect(await at.outbox.discard("a1", options)).toBe(false);
    const [kept] = await at.sql("SELECT * FROM cutover_outbox_discarded");
    expect(kept).toMatchObject({ id: "a1", payload: '{"total":12}', dead_reason: "refused", reason: options.reason });
    expect([kept?.["version"], kept?.["discarded_ms"], kept?.["attempt"]].map(Number)).toEqual([3, 2_000, 1]);
    expect(await ids(2_000)).toEqual(["a2"]);
  });

  it("is put in the transaction of the caller", async () => {
    await at.within("ROLLBACK", (within) => at.outbox.put(entry("a", "k"), within));
    expect((await at.outbox.counts(1_000)).pending).toBe(0);
    await at.within("COMMIT", async (within) => {
      expect(await at.outbox.put(entry("a", "k"), within)).toBe(true);
      expect(await at.outbox.put(entry("a", "k"), within)).toBe(false);
      await expect(at.outbox.put(entry("a", "k", { version: 9 }), within)).rejects.toThrow(/another write/);
      if (kind === "postgres") expect((await at.outbox.counts(1_000)).pending).toBe(0);
    });
    expect(await ids(1_000)).toEqual(["a"]);
  });

  it("keeps hostile text to the letter, or refuses it", async () => {
    const big = "x'\"\\%s$1?".repeat(120_000);
    const payload = JSON.stringify({ nul: "\0", emoji: "👩‍🚀é", big, lone: "\ud800" });
    expect(payload.length).toBeGreaterThan(1_000_000);
    const [id, key] = ["😀'; DROP TABLE cutover_outbox; --", "e\u0301\ud800 %s $1 ? :x"];
    await at.outbox.put(entry(id, key, { payload, version: Number.MAX_SAFE_INTEGER, epoch: "%" }));
    const [found] = await claim(at.outbox, 1_000);
    expect(found).toMatchObject({ id, key: key.replace("\ud800", "\ufffd"), version: Number.MAX_SAFE_INTEGER });
    expect(found?.payload === payload).toBe(true);
    expect(await at.outbox.retry(id, 1, 1_000, "🚀".repeat(9_000))).toBe(true);
    expect((await claim(at.outbox, 1_000))[0]?.reason).toBe("🚀".repeat(4_000));
    const wrong: Partial<Record<keyof NewEntry, unknown>>[] = [
      ...[{ id: "" }, { id: "a\0b" }, { key: "\0" }, { key: "é".repeat(513) }, { key: 7 }, { payload: "\0" }],
      ...[{ operation: "put" }, { version: 1.5 }, { version: 2 ** 53 }, { createdMs: -1 }, { dueMs: NaN }],
      ...[{ side: null }, { payload: 7 }],
    ];
    for (const one of wrong) {
      expect(await refusal(at.outbox.put({ ...entry("x", "k"), ...one } as NewEntry))).toBe("invalid_entry");
    }
    for (const one of [{ limit: 0 }, { now: 1.5 }, { leaseMs: 0 }, { worker: "" }]) {
      const options = { now: 1, limit: 1, leaseMs: 1, worker: "w", ...one };
      expect(await refusal(at.outbox.claim(options))).toBe("invalid_argument");
    }
    await at.outbox.put(entry("y", "é".repeat(512), { migration: "m".repeat(255), epoch: "e".repeat(255) }));
    expect(await ids(1_000)).toEqual(["y"]);
  });

  it("makes its tables once, whoever starts, and knows those of a later release", async () => {
    await at.sql("SELECT 1");
    await at.close();
    at = await place(kind);
    expect(await refusal(at.outbox.put(entry("a", "k")))).toBe("not_there");
    expect(await refusal(at.outbox.counts(1))).toBe("not_there");
    await Promise.all(Array.from({ length: 8 }, () => at.another().init()));
    await at.outbox.put(entry("a", "k"));
    await at.outbox.init();
    const versions = await at.sql("SELECT version FROM cutover_outbox_schema");
    expect(versions.map(({ version }) => Number(version))).toEqual([1]);
    expect(await ids(1_000)).toEqual(["a"]);
    await at.within("COMMIT", (within) => {
      const raise = "UPDATE cutover_outbox_schema SET version = 2";
      return kind === "sqlite"
        ? Promise.resolve((within as { exec(sql: string): unknown }).exec(raise))
        : (within as { query(sql: string): Promise<unknown> }).query(raise);
    });
    expect(await refusal(at.outbox.init())).toBe("schema_too_new");
  });

  it("gives the numbers of one key in the order of the commits", async () => {
    if (kind === "sqlite") return;
    let second: Promise<unknown> = Promise.resolve();
    await at.within("COMMIT", async (within) => {
      await at.outbox.put(entry("first", "k"), within);
      second = at.outbox.put(entry("second", "k"));
      // Another key does not wait; the same one does, or it would be delivered before the first is seen.
      await at.outbox.put(entry("other", "k2"));
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await ids(1_000)).toEqual(["other"]);
    });
    await second;
    expect(await ids(1_000)).toEqual(["first"]);
  });

  it("is durable, and does not do its work in a transaction of somebody else", async () => {
    if (kind === "postgres") return;
    const handle = new Database(at.where);
    handle.exec("PRAGMA synchronous = OFF");
    const outbox = new SqliteOutbox(handle, { busyTimeoutMs: 70 });
    const settings = ["synchronous", "busy_timeout", "journal_mode"].flatMap((name) => handle.pragma(name));
    expect(settings).toEqual([{ synchronous: 2 }, { timeout: 70 }, { journal_mode: "wal" }]);
    handle.exec("BEGIN");
    expect(await refusal(outbox.put(entry("a", "k")))).toBe("in_transaction");
    expect(await refusal(claim(outbox as never, 1_000))).toBe("in_transaction");
    handle.exec("ROLLBACK");
    const put = handle.transaction(() => {
      expect(outbox.putSync(entry("a", "k"), handle)).toBe(true);
      throw new Error("undone");
    });
    expect(put).toThrow("undone");
    expect((await outbox.counts(1_000)).pending).toBe(0);
    handle.close();
  });
});
