/** The API of the job board: `GET`, `POST`, `PATCH` and `DELETE` of offers, wherever they are kept. */

import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CONTRACT_TYPES, STATUSES, nextVersion } from "../offer.js";
import type { OfferFields } from "../offer.js";
import type { Listener, Offers } from "../offers.js";
import { employer } from "../register.js";
import type { Decisions } from "../switchboard.js";

/** The header by which a caller says what it is; the flags look at it. */
export const CLIENT_HEADER = "x-client";
/** The headers of a traced read. */
export const READ_FROM_HEADER = "x-read-from";
export const FELL_BACK_HEADER = "x-fell-back";

const id = { type: "string", pattern: "^[0-9a-f]{24}$" };
const params = { type: "object", properties: { id }, required: ["id"] };
const fields = {
  job_title: { type: "string", minLength: 1, maxLength: 200 },
  job_description: { type: ["string", "null"], maxLength: 10_000 },
  job_type: { type: "array", items: { enum: CONTRACT_TYPES }, minItems: 1, uniqueItems: true },
  job_duration: { type: ["integer", "null"], minimum: 1, maximum: 48 },
  job_start_date: { type: "string", format: "date" },
  job_count: { type: "integer", minimum: 1, maximum: 1_000 },
  job_status: { enum: STATUSES },
};
const creation = {
  type: "object",
  properties: { establishment_id: { type: "string" }, ...fields },
  required: ["establishment_id", ...Object.keys(fields)],
  additionalProperties: false,
};
const changes = { type: "object", properties: fields, minProperties: 1, additionalProperties: false };
const query = {
  type: "object",
  properties: {
    establishment_id: { type: "string" },
    limit: { type: "string", pattern: "^[1-9][0-9]{0,3}$" },
  },
  additionalProperties: false,
};

interface ById {
  readonly Params: { readonly id: string };
}

export function offerRoutes(app: FastifyInstance, switchboard: Decisions, offers: Offers): void {
  function client(request: FastifyRequest): string {
    const header = request.headers[CLIENT_HEADER];
    return typeof header === "string" ? header : "";
  }

  /** Says where the answer came from, to whom traces are switched on for. */
  function tracing(request: FastifyRequest, reply: FastifyReply): Listener {
    return ({ store, fellBack }) => {
      if (!switchboard.traces(client(request))) return;
      reply.header(READ_FROM_HEADER, store).header(FELL_BACK_HEADER, String(fellBack));
    };
  }

  const notFound = (reply: FastifyReply) => reply.code(404).send({ error: "not_found" });

  app.get<{ Querystring: { establishment_id?: string; limit?: string } }>(
    "/offers",
    { schema: { querystring: query } },
    async (request, reply) => {
      const { establishment_id = null, limit } = request.query;
      const size = limit === undefined ? switchboard.pageSize(client(request), establishment_id) : Number(limit);
      return offers.list(establishment_id, size, tracing(request, reply));
    },
  );

  app.get<ById>("/offers/:id", { schema: { params } }, async (request, reply) => {
    return (await offers.find(request.params.id, tracing(request, reply))) ?? notFound(reply);
  });

  app.post<{ Body: OfferFields & { establishment_id: string } }>(
    "/offers",
    { schema: { body: creation } },
    async (request, reply) => {
      const { establishment_id, ...said } = request.body;
      const establishment = employer(establishment_id);
      if (establishment === undefined) return reply.code(400).send({ error: "unknown_establishment" });
      const now = Date.now();
      const at = new Date(now).toISOString();
      const offerId = randomBytes(12).toString("hex");
      const offer = { _id: offerId, ...said, job_creation_date: at, job_update_date: at };
      const record = { id: offerId, establishment, version: nextVersion(0, now), offer };
      await offers.create(record);
      return reply.code(201).send(offer);
    },
  );

  app.patch<ById & { Body: Partial<OfferFields> }>(
    "/offers/:id",
    { schema: { params, body: changes } },
    async (request, reply) => {
      const edited = { ...request.body, job_update_date: new Date().toISOString() };
      const record = await offers.change(request.params.id, (offer) => ({ ...offer, ...edited }));
      return record?.offer ?? notFound(reply);
    },
  );

  app.delete<ById>("/offers/:id", { schema: { params } }, async (request, reply) => {
    const record = await offers.change(request.params.id, () => null);
    return record === null ? notFound(reply) : reply.code(204).send();
  });
}
