// Decides generated flags for generated contexts with LaunchDarkly's server-side SDK and with the ruleset that Cutover
// imports, and says where they differ: `node conformance/suites/differential/launchdarkly.mjs CUTOVER [SEED] [FLAGS] [CONTEXTS]`.
// What is known to differ has its reason in KNOWN; anything else ends the run with 1. Nothing is asked over a network.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { seeded } from "./random.mjs";

const require = createRequire(import.meta.url);
const { init } = require("@launchdarkly/node-server-sdk");
const { TestData } = require("@launchdarkly/node-server-sdk/integrations");
const [cutover, seed = "1", count = "300", contexts = "100"] = process.argv.slice(2);

const { random, below, pick, some, maybe, times } = seeded(seed);

const KINDS = ["user", "org", "my.kind"];
const KEYS = ["ada", "bob", "1", "日本", "x y", "user-7"];
const TEXTS = ["a", "ab", "ABC", " b ", "", "Straße", "1", "true", "a.b", "99"];
const NUMBERS = [0, 1, -1, 5, 5.5, 99, 2 ** 40];
const HUGE = 1e21;
const VERSIONS = ["1.2.3", "1.2", "2", "1.2.4-rc.1", "2-rc", "1.10.0", "2.0.0+b1", "v1.2.3", "01.2.3", "1.2.3.4", "junk"];
const BLANK_VERSION = " 1.2.3";
const DATES = ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2025-12-31T23:59:59.999Z", 1767225600000, 0, "2026-01-01", "soon"];
const ODD_DATES = [1767225600000.5, "2026-01-01t00:00:00Z", "2025-01-01T00:00:00Z and more"];
const PATTERNS = ["^a", "b$", "[0-9]+", "\\d", "\\w+$", "a|b", "(", "(?=a)", "^$", "a{2,3}", "."];
const ATTRIBUTES = ["email", "groups", "amount", "version", "when", "a.b", "x~y", "/slash", "anonymous", "key", "kind", "name", "nothing"];
const REFERENCES = [...ATTRIBUTES.filter((name) => name !== "/slash"), "/email", "/address/city", "/address/a.b", "/address/x~1y", "/groups/0", "//", "/a~2", "/address/"];
const OPERATORS = [
  "in", "in", "startsWith", "endsWith", "contains", "matches", "lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual",
  "before", "after", "semVerEqual", "semVerLessThan", "semVerGreaterThan", "odd",
];

function scalar() {
  return pick([() => pick(TEXTS), () => pick(TEXTS), () => pick(NUMBERS), () => random() < 0.5, () => pick(KEYS)])();
}

function clause(segments) {
  const negate = maybe(0.3, true);
  if (segments.length > 0 && random() < 0.2) return { op: "segmentMatch", values: some([...segments, "nobody"], 2), negate };
  const op = pick(OPERATORS);
  const values = op.startsWith("semVer") ? some(VERSIONS, 2)
    : op === "before" || op === "after" ? some([...DATES, true], 2)
    : op === "matches" ? some(PATTERNS, 2)
    : times(3, scalar);
  const contextKind = maybe(0.5, pick(KINDS));
  return { contextKind, attribute: pick(contextKind ? REFERENCES : ATTRIBUTES), op, values, negate };
}

const clauses = (segments) => times(2, () => clause(segments));

function rollout(variations) {
  const weights = pick([[50000, 50000], [1, 99999], [33333, 33333, 33334], [10000, 20000], [100000], [0, 100000], []]);
  const entries = weights.map((weight) => ({ variation: below(variations + (random() < 0.02 ? 1 : 0)), weight }));
  const contextKind = maybe(0.3, pick(KINDS));
  const bucketBy = maybe(0.3, pick(contextKind ? REFERENCES : ATTRIBUTES));
  return { kind: maybe(0.2, "experiment"), contextKind, bucketBy, seed: maybe(0.2, pick([0, 61, 7])), variations: entries };
}

const served = (variations) =>
  random() < 0.5 ? { variation: random() < 0.02 ? 9 : below(variations) } : { rollout: rollout(variations) };

function segmentOf(key, others) {
  const rule = () => ({
    clauses: clauses(others), weight: maybe(0.3, pick([0, 14955, 50000, 100000])),
    bucketBy: maybe(0.2, pick(ATTRIBUTES)), rolloutContextKind: maybe(0.2, pick(KINDS)),
  });
  const list = () => times(1, () => ({ contextKind: pick(KINDS), values: some(KEYS, 2) }));
  return {
    key, version: 1, salt: pick(["s", "", "salty"]), included: some(KEYS, 2), excluded: some(KEYS, 2),
    includedContexts: list(), excludedContexts: list(), rules: times(2, rule),
  };
}

function flagOf(key, before, segments) {
  const variations = pick([[true, false], ["off", "on", "a b"], [1, 2.5, null], [{ a: [1, null] }, "x"]]);
  const prerequisite = () => {
    const of = pick(before);
    return { key: random() < 0.05 ? "nobody" : of.key, variation: below(of.variations.length) };
  };
  const target = (values) => ({ variation: below(variations.length), values });
  const kinds = () => ({ contextKind: pick(KINDS), ...target(some(KEYS, 2)) });
  return {
    key, version: 1, on: random() < 0.9, variations, salt: pick(["s", "", "salty"]), offVariation: maybe(0.8, below(variations.length)),
    prerequisites: before.length > 0 && random() < 0.2 ? [prerequisite()] : [],
    targets: random() < 0.3 ? [target(some(KEYS, 2)), target(some(KEYS, 2))] : [],
    contextTargets: random() < 0.2 ? [kinds(), { contextKind: "user", ...target([]) }, kinds()] : [],
    rules: times(3, (_, index) => ({ id: `r${index}`, clauses: clauses(segments), ...served(variations.length) })),
    fallthrough: served(variations.length),
  };
}

function attributes() {
  const value = () => (random() < 0.25 ? times(3, scalar) : scalar());
  return {
    email: maybe(0.8, value()), groups: maybe(0.8, times(3, scalar)), amount: maybe(0.8, pick([...NUMBERS, HUGE])), name: maybe(0.5, pick(TEXTS)),
    version: maybe(0.8, pick([...VERSIONS, BLANK_VERSION, 2])), when: maybe(0.8, pick([...DATES, ...ODD_DATES])),
    "a.b": maybe(0.5, scalar()), "x~y": maybe(0.5, scalar()), "/slash": maybe(0.5, scalar()), anonymous: maybe(0.3, true),
    address: maybe(0.6, { city: pick(TEXTS), "a.b": scalar(), "x/y": maybe(0.5, value()) }), nothing: null,
  };
}

function contextOf() {
  const one = () => ({ key: random() < 0.5 ? pick(KEYS) : `user-${below(1000)}`, ...attributes() });
  const shape = below(4);
  if (shape === 0) return JSON.parse(JSON.stringify({ kind: "multi", user: one(), [pick(["org", "my.kind"])]: one() }));
  if (shape === 1) {
    const { name, anonymous, ...custom } = attributes();
    return JSON.parse(JSON.stringify({ key: pick(KEYS), name, anonymous, custom }));
  }
  return JSON.parse(JSON.stringify({ kind: pick(KINDS), ...one() }));
}

/** What a context is for Cutover, as docs/guides/from-launchdarkly.md says. */
function toCutover(context) {
  const part = (name) => name.replaceAll("~", "~0").replaceAll(".", "~2");
  const plain = (value) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [part(name), plain(inner)]))
      : value;
  const single = ({ kind, _meta, anonymous, ...rest }) => ({ ...plain(rest), anonymous: Boolean(anonymous) });
  const { kind = "user", ...rest } = context;
  if (kind === "multi") {
    const kinds = Object.keys(rest);
    return { kind: kinds.length === 1 ? kinds[0] : kinds, ...Object.fromEntries(kinds.map((name) => [part(name), single(rest[name])])) };
  }
  const { custom, ...fields } = rest;
  return { kind, [part(kind)]: single("kind" in context ? rest : { ...custom, ...fields }) };
}

/** All values of a context. */
function valuesOf(value) {
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(valuesOf) : [value];
}

/** The clauses of a flag and of all that it may ask for. */
function clausesOf(flag, all) {
  const seen = new Set();
  const ofRules = (rules) => rules.flatMap((rule) => rule.clauses).flatMap((one) => [one, ...(one.op === "segmentMatch" ? one.values.flatMap(ofSegment) : [])]);
  const ofSegment = (key) => {
    if (seen.has(key) || !all.segments[key]) return [];
    seen.add(key);
    return ofRules(all.segments[key].rules);
  };
  const parents = flag.prerequisites.map((one) => all.flags[one.key]).filter(Boolean);
  return [...ofRules(flag.rules), ...parents.flatMap((parent) => clausesOf(parent, all))];
}

const isOddDate = (value) => ODD_DATES.includes(value) || (typeof value === "number" && !Number.isInteger(value));
const isMalformed = (one) => one.contextKind !== undefined && ["//", "/a~2"].includes(one.attribute);

/** The rules of a flag with its fallthrough, and of what it may ask for as prerequisites. */
function rulesOf(flag, all) {
  return [...flag.rules, { ...flag.fallthrough, clauses: [] }, ...flag.prerequisites.flatMap((one) => (all.flags[one.key] ? rulesOf(all.flags[one.key], all) : []))];
}

/** Why a difference is known; the flag and the context are looked at, not the answer. */
const KNOWN = [
  ["instants with fractions of a millisecond, letters in lower case or something behind them", (flag, context, all) =>
    clausesOf(flag, all).some((one) => ["before", "after"].includes(one.op)) && valuesOf(context).some(isOddDate)],
  ["whole numbers of more than 64 bits, as units or as instants", (flag, context, all) => {
    const asked = clausesOf(flag, all);
    const inSegments = asked.some((one) => one.op === "segmentMatch") ? Object.values(all.segments).flatMap((segment) => segment.rules) : [];
    const isUnit = [...rulesOf(flag, all), ...inSegments].some((rule) => (rule.rollout ?? rule).bucketBy !== undefined);
    return valuesOf(context).includes(HUGE) && (isUnit || asked.some((one) => ["before", "after"].includes(one.op)));
  }],
  ["versions with blanks around them", (flag, context, all) =>
    clausesOf(flag, all).some((one) => one.op.startsWith("semVer")) && valuesOf(context).includes(BLANK_VERSION)],
  ["a clause without a right attribute before others, which this SDK takes for one that holds, and others for MALFORMED_FLAG", (flag, context, all) =>
    rulesOf(flag, all).some((rule) => rule.clauses.slice(0, -1).some(isMalformed))],
];

const segments = {};
for (let index = 0; index < 12; index += 1) segments[`s${index}`] = segmentOf(`s${index}`, Object.keys(segments));
const flags = {};
for (let index = 0; index < Number(count); index += 1) flags[`f${index}`] = flagOf(`f${index}`, Object.values(flags).slice(-5), Object.keys(segments));
const document = JSON.parse(JSON.stringify({ flags, segments }));
const population = Array.from({ length: Number(contexts) }, contextOf);

const folder = mkdtempSync(join(tmpdir(), "cutover-launchdarkly-"));
const data = new TestData();
const quiet = { error() {}, warn() {}, info() {}, debug() {} };
try {
  const at = (name) => join(folder, name);
  writeFileSync(at("data.json"), JSON.stringify(document));
  // It ends with 1 where a flag was refused, and some are.
  const run = spawnSync(cutover, ["import", "launchdarkly", at("data.json"), "--json"], { maxBuffer: 1 << 28 });
  const imported = JSON.parse(run.stdout);
  writeFileSync(at("rules.yaml"), imported.ruleset);
  writeFileSync(at("contexts.ndjson"), population.map((context) => JSON.stringify(toCutover(context))).join("\n"));
  const evaluation = ["eval", at("rules.yaml"), "--contexts", at("contexts.ndjson"), "--json", "--now", "2026-01-01T00:00:00Z"];
  const lines = execFileSync(cutover, evaluation, { maxBuffer: 1 << 30 });
  const decided = lines.toString().trim().split("\n").map((line) => new Map(JSON.parse(line).map((one) => [one.flag, one])));

  const copy = JSON.parse(JSON.stringify(document));
  for (const segment of Object.values(copy.segments)) await data.usePreconfiguredSegment(segment);
  for (const flag of Object.values(copy.flags)) await data.usePreconfiguredFlag(flag);
  const client = init("sdk-key", { updateProcessor: data.getFactory(), sendEvents: false, diagnosticOptOut: true, logger: quiet });
  await client.waitForInitialization({ timeout: 10 });
  const refused = new Map(imported.report.flags.filter((flag) => flag.fate === "refused").map((flag) => [flag.flag, flag]));
  const counts = { compared: 0, known: new Map(), unknown: 0 };
  for (const [index, context] of population.entries()) {
    for (const flag of Object.values(document.flags)) {
      if (refused.has(flag.key)) continue;
      const theirs = await client.variationDetail(flag.key, context, "the default");
      const ours = decided[index].get(flag.key)?.value ?? "the default";
      counts.compared += 1;
      if (isDeepStrictEqual(theirs.value ?? "the default", ours)) continue;
      const reason = KNOWN.find(([, is]) => is(flag, context, document))?.[0];
      if (reason) {
        counts.known.set(reason, (counts.known.get(reason) ?? 0) + 1);
      } else {
        counts.unknown += 1;
        if (counts.unknown <= 5) {
          console.log(`differs: theirs ${JSON.stringify(theirs)}, ours ${JSON.stringify(decided[index].get(flag.key))}`);
          console.log(`  ${JSON.stringify(flag)}\n  ${JSON.stringify(clausesOf(flag, document))}\n  ${JSON.stringify(context)}`);
        }
      }
    }
  }
  client.close();
  console.log(`${counts.compared} calls compared, ${counts.unknown} differ, ${refused.size} flags refused`);
  [...refused.values()].slice(0, 3).forEach((flag) => console.log(JSON.stringify(flag)));
  for (const [reason, known] of counts.known) console.log(`  ${known} known to differ: ${reason}`);
  process.exitCode = counts.unknown > 0 || counts.compared === 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
