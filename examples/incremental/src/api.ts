/** The interface of the shop: the same, whoever serves it. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Document } from "./kinds.js";

/** What serves a kind. */
export interface Served {
  find(request: FastifyRequest, reply: FastifyReply, id: string): Promise<Document | null>;
  change(reply: FastifyReply, id: string, edit: (before: Document | null) => Document | null): Promise<Document | null>;
  /** The products of a category. */
  inCategory?(reply: FastifyReply, category: string): Promise<Document[]>;
}

interface ById {
  readonly Params: { readonly id: string };
  readonly Body: Readonly<Record<string, unknown>>;
}

const missing = (reply: FastifyReply) => reply.code(404).send({ error: "not_found" });

export function routes(app: FastifyInstance, kind: string, served: Served): void {
  app.get<ById>(`/api/${kind}/:id`, async (request, reply) => {
    const found = await served.find(request, reply, request.params.id);
    return found === null ? missing(reply) : reply.send(found);
  });
  app.put<ById>(`/api/${kind}/:id`, async (request, reply) => {
    const { id } = request.params;
    return reply.send(await served.change(reply, id, () => ({ ...request.body, _id: id })));
  });
  app.patch<ById>(`/api/${kind}/:id`, async (request, reply) => {
    const edit = (before: Document | null): Document | null => before && { ...before, ...request.body };
    const changed = await served.change(reply, request.params.id, edit);
    return changed === null ? missing(reply) : reply.send(changed);
  });
  app.delete<ById>(`/api/${kind}/:id`, async (request, reply) => {
    await served.change(reply, request.params.id, () => null);
    return reply.code(204).send();
  });
  const { inCategory } = served;
  if (inCategory === undefined) return;
  app.get<{ Querystring: { readonly category?: string } }>(`/api/${kind}`, async (request, reply) => {
    const { category } = request.query;
    if (category === undefined) return reply.code(400).send({ error: "expected ?category=ID" });
    return reply.send(await inCategory.call(served, reply, category));
  });
}
