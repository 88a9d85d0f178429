// What an executor's read costs over the bare function, beside LaunchDarkly's migrator and two ports of GitHub's
// Scientist: `tzientist`, whose experiments are made once, and `scientist`, whose are made for each call.
//
//   node bench/migrate.mjs [--rounds N] [--peers FOLDER]
//
// The figures are of one run, in turns, the median of the rounds: nanoseconds of CPU time for one awaited read, and what
// it adds to the bare function. The others are measured where `FOLDER/node_modules` (`benches/peers`) has them. Each is
// asked to read one side, then to read both and to compare what they say.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
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

/** What a package of `benches/peers` exports; undefined where it is not installed. */
function peer(name) {
  try {
    return createRequire(join(peers, "package.json"))(name);
  } catch {
    return undefined;
  }
}

async function launchDarkly(stage) {
  const sdk = peer("@launchdarkly/node-server-sdk");
  if (sdk === undefined) return undefined;
  const { TestData } = peer("@launchdarkly/node-server-sdk/integrations");
  const data = new TestData();
  const flag = data.flag("m").valueForAll(stage);
  await data.update(flag);
  const logger = sdk.basicLogger({ level: "none" });
  const client = sdk.init("sdk-key", { updateProcessor: data.getFactory(), sendEvents: false, logger });
  await client.waitForInitialization({ timeout: 5 });
  const method = async () => sdk.LDMigrationSuccess(record);
  const check = (old, fresh) => isDeepStrictEqual(old, fresh) && (compared += 1) > 0;
  const migrator = sdk.createMigration(client, { readNew: method, readOld: method, writeNew: method, writeOld: method, check });
  const context = { kind: "user", key: "k" };
  return { call: () => migrator.read("m", context, "off"), close: () => client.close() };
}

/** What the others have found to be equal, so that nobody leaves a comparison out unseen. */
let compared = 0;

function tzientist(both) {
  const { experimentAsync } = peer("tzientist") ?? {};
  const publish = ({ controlResult, candidateResult }) => {
    if (isDeepStrictEqual(controlResult, candidateResult)) compared += 1;
  };
  const options = { publish, enabled: () => both };
  return experimentAsync && { call: experimentAsync({ name: "m", control: read, candidate: read, options }) };
}

function trello(both) {
  const Scientist = peer("scientist/lib/scientist");
  if (Scientist === undefined) return undefined;
  const scientist = new Scientist();
  scientist.sample(() => both);
  scientist.on("result", ({ matched }) => (compared += matched.length));
  const call = () =>
    scientist.science("m", (experiment) => {
      experiment.async(true);
      experiment.use(() => read("k"));
      experiment.try(() => read("k"));
    });
  return { call };
}

const cases = {
  "bare function": { call: () => read("k") },
  "cutover, one side": { migration: migration("ladder: standard, phase: off") },
  "cutover, one side with fallback": { migration: migration("ladder: recruiters_four_phase, phase: dual_read") },
  "cutover, 1 % compared": { migration: migration("ladder: standard, phase: shadow, compare: { sample: 1% }"), spread: true },
  "cutover, breakers": { migration: migration("ladder: standard, phase: off", { breakers: { old: {}, new: {} } }) },
  "cutover, both compared": {
    migration: migration("ladder: standard, phase: shadow, compare: { sample: 100% }", { compare: isDeepStrictEqual }),
  },
  "cutover's comparator, both compared": { migration: migration("ladder: standard, phase: shadow, compare: { sample: 100% }") },
};
for (const found of Object.values(cases)) found.call ??= found.spread ? (key) => found.migration.read(`k${key & 1023}`) : () => found.migration.read("k");
for (const [stage, what] of [["off", "one side"], ["shadow", "both compared"]]) {
  const found = await launchDarkly(stage);
  if (found !== undefined) cases[`LaunchDarkly, ${what}`] = found;
}
for (const [name, port] of Object.entries({ tzientist, "scientist (Trello)": trello })) {
  for (const [both, what] of [[false, "one side"], [true, "both compared"]]) {
    const found = port(both);
    if (found !== undefined) cases[`${name}, ${what}`] = found;
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A turn of the loop now and then, as in a service: that is when what nobody waits for is done. */
async function time(call) {
  const began = process.cpuUsage();
  for (let key = 0; key < READS; key += 1) {
    await call(key);
    if ((key & 15) === 15) await turn();
  }
  const { user, system } = process.cpuUsage(began);
  return ((user + system) * 1_000) / READS;
}

/** So many reads of a case were compared. */
const comparisons = ({ migration }) => (migration === undefined ? compared : migration.counters().comparisons.match);

const found = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, { call }] of Object.entries(cases)) {
    const before = comparisons(cases[name]);
    const ns = await time(call);
    if (round > 0) found[name].push(ns);
    await turn();
    const counted = comparisons(cases[name]) - before;
    if (name.endsWith("both compared") && counted !== READS) throw new Error(`${name}: ${counted} of ${READS} were compared`);
  }
}
const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
const bare = median(found["bare function"]);
for (const [name, all] of Object.entries(found)) {
  const ns = median(all);
  console.log(`${name.padEnd(37)}${ns.toFixed(0).padStart(8)} ns${(ns - bare).toFixed(0).padStart(8)} ns over the bare function`);
}
for (const { close } of Object.values(cases)) close?.();
