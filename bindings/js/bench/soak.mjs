// Decisions, changes of the ruleset and executor traffic for a long time: memory stays flat, and nothing is left open.
//
//   node --expose-gc bench/soak.mjs [--seconds 3600]
//
// What is kept is measured after a collection, in ten parts of the run: of the heap the last three may not be above the fourth to
// sixth by more than a tenth and 4 MiB; of all memory, whose allocator gives back what it likes, by a quarter and 16 MiB. How long the event loop was held up is told, and not judged: other programs hold
// it up too.
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { Worker, isMainThread } from "node:worker_threads";
import { Engine } from "../dist/index.js";
import { Engine as WasmEngine } from "../dist/wasm.js";
import { Migration } from "../dist/migrate.js";

const at = process.argv.indexOf("--seconds");
const SECONDS = Number(at < 0 ? 3600 : process.argv[at + 1]);
const PARTS = 10;

/** A ruleset of some size that is another each time. */
function ruleset(number) {
  const flags = {};
  for (let flag = 0; flag < 200; flag += 1) {
    flags[`flag_${flag}`] = {
      variants: { a: { n: number }, b: [flag], c: `${flag}-${number}` },
      default: "c",
      rules: [
        { if: { attribute: "plan", in: ["pro", `team ${number % 7}`] }, serve: "a" },
        { if: { attribute: "email", matches: `@example\\.(com|org)${number % 3}?$` }, serve: "b" },
        { serve: { rollout: `${number % 101}%`, variant: "b", by: "userId" } },
      ],
    };
  }
  const orders = { old: "sql", new: "mongo", ladder: "standard", phase: number % 2 ? "live" : "dual_write", compare: { sample: "10%" } };
  return JSON.stringify({ cutover: 1, flags, migrations: { orders } });
}

const contexts = Array.from({ length: 64 }, (_, number) => ({
  userId: `user_${number}`, plan: number % 3 ? "free" : "pro", email: `u${number}@example.com`, tags: ["a", "b"],
}));

/** One thread's work until `end`: some thousand decisions a turn, a change of the ruleset every few, reads and writes. */
async function work(end, turned) {
  let [native, wasm] = [Engine.fromString(ruleset(0)), WasmEngine.fromString(ruleset(0))];
  const stores = [new Map(), new Map()];
  const side = (store) => ({
    read: async (key) => store.get(key) ?? null,
    write: async (key, record) => void store.set(key, record),
    delete: async (key) => void store.delete(key),
  });
  let failing = 0;
  const unsteady = side(stores[1]);
  const fresh = {
    ...unsteady,
    write: async (key, record) => {
      failing += 1;
      if (failing % 97 === 0) throw new Error("the new store is away");
      await unsteady.write(key, record);
    },
  };
  const orders = new Migration(() => native, "orders", { old: side(stores[0]), new: fresh, warn: () => {} });
  let turns = 0;
  while (performance.now() < end) {
    turns += 1;
    if (turns % 5 === 0) {
      const text = ruleset(turns);
      native = turns % 10 ? native.apply(text) : Engine.fromString(text);
      if (turns % 50 === 0) wasm = WasmEngine.fromString(text);
    }
    for (const [number, context] of contexts.entries()) {
      // A server would answer others meanwhile.
      if (number % 8 === 0) await setImmediate();
      native.decideAll(context, { now: turns });
      wasm.decide(`flag_${turns % 200}`, context, { now: turns });
      native.explain(`flag_${turns % 200}`, context, { now: turns });
    }
    native.decideBatch("flag_1", contexts, { now: turns });
    for (let record = 0; record < 20; record += 1) {
      const key = `k${record}`;
      await orders.write(key, { n: turns }).catch(() => undefined);
      await orders.read(key).catch(() => undefined);
    }
    turned?.(turns);
    await setImmediate();
  }
  await orders.settled();
  return turns;
}

if (isMainThread) {
  if (globalThis.gc === undefined) throw new Error("run it by `node --expose-gc`");
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const begun = performance.now();
  const end = begun + SECONDS * 1000;
  const kept = [];
  let held = 0;
  const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
  const over = new Promise((resolve, reject) => worker.once("exit", resolve).once("error", reject));
  const turns = await work(end, () => {
    if (performance.now() - begun < ((kept.length + 1) * SECONDS * 1000) / PARTS) return;
    held = Math.max(held, loop.max / 1e6);
    // Collecting at once holds the loop up, and is none of what is measured.
    globalThis.gc();
    globalThis.gc();
    const { rss, heapUsed, external } = process.memoryUsage();
    kept.push({ rss, kept: heapUsed + external });
    loop.reset();
  });
  await over;
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const mean = (parts, key) => parts.reduce((sum, part) => sum + part[key], 0) / parts.length;
  // The first parts warm up: code is compiled, and memory is asked for that is used again.
  const [early, late] = [kept.slice(3, 6), kept.slice(-3)];
  for (const key of ["rss", "kept"]) console.log(`${key}: ${mib(mean(early, key))} in the middle, ${mib(mean(late, key))} in the end`);
  const open = process.getActiveResourcesInfo().filter((name) => !/TTY|Pipe|Immediate|FSReq/.test(name));
  console.log(`${turns} turns in ${SECONDS} s; the event loop was held up for ${held.toFixed(1)} ms at most; open: ${open.join(", ") || "nothing"}`);
  const limits = { rss: [1.25, 16], kept: [1.1, 4] };
  const grew = Object.entries(limits)
    .filter(([key, [times, more]]) => mean(late, key) > mean(early, key) * times + more * 2 ** 20)
    .map(([key]) => key);
  if (grew.length > 0 || open.length > 0 || kept.length < PARTS - 1) {
    console.error(`FAILED: ${grew.length > 0 ? `it grew: ${grew.join(", ")}` : "something was left open, or nothing was measured"}`);
    process.exitCode = 1;
  }
} else {
  await work(performance.now() + SECONDS * 1000 - 500);
}
