/**
 * Runs the vectors against a JavaScript `Engine`: the native addon, WebAssembly in Node, or a browser's.
 *
 *     node conformance/runner.mjs bindings/js/dist/index.js [DIRECTORY]
 *
 * In a page: `const report = run(Engine, { "values.json": text, … })`. Nothing here needs Node but that command, and the
 * machines of the executors, which only Node has: elsewhere files about them are left out.
 *
 * Strict, as the runners of the other languages: a field, kind or tag that is not known here, a name that stands
 * twice and a file without vectors are failures. What the tags mean stands in README.md.
 */

import { machineKinds } from "./machines.mjs";
import { operatingKinds } from "./operating.mjs";
import { rolloutKinds } from "./rollouts.mjs";

/** In the same folder as the vectors, and none of them. */
export const NOT_VECTORS = new Set(["api.json"]);

/**
 * Runs files, given as a mapping of their names to their texts.
 *
 * The report is `{ backend, passed, failed, files: [{ name, passed, failures: [{ vector, lines }] }] }`, plain data that
 * a page can hand to whoever drives it.
 */
export function run(Engine, texts, machines = null) {
  const names = Object.keys(texts).filter((name) => !NOT_VECTORS.has(name)).sort();
  const files = names.map((name) => runText(Engine, name, texts[name], machines));
  const sum = (count) => files.reduce((total, file) => total + count(file), 0);
  const failed = names.length === 0 ? 1 : sum((file) => file.failures.length);
  return { backend: Engine.backend ?? null, passed: sum((file) => file.passed), failed, files };
}

/** The names of files that have to fail and do not: those of the folder `refused` test the runner itself. */
export function accepted(Engine, texts, machines = null) {
  return run(Engine, texts, machines).files.filter((file) => file.failures.length === 0 && !file.leftOut).map((file) => file.name);
}

/** The report as people read it. */
export function show(report) {
  const lines = [];
  for (const file of report.files) {
    lines.push(`${file.name}: passed ${file.passed}, failed ${file.failures.length}`);
    for (const failure of file.failures) {
      lines.push(`  ${failure.vector}`, ...failure.lines.map((line) => `    ${line}`));
    }
  }
  const backend = report.backend === null ? "" : ` (${report.backend})`;
  lines.push(`${report.files.length} files${backend}: passed ${report.passed}, failed ${report.failed}`);
  return `${lines.join("\n")}\n`;
}

/** The kinds that ask the machines, and no engine. */
const OF_MACHINES = machineKinds({ diff, wanted });

/** What JavaScript has no function for. */
const NOT_HERE = new Set(["reconciles"]);

function runText(Engine, name, text, machines) {
  const report = { name, passed: 0, failures: [] };
  try {
    const file = new Fields(JSON.parse(text));
    file.text("about");
    const kind = file.text("kind");
    const rulesets = new Rulesets(Engine, file.take("rulesets") ?? {});
    const vectors = file.need("vectors");
    file.finish();
    if (NOT_HERE.has(kind) || (machines === null && Object.hasOwn(OF_MACHINES, kind))) return { ...report, leftOut: true };
    if (!Array.isArray(vectors) || vectors.length === 0) throw new Error("the file is empty");
    const seen = new Set();
    vectors.forEach((vector, index) => {
      const lines = attempt(() => runVector(Engine, kind, vector, rulesets, seen, machines));
      if (lines.length === 0) report.passed += 1;
      else report.failures.push({ vector: String(vector?.name ?? `vectors[${index}]`), lines });
    });
  } catch (error) {
    report.failures.push({ vector: "", lines: [error.message] });
  }
  return report;
}

function attempt(test) {
  try {
    return test();
  } catch (error) {
    return [error.message];
  }
}

function runVector(Engine, kind, vector, rulesets, seen, machines) {
  const fields = new Fields(vector);
  const name = fields.text("name");
  fields.text("why");
  if (seen.has(name)) throw new Error("a vector before it has the same name");
  seen.add(name);
  const ofMachines = Object.hasOwn(OF_MACHINES, kind);
  if (!ofMachines && !Object.hasOwn(KINDS, kind)) throw new Error(`there is no kind \`${kind}\``);
  const lines = ofMachines ? OF_MACHINES[kind](machines, fields) : KINDS[kind](Engine, fields, rulesets);
  fields.finish();
  return lines;
}

const KINDS = {
  decide: (_, fields, rulesets) => decide(rulesets.engine(fields.need("ruleset")), fields),
  stales: (_, fields, rulesets) => decide(rulesets.engine(fields.need("ruleset")).stale(), fields),
  routes: (_, fields, rulesets) => route(rulesets.engine(fields.need("ruleset")), fields),
  explain(_, fields, rulesets) {
    const engine = rulesets.engine(fields.need("ruleset"));
    const flag = fields.text("flag");
    return inBothForms(engine, fields.decoded("context"), wanted(fields.need("want")), { now: fields.int("now") }, (context, options) => {
      const { decision, steps } = engine.explain(flag, context, options);
      return { decision: withoutDigest(decision), steps };
    });
  },
  delivery(_, fields, rulesets) {
    const engine = rulesets.engine(fields.need("ruleset"));
    const [policy, migration] = [fields.take("policy"), fields.take("migration")];
    const got = migration === undefined ? engine.delivery(policy) : engine.deliveryOf(migration);
    return diff(wanted(fields.need("want")), got);
  },
  compares(_, fields, rulesets) {
    const engine = rulesets.engine(fields.need("ruleset"));
    const [comparator, control, candidate] = ["comparator", "control", "candidate"].map((key) => fields.text(key));
    const bytes = (text) => new TextEncoder().encode(text);
    return diff(wanted(fields.need("want")), engine.compare(comparator, bytes(control), bytes(candidate)));
  },
  judges(_, fields, rulesets) {
    const engine = rulesets.engine(fields.need("ruleset"));
    const comparator = fields.text("comparator");
    const [control, candidate] = ["control", "candidate"].map((key) => asBytes(fields.need(key)));
    return diff(wanted(fields.need("want")), engine.judge(comparator, control, candidate).verdict);
  },
  paths(_, fields, rulesets) {
    const engine = rulesets.engine(fields.need("ruleset"));
    const [table, request, now] = [fields.text("table"), fields.need("request"), fields.int("now")];
    const want = wanted(fields.need("want"));
    const found = engine.path(table, request, { now });
    const named = want && found && Object.fromEntries(Object.keys(want).map((key) => [key, found[key]]));
    return diff(want, want === null ? found : named);
  },
  ...rolloutKinds({ diff, wanted }),
  ...operatingKinds({ diff, isMap, textOf, wanted }),
  buckets,
  diagnostics(Engine, fields) {
    const text = documentOf(fields.need("text"));
    return compareDiagnostics(fields.need("want"), Engine.check(text, { now: fields.int("now") }));
  },
  imports,
  programs,
  applies,
};

/** What a side said, whose value is a text of JSON. */
function asBytes(side) {
  return "value" in side ? { value: new TextEncoder().encode(side.value) } : side;
}

/** Asks with the context as it is given and with one that was prepared: both have to answer the same. */
function inBothForms(engine, context, want, options, ask) {
  const given = diff(want, ask(context, options));
  if (given.length > 0) return given;
  return diff(want, ask(engine.context(context), options)).map((line) => `prepared context: ${line}`);
}

function decide(engine, fields) {
  const flag = fields.text("flag");
  const context = fields.decoded("context");
  const options = { now: fields.int("now") };
  if (fields.has("default")) options.default = fields.decoded("default");
  const want = { flag, ...wanted(fields.need("want")) };
  const lines = inBothForms(engine, context, want, options, (given) => withoutDigest(engine.decide(flag, given, options)));
  const isTrue = want.variant !== null && want.value === true;
  if (engine.isEnabled(flag, context, { now: options.now }) !== isTrue) lines.push(`isEnabled: want ${isTrue}, got ${!isTrue}`);
  return lines;
}

function route(engine, fields) {
  const migration = fields.text("migration");
  const options = { now: fields.int("now") };
  if (fields.has("switches")) options.switches = fields.decoded("switches");
  const want = { migration, ...wanted(fields.need("want")) };
  return inBothForms(engine, fields.decoded("context"), want, options, (context) => withoutDigest(engine.route(migration, context, options)));
}

/** The position that an explanation shows, and both sides of its boundary. The hash itself is inside the engine. */
function buckets(Engine, fields) {
  const hash = fields.need("hash");
  const salt = fields.text("salt");
  const context = { unit: fields.decoded("unit") };
  const want = new Fields(fields.need("want"));
  if (hash === 1) want.text("hash");
  const probe = (rollout) => {
    const rules = [{ serve: { rollout, by: "unit" } }];
    return Engine.fromString(JSON.stringify({ cutover: 1, flags: { probe: { hash, salt, rules } } }));
  };
  const share = probe("50%").explain("probe", context, { now: 0 }).steps.find((step) => step.step === "share");
  const lines = diff(want.need("position"), share?.bucket ?? null).map((line) => `position ${line}`);
  for (const [key, inside] of [["out", false], ["in", true]]) {
    const got = probe(want.text(key)).isEnabled("probe", context, { now: 0 });
    lines.push(...diff(inside, got).map((line) => `${key} ${line}`));
  }
  want.finish();
  return lines;
}

function imports(Engine, fields) {
  const kind = fields.text("import");
  const text = documentOf(fields.need("text"));
  const imported = Engine.import(kind, text, fields.take("options") ?? {});
  const want = new Fields(fields.need("want"));
  const lines = compareDiagnostics(want.need("diagnostics"), imported.diagnostics);
  const ruleset = want.need("ruleset");
  if (ruleset === null || imported.ruleset === null) {
    lines.push(...diff(ruleset, imported.ruleset).map((line) => `ruleset ${line}`));
  } else {
    const engine = Engine.fromString(imported.ruleset);
    if (Engine.fromString(textOf(ruleset)).digest !== engine.digest) {
      lines.push(`ruleset: want ${JSON.stringify(ruleset)}, got\n${imported.ruleset}`);
    }
    for (const [key, compare] of [["decisions", decide], ["routes", route]]) {
      (want.take(key) ?? []).forEach((row, index) => {
        const inner = new Fields(row);
        lines.push(...compare(engine, inner).map((line) => `${key}[${index}]${line}`));
        inner.finish();
      });
    }
  }
  want.finish();
  return lines;
}

/** What a ruleset is compiled to, or bytes; loaded, and asked like the ruleset that they came from. */
function programs(Engine, fields, rulesets) {
  const want = new Fields(fields.need("want"));
  const lines = [];
  const source = fields.has("program") ? null : rulesets.engine(fields.need("ruleset"));
  // Packages from before compiled programs are asked for nothing but the ruleset.
  const bytes = source === null ? documentOf(fields.need("program")) : (source.toCompiled?.() ?? null);
  if (source !== null) {
    const [length, checksum] = [want.need("length"), want.text("checksum")];
    if (bytes !== null) {
      lines.push(...diff(length, bytes.length).map((line) => `length ${line}`));
      lines.push(...diff(checksum, hexadecimal(bytes.slice(16, 24).reverse())).map((line) => `checksum ${line}`));
    }
  }
  const error = want.take("error");
  want.finish();
  if (typeof Engine.fromCompiled !== "function") {
    fields.take("decisions");
    return lines;
  }
  let engine;
  try {
    engine = Engine.fromCompiled(bytes);
  } catch (refused) {
    if (error === undefined || !refused.message.startsWith(error)) lines.push(`error: want ${written(error)}, got ${written(refused.message)}`);
    return lines;
  }
  if (error !== undefined) return [...lines, `error: want ${written(error)}, there is none`];
  lines.push(...rows(engine, fields));
  if (hexadecimal(engine.toCompiled()) !== hexadecimal(bytes)) lines.push("compiled again: other bytes");
  if (source !== null) {
    if (engine.digest !== source.digest) lines.push(`digest: want ${source.digest}, got ${engine.digest}`);
    for (const name of source.migrations) {
      const ask = (one) => JSON.parse(JSON.stringify(one.route(name, {}, { now: 0 })));
      lines.push(...diff(ask(source), ask(engine), `route ${name}`));
    }
  }
  return lines;
}

/** Another text applied to an engine: what loading that text gives. */
function applies(Engine, fields, rulesets) {
  const before = rulesets.engine(fields.need("ruleset"));
  const text = documentOf(fields.need("text"));
  const now = fields.int("now");
  const want = fields.need("want");
  const lines = compareDiagnostics(want, Engine.check(text, { now }));
  let engine;
  try {
    engine = before.apply?.(text) ?? Engine.fromString(text);
  } catch (refused) {
    return lines.concat(compareDiagnostics(want, refused.diagnostics).map((line) => `applied ${line}`));
  }
  lines.push(...compareDiagnostics(want, engine.warnings({ now })).map((line) => `applied ${line}`));
  const loaded = Engine.fromString(text);
  if (engine.digest !== loaded.digest) lines.push(`digest: want ${loaded.digest}, got ${engine.digest}`);
  return lines.concat(rows(engine, fields));
}

/** The decisions that a vector of another kind asks for, each like a vector without a name. */
function rows(engine, fields) {
  return (fields.take("decisions") ?? []).flatMap((row, index) => {
    const inner = new Fields(row);
    const lines = decide(engine, inner).map((line) => `decisions[${index}]${line}`);
    inner.finish();
    return lines;
  });
}

function hexadecimal(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Compares all diagnostics in order, by the keys that are wanted of each. */
function compareDiagnostics(want, got) {
  if (want.length !== got.length) return diff(want, got);
  const named = got.map((problem, index) => Object.fromEntries(Object.entries(problem).filter(([key]) => Object.hasOwn(want[index], key))));
  return diff(want, named);
}

/** The rulesets of a file, loaded once. */
class Rulesets {
  #Engine;
  #named;
  #loaded = new Map();

  constructor(Engine, named) {
    this.#Engine = Engine;
    this.#named = named;
  }

  engine(ruleset) {
    const text = this.text(ruleset);
    if (!this.#loaded.has(text)) this.#loaded.set(text, this.#Engine.fromString(text));
    return this.#loaded.get(text);
  }

  text(ruleset) {
    if (typeof ruleset !== "string") return textOf(ruleset);
    if (Object.hasOwn(this.#named, ruleset)) return textOf(this.#named[ruleset]);
    if (ruleset.includes("\n") || ruleset.startsWith("{")) return ruleset;
    throw new Error(`the file has no ruleset \`${ruleset}\``);
  }
}

function textOf(ruleset) {
  return typeof ruleset === "string" ? ruleset : JSON.stringify(ruleset);
}

/** The fields of an object, taken one by one; what is left over is unknown. */
class Fields {
  #entries;

  constructor(value) {
    if (!isMap(value)) throw new Error("this is no object");
    this.#entries = new Map(Object.entries(value));
  }

  has(key) {
    return this.#entries.has(key);
  }

  take(key) {
    const value = this.#entries.get(key);
    this.#entries.delete(key);
    return value;
  }

  need(key) {
    if (!this.has(key)) throw new Error(`the field \`${key}\` is missing`);
    return this.take(key);
  }

  text(key) {
    const value = this.need(key);
    if (typeof value !== "string") throw new Error(`the field \`${key}\` is no text`);
    return value;
  }

  int(key) {
    const value = this.need(key);
    if (!Number.isSafeInteger(value)) throw new Error(`the field \`${key}\` is no whole number`);
    return value;
  }

  decoded(key) {
    return decode(this.need(key), BigInt);
  }

  finish() {
    for (const key of this.#entries.keys()) throw new Error(`the field \`${key}\` is not known here`);
  }
}

/** What is wanted of an answer. Answers are JSON, where JavaScript has no whole numbers beyond 2^53 but the nearest. */
function wanted(value) {
  return decode(value, Number);
}

/** The value with its tags replaced by what they stand for; `wide` makes the whole numbers of any size. */
function decode(value, wide) {
  if (Array.isArray(value)) return value.map((item) => decode(item, wide));
  if (!isMap(value)) return value;
  const entries = Object.entries(value);
  const tag = entries.find(([key]) => key.startsWith("$"))?.[0];
  if (tag === undefined) return Object.fromEntries(entries.map(([key, item]) => [key, decode(item, wide)]));
  if (entries.length > 1) throw new Error(`\`${tag}\` does not stand alone`);
  return decodeTag(tag, value[tag], wide);
}

function decodeTag(tag, content, wide) {
  switch (tag) {
    case "$missing":
      if (content === true) return undefined;
      break;
    case "$int":
      if (typeof content === "string" && /^-?[0-9]+$/.test(content)) return wide(content);
      break;
    case "$float":
      if (content === "NaN" || (typeof content === "string" && content !== "" && !Number.isNaN(Number(content)))) return Number(content);
      break;
    case "$utf16":
      if (Array.isArray(content) && content.every((unit) => Number.isInteger(unit) && unit >= 0 && unit <= 0xffff)) {
        return String.fromCharCode(...content);
      }
      break;
    case "$repeat":
      if (Array.isArray(content) && content.length === 2) return content[0].repeat(content[1]);
      break;
  }
  throw new Error(`\`${tag}\` of ${JSON.stringify(content)}`);
}

/** A document: a text, or the bytes of one. */
function documentOf(value) {
  if (!isMap(value) || !Object.hasOwn(value, "$bytes")) return decode(value, BigInt);
  return Uint8Array.from(value.$bytes.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function isMap(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutDigest({ digest, ...answer }) {
  if (typeof digest !== "string") throw new Error("the answer has no digest");
  return answer;
}

/** One line for each place where `got` is not what was wanted. */
function diff(want, got, path = "") {
  const both = (is) => is(want) && is(got);
  if (both(isMap)) {
    const lines = Object.keys(want).flatMap((key) => {
      if (!Object.hasOwn(got, key)) return [`${path}.${key}: want ${written(want[key])}, there is none`];
      return diff(want[key], got[key], `${path}.${key}`);
    });
    const extra = Object.keys(got).filter((key) => !Object.hasOwn(want, key));
    return lines.concat(extra.map((key) => `${path}.${key}: want none, got ${written(got[key])}`));
  }
  if (both(Array.isArray) && want.length === got.length) {
    return want.flatMap((item, index) => diff(item, got[index], `${path}[${index}]`));
  }
  return want === got ? [] : [`${path || "it"}: want ${written(want)}, got ${written(got)}`];
}

const written = (value) => JSON.stringify(value) ?? String(value);

/** The command. */
async function main(arguments_) {
  const [{ existsSync, readdirSync, readFileSync }, { join, resolve }, { pathToFileURL, fileURLToPath }] = await Promise.all([
    import("node:fs"), import("node:path"), import("node:url"),
  ]);
  const [entry, directory = fileURLToPath(new URL(".", import.meta.url))] = arguments_;
  if (entry === undefined) {
    console.error("usage: node runner.mjs PACKAGE [DIRECTORY]");
    return 2;
  }
  const { Engine } = await import(pathToFileURL(resolve(entry)).href);
  const inside = (file) => import(pathToFileURL(resolve(entry, "../cjs", file)).href);
  const [{ machines: found, WasmMachines }, { wasmBackend }] = await Promise.all([
    inside("migrate/machines.js"), inside("wasm-module.js"),
  ]);
  const machines = Engine.backend === "wasm" ? new WasmMachines(wasmBackend("cutover_delivery")) : found;
  const textsOf = (folder) => {
    const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  };
  const report = run(Engine, textsOf(directory), machines);
  process.stdout.write(show(report));
  const wrong = existsSync(join(directory, "refused")) ? accepted(Engine, textsOf(join(directory, "refused")), machines) : [];
  for (const name of wrong) console.log(`refused/${name} passed, and must not`);
  return report.failed + wrong.length === 0 ? 0 : 1;
}

// A page has no arguments, and a test runner other ones.
if (typeof process === "object" && process.argv?.[1]?.endsWith("runner.mjs")) {
  main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
