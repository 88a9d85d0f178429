/** The service: `POST /match` and the two versions by name, feedback, metrics. */

import type { Engine } from "cutover";
import { pathRouter } from "cutover/paths";
import Fastify from "fastify";
import type { FastifyInstance, FastifyReply } from "fastify";
import { rank, v1 } from "./algorithms/index.js";
import { attributesOf, BadCandidate, candidateOf } from "./candidate.js";
import type { Candidate, Offer } from "./candidate.js";
import { Matcher } from "./matcher.js";
import type { Matched } from "./matcher.js";
import { Measured } from "./metrics.js";
import type { Version } from "./metrics.js";
import type { Asked } from "./remote.js";

export interface AppOptions {
  /** The engine of the moment. */
  readonly engine: () => Engine;
  /** By the values of the flag `matching_algorithm`. */
  readonly algorithms: Readonly<Record<string, Asked>>;
  readonly offers: readonly Offer[];
}

export async function createApp({ engine, algorithms, offers }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify();
  const measured = new Measured();
  const matcher = new Matcher(engine, algorithms);
  const router = pathRouter(engine, "api", { services: { v1: "next", v2: "next" } });
  app.addHook("onClose", () => router.close());
  await app.register(router.fastify);

  const first = (candidate: Candidate): Matched => ({ matches: rank(v1, candidate, offers), algorithm: "v1", skipped: [] });
  const answer = async (body: unknown, asked: Version | null, reply: FastifyReply) => {
    const candidate = candidateOf(body);
    const version = asked ?? (engine().isEnabled("use_v2", attributesOf(candidate)) ? "v2" : "v1");
    const began = performance.now();
    const second = version === "v2" ? await matcher.match(candidate) : null;
    const found = second ?? first(candidate);
    const fellBack = version === "v2" && (second === null || second.skipped.length > 0);
    const ms = performance.now() - began;
    const number = measured.note({ version, ms, failed: false, algorithm: found.algorithm, fellBack });
    return reply.header("x-version", version).send({ number, version, ...found });
  };
  app.post("/match", (request, reply) => answer(request.body, null, reply));
  app.post("/v1/match", (request, reply) => answer(request.body, "v1", reply));
  app.post("/v2/match", (request, reply) => answer(request.body, "v2", reply));

  app.post("/feedback", (request, reply) => {
    const { number, suits } = (request.body ?? {}) as { number?: unknown; suits?: unknown };
    if (typeof number !== "number" || typeof suits !== "boolean") {
      return reply.code(400).send({ error: "expected {\"number\": NUMBER, \"suits\": true or false}" });
    }
    return reply.code(measured.feedback(number, suits) ? 204 : 404).send();
  });
  app.get("/metrics", async (_, reply) => reply.type(measured.registry.contentType).send(await measured.registry.metrics()));
  app.get("/health", () => ({ status: "ok", breakers: Object.fromEntries(Object.keys(algorithms).map((name) => [name, matcher.state(name)])) }));

  app.setErrorHandler((error, _, reply) => {
    if (error instanceof BadCandidate) return reply.code(400).send({ error: error.message });
    measured.note({ version: "v2", ms: 0, failed: true, algorithm: "none", fellBack: false });
    return reply.code(500).send({ error: "the request failed" });
  });
  return app;
}
