/**
 * The shop as it was, as a process: SQL and nothing else. It knows nothing of the migration, and serves whatever the gateway's path
 * table still sends here. `node dist/legacy.js --port PORT`
 */

import { parseArgs } from "node:util";
import Fastify from "fastify";
import { routes } from "./api.js";
import { pool } from "./database.js";
import { onEnd } from "./ending.js";
import { documentOf, KINDS } from "./kinds.js";
import { SqlStore } from "./sql.js";

const { values } = parseArgs({ options: { port: { type: "string", default: "4331" } } });
const sql = new SqlStore(pool(process.env["SHOP_SQL"], "shop"));
const app = Fastify();
const of = (kind: string) => async (id: string) => {
  const row = await sql.get(kind, id);
  return row === null ? null : documentOf(kind, row);
};
const list = async (category: string) => (await sql.inCategory(category, 50)).map((row) => documentOf("products", row));
for (const kind of Object.keys(KINDS)) {
  routes(app, kind, {
    find: (_request, _reply, id) => of(kind)(id),
    async change(_reply, id, edit) {
      const after = edit(await of(kind)(id));
      if (after === null) await sql.delete(kind, id);
      else await sql.write(kind, id, after);
      return after;
    },
    ...(kind === "products" ? { inCategory: (_reply, category) => list(category) } : {}),
  });
}
app.get<{ Params: { id: string } }>("/api/customers/:id", async (request, reply) => {
  const { rows } = await sql.pool.query<object>("SELECT id AS _id, email, tier FROM customers WHERE id = $1", [request.params.id]);
  return rows[0] ?? reply.code(404).send({ error: "not_found" });
});
onEnd(() => void app.close().then(() => sql.pool.end()));
console.log(await app.listen({ host: "127.0.0.1", port: Number(values.port) }));
