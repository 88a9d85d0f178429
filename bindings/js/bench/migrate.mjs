// What an executor's read costs over the bare function, beside LaunchDarkly's migrator and a scientist port by hand.
//
//   node bench/migrate.mjs [--rounds N] [--peers FOLDER]
//
// The figures are of one run, in turns, the median of the rounds: nanoseconds for one awaited read, and what it adds
// to the bare function. LaunchDarkly's is measured where `FOLDER/node_modules` (`benches/peers`) has it.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Engine } from "../dist/index.js";
import { Migration } from "../dist/migrate.js";

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const rounds = Number(option("rounds", 9));
const peers = option("peers", join(dirname(fileURLToPath(import.meta.url)), "../../../benches/peers"));
const READS = 50_000;

const record = { n: 1 };
const read = async () => record;
const side = { read, write: async () => {} };
const rules = (more) => Engine.fromString(`cutover: 1\nmigrations: { m: { old: left, new: right, ${more} } }`);
const migration = (more, options = {}) =>
  new Migration(rules(more), "m", { old: side, new: side, warn: () => {}, ...options });

async function launchDarkly(stage) {
  let sdk;
  try {
    sdk = createRequire(join(peers, "package.json"))("@launchdarkly/node-server-sdk");
  } catch {
    return undefined;
  }
  const { TestData } = createRequire(join(peers, "package.json"))("@launchdarkly/node-server-sdk/integrations");
  const data = new TestData();
  const flag = data.flag("m").valueForAll(stage);
  await data.update(flag);
  const logger = sdk.basicLogger({ level: "none" });
  const client = sdk.init("sdk-key", { updateProcessor: data.getFactory(), sendEvents: false, logger });
  await client.waitForInitialization({ timeout: 5 });
  const method = async () => sdk.LDMigrationSuccess(record);
  const migrator = sdk.createMigration(client, { readNew: method, readOld: method, writeNew: method, writeOld: method });
  const context = { kind: "user", key: "k" };
  return { call: () => migrator.read("m", context, "off"), close: () => client.close() };
}

const cases = {
  "bare function": { call: () => read("k") },
  "cutover, one side": { migration: migration("ladder: standard, phase: off") },
  "cutover, one side with fallback": { migration: migration("ladder: recruiters_four_phase, phase: dual_read") },
  "cutover, 1 % compared": { migration: migration("ladder: standard, phase: shadow, compare: { sample: 1% }"), spread: true },
  "cutover, breakers": { migration: migration("ladder: standard, phase: off", { breakers: { old: {}, new: {} } }) },
  "cutover, both compared": { migration: migration("ladder: standard, phase: shadow, compare: { sample: 100% }") },
};
for (const found of Object.values(cases)) found.call ??= found.spread ? (key) => found.migration.read(`k${key & 1023}`) : () => found.migration.read("k");
for (const stage of ["off", "shadow"]) {
  const found = await launchDarkly(stage);
  if (found !== undefined) cases[`LaunchDarkly, ${stage}`] = found;
}

async function time(call) {
  const began = process.hrtime.bigint();
  for (let key = 0; key < READS; key += 1) await call(key);
  return Number(process.hrtime.bigint() - began) / READS;
}

const found = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, { call }] of Object.entries(cases)) {
    const ns = await time(call);
    if (round > 0) found[name].push(ns);
  }
}
const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
const bare = median(found["bare function"]);
for (const [name, all] of Object.entries(found)) {
  const ns = median(all);
  console.log(`${name.padEnd(34)}${ns.toFixed(0).padStart(8)} ns${(ns - bare).toFixed(0).padStart(8)} ns over the bare function`);
}
for (const { close } of Object.values(cases)) close?.();
