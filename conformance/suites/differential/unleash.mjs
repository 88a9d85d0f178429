// Decides generated features for generated contexts with `unleash-client` and with the ruleset that Cutover imports, and
// says where they differ: `node conformance/suites/differential/unleash.mjs CUTOVER [SEED] [FEATURES] [CONTEXTS]`.
// What is known to differ has its reason in KNOWN; anything else ends the run with 1.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seeded } from "./random.mjs";

const require = createRequire(import.meta.url);
const Client = require("unleash-client/lib/client").default;
const { defaultStrategies } = require("unleash-client/lib/strategy");
const [cutover, seed = "1", features = "600", contexts = "200"] = process.argv.slice(2);

const { random, below, pick, some, maybe } = seeded(seed);

const TEXTS = ["a", "ab", "ABC", " b ", "", "Straße", "É", "1", "true", "a,b", "x".repeat(40), "日本"];
const NUMBERS = ["5", "5.0", "-3", "0", "1e3", "007", "+2", "five", "5.5"];
const LARGE = "9007199254740993";
const ODD_NUMBERS = [" 5 ", "0x10", ".5", "5.", "", "Infinity"];
const VERSIONS = ["1.2.3", "1.2.4-rc.1", "1.10.0", "2.0.0+b1", "v1.2.3", "1.2", "01.2.3", "1.2.3-rc.2", "junk"];
const ADDRESSES = ["10.0.0.1", "10.1.2.3", "192.168.1.7", "2001:db8::1", "::1", "256.1.1.1", "none"];
const NETWORKS = ["10.0.0.0/8", "10.1.2.3/16", "192.168.1.7", "2001:db8::/32", "::/0", "0.0.0.0/0", "bad", "10.0.0.0/40"];
const PATTERNS = ["^a", "b$", "[0-9]+", "\\d", "\\w+$", "(?i)abc", "a|b", "(", "(?=a)", "^$", "a{2,3}", "\\bab\\b", "."];
const DATES = ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2025-12-31T23:59:59.999Z", "2030-06-01T00:00:00.000Z", "soon"];
const NAMES = ["userId", "sessionId", "environment", "appName", "remoteAddress", "tier", "version", "amount"];
const OPERATORS = [
  "IN", "NOT_IN", "STR_STARTS_WITH", "STR_ENDS_WITH", "STR_CONTAINS", "NUM_EQ", "NUM_GT", "NUM_GTE", "NUM_LT", "NUM_LTE",
  "SEMVER_EQ", "SEMVER_GT", "SEMVER_GTE", "SEMVER_LT", "SEMVER_LTE", "DATE_AFTER", "DATE_BEFORE", "REGEX", "IN_CIDR", "ODD",
];

function constraint() {
  const operator = pick(OPERATORS);
  const value = operator.startsWith("NUM") ? pick([...NUMBERS, ...ODD_NUMBERS, LARGE])
    : operator.startsWith("SEMVER") ? pick(VERSIONS)
    : operator.startsWith("DATE") ? pick(DATES) : pick(PATTERNS);
  const values = operator === "IN_CIDR" ? some(NETWORKS, 3) : some([...TEXTS, ...NUMBERS, ...VERSIONS], 4);
  return { contextName: pick(NAMES), operator, value, values, inverted: random() < 0.3, caseInsensitive: random() < 0.3 };
}

function variants() {
  return Array.from({ length: 1 + below(3) }, (_, index) => ({
    name: `v${index}`,
    weight: pick([0, 1, 100, 333, 500]),
    stickiness: pick(["default", "userId", "tier"]),
    payload: maybe(0.5, { type: "string", value: pick(TEXTS) }),
    overrides: maybe(0.2, [{ contextName: pick(NAMES), values: some([...TEXTS, ...NUMBERS], 2) }]),
  }));
}

function strategy(segments) {
  const kinds = ["default", "userWithId", "flexibleRollout", "flexibleRollout", "gradualRolloutUserId", "remoteAddress", "unknown"];
  const kind = pick(kinds);
  const groupId = pick(["g", "group 2", "日本"]);
  const parameters = {
    userIds: pick(["", "ada,bob", " ada , bob ", "1,2,3"]), percentage: String(below(101)),
    rollout: pick([String(below(101)), below(101)]), stickiness: pick(["default", "userId", "tier", "sessionId"]), groupId,
    IPs: pick(["10.0.0.0/8", "10.0.0.1, 192.168.1.0/24", "::1"]),
  };
  return {
    name: kind, parameters, constraints: Array.from({ length: below(3) }, constraint),
    segments: random() < 0.2 ? [pick(segments)] : [], variants: random() < 0.2 ? variants() : undefined,
  };
}

function documentOf(count) {
  const constraints = () => Array.from({ length: below(3) }, constraint);
  const segments = Array.from({ length: 8 }, (_, id) => ({ id, name: `segment ${id}`, constraints: constraints() }));
  const ids = [...segments.map((segment) => segment.id), 99];
  const all = [];
  for (let index = 0; index < count; index += 1) {
    const parent = index > 3 && random() < 0.15 ? pick(all) : undefined;
    const wanted = maybe(0.3, some(["v0", "v1", "disabled"], 2));
    const dependency = parent && { feature: pick([parent.name, "nobody"]), enabled: random() < 0.7, variants: wanted };
    all.push({
      name: `f${index}`, enabled: random() < 0.95, strategies: Array.from({ length: below(4) }, () => strategy(ids)),
      variants: random() < 0.4 ? variants() : [], dependencies: dependency ? [dependency] : undefined,
    });
  }
  return { version: 2, features: all, segments };
}

/** A context that always has a user: without identifiers Unleash draws at random. */
function contextOf() {
  const value = () => pick([...TEXTS, ...NUMBERS, ...ODD_NUMBERS, LARGE, ...VERSIONS, ...ADDRESSES]);
  return {
    userId: pick(["ada", "bob", "1", "42", "日本", `user-${below(1000)}`]), sessionId: maybe(0.5, value()),
    remoteAddress: maybe(0.7, pick(ADDRESSES)), environment: maybe(0.5, value()), appName: maybe(0.5, value()),
    currentTime: "2026-01-01T00:00:00.000Z",
    properties: { tier: `t${below(50)}`, version: maybe(0.8, value()), amount: maybe(0.8, value()) },
  };
}

/** The constraints of a feature and of what it depends on. */
function constraintsOf(feature, all) {
  const segments = (one) => one.segments.flatMap((id) => all.segments.find((segment) => segment.id === id)?.constraints ?? []);
  return strategiesOf(feature, all).flatMap((one) => [...one.constraints, ...segments(one)]);
}

function strategiesOf(feature, all) {
  const parents = (feature.dependencies ?? []).map((one) => all.features.find((other) => other.name === one.feature));
  return [feature, ...parents].filter(Boolean).flatMap((one) => one.strategies);
}

const valueOf = (context, one) => context[one.contextName] ?? context.properties[one.contextName];
const isWide = (text) => /[^\x00-\x7f]/.test(text ?? "");

/** Why a difference is known; the feature and the context are looked at, not the answer. */
const KNOWN = [
  ["texts that only JavaScript takes for numbers", (feature, context, all) =>
    constraintsOf(feature, all).some((one) => one.operator.startsWith("NUM") && ODD_NUMBERS.includes(valueOf(context, one)))],
  ["whole numbers above 2^53, which JavaScript rounds", (feature, context, all) =>
    constraintsOf(feature, all).some((one) => one.operator.startsWith("NUM") && [one.value, valueOf(context, one)].includes(LARGE))],
  ["murmurhash3js hashes the low byte of each UTF-16 unit, other clients hash UTF-8", (feature, context, all) => {
    const units = [context.userId, context.sessionId];
    return units.some(isWide) || strategiesOf(feature, all).some((one) => isWide(one.parameters.groupId));
  }],
];

const document = documentOf(Number(features));
const population = Array.from({ length: Number(contexts) }, contextOf);
const folder = mkdtempSync(join(tmpdir(), "cutover-unleash-"));
try {
  const at = (name) => join(folder, name);
  writeFileSync(at("features.json"), JSON.stringify(document));
  const imported = JSON.parse(execFileSync(cutover, ["import", "unleash", at("features.json"), "--json"], { maxBuffer: 1 << 28 }));
  writeFileSync(at("rules.yaml"), imported.ruleset);
  const flat = population.map(({ properties, currentTime, ...fields }) => JSON.stringify({ ...properties, ...fields }));
  writeFileSync(at("contexts.ndjson"), flat.join("\n"));
  const now = ["--now", population[0].currentTime];
  const evaluation = ["eval", at("rules.yaml"), "--contexts", at("contexts.ndjson"), "--json", ...now];
  const lines = execFileSync(cutover, evaluation, { maxBuffer: 1 << 30 });
  const decided = lines.toString().trim().split("\n").map((line) => new Map(JSON.parse(line).map((one) => [one.flag, one])));

  const features_ = new Map(document.features.map((feature) => [feature.name, feature]));
  const getSegment = (id) => document.segments.find((segment) => segment.id === id);
  const repository = { getToggle: (name) => features_.get(name), getSegment };
  const client = new Client(repository, defaultStrategies);
  const counts = { compared: 0, known: new Map(), unknown: 0 };
  population.forEach((context, index) => {
    for (const feature of document.features) {
      const theirs = client.getVariant(feature.name, context);
      const on = decided[index].get(feature.name);
      const variant = decided[index].get(`${feature.name}/variant`);
      const ours = { ...(variant?.value ?? { name: "disabled", enabled: false }), feature_enabled: on?.value === true };
      const shape = ({ name, enabled, payload, feature_enabled }) => JSON.stringify({ name, enabled, payload, feature_enabled });
      counts.compared += 1;
      if (shape(theirs) === shape(ours)) continue;
      const reason = KNOWN.find(([, is]) => is(feature, context, document))?.[0];
      if (reason) {
        counts.known.set(reason, (counts.known.get(reason) ?? 0) + 1);
      } else {
        counts.unknown += 1;
        if (counts.unknown <= 5) {
          console.log(`differs: theirs ${shape(theirs)}, ours ${shape(ours)}`);
          console.log(`  ${JSON.stringify(feature)}\n  ${JSON.stringify(constraintsOf(feature, document))}\n  ${JSON.stringify(context)}`);
        }
      }
    }
  });
  const refused = imported.report.flags.filter((flag) => flag.fate === "refused");
  console.log(`${counts.compared} calls compared, ${counts.unknown} differ, ${refused.length} features refused`);
  refused.slice(0, 3).forEach((flag) => console.log(JSON.stringify(flag)));
  for (const [reason, count] of counts.known) console.log(`  ${count} known to differ: ${reason}`);
  process.exitCode = counts.unknown > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
