/**
 * `npm start`: two servers of PostgreSQL with nothing in them that survives, a shop with some products and orders, the shop as it was,
 * the streams and the gateway, until it is interrupted. It prints what the commands of the plans need.
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onEnd } from "./ending.js";
import { MODULES } from "./kinds.js";
import { server, stock } from "./provision.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const [sql, documents] = await Promise.all([server(["-c", "wal_level=logical"]), server()]);
await stock(sql.folder, documents.folder, { products: 500, orders: 2_000 });
const folder = await mkdtemp(join(tmpdir(), "cutover-incremental-"));
await copyFile(here("../ruleset.yaml"), join(folder, "ruleset.yaml"));
const environment = {
  SHOP_SQL: sql.folder,
  SHOP_DOCUMENTS: documents.folder,
  SHOP_RULESET: join(folder, "ruleset.yaml"),
  SHOP_GATEWAY: "http://127.0.0.1:4330",
  SHOP_ARCHIVE: join(folder, "rows.dump"),
};
const programs = [["legacy.js"], ["gateway.js"], ...Object.keys(MODULES).map((name) => ["stream/main.js", "--module", name])];
const children = programs.map(([program = "", ...args]) => fork(here(program), args, { env: { ...process.env, ...environment } }));
for (const [name, value] of Object.entries(environment)) console.log(`export ${name}=${value}`);

const end = async (): Promise<void> => {
  for (const child of children.filter(({ exitCode }) => exitCode === null)) {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  await Promise.all([sql.stop(), documents.stop(), rm(folder, { recursive: true })]);
  process.exit();
};
onEnd(() => void end());
