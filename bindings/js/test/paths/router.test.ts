/** What a router sends where, and what its answers carry, in each kind of server. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import { Socket, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { pathRouter } from "../../dist/paths.js";
import { RULESET, ask, end, engine, hosts, nowhere, routing, service } from "./support.js";
import type { Host, Routing, Service } from "./support.js";

afterEach(end);

async function two(host: Host, more = {}): Promise<Routing & { old: Service; fresh: Service }> {
  const [old, fresh] = [await service("old"), await service("new")];
  const services = {
    ...{ old: old.url, new: new URL(`${fresh.url}/base/`), monolith: "next" },
    handler: (_request: http.IncomingMessage, response: http.ServerResponse) => response.end("handled"),
  };
  return { ...(await routing(host, { services, ...more })), old, fresh };
}

const table = ({ headers }: { headers: http.IncomingHttpHeaders }): unknown[] =>
  ["x-service", "x-data-source", "x-migrated"].map((name) => headers[name]);

describe.each(hosts)("%s", (host) => {
  it("sends a request to the service of its entry, as it came", async () => {
    const { port } = await two(host);
    const found = await ask(port, "/api/products/4%C3%A9?q=a%20b&q=%2F");
    expect(found.echo).toMatchObject({ name: "new", method: "GET", url: "/base/api/products/4%C3%A9?q=a%20b&q=%2F" });
    expect(table(found)).toEqual(["new", "mongodb", "true"]);
    const posted = await ask(port, "//api/orders;v=1/7", { method: "POST", body: "höher" });
    expect(posted.echo).toMatchObject({ name: "old", method: "POST", url: "//api/orders;v=1/7", body: "höher" });
    expect(table(posted)).toEqual(["old", "sql", "false"]);
  });

  it("goes on where no entry takes it, and where the service is this process", async () => {
    const { port } = await two(host);
    const none = await ask(port, "/health");
    expect([none.text, ...table(none)]).toEqual(["own", undefined, undefined, undefined]);
    const own = await ask(port, "/here");
    expect([own.text, ...table(own)]).toEqual(["own", "monolith", "old", "false"]);
    const handled = await ask(port, "/handled");
    expect([handled.text, ...table(handled)]).toEqual(["handled", "handler", "old", "false"]);
  });

  it.each(["/api/%2e%2e/admin", "/api/../admin", "/api%2Forders/7", "/api/%252e", "/api/orders\\7", "/api/%zz", "/api/é"])(
    "answers %s with 400",
    async (path) => {
      const { port, old, fresh } = await two(host);
      // A socket, for a client of HTTP does not say these.
      const text = await new Promise<string>((done, failed) => {
        const socket = connect(port, "127.0.0.1", () => socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`));
        let said = "";
        socket.on("data", (part) => (said += part.toString())).on("end", () => done(said)).on("error", failed);
      });
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
      expect([...old.seen, ...fresh.seen]).toEqual([]);
    },
  );

  it("says when an entry is deprecated, and when it ends", async () => {
    const { headers } = await ask((await two(host)).port, "/v1/things");
    expect(headers["deprecation"]).toBe("@1704067200");
    expect(headers["sunset"]).toBe("Sun, 31 Dec 2090 00:00:00 GMT");
    expect(headers["link"]).toBe('<https://example.com/v1>; rel="deprecation"');
  });

  it("keeps a unit on its side, by header, cookie and attribute", async () => {
    const { port } = await two(host, {
      attributes: ({ headers }: http.IncomingMessage) => ({ userId: String(headers["x-id"]) }),
    });
    const ways = [
      ["/cart", (unit: string) => ({ "X-User": unit })],
      ["/basket", (unit: string) => ({ Cookie: `theme=dark; session=${unit}` })],
      ["/plan", (unit: string) => ({ "X-Id": unit })],
    ] as const;
    for (const [path, headers] of ways) {
      const sides = new Set<string>();
      for (let n = 0; n < 12; n += 1) {
        const unit = `user_${n}`;
        const request = { target: path, headers: headers(unit), attributes: { userId: unit } };
        for (const _ of [1, 2]) {
          const { name } = (await ask(port, path, { headers: headers(unit) })).echo;
          expect(name).toBe(engine.path("api", request)?.service);
          sides.add(name);
        }
      }
      expect(sides.size).toBe(2);
    }
  });

  it("falls back on the old service where the new one is dead, for GET and not for POST", async () => {
    const old = await service("old");
    const dead = await nowhere();
    const { port, failures } = await routing(host, { services: { old: old.url, new: dead, monolith: "next" } });
    const got = await ask(port, "/api/products/1");
    expect([got.status, got.echo.name, ...table(got)]).toEqual([200, "old", "old", "old", "false"]);
    const posted = await ask(port, "/api/products/1", { method: "POST", body: "x" });
    expect([posted.status, posted.text, ...table(posted)]).toEqual([502, "Bad Gateway\n", "new", "mongodb", "true"]);
    expect(failures.map(({ kind, service, fallback }) => [kind, service, fallback])).toEqual([
      ["connection", "new", "old"],
      ["connection", "new", null],
    ]);
    // No connection, and so nothing of the body is gone.
    const written = await ask(port, "/api/writes", { method: "POST", body: "whole" });
    expect(written.echo).toMatchObject({ name: "old", method: "POST", body: "whole" });
    expect((await ask(port, "/api/home")).text).toBe("own");
  });

  it("tells of a service that is not there", async () => {
    const { port, failures } = await two(host);
    expect((await ask(port, "/api/unknown")).status).toBe(500);
    expect((await ask(port, "/api/spared")).echo.name).toBe("old");
    expect(failures.map(({ kind, fallback }) => [kind, fallback])).toEqual([
      ["unknown_service", null],
      ["unknown_service", "old"],
    ]);
  });
});

it("refuses a table that there is not, and services that are none", () => {
  expect(() => pathRouter(engine, "apis", { services: {} })).toThrow(/apis/);
  for (const url of ["ftp://a", "http://u:p@a", "http://a/?q", "nowhere"]) {
    expect(() => pathRouter(engine, "api", { services: { old: url } })).toThrow(TypeError);
  }
});

it("refuses bytes that no URI has, where a parser lets them through", () => {
  const router = pathRouter(engine, "api", { services: { old: "http://a" } });
  const request = Object.assign(new http.IncomingMessage(new Socket()), { method: "GET", url: "/api/orders/\u00e9" });
  const response = new http.ServerResponse(request);
  router(request, response, () => expect.unreachable());
  expect(response.statusCode).toBe(400);
});

it("keeps what Express cuts off under a mount", async () => {
  const old = await service("old");
  const { default: express } = await import("express");
  const { listen } = await import("./support.js");
  const app = express();
  app.use("/api", pathRouter(engine, "api", { services: { old: old.url } }));
  const { echo } = await ask(await listen(http.createServer(app)), "/api/orders/7?x");
  expect(echo.url).toBe("/api/orders/7?x");
});

const command = join(process.env["CARGO_TARGET_DIR"] ?? "../../target", "fast/cutover");

it.skipIf(!existsSync(command))("answers as `cutover path` says", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "cutover-")), "rules.yml");
  writeFileSync(file, RULESET);
  const { port } = await two("http");
  for (const [path, user] of [["/api/products/1"], ["/v1"], ["/cart", "user_1"], ["/cart", "user_2"], ["/cart", "user_3"]] as const) {
    const header = user === undefined ? [] : ["--header", `X-User=${user}`];
    const said = execFileSync(command, ["path", file, "api", path, "--json", ...header], { encoding: "utf8" });
    const { headers } = JSON.parse(said) as { headers: Record<string, string> };
    const answer = await ask(port, path, { headers: user === undefined ? {} : { "X-User": user } });
    for (const [name, value] of Object.entries(headers)) expect(answer.headers[name.toLowerCase()]).toBe(value);
  }
});
