/** The examples of `docs/openfeature.md` run, and answer what they say. */

import { readFileSync } from "node:fs";
import * as sdk from "@openfeature/server-sdk";
import { expect, it, vi } from "vitest";
import * as cutover from "../../dist/index.js";
import * as server from "../../dist/openfeature-server.js";

const AsyncFunction = (async () => {}).constructor as new (...names: string[]) => (...given: unknown[]) => Promise<void>;

it("docs/openfeature.md", async () => {
  const page = readFileSync(new URL("../../../../docs/openfeature.md", import.meta.url), "utf8");
  const code = [...page.matchAll(/```js\n([^]*?)```/g)].map(([, block]) => block ?? "").join("\n");
  const checked = code
    .replace(/^import .*$/gm, "")
    // `expression; // value` says what the expression is.
    .replace(/^([^\n=]+|[^\n]*\.gate\([^\n]*); \/\/ (.+)$/gm, "expect($1).toEqual($2);");
  expect(checked.match(/expect\(/g)).toHaveLength(8);
  const heard = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const names = { ...sdk, ...cutover, ...server, expect };
  await new AsyncFunction(...Object.keys(names), checked)(...Object.values(names));
  expect(heard).toHaveBeenCalledWith("failed", { checkout: "new" });
  heard.mockRestore();
});
