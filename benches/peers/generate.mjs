// Writes the users and, for every engine, its native configurations into `.data`: `single` (the flags of W1 to W4),
// `many` (1,000 like that of W3: W5, and loaded) and `load-10000` (10,000 of them, which are loaded).
//
//   node generate.mjs
import { mkdirSync, writeFileSync } from "node:fs";
import { cutover } from "./spec/formats/cutover.mjs";
import { eppo } from "./spec/formats/eppo.mjs";
import { flagd } from "./spec/formats/flagd.mjs";
import { growthbook } from "./spec/formats/growthbook.mjs";
import { launchdarkly } from "./spec/formats/launchdarkly.mjs";
import { statsig } from "./spec/formats/statsig.mjs";
import { unleash } from "./spec/formats/unleash.mjs";
import { draws, many, single } from "./spec/flags.mjs";
import { users } from "./spec/users.mjs";

export const DATA = new URL(".data/", import.meta.url);

const FORMATS = { cutover, eppo, flagd, growthbook, launchdarkly, statsig, unleash };
const SETS = { single, many: many(1000), "load-10000": many(10_000) };

export function generate() {
  mkdirSync(DATA, { recursive: true });
  const write = (name, document) => writeFileSync(new URL(name, DATA), JSON.stringify(document));
  write("users.json", users(1000));
  write("draws.json", draws(1000));
  for (const [format, convert] of Object.entries(FORMATS)) {
    for (const [set, flags] of Object.entries(SETS)) write(`${format}.${set}.json`, convert(flags));
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) generate();
