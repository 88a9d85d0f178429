/**
 * Thousands of histories, each from its seed. `CUTOVER_HISTORIES` is how many, and `CUTOVER_SEED` lives through one again
 * and prints it.
 */

import { describe, expect, it } from "vitest";
import { History } from "./simulation/history.js";
import type { Setting } from "./simulation/history.js";

const COUNT = Number(process.env["CUTOVER_HISTORIES"] ?? 2_000);
const SEED = process.env["CUTOVER_SEED"];

/** How many of these histories are wrong, until `enough` are. */
async function wrong(more: Omit<Setting, "seed">, count: number, enough: number): Promise<string[]> {
  const found: string[] = [];
  for (let seed = 1; seed <= count && found.length < enough; seed += 1) {
    await new History({ seed, ...more }).run().catch((error: Error) => found.push(error.message));
  }
  return found;
}

describe("the executors", () => {
  it.each(["required", "outbox"] as const)(
    "lose no acknowledged write and read nothing too old, with acks that are %s",
    { timeout: 3_600_000 },
    async (acks) => {
      let [acknowledged, reads, dead] = [0, 0, 0];
      const first = SEED === undefined ? 1 : Number(SEED);
      const last = SEED === undefined ? COUNT / 2 : first;
      for (let seed = first; seed <= last; seed += 1) {
        const history = new History({ seed, acks });
        await history.run();
        if (SEED !== undefined) console.log(history.world.trace.join("\n"));
        acknowledged += history.acknowledged;
        reads += history.reads;
        dead += history.dead;
      }
      expect(acknowledged).toBeGreaterThan((last - first) * 15);
      // The outbox itself fails at times, and three times in a row now and then.
      expect(dead).toBeLessThanOrEqual(acknowledged * 0.01);
      expect(reads).toBeGreaterThan((last - first) * 8);
    },
  );

  it("are the same for the same seed", async () => {
    const [one, other] = [1, 2].map(() => new History({ seed: 7, acks: "required" }));
    await one?.run();
    await other?.run();
    expect(one?.world.trace).toEqual(other?.world.trace);
  });

  it("lose acknowledged writes with an outbox that keeps nothing", async () => {
    const [found] = await wrong({ acks: "outbox", outbox: "forgetful" }, 20, 1);
    expect(found).toMatch(/is lost|was acknowledged before/);
  });

  it("forget writes that one store has taken where there is no outbox", async () => {
    const [found] = await wrong({ acks: "required", outbox: "none" }, 200, 1);
    expect(found).toMatch(/and nothing is owed|is lost|acknowledged/);
  });

  it.each(["required", "outbox"] as const)("lose acknowledged writes without versions, with acks that are %s", async (acks) => {
    const [found] = await wrong({ acks, versions: false }, 200, 1);
    expect(found).toMatch(/is lost|acknowledged|and nothing is owed/);
  });

  it("read too old records where a move waits for nothing", async () => {
    const [found] = await wrong({ acks: "outbox", guards: false }, 200, 1);
    expect(found).toMatch(/acknowledged/);
  });
});
