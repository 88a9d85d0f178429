/** One suite over both stores: many processes at once, and processes that are killed in the middle of what they do. */

import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { end, entry, place, work } from "./outbox-support.js";
import type { Line, Place } from "./outbox-support.js";

afterAll(end);

const WORKERS = 8;

/** No entry of a key is begun before the one before it has ended. */
function inOrder(deliveries: Line[]): void {
  const byKey = new Map<string, Line[]>();
  for (const line of deliveries) byKey.set(line.key ?? "", [...(byKey.get(line.key ?? "") ?? []), line]);
  for (const [key, lines] of byKey) {
    lines.sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
    for (const [n, line] of lines.slice(1).entries()) {
      const before = lines[n];
      if ((line.start ?? 0) < (before?.end ?? 0) || (line.sequence ?? 0) < (before?.sequence ?? 0)) {
        expect.unreachable(`${key}: ${JSON.stringify(before)} and ${JSON.stringify(line)}`);
      }
    }
  }
}

describe.each(["sqlite", "postgres"] as const)("%s", (kind) => {
  let at: Place;
  beforeEach(async () => {
    at = await place(kind);
    await at.outbox.init();
  });
  afterEach(() => at.close());

  it("delivers each entry once, and those of a key in their order, with 8 workers", { timeout: 120_000 }, async () => {
    await at.within("COMMIT", async (within) => {
      for (let n = 0; n < 2_000; n += 1) {
        await at.outbox.put(entry(`e-${n}`, `key-${n % 60}`, { payload: '{"é":"😀"}' }), within);
      }
    });
    const workers = Array.from({ length: WORKERS }, (_, n) => work(at, ["deliver", `w${n}`, "60000", "7"]));
    const lines = (await Promise.all(workers)).flat();
    const deliveries = lines.filter(({ deliver }) => deliver !== undefined);
    expect(new Set(deliveries.map(({ deliver }) => deliver)).size).toBe(2_000);
    expect(deliveries.length).toBe(2_000);
    expect(lines.filter(({ finish }) => finish !== undefined).length).toBe(2_000);
    inOrder(deliveries);
    expect(await at.outbox.counts(Date.now())).toEqual({ pending: 0, claimed: 0, dead: 0, begun: 0, oldestAgeMs: 0 });
  });

  it("loses nothing when processes are killed", { timeout: 120_000 }, async () => {
    const lines: Line[] = [];
    for (let round = 0; round < 6; round += 1) {
      const puts = work(at, ["put", `p${round}`, "100000", "5"], 9 + round * 5);
      const deliveries = work(at, ["deliver", `w${round}`, "50", "3"], 4 + round * 3);
      lines.push(...(await Promise.all([puts, deliveries])).flat());
    }
    lines.push(...(await work(at, ["deliver", "last", "60000", "10"])));
    const said = (what: "put" | "deliver" | "finish"): string[] => lines.flatMap((line) => line[what] ?? []);
    const [delivered, finished] = [new Set(said("deliver")), said("finish")];
    expect(said("put").length).toBeGreaterThan(100);
    expect(said("put").filter((id) => !delivered.has(id))).toEqual([]);
    // What was finished is not handed out again, and what was handed out twice had another generation.
    expect(new Set(finished).size).toBe(finished.length);
    const last = new Map(lines.flatMap((line, n) => (line.finish === undefined ? [] : [[line.finish, n]])));
    expect(lines.filter(({ deliver }, n) => deliver !== undefined && n > (last.get(deliver) ?? Infinity))).toEqual([]);
    const claims = lines.flatMap(({ deliver, generation }) => (deliver ? [`${deliver} ${generation}`] : []));
    expect(new Set(claims).size).toBe(claims.length);
    inOrder(lines.filter(({ deliver }) => deliver !== undefined));
    expect(await at.outbox.counts(Date.now())).toMatchObject({ pending: 0, claimed: 0, dead: 0 });
  });
});
