/** The example of `docs/testing.md` runs, and answers what it says. */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { testEngine } from "../../dist/testing.js";

it("docs/testing.md", () => {
  const page = readFileSync(new URL("../../../../docs/testing.md", import.meta.url), "utf8");
  const code = /```js\n([^]*?)```/.exec(page)?.[1] ?? "";
  // `expression; // value` says what the expression is.
  const checked = code.replace(/^(engine\.[^=\n]*); \/\/ (.+)$/gm, "expect($1).toEqual($2);");
  expect(checked.match(/expect\(/g)).toHaveLength(5);
  new Function("testEngine", "expect", checked)(testEngine, expect);
});
