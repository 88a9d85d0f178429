/** What operators look at and turn: the route, the switches, the ruleset, the stores, the metrics. */

import type { FastifyInstance } from "fastify";
import { MIGRATION, NoMigration, SWITCHES } from "../switchboard.js";
import type { Decisions, Switches } from "../switchboard.js";
import type { Metrics } from "../metrics.js";
import type { Stores } from "../stores/stores.js";
import { verify } from "../verify.js";
import { onlyFromHere } from "./loopback.js";

const MAX_RULESET_BYTES = 1_048_576;

const texts = {
  type: "object",
  properties: Object.fromEntries(SWITCHES.map((name) => [name, { type: "string" }])),
  additionalProperties: false,
};
const flips = {
  type: "object",
  properties: Object.fromEntries(SWITCHES.map((name) => [name, { type: "boolean" }])),
  minProperties: 1,
  additionalProperties: false,
};

export function operationRoutes(
  app: FastifyInstance,
  switchboard: Decisions,
  stores: Stores,
  metrics: Metrics,
): void {
  const guarded = { preHandler: onlyFromHere };

  app.get("/healthz", async () => ({ status: "ok" }));

  app.get("/metrics", async (_request, reply) => {
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });

  // Without a query, the route as the switches stand; with one, as it would be with those switches and no others.
  app.get<{ Querystring: Switches }>("/route", { schema: { querystring: texts } }, async (request, reply) => {
    const asked = Object.keys(request.query).length > 0;
    const route = switchboard.route(asked ? { ...request.query } : undefined);
    return reply.type("application/json; charset=utf-8").send(JSON.stringify(route));
  });

  app.get("/ruleset", async (_request, reply) => reply.type("text/yaml; charset=utf-8").send(switchboard.ruleset));

  app.get("/switches", guarded, async () => switchboard.switches);

  app.post<{ Body: Switches }>("/switches", { ...guarded, schema: { body: flips } }, async (request) => {
    switchboard.flip(request.body);
    return switchboard.switches;
  });

  app.register(async (scope) => {
    scope.addContentTypeParser(
      ["application/yaml", "text/yaml"],
      { parseAs: "string", bodyLimit: MAX_RULESET_BYTES },
      (_request, body, done) => done(null, body),
    );
    scope.put<{ Body: string }>("/ruleset", guarded, async (request, reply) => {
      if (typeof request.body !== "string") return reply.code(415).send({ error: "yaml_expected" });
      try {
        switchboard.replace(request.body);
      } catch (error) {
        if (error instanceof NoMigration)
          return reply.code(422).send({ error: "no_migration", message: error.message });
        const { diagnostics } = error as { diagnostics?: unknown };
        if (diagnostics === undefined) throw error;
        return reply.code(422).send({ error: "bad_ruleset", diagnostics });
      }
      return { digest: switchboard.route().digest };
    });
  });

  app.get("/counts", async () => {
    const { recruiters, jobsPartners } = stores;
    const { sequence, applied, skipped } = jobsPartners.streamPosition();
    const report = jobsPartners.lastReport();
    const waiting = recruiters?.backlog(sequence) ?? null;
    return {
      recruiters: recruiters?.count() ?? null,
      jobs_partners: { ...jobsPartners.count(), of_other_partners: jobsPartners.countOthers() },
      stream: {
        state: report?.state ?? null,
        seen_at_ms: report?.seenAtMs ?? null,
        lag_ms: report?.lagMs ?? null,
        sequence,
        applied,
        skipped,
        backlog: waiting?.changes ?? 0,
        oldest_ms: waiting?.oldestMs ?? null,
      },
    };
  });

  app.post("/verify", guarded, async (_request, reply) => {
    const verification = verify(stores);
    if (verification === null) return reply.code(409).send({ error: "no_old_store" });
    for (let nth = 0; nth < verification.inconsistencies; nth += 1) metrics.executed.inconsistency(MIGRATION);
    return verification;
  });

  // The last act of the migration. Nothing may be read from the store, written to it or streamed out of it any more.
  app.delete<{ Params: { store: string } }>("/stores/:store", guarded, async (request, reply) => {
    const { store } = request.params;
    if (store !== stores.recruiters?.name) return reply.code(404).send({ error: "not_found" });
    const { read, write, streams } = switchboard.route();
    const used = [read?.from, read?.fallback, ...write.map(({ to }) => to)].includes(store);
    if (used || streams?.forward !== "off") {
      return reply.code(409).send({ error: "in_use", message: `the route of ${MIGRATION} still uses ${store}` });
    }
    stores.removeRecruiters();
    return reply.code(204).send();
  });
}
