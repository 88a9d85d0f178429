/** The example of the README runs, and answers what it says. */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { builds } from "./support.js";

it.each(builds)("$build", ({ Engine }) => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const code = /```js\nimport .*\n([^]*?)```/.exec(readme)?.[1] ?? "";
  const checked = code.replace(/^(engine.+); \/\/ (.+)$/gm, "expect($1).toEqual($2);");
  expect(checked.match(/expect\(/g)).toHaveLength(3);
  new Function("Engine", "expect", "process", checked)(Engine, expect, process);
});
