/**
 * The server as a process: `node dist/server.js --data DIR --port PORT`. It listens on the loopback only. With `--cutover URL`,
 * and a key in `CUTOVER_KEY`, its ruleset and its switches are those of a control plane.
 */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { onEnd } from "./ending.js";
import { Followed } from "./followed.js";
import { createApp } from "./http/app.js";
import { Stores } from "./stores/stores.js";
import { Switchboard, switchesOf } from "./switchboard.js";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "data" },
    port: { type: "string", default: "4310" },
    log: { type: "string", default: "error" },
    ruleset: { type: "string", default: here("../ruleset.yaml") },
    cutover: { type: "string" },
    env: { type: "string", default: "production" },
  },
});
const log = values.log === "warn" ? "warn" : "error";
const switches = switchesOf(process.env);
const followed =
  values.cutover === undefined
    ? null
    : await Followed.start(
        {
          url: values.cutover,
          env: values.env,
          key: process.env["CUTOVER_KEY"] ?? "",
          folder: values.data,
          log: (line) => console.error(`recruiters: ${line}`),
        },
        switches,
      );
const switchboard = followed ?? new Switchboard(await readFile(values.ruleset, "utf8"), switches);
const stores = new Stores(values.data);
const app = await createApp({ stores, switchboard, page: here("page"), log });
onEnd(() => {
  void app.close().then(async () => {
    stores.close();
    await followed?.close();
  });
});
console.log(await app.listen({ host: "127.0.0.1", port: Number(values.port) }));
