/** Services and routers on the loopback, and a client that says all of an answer. */

import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { Server } from "node:net";
import express from "express";
import fastify from "fastify";
import { Engine } from "../../dist/index.js";
import { pathRouter } from "../../dist/paths.js";
import type { PathFailure, PathRouter, PathRouterOptions } from "../../dist/paths.js";

export const RULESET = `
cutover: 1
paths:
  api:
    - { path: /api/products, service: new, side: new, store: mongodb, fallback: old }
    - { path: /api/orders/:id, service: old, side: old, store: sql }
    - { path: /api/unknown, service: nobody, side: new }
    - { path: /api/spared, service: nobody, side: new, fallback: old }
    - { path: /api/writes, service: new, side: new, fallback: { service: old, methods: [POST] } }
    - { path: /api/alone, service: new, side: new }
    - { path: /here, service: monolith, side: old }
    - { path: /handled, service: handler, side: old }
    - { path: /api/home, service: new, side: new, fallback: monolith }
    - { path: /v1, service: old, side: old, deprecated_at: 2024-01-01, sunset: 2090-12-31, link: "https://example.com/v1" }
    - { path: /cart, service: new, side: new, rollout: 50%, by: { header: X-User }, otherwise: { service: old, side: old } }
    - { path: /basket, service: new, side: new, rollout: 50%, by: { cookie: session }, otherwise: { service: old, side: old } }
    - { path: /plan, service: new, side: new, rollout: 50%, by: { attribute: userId }, otherwise: { service: old, side: old } }
`;

export const engine = Engine.fromString(RULESET);

const closing: (() => unknown)[] = [];

/** Ends all that the tests have started. */
export async function end(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}

/** Listens, and gives the port. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    if (server instanceof http.Server) server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });
  return (server.address() as AddressInfo).port;
}

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** A service that answers what it was asked. Its handler can be replaced. */
export interface Service {
  readonly url: string;
  readonly server: http.Server;
  readonly seen: http.IncomingMessage[];
  handler: Handler;
}

export async function service(name: string): Promise<Service> {
  const seen: http.IncomingMessage[] = [];
  const echo: Handler = (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method, url, headers } = request;
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ name, method, url, headers, body: Buffer.concat(parts).toString() }));
    });
  };
  const server = http.createServer((request, response) => {
    seen.push(request);
    made.handler(request, response);
  });
  const made: Service = { url: `http://127.0.0.1:${await listen(server)}`, server, seen, handler: echo };
  return made;
}

/** A port that nobody listens on. */
export async function nowhere(): Promise<string> {
  const server = http.createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return `http://127.0.0.1:${port}`;
}

export interface Routing {
  readonly port: number;
  readonly failures: PathFailure[];
  readonly router: PathRouter;
}

export type Host = "http" | "express" | "fastify";
export const hosts: readonly Host[] = ["http", "express", "fastify"];

/** A server of this kind, with a router; what nobody takes is answered `own`. */
export async function routing(host: Host, options: PathRouterOptions): Promise<Routing> {
  const failures: PathFailure[] = [];
  const router = pathRouter(() => engine, "api", { ...options, onError: (failure) => failures.push(failure) });
  closing.push(() => router.close());
  const own = (response: http.ServerResponse, error?: unknown): void => {
    response.statusCode = error === undefined ? 200 : 500;
    response.end(error === undefined ? "own" : "error");
  };
  if (host === "http") {
    const server = http.createServer((request, response) => router(request, response, (error) => own(response, error)));
    return { port: await listen(server), failures, router };
  }
  if (host === "express") {
    const app = express();
    app.disable("x-powered-by");
    app.use(router);
    app.use((_request, response) => own(response));
    const onError: express.ErrorRequestHandler = (error, _request, response, _next) => own(response, error);
    app.use(onError);
    return { port: await listen(http.createServer(app)), failures, router };
  }
  const app = fastify({ forceCloseConnections: true });
  await app.register(router.fastify);
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send("error"));
  app.setNotFoundHandler((_request, reply) => reply.code(200).send("own"));
  await app.listen({ port: 0, host: "127.0.0.1" });
  closing.push(() => app.close());
  return { port: (app.server.address() as AddressInfo).port, failures, router };
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly text: string;
  /** What a service that answers what it was asked was asked. */
  readonly echo: { name: string; method: string; url: string; headers: http.IncomingHttpHeaders; body: string };
}

/** Asks for a target as it is, which `fetch` does not. */
export async function ask(
  port: number,
  path: string,
  options: http.RequestOptions & { readonly body?: string } = {},
): Promise<Answer> {
  const { body, ...rest } = options;
  const request = http.request({ host: "127.0.0.1", port, path, ...rest });
  request.end(body);
  const [answer] = (await once(request, "response")) as [http.IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return {
    ...{ status: answer.statusCode ?? 0, headers: answer.headers, rawHeaders: answer.rawHeaders, text },
    get echo() {
      return JSON.parse(text) as Answer["echo"];
    },
  };
}
