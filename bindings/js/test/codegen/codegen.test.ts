/** What `cutover codegen` writes is taken by the compiler, and what is misspelt is not. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { here, node, project } from "../package.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const target = process.env["CARGO_TARGET_DIR"] ?? join(root, "target");
const command = ["fast", "release", "debug"].map((profile) => join(target, profile, "cutover")).find(existsSync) ?? "cutover";

const { folder, remove } = project();
afterAll(remove);

const RULESET = `
cutover: 1
flags:
  beta:
    rules: [{ if: { attribute: tenant.tier, in: [premium] }, serve: { rollout: 100%, by: userId } }]
  algorithm:
    variants: { v1: simple, v2: { name: hybrid, limit: 10 } }
    default: v1
migrations:
  recruiters:
    old: recruiters
    new: jobs_partners
    ladder: recruiters_four_phase
    phase: dual_read
    switches: { emergency: FORCE_FALLBACK }
    jobs: { export: { kind: rewrite } }
paths:
  api: [{ path: /, service: legacy, side: old }]
`;

const HEAD = `
import { Engine } from "cutover";
import { readFileSync } from "node:fs";
import { typed } from "./ruleset.js";
import type { FlagKey, MigrationName, PathTable, Ruleset } from "./ruleset.js";
import type { TypedContext } from "cutover";
const plain = Engine.fromString(readFileSync("ruleset.yaml"));
const engine = typed(plain);
const context: TypedContext<Ruleset> = { userId: "ada", tenant: { tier: "premium" } };
`;

const GOOD = `
const on: boolean = engine.isEnabled("beta", context);
const decided = engine.decide("algorithm", context);
if (decided.variant === "v2") { const limit: number = decided.value.limit; void limit; }
if (decided.variant === "v1") { const simple: "simple" = decided.value; void simple; }
const other = engine.decide("algorithm", {}, { default: 7 as const });
const either: "simple" | { readonly limit: number; readonly name: string } | 7 = other.value;
const route = engine.route("recruiters", { "tenant.tier": "free" }, { switches: process.env });
const phase: "cleanup" | string | null = route.phase;
const from: "recruiters" | "jobs_partners" | undefined = route.read?.from;
const job = route.jobs.export;
const service: "legacy" | undefined = engine.path("api", { target: "/" })?.service;
const names: [FlagKey, MigrationName, PathTable] = ["beta", "recruiters", "api"];
const prepared = engine.context(context);
engine.isEnabled("beta", prepared);
const variants: (string | null)[] = engine.decideBatch("algorithm", [context]).map((each) => each.variant);
engine.safety("recruiters");
console.log(JSON.stringify([on, decided.value, either, phase, from, job, service, names, variants, (engine as unknown) === plain]));
`;

/** What does not compile, and which error it has. */
const BAD: readonly (readonly [string, string])[] = [
  [`engine.isEnabled("beat", {});`, "TS2345"],
  [`engine.isEnabled("algorithm", {});`, "TS2345"],
  [`engine.decide("algorithms", {});`, "TS2345"],
  [`engine.isEnabled("beta", { userid: "ada" });`, "TS2353"],
  [`engine.isEnabled("beta", { tenant: { tire: "premium" } });`, "TS2353"],
  [`engine.isEnabled("beta", { tenant: { tier: 7 } });`, "TS2322"],
  [`engine.isEnabled("beta", { userId: true });`, "TS2322"],
  [`if (engine.decide("algorithm", {}).variant === "v3") {}`, "TS2367"],
  [`engine.decide("algorithm", {}).value?.limit;`, "TS2339"],
  [`const text: string = engine.decide("beta", {}).value;`, "TS2322"],
  [`engine.route("recruiter", {});`, "TS2345"],
  [`if (engine.route("recruiters", {}).phase === "dualread") {}`, "TS2367"],
  [`if (engine.route("recruiters", {}).read?.from === "jobs") {}`, "TS2367"],
  [`engine.route("recruiters", {}, { switches: { FORCE_FALBACK: true } });`, "TS2561"],
  [`engine.route("recruiters", {}).jobs.import;`, "TS2339"],
  [`engine.path("apis", { target: "/" });`, "TS2345"],
  [`const flag: FlagKey = "beat";`, "TS2322"],
];

/** A folder with a ruleset, its types and sources, and what the compiler says of them. */
function compiled(name: string, ruleset: string, sources: Record<string, string>): { place: string; errors: string[] } {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, "package.json"), '{ "type": "module" }');
  writeFileSync(join(place, "ruleset.yaml"), ruleset);
  execFileSync(command, ["codegen", "ruleset.yaml", "--lang", "ts", "-o", "ruleset.ts"], { cwd: place });
  for (const [file, text] of Object.entries(sources)) writeFileSync(join(place, file), text);
  const compilerOptions = {
    ...{ target: "es2022", lib: ["es2022"], module: "nodenext", moduleResolution: "nodenext", types: ["node"], outDir: "out" },
    ...{ typeRoots: [join(here, "node_modules/@types")], strict: true, exactOptionalPropertyTypes: true },
    ...{ noUncheckedIndexedAccess: true, verbatimModuleSyntax: true, isolatedModules: true, erasableSyntaxOnly: true },
  };
  writeFileSync(join(place, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [...Object.keys(sources), "ruleset.ts"] }));
  try {
    node(place, join(here, "node_modules/typescript/bin/tsc"), "-p", ".", "--pretty", "false");
    return { place, errors: [] };
  } catch (error) {
    return { place, errors: (error as Error).message.split("\n").slice(1).filter((line) => /^\S/.test(line)) };
  }
}

describe("types of a ruleset", () => {
  it("know its names, and nothing runs for them", () => {
    const { place, errors } = compiled("good", RULESET, { "main.ts": HEAD + GOOD });
    expect(errors).toEqual([]);
    const said = JSON.parse(node(place, "out/main.js")) as unknown[];
    expect(said).toEqual([
      ...[true, "simple", "simple", "dual_read", "jobs_partners", "old", "legacy"],
      ...[["beta", "recruiters", "api"], ["v1"], true],
    ]);
  });

  it("refuse what is misspelt", () => {
    const lines = HEAD.split("\n").length;
    const { errors } = compiled("bad", RULESET, { "main.ts": `${HEAD}\n${BAD.map(([code]) => code).join("\n")}\n` });
    const found = errors.map((line) => /^main\.ts\((\d+),\d+\): error (TS\d+)/.exec(line)?.slice(1).join(" ") ?? line);
    expect(found).toEqual(BAD.map(([, code], index) => `${lines + 1 + index} ${code}`));
  });

  /** The head, for a ruleset that reads no such attributes. */
  const bare = HEAD.replace('userId: "ada", tenant: { tier: "premium" }', "");

  it("are written for any name", () => {
    const names = ["class", "__proto__", "constructor", "*/ alert(1) /*", "a\"b'c`${d}\\", "a\u202e\u2028b", "日本 🙂", "x".repeat(256), "1"];
    const flag = (name: string) => ({ variants: { [name]: name, other: { [name]: [1, null, name] } }, default: "other" });
    const flags = Object.fromEntries(names.map((name) => [name, flag(name)]));
    const attributes = names.filter((name) => /^[^.\s]+$/.test(name) && name.length < 200);
    const rules = attributes.map((name) => ({ if: { attribute: name, is: 1 }, serve: "on" }));
    const ruleset = JSON.stringify({ cutover: 1, flags: { ...flags, ["__proto__"]: { variants: { a: 1 } }, all: { rules } } });
    const use = names.map((name) => `engine.decide(${JSON.stringify(name)}, {});`).join("\n");
    expect(compiled("hostile", ruleset, { "main.ts": `${bare}\n${use}\n` }).errors).toEqual([]);
  });

  it("are written for a ruleset of nothing", () => {
    const { errors } = compiled("empty", "cutover: 1", { "main.ts": `${bare}\nengine.isEnabled("x", {});\n` });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("TS2345");
  });
});
