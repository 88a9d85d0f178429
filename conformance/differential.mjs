// Decides generated cases and compares byte for byte with what the Rust engine answered.
//
//   differential generate SEED COUNT | node differential.mjs PACKAGE
//
// PACKAGE is what to import: `cutover`, `cutover/wasm`, or a path. Exit code 1 and the seed of each case that
// differs; `differential show SEED` prints the same case and the answers of Rust.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { existsSync } from "node:fs";

/** The answers of one case, a line each. */
export function answers(Engine, { ruleset, contexts, now, switches }) {
  let engine;
  try {
    engine = Engine.fromString(ruleset);
  } catch (error) {
    if (!Array.isArray(error?.diagnostics)) throw error;
    return [JSON.stringify(error.diagnostics)];
  }
  const lines = [JSON.stringify(engine.warnings({ now }))];
  contexts.forEach((attributes, index) => {
    // Every other context is prepared, so that both roads across the boundary are compared.
    const context = index % 2 === 0 ? attributes : engine.context(attributes);
    for (const decision of engine.decideAll(context, { now })) lines.push(JSON.stringify(decision));
    for (const name of engine.migrations) lines.push(JSON.stringify(engine.route(name, context, { now, switches })));
  });
  return lines;
}

/** Compares cases, as lines of text; gives how many there were and the seeds that differ. */
export async function compare(Engine, lines) {
  const result = { cases: 0, differing: [] };
  for await (const line of lines) {
    if (line === "") continue;
    const kase = JSON.parse(line);
    const hash = createHash("sha256");
    for (const answer of answers(Engine, kase)) hash.update(answer).update("\n");
    result.cases += 1;
    if (hash.digest("hex") !== kase.sha256) result.differing.push(kase.seed);
  }
  return result;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const name = process.argv[2] ?? "cutover";
  const { Engine } = await import(existsSync(name) ? pathToFileURL(name).href : name);
  const { cases, differing } = await compare(Engine, createInterface({ input: process.stdin }));
  console.log(`${name}: ${cases} cases, ${differing.length} differ`);
  for (const seed of differing.slice(0, 20)) console.log(`  differential show ${seed}`);
  process.exitCode = differing.length === 0 && cases > 0 ? 0 : 1;
}
