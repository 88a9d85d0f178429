// What it costs to load a configuration: from its text to the first answer.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Resident memory, and what V8 holds on and off its heap, in bytes, after garbage was collected. */
function memory() {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const resident = /^VmRSS:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return { resident: Number(resident) * 1024, heap: heapUsed + external };
}

function milliseconds(since) {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

const firstUser = (data) => JSON.parse(readFileSync(new URL("users.json", data), "utf8"))[0];

/** Loads the configuration `set` twice. The first engine is still there when the second one is loaded. */
export async function load({ format, load }, { set, flag }, data) {
  const module = await load();
  const user = firstUser(data);
  const file = fileURLToPath(new URL(`${format}.${set}.${module.binary ? "bin" : "json"}`, data));
  const text = readFileSync(file, module.binary ? null : "utf8");
  const before = memory();
  const start = process.cpuUsage();
  const first = await module.open(text, file);
  const answer = await first.isOn(flag, first.context(user));
  const cold = milliseconds(start);
  const after = memory();
  const restart = process.cpuUsage();
  const second = await module.open(text, file);
  const again = await second.isOn(flag, second.context(user));
  const warm = milliseconds(restart);
  if (typeof answer !== "boolean" || answer !== again) throw new Error(`the answers are ${answer} and ${again}`);
  return { cold, warm, bytes: text.length, resident: after.resident - before.resident, heap: after.heap - before.heap };
}

/** Writes what {@link load} reads for a row that loads compiled programs; says whether the package can make them. */
export async function compile({ format, load }, { set }, data) {
  const { compiled } = await load();
  const bytes = compiled?.(readFileSync(new URL(`cutover.${set}.json`, data), "utf8"));
  if (bytes === undefined) return { absent: true };
  writeFileSync(new URL(`${format}.${set}.bin`, data), bytes);
  return {};
}

/** Milliseconds that it takes to apply a ruleset in which one flag changed, at best. */
export async function change({ format, load }, { set, flag }, data) {
  const module = await load();
  const document = JSON.parse(readFileSync(new URL(`${format}.${set}.json`, data), "utf8"));
  const original = JSON.stringify(document);
  const opened = await module.open(original);
  if (typeof opened.engine?.apply !== "function") return { absent: true };
  document.flags[flag].rules = [{ serve: "on" }];
  const changed = JSON.stringify(document);
  let engine = opened.engine;
  let least = Infinity;
  for (let turn = 0; turn < 10; turn += 1) {
    const start = process.cpuUsage();
    engine = engine.apply(turn % 2 === 0 ? changed : original) ?? engine;
    const on = engine.isEnabled(flag, {});
    least = Math.min(least, milliseconds(start));
    if (turn % 2 === 0 && !on) throw new Error("the change was not applied");
  }
  return { cold: least, bytes: changed.length };
}
