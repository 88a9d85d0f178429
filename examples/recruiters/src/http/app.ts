/** The server, put together from its parts. */

import fastifyStatic from "@fastify/static";
import { MigrationError, WriteError } from "cutover/migrate";
import { fastify } from "fastify";
import type { FastifyInstance } from "fastify";
import { createMetrics } from "../metrics.js";
import { Offers } from "../offers.js";
import { StoreUnavailable } from "../sides.js";
import type { Stores } from "../stores/stores.js";
import { TurnedElsewhere } from "../switchboard.js";
import type { Decisions } from "../switchboard.js";
import { offerRoutes } from "./offers.js";
import { operationRoutes } from "./operations.js";

/** What the page may do. `wasm-unsafe-eval` lets it compile the engine, and nothing else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A store failed, a write was not done, or the route leads nowhere. */
const UNAVAILABLE = [StoreUnavailable, WriteError, MigrationError];

export interface AppOptions {
  readonly stores: Stores;
  readonly switchboard: Decisions;
  /** The folder of the built page; without one there is no page. */
  readonly page?: string;
  /** From which level on it logs, to standard error; by default it logs nothing. */
  readonly log?: "warn" | "error";
}

export async function createApp({ stores, switchboard, page, log }: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    // The first line on standard output is the address, and nothing else is.
    logger: log === undefined ? false : { level: log, stream: process.stderr },
    // A body that is not as it should be is refused, not repaired.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allowUnionTypes: true } },
  });
  const metrics = createMetrics(stores);
  app.setErrorHandler((error, request, reply) => {
    if (UNAVAILABLE.some((kind) => error instanceof kind)) {
      request.log.warn(error);
      return reply.code(503).send({ error: "store_unavailable" });
    }
    if (error instanceof TurnedElsewhere) {
      return reply.code(409).send({ error: "turned_elsewhere", message: error.message });
    }
    const { statusCode = 500, message } = error as { statusCode?: number; message: string };
    if (statusCode < 500) return reply.code(statusCode).send({ error: "bad_request", message });
    request.log.error(error);
    return reply.code(500).send({ error: "internal" });
  });
  const offers = new Offers({ stores, switchboard, metrics, warn: (warning) => app.log.warn(warning) });
  app.addHook("onClose", () => offers.settled());
  offerRoutes(app, switchboard, offers);
  operationRoutes(app, switchboard, stores, metrics);
  if (page !== undefined) {
    await app.register(fastifyStatic, {
      root: page,
      setHeaders: (reply) => {
        reply.setHeader("content-security-policy", POLICY);
        reply.setHeader("x-content-type-options", "nosniff");
      },
    });
  }
  return app;
}
