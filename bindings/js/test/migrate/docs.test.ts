/** The examples of `docs/delivery.md` run, and answer what they say. */

import { readFileSync } from "node:fs";
import Database from "libsql";
import { expect, it } from "vitest";
import { Engine } from "../../dist/index.js";
import { Migration, SqliteOutbox } from "../../dist/migrate.js";

const AsyncFunction = (async () => {}).constructor as new (...names: string[]) => (...given: unknown[]) => Promise<void>;

it("docs/delivery.md", async () => {
  const page = readFileSync(new URL("../../../../docs/delivery.md", import.meta.url), "utf8");
  const blocks = [...page.matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code ?? "");
  // `expression; // value` says what the expression is; what is a statement, or no value, is only run.
  const checked = blocks.join("\n").replace(/^(await \w[^=\n]*|\w+\.[^=\n]*); \/\/ (.+)$/gm, "expect($1).toEqual($2);");
  expect(checked.match(/expect\(/g)).toHaveLength(6);
  await new AsyncFunction("Engine", "Migration", "SqliteOutbox", "Database", "expect", checked)(
    ...[Engine, Migration, SqliteOutbox, Database, expect],
  );
});
