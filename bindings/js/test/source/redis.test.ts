/** A source of Redis, against a real one. */

import { expect, it, onTestFinished } from "vitest";
import { Source } from "../../dist/source.js";
import type { SourceError } from "../../dist/source.js";
import { Redis } from "./redis.js";
import { ENV, ruleset, until } from "./support.js";

const everybody = (source: Source): boolean => source.engine.isEnabled("beta", { id: "u" });

it("takes the last message, and each that follows; and comes back after Redis was killed", async () => {
  const redis = await Redis.start();
  await redis.publish(ENV, 3, ruleset(0));
  const source = Source.redis({ url: redis.url, env: ENV, baseMs: 20, capMs: 100, idleMs: 300 });
  onTestFinished(() => source.close());
  const errors: SourceError[] = [];
  source.on("error", (error) => errors.push(error));
  await source.ready(5_000);
  expect([source.epoch, everybody(source)]).toEqual([3, false]);
  await redis.publish(ENV, 4, ruleset(100));
  await until(() => source.epoch === 4);
  expect(everybody(source)).toBe(true);
  await redis.kill();
  await until(() => errors.length > 0);
  expect([errors[0]?.code, everybody(source)]).toEqual(["unreachable", true]);
  await redis.run();
  await redis.publish(ENV, 5, ruleset(0));
  await until(() => source.epoch === 5);
  expect(everybody(source)).toBe(false);
  await redis.publish(ENV, 2, ruleset(100));
  await until(() => errors.some(({ code }) => code === "version_back"));
  expect(source.epoch).toBe(5);
});

it("stays fresh while nothing is published, and is stale without Redis", async () => {
  const redis = await Redis.start();
  await redis.publish(ENV, 1, ruleset(100));
  const source = Source.redis({ url: redis.url, env: ENV, baseMs: 20, capMs: 50, idleMs: 150, staleAfterMs: 400 });
  onTestFinished(() => source.close());
  const told: string[] = [];
  source.on("stale", () => told.push("stale"));
  await source.ready(5_000);
  await new Promise((resolve) => setTimeout(resolve, 900));
  expect(told).toEqual([]);
  await redis.kill();
  await until(() => source.stale);
  expect(source.engine.decide("beta", { id: "u" })).toMatchObject({ value: true, reason: "STALE" });
});
