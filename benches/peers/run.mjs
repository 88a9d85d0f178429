// Measures Cutover beside other engines and prints Markdown tables.
//
//   node run.mjs [--quick] [--language node|python|rust] [--only NAME[,NAME]] [--part evaluation|load|sizes]
//                [--json FILE]
//
// Each engine runs in a process of its own, so that none lives with another's heap, caches or threads; all are asked in
// turn, round after round, so that what else the machine does falls on all of them.
import { cpus } from "node:os";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { evaluate } from "./runner/evaluation.mjs";
import { loads } from "./runner/load.mjs";
import { workers } from "./runner/worker.mjs";
import { generate } from "./generate.mjs";
import { report } from "./report.mjs";
import { sizes } from "./sizes.mjs";

const LANGUAGES = ["node", "python", "rust"];
const PARTS = ["evaluation", "load", "sizes"];

/** Ends with what is wrong with an argument. */
function refuse(message) {
  console.error(`${message}\nusage: see the first lines of scripts/bench-peers.sh`);
  process.exit(2);
}

function choice(name, value, allowed) {
  if (value === undefined) return allowed;
  if (!allowed.includes(value)) refuse(`--${name} is ${value}, but it has to be one of ${allowed.join(", ")}`);
  return [value];
}

function given() {
  const text = { type: "string" };
  const options = { quick: { type: "boolean", default: false }, language: text, only: text, part: text, json: text };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse(error.message);
  }
}

const values = given();
const languages = choice("language", values.language, LANGUAGES);
const parts = choice("part", values.part, PARTS);
const only = values.only?.split(",");

generate();
const results = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${process.platform}`,
  quick: values.quick,
  languages: {},
};
for (const language of languages) {
  const rows = workers(language, only);
  const result = { evaluation: {}, load: {} };
  if (parts.includes("evaluation")) result.evaluation = await evaluate(rows, values.quick);
  if (parts.includes("load")) result.load = await loads(rows, values.quick);
  results.languages[language] = result;
}
if (parts.includes("sizes") && languages.includes("node")) results.sizes = await sizes(only);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`);
console.log(report(results));
