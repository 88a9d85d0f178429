/** Worker threads: each has engines of its own or shares one, and they decide the same. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { CutoverError, RULES, builds } from "./support.js";

const SCRIPT = `
const { parentPort, workerData } = require("node:worker_threads");
import(workerData.entry).then(({ Engine }) => {
  const engine = workerData.shared ? Engine.fromShared(workerData.shared) : Engine.fromString(workerData.rules);
  const context = engine.context(workerData.context);
  let last;
  for (let round = 0; round < 20000; round += 1) last = engine.decideAll(round % 2 ? context : workerData.context, { now: 0 });
  parentPort.postMessage(JSON.stringify(last));
});`;

it.each(builds)("each with its own engine: $build", async ({ build, Engine }) => {
  const entry = new URL(`../dist/${build === "native" ? "index" : "wasm"}.js`, import.meta.url).href;
  const contexts = Array.from({ length: 6 }, (_, index) => ({
    userId: `user_${index}`,
    plan: index % 2 ? "pro" : "free",
  }));
  const engine = Engine.fromString(RULES);
  // Twice: the second round runs after threads that loaded the addon have ended.
  for (let round = 0; round < 2; round += 1) {
    const answers = await Promise.all(
      contexts.map((context) =>
        answer(new Worker(SCRIPT, { eval: true, workerData: { entry, rules: RULES, context } })),
      ),
    );
    expect(answers).toEqual(contexts.map((context) => JSON.stringify(engine.decideAll(context, { now: 0 }))));
  }
});

describe.each(builds)("one engine for all: $build", ({ build, Engine }) => {
  const entry = new URL(`../dist/${build === "native" ? "index" : "wasm"}.js`, import.meta.url).href;

  it("decides in every thread what it decides here", async () => {
    const engine = Engine.fromString(RULES);
    const shared = engine.share();
    const contexts = ["a", "b", "c"].map((userId) => ({ userId, plan: "pro" }));
    const answers = await Promise.all(
      contexts.map((context) => answer(new Worker(SCRIPT, { eval: true, workerData: { entry, shared, context } }))),
    );
    expect(answers).toEqual(contexts.map((context) => JSON.stringify(engine.decideAll(context, { now: 0 }))));
    // A thread that ends takes nothing along.
    expect(Engine.fromShared(shared).decideAll(contexts[0], { now: 0 })).toEqual(engine.decideAll(contexts[0], { now: 0 }));
  });

  it("is as stale there as here", () => {
    for (const engine of [Engine.fromString(RULES), Engine.fromCompiled(Engine.fromString(RULES).toCompiled())]) {
      const other = Engine.fromShared(structuredClone(engine.stale().share()));
      expect([other, engine].map((each) => each.decide("targeted", { plan: "pro" }).reason)).toEqual(["STALE", "TARGETING_MATCH"]);
      expect(Engine.fromShared(other.share()).decide("targeted", { plan: "pro" }).reason).toBe("STALE");
    }
  });

  it("is the same program: contexts that were prepared for one are good for the other", () => {
    const engine = Engine.fromString(RULES);
    const other = Engine.fromShared(structuredClone(engine.share()));
    expect(other.digest).toBe(engine.digest);
    expect(other.flags).toEqual(engine.flags);
    expect(other.decide("targeted", engine.context({ plan: "pro" }))).toEqual(engine.decide("targeted", { plan: "pro" }));
    expect(engine.share()).toEqual(engine.share());
    expect(Engine.fromString("cutover: 1").share()).not.toEqual(engine.share());
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a number", 0],
    ["an object", {}],
    ["what another kind of engine shared", { backend: build === "native" ? "wasm" : "native", digest: "", engine: 0 }],
    ["an engine of another kind", { backend: build, digest: "", engine: build === "native" ? new Uint8Array(1) : 0 }],
  ])("refuses %s", (_, shared) => {
    expect(() => Engine.fromShared(shared as never)).toThrow(TypeError);
  });
});

it("a shared engine that no thread holds is gone", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const Engine = builds[0]?.Engine ?? expect.unreachable();
  const shared = (() => Engine.fromString("cutover: 1\nflags: { gone: {} }").share())();
  // What is collected is released a little later.
  for (let round = 0; round < 10; round += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(() => Engine.fromShared(shared)).toThrow(CutoverError);
  expect(() => Engine.fromShared(shared)).toThrow("the shared engine is gone");
  expect(() => Engine.fromShared({ ...shared, engine: 4_000_000_000 })).toThrow("the shared engine is gone");
});

function answer(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    worker.on("message", (message: string) => (text = message));
    worker.on("error", reject);
    worker.on("exit", () => resolve(text));
  });
}
