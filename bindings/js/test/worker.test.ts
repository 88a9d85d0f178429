/** Worker threads: each has engines of its own, and they decide the same. */

import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { RULES, builds } from "./support.js";

const SCRIPT = `
const { parentPort, workerData } = require("node:worker_threads");
import(workerData.entry).then(({ Engine }) => {
  const engine = Engine.fromString(workerData.rules);
  const context = engine.context(workerData.context);
  let last;
  for (let round = 0; round < 20000; round += 1) last = engine.decideAll(round % 2 ? context : workerData.context, { now: 0 });
  parentPort.postMessage(JSON.stringify(last));
});`;

it.each(builds)("$build", async ({ build, Engine }) => {
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

function answer(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    worker.on("message", (message: string) => (text = message));
    worker.on("error", reject);
    worker.on("exit", () => resolve(text));
  });
}
