/** The examples of `docs/sources.md` run, and answer what they say. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Migration } from "../../dist/migrate.js";
import { Source } from "../../dist/source.js";
import { ControlPlane, folder } from "./support.js";

const AsyncFunction = (async () => {}).constructor as new (...names: string[]) => (...given: unknown[]) => Promise<void>;

it("docs/sources.md", async () => {
  const server = await ControlPlane.start();
  server.publish(
    JSON.stringify({
      cutover: 1,
      flags: { beta: { rules: [{ serve: "on" }] } },
      migrations: { orders: { old: "sql", new: "mongo", ladder: "standard", phase: "dual_write" } },
    }),
  );
  const page = readFileSync(new URL("../../../../docs/sources.md", import.meta.url), "utf8");
  const blocks = [...page.matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code ?? "");
  // `expression; // value` says what the expression is.
  const checked = blocks.join("\n").replace(/^(await \w[^=\n]*|\w+\.[^=\n]*); \/\/ (.+)$/gm, "expect($1).toEqual($2);");
  expect(checked.match(/expect\(/g)).toHaveLength(4);
  const here = checked.replace('"last.cutover"', JSON.stringify(join(folder(), "last.cutover")));
  await new AsyncFunction("Source", "Migration", "url", "expect", here)(Source, Migration, server.url, expect);
});
