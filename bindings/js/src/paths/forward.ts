/** One request to one service, and its answer to the client: streams, both ways. */

import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import { pipeline } from "node:stream";
import type { Passing } from "./headers.js";
import { answerHeaders, hasBody, requestHeaders } from "./headers.js";

/** Connections that are kept for the next request. */
export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

export interface Failed {
  readonly kind: "connection" | "timeout" | "status";
  readonly error: Error | null;
  readonly status: number | null;
  /** Some of the body is on its way and cannot be sent again. */
  readonly consumed: boolean;
  /** The connection was an old one, which the service may have been closing. */
  readonly reused: boolean;
}

export interface Forwarding {
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  /** The target as the client sent it. */
  readonly target: string;
  readonly url: URL;
  readonly agents: Agents;
  readonly timeout: number;
  readonly passing: Passing;
  /** The headers of the table. */
  readonly headers: { readonly [name: string]: string };
  /** Whether an answer of this status is a failure that somebody else may make good. */
  refuses(status: number, consumed: boolean): boolean;
  /** The answer begins. */
  begins(): void;
  /** Nothing has been answered yet, and nothing will be from here. */
  failed(failure: Failed): void;
  /** The answer broke off after it had begun. */
  cutOff(error: Error): void;
}

function open(forwarding: Forwarding): http.ClientRequest {
  const { request, url, agents, timeout, target } = forwarding;
  const isSecure = url.protocol === "https:";
  const options: https.RequestOptions = {
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port,
    method: request.method ?? "GET",
    path: url.pathname.replace(/\/$/, "") + target,
    headers: requestHeaders(request, url, forwarding.passing),
    agent: isSecure ? agents.https : agents.http,
    timeout,
  };
  // The certificate is the service's, whoever `Host` names; an address of numbers is no name to ask for.
  const servername = isIP(options.hostname ?? "") === 0 ? url.hostname : "";
  return isSecure ? https.request({ ...options, servername }) : http.request(options);
}

/** Sends the request. Where the client goes away, so does the request to the service. */
export function forward(forwarding: Forwarding): void {
  const { request, response } = forwarding;
  const body = hasBody(request);
  let state: "waiting" | "answering" | "over" = "waiting";
  let consumed = false;
  let isGone = false;
  let answer: http.IncomingMessage | undefined;
  const upstream = open(forwarding);

  const gone = (): void => {
    if (response.writableFinished) return;
    isGone = true;
    if (state === "waiting") state = "over";
    upstream.destroy();
  };
  response.once("close", gone);

  const fail = (kind: Failed["kind"], error: Error | null, status: number | null = null): void => {
    if (state !== "waiting") return;
    state = "over";
    response.off("close", gone);
    request.unpipe(upstream);
    // An answer that is let go is read to its end, so that the connection can be used again.
    if (status === null) upstream.destroy();
    forwarding.failed({ kind, error, status, consumed, reused: upstream.reusedSocket });
  };

  upstream.on("error", (error) => fail("connection", error));
  upstream.on("timeout", () => {
    const error = new Error(`nothing moved for ${forwarding.timeout} ms`);
    if (state === "waiting") fail("timeout", error);
    // A client that reads slowly is no fault of the service.
    else if (!response.writableNeedDrain) answer?.destroy(error);
  });
  upstream.on("response", (incoming) => {
    const status = incoming.statusCode ?? 502;
    if (state !== "waiting") return void incoming.resume();
    if (forwarding.refuses(status, consumed)) {
      incoming.on("error", () => undefined).resume();
      return fail("status", null, status);
    }
    state = "answering";
    answer = incoming;
    forwarding.begins();
    response.writeHead(status, answerHeaders(incoming, forwarding.headers));
    // A client waits for the head of a stream whose first byte comes late.
    response.flushHeaders();
    // Where the client has gone, this error is only what follows from it.
    incoming.once("error", (error) => isGone || forwarding.cutOff(error));
    pipeline(incoming, response, () => {
      state = "over";
      request.unpipe(upstream).resume();
      // An answer that came before the whole request leaves a connection that cannot be used again.
      if (!upstream.writableEnded) upstream.destroy();
    });
  });

  if (!body) return void upstream.end();
  upstream.once("socket", (socket) => {
    // Until there is a connection nothing of the body is taken: another service may still have it.
    const begin = (): void => {
      if (state !== "waiting") return;
      consumed = true;
      request.pipe(upstream);
    };
    if (socket.connecting) socket.once("encrypted" in socket ? "secureConnect" : "connect", begin);
    else begin();
  });
}
