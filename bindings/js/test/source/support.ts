/** A small server that speaks the protocol of the control plane, and can misbehave; and waiting for things to happen. */

import { execFileSync } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";

export const ENV = "production";

/** A ruleset whose flag `beta` serves this share of everybody, and `steady` is as it is. */
export function ruleset(share: number): string {
  const rules = [{ serve: { rollout: `${share}%`, by: "id" } }];
  return JSON.stringify({ cutover: 1, flags: { beta: { rules }, steady: { rules: [{ serve: "on" }] } } });
}

/** Waits until something is so. */
export async function until(what: () => boolean, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!what()) {
    if (performance.now() > end) throw new Error(`it is not so after ${ms} ms: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A folder that is gone after the test. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "cutover-source-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

export class ControlPlane {
  version = 0;
  text = "";
  /** Statuses that are answered instead, for so many requests. */
  readonly refuses: { status: number; headers?: Record<string, string> }[] = [];
  /** Events without their text. */
  bare = false;
  /** Streams say nothing at all, as behind something that keeps back what is no whole answer. */
  mute = false;
  streams = true;
  /** Answers are packed. */
  packs = false;
  /** What is signed with another key, or not at all. */
  signature: "good" | "wrong" | "none" = "good";
  readonly requests: { method: string; url: string; headers: IncomingMessage["headers"] }[] = [];
  readonly reports: { node: string; epoch: number; oldest_open: number | null; counts?: object }[] = [];
  takesCounts = true;
  readonly #key: KeyObject | null;
  readonly publicKeys: Record<string, string>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #listening = new Set<ServerResponse>();
  readonly #polling = new Set<() => void>();

  private constructor(signs: boolean) {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    this.#key = signs ? privateKey : null;
    this.publicKeys = { k1: publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64") };
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  static async start({ signs = false, port = 0 } = {}): Promise<ControlPlane> {
    const made = new ControlPlane(signs);
    await made.listen(port);
    onTestFinished(() => made.kill());
    return made;
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** How many streams are open. */
  get open(): number {
    return this.#listening.size;
  }

  /** Ends at once, in the middle of whatever is said. */
  async kill(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  publish(text: string, version = this.version + 1): void {
    this.text = text;
    this.version = version;
    for (const response of this.#listening) response.write(this.#event());
    for (const answer of this.#polling) answer();
    this.#polling.clear();
  }

  say(raw: string): void {
    for (const response of this.#listening) response.write(raw);
  }

  bye(): void {
    for (const response of this.#listening) response.end("event: bye\ndata: {}\n\n");
  }

  #signed(): string | undefined {
    if (this.#key === null || this.signature === "none") return undefined;
    const version = this.signature === "wrong" ? this.version + 1 : this.version;
    const bytes = Buffer.from(`cutover-ruleset-v1\n${ENV}\n${version}\n${this.text}`);
    return `k1:${sign(null, bytes, this.#key).toString("base64")}`;
  }

  /** The event of the version that is published. */
  #event(): string {
    const { version, text } = this;
    const data = { version, signature: this.#signed(), ruleset: this.bare ? undefined : text };
    return `id: ${version}\nevent: ruleset\ndata: ${JSON.stringify(data)}\n\n`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url = "", headers } = request;
    this.requests.push({ method, url, headers });
    const refusal = this.refuses.shift();
    if (refusal !== undefined) {
      response.writeHead(refusal.status, { "content-type": "application/problem+json", ...refusal.headers });
      return void response.end(JSON.stringify({ title: "Not now", detail: "it is a test" }));
    }
    if (url.endsWith("/nodes")) return this.#report(request, response);
    if (url.endsWith("/events")) return this.#stream(request, response);
    const known = headers["if-none-match"] === `"${this.version}"`;
    if (known && url.includes("wait=")) {
      this.#polling.add(() => this.#ruleset(response));
      return;
    }
    if (known) response.writeHead(304).end();
    else this.#ruleset(response);
  }

  #ruleset(response: ServerResponse): void {
    const signature = this.#signed();
    const signed: Record<string, string> = signature === undefined ? {} : { "cutover-signature": signature };
    const packed: Record<string, string> = this.packs ? { "content-encoding": "gzip" } : {};
    const versions = { etag: `"${this.version}"`, "cutover-version": this.version, "cutover-epoch": this.version };
    response.writeHead(200, { ...versions, ...signed, ...packed });
    response.end(this.packs ? gzipSync(this.text) : this.text);
  }

  #report(request: IncomingMessage, response: ServerResponse): void {
    let body = "";
    request.on("data", (bytes: Buffer) => (body += bytes.toString()));
    request.on("end", () => {
      const report = JSON.parse(body) as (typeof this.reports)[number];
      if (report.counts !== undefined && !this.takesCounts) {
        const problem = JSON.stringify({ title: "Bad request", detail: "no such metric" });
        return void response.writeHead(400, { "content-type": "application/problem+json" }).end(problem);
      }
      this.reports.push(report);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ version: this.version }));
    });
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    if (!this.streams) return void response.writeHead(405).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    if (this.mute) return;
    response.write("retry: 20\n\n");
    if (this.version > 0 && request.headers["last-event-id"] !== String(this.version)) response.write(this.#event());
    this.#listening.add(response);
    response.on("close", () => this.#listening.delete(response));
  }
}

/** TLS in front of a port, with a certificate of its own. */
export async function behindTls(port: number): Promise<{ readonly port: number; readonly ca: string }> {
  const place = folder();
  const [key, cert] = [join(place, "key.pem"), join(place, "cert.pem")];
  const named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", ...named];
  execFileSync("openssl", [...made, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const sockets = new Set<Socket>();
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
    const behind = connect(port, "127.0.0.1");
    sockets.add(behind.on("error", () => socket.destroy()));
    sockets.add(socket.on("error", () => behind.destroy()));
    socket.pipe(behind).pipe(socket);
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, ca: readFileSync(cert, "utf8") };
}
