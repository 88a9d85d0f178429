// What it costs to load a configuration: from its text to the first answer.
import { readFileSync } from "node:fs";
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

/** Loads the configuration `set` twice. The first engine is still there when the second one is loaded. */
export async function load({ format, load }, { set, flag }, data) {
  const module = await load();
  const [user] = JSON.parse(readFileSync(new URL("users.json", data), "utf8"));
  const file = fileURLToPath(new URL(`${format}.${set}.json`, data));
  const text = readFileSync(file, "utf8");
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
