/** What a path router is told, and what it tells. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { PathFound, PathRequest, TimeOptions } from "../api/index.js";

/** What finds the entry of a request: an `Engine`, of any entry of this package. */
export interface PathFinder {
  path(table: string, request: PathRequest, options?: TimeOptions): PathFound | null;
}

/** Goes on to what comes after the middleware, or to its error handler. */
export type Next = (error?: unknown) => void;

/** Serves a request in this process. */
export type PathHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next: Next,
  found: PathFound,
) => unknown;

/**
 * Where a service is: an address of `http:` or `https:`, whose path goes before the path of a request; a handler in this
 * process; or `"next"` for what comes after the middleware.
 */
export type PathService = string | URL | PathHandler;

/** Why a service did not serve, or a request was refused. */
export interface PathFailure {
  /**
   * `connection`: no connection, or it broke before an answer. `timeout`: nothing moved for too long. `status`: the
   * service answered 502, 503 or 504. `cut_off`: the answer broke off, and so did the client's. `unknown_service`: the
   * table names a service that `services` does not. `bad_path`: the path could be read in two ways, and was answered 400.
   */
  readonly kind: "connection" | "timeout" | "status" | "cut_off" | "unknown_service" | "bad_path";
  /** Who did not serve; null for a bad path. */
  readonly service: string | null;
  /** Who serves instead, where somebody may. */
  readonly fallback: string | null;
  readonly error: Error | null;
  /** The status that the service answered. */
  readonly status: number | null;
  readonly request: IncomingMessage;
}

/** What a path router is told. */
export interface PathRouterOptions {
  /** Where the services of the table are, by name. */
  readonly services: { readonly [name: string]: PathService };
  /** The attributes that a percentage may hash, such as the user of a session. */
  readonly attributes?: ((request: IncomingMessage) => NonNullable<PathRequest["attributes"]>) | undefined;
  /** For how many milliseconds nothing may move between router and service, connecting included; 30,000 unless given. */
  readonly timeout?: number | undefined;
  /** The `Host` that services see: their own (`replace`, which is usual), or the client's (`keep`). */
  readonly host?: "keep" | "replace" | undefined;
  /**
   * Whether `X-Forwarded-*` and `Forwarded` of a request are believed and added to. Unless true they are replaced, for
   * anybody can send them; say true behind a proxy that writes them.
   */
  readonly trustForwarded?: boolean | undefined;
  /** Is told of each failure. What it throws is ignored. */
  readonly onError?: ((failure: PathFailure) => void) | undefined;
}
