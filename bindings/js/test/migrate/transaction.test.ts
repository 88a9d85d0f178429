/** The first write and what the second store is owed, in one transaction. */

import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Migration, WriteError } from "../../dist/migrate.js";
import { Permanent, Transient } from "../../dist/migrate.js";
import { Engine } from "../../dist/index.js";
import { claim, end, place } from "./outbox-support.js";
import type { Place } from "./outbox-support.js";
import { over, ruleset } from "./support.js";
import type { Record } from "./support.js";

afterAll(end);

const wrong = (promise: Promise<unknown>): Promise<WriteError> => promise.then(() => expect.fail("it succeeded"), (error) => error);

describe.each(["sqlite", "postgres"] as const)("%s", (kind) => {
  let at: Place;
  beforeEach(async () => {
    at = await place(kind);
    await at.outbox.init();
  });
  afterEach(() => at.close());

  function writing(ack: string) {
    const text = ruleset(`phase: both, phases: [{ name: both, read: old, write: [old, { to: new, ack: ${ack} }] }]`);
    const retry = { attempts: 1 };
    const made = over(Engine.fromString(text), { retry, outbox: at.outbox, transactional: "old" });
    const failing = { now: false };
    Object.assign(made.old, {
      write: (_: string, __: Record, { withEntry }: { withEntry?: (within: unknown) => unknown }) =>
        at.within(failing.now ? "ROLLBACK" : "COMMIT", async (within) => {
          await withEntry?.(within);
          if (failing.now) throw new Permanent("no");
        }),
    });
    return { ...made, failing };
  }

  const owed = async (migration: Migration<Record>) => {
    const { pending, begun } = await migration.worker().counts();
    return { pending, begun };
  };

  it("keeps both or neither, and nothing before", async () => {
    const { migration, old, fresh, failing } = writing("outbox");
    const seen: unknown[] = [];
    const { write } = old;
    Object.assign(old, {
      write: async (...given: Parameters<typeof write>) => {
        seen.push(await owed(migration));
        return write.apply(old, given);
      },
    });
    await migration.write("k", { n: 1 }, { operation: "op" });
    expect(seen).toEqual([{ pending: 0, begun: 0 }]);
    expect(await owed(migration)).toEqual({ pending: 1, begun: 0 });
    failing.now = true;
    expect(await wrong(migration.write("k", { n: 2 }))).toMatchObject({ told: "failed" });
    expect(await owed(migration)).toEqual({ pending: 1, begun: 0 });
    expect((await migration.worker().step()).claimed).toBe(1);
    expect(fresh.asked).toEqual(["write k=1 op:right vnull"]);
  });

  it("withdraws what the second store has taken itself, and leaves what it has not", async () => {
    const { migration, fresh, clock } = writing("required");
    await migration.write("k", { n: 1 });
    expect(await owed(migration)).toEqual({ pending: 0, begun: 0 });
    fresh.writing = () => {
      throw new Transient("down");
    };
    expect(await wrong(migration.write("k", { n: 2 }, { operation: "op" }))).toMatchObject({ told: "pending" });
    expect(await owed(migration)).toEqual({ pending: 1, begun: 0 });
    fresh.writing = () => undefined;
    clock.time += 60_000;
    expect((await migration.worker().step()).claimed).toBe(1);
    expect(fresh.asked.at(-1)).toBe("write k=2 op:right vnull");
  });

  it("takes it back with the write, unless somebody delivers it", async () => {
    const { migration, old, fresh, clock } = writing("required");
    let [undone, taken] = [0, false];
    Object.assign(old, {
      undo: (_: string, { withEntry }: { withEntry?: (within: unknown) => unknown }) =>
        at.within("COMMIT", async (within) => {
          await withEntry?.(within);
          undone += 1;
        }),
    });
    fresh.writing = () => {
      throw new Permanent("too long");
    };
    expect(await wrong(migration.write("k", { n: 1 }, { version: 1 }))).toMatchObject({ told: "failed" });
    expect([undone, await owed(migration)]).toEqual([1, { pending: 0, begun: 0 }]);
    fresh.writing = async () => {
      taken = (await claim(at.outbox, clock.time + 60_000)).length === 1;
      throw new Permanent("too long");
    };
    expect(await wrong(migration.write("k", { n: 2 }, { version: 2 }))).toMatchObject({ told: "unknown", reason: "compensation_failed" });
    expect([undone, taken]).toEqual([1, true]);
  });

  it("keeps an entry all the same for a side that did not", async () => {
    const { migration, old, warned } = writing("outbox");
    Object.assign(old, { write: () => undefined });
    await migration.write("k", { n: 1 });
    expect(await owed(migration)).toEqual({ pending: 1, begun: 0 });
    expect(warned.map(({ code }) => code)).toEqual(["not_transactional"]);
  });

  it("is no matter of phases that write the other side first", async () => {
    const text = ruleset("phase: both, phases: [{ name: both, read: new, write: [new, old] }]");
    const { migration, old, fresh } = over(Engine.fromString(text), { outbox: at.outbox, transactional: "old" });
    const begun: number[] = [];
    fresh.writing = async () => begun.push((await owed(migration)).begun);
    await migration.write("k", { n: 1 });
    expect([begun, old.asked.length, await owed(migration)]).toEqual([[1], 1, { pending: 0, begun: 0 }]);
  });
});

describe("a transaction that is a function", () => {
  it("puts and takes back at once", async () => {
    const at = await place("sqlite");
    await at.outbox.init();
    const text = ruleset("phase: both, phases: [{ name: both, read: old, write: [old, { to: new, ack: outbox }] }]");
    const { migration, old } = over(Engine.fromString(text), { outbox: at.outbox, transactional: "old" });
    const said: unknown[] = [];
    Object.assign(old, {
      write: (_: string, __: Record, { withEntry }: { withEntry?: (within: unknown) => unknown }) =>
        at.within("COMMIT", (within) => Promise.resolve(said.push(withEntry?.(within)))),
    });
    await migration.write("k", { n: 1 });
    expect(said).toEqual([true]);
    await at.close();
  });
});
