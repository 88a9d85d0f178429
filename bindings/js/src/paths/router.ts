/** Routing by a path table: finds the entry of a request, and has its service serve it. */

import * as http from "node:http";
import * as https from "node:https";
import type { PathFound } from "../api/index.js";
import type { FastifyPlugin } from "./fastify.js";
import { fastifyPlugin } from "./fastify.js";
import type { Failed } from "./forward.js";
import { forward } from "./forward.js";
import { hasBody } from "./headers.js";
import type { Next, PathFailure, PathFinder, PathRouterOptions } from "./options.js";
import { locate } from "./services.js";

/** A request as Node has it, or Express, which keeps the target that it cuts a mount's path off. */
export type Routed = http.IncomingMessage & { readonly originalUrl?: string };

/** A middleware of Express and Connect, and a plugin of Fastify. */
export interface PathRouter {
  (request: Routed, response: http.ServerResponse, next: Next): void;
  /** For `app.register(router.fastify)`: routes before the routes of Fastify, and before bodies are read. */
  readonly fastify: FastifyPlugin;
  /** Closes the connections to services that are kept for later requests. */
  close(): void;
}

/** A request under way. `takeOver` is called before the router answers by itself. */
export interface Exchange {
  readonly request: Routed;
  readonly response: http.ServerResponse;
  readonly next: Next;
  takeOver(): void;
}

const REASONS: { readonly [status: number]: string } = { 400: "Bad Request", 502: "Bad Gateway", 504: "Gateway Timeout" };

/** Methods that may be sent again where a kept connection turned out to be closed. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

function answer({ request, response, takeOver }: Exchange, status: 400 | 502 | 504): void {
  takeOver();
  // What is left of a body is not worth reading.
  if (hasBody(request) && !request.complete) response.setHeader("Connection", "close");
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" });
  response.end(`${REASONS[status] ?? ""}\n`);
}

/** Whether the path of a request could be read in two ways. Engines of any entry of this package say so. */
function isBadPath(error: unknown): error is Error {
  return error instanceof Error && (error as { readonly code?: unknown }).code === "bad_path";
}

/** Sets the table's headers on an answer that this process gives. */
function announce(response: http.ServerResponse, headers: PathFound["headers"]): void {
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === "link") response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
}

/**
 * Routes requests by a path table. `engine` may be a function, for an engine that is replaced while the server runs.
 *
 * A request that no entry takes goes on to `next`; one whose path could be read in two ways is answered 400. The others
 * are served by the service of their entry, and carry the table's headers. Where a service fails before it has
 * answered, the entry's fallback serves, unless some of the request's body is already on its way.
 *
 * Put it before whatever reads bodies. Requests that ask for an upgrade, such as WebSockets, do not come to a middleware.
 *
 * @throws CutoverError where there is no such table, TypeError where a service is no address of `http:` or `https:`.
 *
 * @example
 * import express from "express";
 * const engine = Engine.fromString(`
 *   cutover: 1
 *   paths:
 *     api:
 *       - { path: /api/products, service: products, side: new, fallback: monolith }
 * `);
 * const router = pathRouter(engine, "api", {
 *   services: { products: "http://127.0.0.1:9", monolith: (request, response) => response.end("served here") },
 *   onError: ({ kind, service, fallback }) => console.warn(kind, service, fallback),
 * });
 * // Or, for Fastify: await fastify().register(router.fastify)
 * const server = express().use(router).listen(0);
 * const answer = await fetch(`http://127.0.0.1:${server.address().port}/api/products`);
 * await answer.text(); // "served here"
 * answer.headers.get("X-Service"); // "monolith"
 * server.close();
 * router.close();
 */
export function pathRouter(
  engine: PathFinder | (() => PathFinder),
  table: string,
  options: PathRouterOptions,
): PathRouter {
  const { timeout = 30_000, host = "replace", trustForwarded = false } = options;
  const current = typeof engine === "function" ? engine : () => engine;
  const services = new Map(Object.entries(options.services).map(([name, given]) => [name, locate(name, given)]));
  const agents = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
  // That there is such a table is said at once.
  current().path(table, { target: "/" });

  const tell = (failure: PathFailure): void => {
    try {
      options.onError?.(failure);
    } catch {
      // Who is told of failures must not make more of them.
    }
  };

  /** The entry of a request, or false where its path is refused. */
  const find = (request: Routed, target: string): PathFound | null | false => {
    const { headersDistinct, headers, method = "GET" } = request;
    const attributes = options.attributes?.(request) ?? {};
    const asked = { method, target, attributes, headers: { ...headersDistinct, cookie: headers.cookie } };
    try {
      return current().path(table, asked);
    } catch (error) {
      if (!isBadPath(error)) throw error;
      tell({ kind: "bad_path", service: null, fallback: null, error, status: null, request });
      return false;
    }
  };

  const serve = (exchange: Exchange, found: PathFound, target: string, name: string, again = false): void => {
    const { request, response, next, takeOver } = exchange;
    const isFallback = name !== found.service;
    const service = services.get(name);
    const headers = (isFallback ? found.fallback_headers : null) ?? found.headers;
    const spare = (consumed: boolean): string | null => (isFallback || consumed ? null : found.fallback);
    const failed = (kind: PathFailure["kind"], error: Error | null, status: number | null, fallback: string | null): void =>
      tell({ kind, service: name, fallback, error, status, request });

    if (service === undefined) {
      const error = new Error(`the path table \`${table}\` names the service \`${name}\`, which is not in \`services\``);
      const fallback = spare(false);
      failed("unknown_service", error, null, fallback);
      return fallback === null ? next(error) : serve(exchange, found, target, fallback);
    }
    if (service === "next" || typeof service === "function") {
      announce(response, headers);
      if (service === "next") return next();
      void Promise.resolve()
        .then(() => service(request, response, next, found))
        .catch((error: unknown) => next(error));
      return;
    }
    if (hasBody(request) && request.readableEnded) {
      return next(new Error("the body was read before the path router came; put the router before what reads bodies"));
    }
    forward({
      ...{ request, response, target, url: service, agents, timeout, headers, passing: { host, trustForwarded } },
      refuses(status, consumed) {
        if (status !== 502 && status !== 503 && status !== 504) return false;
        const fallback = spare(consumed);
        failed("status", null, status, fallback);
        return fallback !== null;
      },
      begins: takeOver,
      cutOff: (error) => failed("cut_off", error, null, null),
      failed({ kind, error, status, consumed, reused }: Failed) {
        const isStale = kind === "connection" && reused && !again && !consumed && SAFE.has(request.method ?? "");
        if (isStale) return serve(exchange, found, target, name, true);
        const fallback = spare(consumed);
        if (kind !== "status") failed(kind, error, status, fallback);
        if (fallback !== null) return serve(exchange, found, target, fallback);
        announce(response, headers);
        answer(exchange, kind === "timeout" ? 504 : 502);
      },
    });
  };

  const route = (exchange: Exchange): void => {
    const target = exchange.request.originalUrl ?? exchange.request.url ?? "";
    try {
      const found = find(exchange.request, target);
      if (found === null) exchange.next();
      else if (found === false) answer(exchange, 400);
      else serve(exchange, found, target, found.service);
    } catch (error) {
      exchange.next(error);
    }
  };

  const router = (request: Routed, response: http.ServerResponse, next: Next): void =>
    route({ request, response, next, takeOver: () => undefined });
  const close = (): void => [agents.http, agents.https].forEach((agent) => agent.destroy());
  return Object.assign(router, { fastify: fastifyPlugin(route), close });
}
