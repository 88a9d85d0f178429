/**
 * The gateway, as a process: `node dist/gateway.js --port PORT --legacy URL --ruleset FILE`. The path table of the ruleset says
 * whether a module is still served by the shop as it was, or here by its executor. It follows the file. It listens on the
 * loopback alone: what operators do is not guarded otherwise.
 */

import { parseArgs } from "node:util";
import { PostgresOutbox } from "cutover/migrate";
import { pathRouter } from "cutover/paths";
import { Source } from "cutover/source";
import Fastify from "fastify";
import { routes } from "./api.js";
import { Alerts } from "./alerts.js";
import { pool } from "./database.js";
import { PostgresDocuments } from "./documents.js";
import { onEnd } from "./ending.js";
import { moduleNamed, MODULES } from "./kinds.js";
import { createMetrics } from "./metrics.js";
import { Module } from "./module.js";
import type { Asking } from "./module.js";
import { SqlStore } from "./sql.js";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4330" },
    legacy: { type: "string", default: "http://127.0.0.1:4331" },
    ruleset: { type: "string", default: process.env["SHOP_RULESET"] ?? "ruleset.yaml" },
  },
});
const log = (line: string): void => console.error(`gateway: ${line}`);
const source = Source.file(values.ruleset, { pollMs: 200 });
source.on("error", ({ code, message }) => log(`${code}: ${message}`));
await source.ready(15_000);

const sql = new SqlStore(pool(process.env["SHOP_SQL"], "shop"));
const documents = new PostgresDocuments(pool(process.env["SHOP_DOCUMENTS"]));
const outbox = new PostgresOutbox(sql.pool);
const { registry, executed } = createMetrics();
const warn = ({ code, message }: { code: string; message: string }): void => log(`${code}: ${message}`);
const modules = new Map(
  Object.keys(MODULES).map((name) => [name, new Module({ name, source, sql, documents, outbox, metrics: executed, warn })]),
);
const alerts = new Alerts(() => source.engine, modules, log);

const app = Fastify();
const router = pathRouter(() => source.engine, "shop", {
  services: { legacy: values.legacy, modules: "next" },
  onError: ({ kind, service, fallback }) => log(`${service ?? "a request"}: ${kind}, ${fallback ?? "nobody"} serves instead`),
});
await app.register(router.fastify);

/** Whom the toggles are asked for. */
function asking({ headers }: { headers: Readonly<Record<string, unknown>> }): Asking {
  const [userId, tenantId, tier] = ["x-user-id", "x-tenant-id", "x-tier"].map((name) => headers[name]);
  return {
    ...(typeof userId === "string" ? { userId } : {}),
    ...(typeof tenantId === "string" ? { tenantId } : {}),
    ...(typeof tier === "string" ? { tenantAttributes: { tier } } : {}),
  };
}

for (const [name, kinds] of Object.entries(MODULES)) {
  const module = modules.get(name) as Module;
  // The path table says who serves; which store has answered says the executor.
  const headers = (store: string) => ({ "x-data-source": store, "x-migrated": String(store === "documents") });
  for (const kind of kinds) {
    routes(app, kind, {
      find: (request, reply, id) =>
        module.find(kind, id, asking(request), ({ store, fellBack }) => {
          reply.headers({ ...headers(store), ...(fellBack ? { "x-fell-back": "true" } : {}) });
        }),
      change(reply, id, edit) {
        reply.headers(headers(module.records.route().write[0]?.to ?? "nothing"));
        return module.change(kind, id, edit);
      },
      ...(kind === "products"
        ? { inCategory: (reply, category) => module.inCategory(category, ({ store }) => void reply.headers(headers(store))) }
        : {}),
    });
  }
}

app.get("/toggles", (request) => {
  const decided = source.engine.flags.map((flag) => [flag, source.engine.isEnabled(flag, asking(request))] as const);
  return Object.fromEntries(decided);
});
app.get("/status", async () => {
  const of = await Promise.all([...modules].map(async ([name, module]) => [name, await module.status()] as const));
  return { modules: Object.fromEntries(of), alerts: alerts.firing };
});
app.get("/metrics", async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()));
interface Operation {
  readonly Params: { readonly module: string; readonly what: string };
}
app.post<Operation>("/operations/:module/:what", async ({ params: { module, what } }, reply) => {
  const found = modules.get(moduleNamed(module).name) as Module;
  if (what === "hold") await found.hold();
  else if (what === "release") found.release();
  else return reply.code(404).send({ error: "expected hold or release" });
  return reply.code(204).send();
});
app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) => {
  if (error.statusCode !== undefined && error.statusCode < 500) return reply.code(error.statusCode).send({ error: error.message });
  log(`${error.name}: ${error.message}`);
  return reply.code(503).send({ error: "the shop cannot do that now" });
});

const ending = new AbortController();
const workers = [...modules.values()].map((module) => module.run(ending.signal));
onEnd(() => {
  for (const module of modules.values()) module.release();
  ending.abort();
  alerts.close();
  void app
    .close()
    .then(() => Promise.allSettled([...workers, ...[...modules.values()].map((module) => module.settled())]))
    .then(() => Promise.all([source.close(), sql.pool.end(), documents.pool.end(), router.close()]));
});
console.log(await app.listen({ host: "127.0.0.1", port: Number(values.port) }));
