/** How a request and its answer go through: headers, streams, what breaks on the way. */

import { once } from "node:events";
import * as http from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PathRouterOptions } from "../../dist/paths.js";
import { ask, end, hosts, routing, service } from "./support.js";
import type { Host, Routing, Service } from "./support.js";

let [old, fresh]: Service[] = [];
beforeEach(async () => void ([old, fresh] = [await service("old"), await service("new")]));
afterEach(end);

const upstream = (): Service => fresh ?? expect.unreachable();
const route = (host: Host, more: Partial<PathRouterOptions> = {}): Promise<Routing> =>
  routing(host, { services: { old: old?.url ?? "", new: upstream().url, monolith: "next" }, ...more });

/** Waits until `said` does not grow any more. */
async function settled(said: () => number): Promise<number> {
  for (let before = -1; before !== said(); await sleep(300)) before = said();
  return said();
}

const SIZE = 192 * 1024 * 1024;
/** What sockets of a machine hold, and more than a router may. */
const BOUND = 32 * 1024 * 1024;
const PART = Buffer.alloc(64 * 1024, "x");

describe.each(hosts)("%s", (host) => {
  it("passes on what is for the service, and nothing that is for one connection", async () => {
    upstream().handler = (request, response) => {
      response.writeHead(200, ["Set-Cookie", "a=1", "Set-Cookie", "b=2", "Keep-Alive", "timeout=9", "Connection", "X-Hop", "X-Hop", "1", "X-Service", "spoofed", "Link", "<x>"]);
      response.end(JSON.stringify({ headers: request.headers }));
    };
    const { port } = await route(host);
    const answer = await ask(port, "/api/products", {
      headers: {
        ...{ Host: "shop.example", Connection: "close, X-Secret", "X-Secret": "1", TE: "trailers", "Proxy-Authorization": "x" },
        ...{ "X-Kept": ["1", "2"], "X-Forwarded-For": "6.6.6.6", Forwarded: "for=6.6.6.6", "X-Forwarded-Proto": "https" },
      },
    });
    const { headers } = answer.echo;
    expect(headers).toMatchObject({
      ...{ host: new URL(upstream().url).host, "x-kept": "1, 2", "x-forwarded-for": "127.0.0.1" },
      ...{ "x-forwarded-host": "shop.example", "x-forwarded-proto": "http", via: "1.1 cutover" },
      forwarded: 'for="127.0.0.1";host="shop.example";proto=http',
    });
    for (const name of ["x-secret", "te", "proxy-authorization"]) expect(headers[name]).toBeUndefined();
    expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect([answer.headers["x-hop"], answer.headers["x-service"], answer.headers["link"]]).toEqual([undefined, "new", "<x>"]);
  });

  it("keeps the client's host, and believes a proxy before it, where it is told to", async () => {
    const { port } = await route(host, { host: "keep", trustForwarded: true });
    const { headers } = (
      await ask(port, "/api/products", {
        headers: { Host: "shop.example", "X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "https", Forwarded: "for=9.9.9.9" },
      })
    ).echo;
    expect(headers).toMatchObject({ host: "shop.example", "x-forwarded-for": "9.9.9.9, 127.0.0.1", "x-forwarded-proto": "https" });
    expect(headers["forwarded"]).toBe('for=9.9.9.9, for="127.0.0.1";host="shop.example";proto=http');
  });

  it("takes of a large body only what the service takes", async () => {
    let reading: http.IncomingMessage | undefined;
    let received = 0;
    upstream().handler = (request, response) => {
      reading = request;
      request.on("end", () => response.end(String(received)));
    };
    const { port } = await route(host);
    const request = http.request({ host: "127.0.0.1", port, path: "/api/products", method: "POST" });
    let sent = 0;
    const more = (): void => {
      while (sent < SIZE && request.write(PART)) sent += PART.length;
      sent += PART.length;
      if (sent >= SIZE) request.end();
      else request.once("drain", more);
    };
    more();
    expect(await settled(() => sent)).toBeLessThan(BOUND);
    reading?.on("data", (part: Buffer) => (received += part.length));
    const [answer] = (await once(request, "response")) as [http.IncomingMessage];
    answer.resume();
    await once(answer, "end");
    expect(received).toBeGreaterThanOrEqual(SIZE);
  });

  it("takes of a large answer only what the client takes", async () => {
    let sent = 0;
    upstream().handler = (_request, response) => {
      const more = (): void => {
        while (sent < SIZE) {
          sent += PART.length;
          if (!response.write(PART)) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    };
    const { port } = await route(host);
    const request = http.get({ host: "127.0.0.1", port, path: "/api/products" });
    const [answer] = (await once(request, "response")) as [http.IncomingMessage];
    expect(await settled(() => sent)).toBeLessThan(BOUND);
    let received = 0;
    answer.on("data", (part: Buffer) => (received += part.length));
    await once(answer, "end");
    expect(received).toBe(SIZE);
  });

  it("gives the head of an answer, and each part, as they come", async () => {
    let answering: http.ServerResponse | undefined;
    upstream().handler = (_request, response) => {
      answering = response;
      response.flushHeaders();
    };
    const { port } = await route(host);
    const [answer] = (await once(http.get({ host: "127.0.0.1", port, path: "/api/products" }), "response")) as [http.IncomingMessage];
    for (const part of ["one", "two"]) {
      answering?.write(part);
      const [got] = (await once(answer, "data")) as [Buffer];
      expect(got.toString()).toBe(part);
    }
    answering?.end();
    await once(answer, "end");
  });

  it("ends the request to the service where the client goes away, before the answer and within", async () => {
    const { port, failures } = await route(host);
    for (const begins of [false, true]) {
      const arrived = new Promise<http.ServerResponse>((done) => {
        upstream().handler = (_request, response) => {
          if (begins) response.write("begun");
          done(response);
        };
      });
      const request = http.get({ host: "127.0.0.1", port, path: "/api/products" });
      request.on("error", () => undefined);
      const response = await arrived;
      if (begins) await once(request, "response");
      const closed = once(response, "close");
      request.destroy();
      await closed;
    }
    expect(failures).toEqual([]);
    expect(old?.seen).toEqual([]);
  });

  it("breaks the client's answer off where the service's breaks off", async () => {
    upstream().handler = (_request, response) => {
      response.writeHead(200, { "Content-Length": 10 });
      response.write("half", () => response.destroy());
    };
    const { port, failures } = await route(host);
    await expect(ask(port, "/api/products")).rejects.toThrow(/aborted/);
    expect(failures).toMatchObject([{ kind: "cut_off", service: "new" }]);
  });

  it("falls back on 502, 503 and 504, and passes them on where it may not", async () => {
    const { port, failures } = await route(host);
    for (const status of [502, 503, 504, 500]) {
      upstream().handler = (request, response) => {
        request.resume();
        response.writeHead(status, { "Retry-After": "7" }).end("sorry");
      };
      const got = await ask(port, "/api/products");
      if (status === 500) expect([got.status, got.text]).toEqual([500, "sorry"]);
      else expect(got.echo.name).toBe("old");
      const alone = await ask(port, "/api/alone");
      expect([alone.status, alone.text, alone.headers["retry-after"]]).toEqual([status, "sorry", "7"]);
      // The body has gone to the service that failed.
      expect((await ask(port, "/api/writes", { method: "POST", body: "x" })).status).toBe(status);
      if (status !== 500) expect((await ask(port, "/api/writes", { method: "POST" })).echo.name).toBe("old");
    }
    expect(failures.filter(({ kind }) => kind === "status").length).toBe(12);
  });

  it("waits no longer than it is told to", async () => {
    upstream().handler = (request) => request.resume();
    const { port, failures } = await route(host, { timeout: 150 });
    expect((await ask(port, "/api/products")).echo.name).toBe("old");
    expect((await ask(port, "/api/alone")).status).toBe(504);
    upstream().handler = (_request, response) => void response.write("begun");
    await expect(ask(port, "/api/alone")).rejects.toThrow(/aborted/);
    expect(failures.map(({ kind, fallback }) => [kind, fallback])).toEqual([["timeout", "old"], ["timeout", null], ["cut_off", null]]);
  });

  it("uses connections again, and makes a new one where the service has closed the old", async () => {
    const sockets = new Set<Socket>();
    const { port, failures } = await route(host);
    const agent = new http.Agent({ keepAlive: true });
    const client = new Set<Socket>();
    agent.on("free", (socket: Socket) => client.add(socket));
    const send = async (): Promise<void> => {
      expect((await ask(port, "/api/alone", { agent })).status).toBe(200);
      sockets.add(upstream().seen.at(-1)?.socket ?? expect.unreachable());
      // The connection is free again a moment after the answer.
      await sleep(20);
    };
    for (let n = 0; n < 5; n += 1) await send();
    expect([sockets.size, client.size]).toEqual([1, 1]);
    const { handler } = upstream();
    upstream().handler = (request) => {
      upstream().handler = handler;
      request.socket.destroy();
    };
    await send();
    expect(failures).toEqual([]);
    expect(sockets.size).toBe(2);
    agent.destroy();
  });

  it("passes on HEAD, 304 and bodies without a length", async () => {
    upstream().handler = (request, response) => {
      response.writeHead(request.method === "HEAD" ? 200 : 304, { "Content-Length": 12, ETag: '"1"' }).end();
    };
    const { port } = await route(host);
    const head = await ask(port, "/api/products", { method: "HEAD" });
    expect([head.status, head.headers["content-length"], head.text]).toEqual([200, "12", ""]);
    expect((await ask(port, "/api/products")).status).toBe(304);
    const headers = { "Transfer-Encoding": "chunked", Expect: "100-continue" };
    const body = await ask(port, "/api/orders/1", { method: "DELETE", body: "why", headers });
    expect(body.echo.headers.expect).toBeUndefined();
    expect(body.echo).toMatchObject({ method: "DELETE", body: "why" });
  });
});
