/** A control plane: server-sent events, long polls and reports. */

import { request as overHttp, Agent as HttpAgent } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { request as overHttps, Agent as HttpsAgent } from "node:https";
import { rootCertificates } from "node:tls";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { How } from "./machine.js";
import type { HttpOptions, NodeCounts } from "./options.js";
import { EventReader } from "./sse.js";
import type { Listener, Report, Transport } from "./transport.js";
import { messageOf } from "./transport.js";

const MOST_BYTES = 64 << 20;
/** So much of an answer that is a problem is read. */
const PROBLEM_BYTES = 16 << 10;
/** So long the last report may take. */
const FLUSH_MS = 2_000;

type Headers = Record<string, string>;

/** What a request comes to: an answer whose body is still to be read. */
type Answered = (answer: IncomingMessage) => void;

export class HttpTransport implements Transport {
  readonly #listener: Listener;
  readonly #options: HttpOptions;
  readonly #base: URL;
  readonly #agent: HttpAgent;
  readonly #mostBytes: number;
  readonly #timeoutMs: number;
  #link: { over: boolean; request: ClientRequest | null } = { over: true, request: null };
  #fetching: ClientRequest | null = null;
  #reporting: ClientRequest | null = null;
  /** What is told once the report under way is answered. */
  #next: Report | null = null;
  #flushed: (() => void) | null = null;
  /** What counts; null where there is nothing, or nothing that the server takes. */
  #counts: (() => NodeCounts) | null;

  /** @throws TypeError where the address is none. */
  constructor(options: HttpOptions, listener: Listener) {
    this.#options = options;
    this.#listener = listener;
    this.#counts = options.counts ?? null;
    this.#base = new URL(`v1/rulesets/${encodeURIComponent(options.env)}`, options.url.replace(/\/*$/, "/"));
    if (!/^https?:$/.test(this.#base.protocol)) throw new TypeError(`a server is at http: or https:, not at ${this.#base.protocol}`);
    const ca = options.ca === undefined ? {} : { ca: [...rootCertificates, ...[options.ca].flat()] };
    // Connections are not kept: the stream is one, and the rest is seldom.
    this.#agent = this.#base.protocol === "https:" ? new HttpsAgent({ keepAlive: false, ...ca }) : new HttpAgent({ keepAlive: false });
    this.#mostBytes = options.maxBytes ?? MOST_BYTES;
    this.#timeoutMs = options.connectMs ?? 10_000;
  }

  connect(how: How, version: number | null, waitS: number): void {
    this.disconnect();
    const link: { over: boolean; request: ClientRequest | null } = { over: false, request: null };
    this.#link = link;
    const guarded = (said: () => void): void => {
      if (!link.over) said();
    };
    const failed = (error: unknown): void =>
      guarded(() => {
        link.over = true;
        this.#listener.failed(messageOf(error));
      });
    const answered: Answered = (answer) => {
      answer.on("error", failed);
      if (link.over) answer.destroy();
      else if (how === "stream") this.#stream(answer, link, guarded, failed);
      else this.#polled(answer, link, guarded, failed);
    };
    if (how === "stream") {
      const from: Headers = version === null ? {} : { "last-event-id": String(version) };
      link.request = this.#ask("GET", "/events", { accept: "text/event-stream", "cache-control": "no-cache", ...from }, answered, failed);
    } else {
      link.request = this.#get(version, version === null ? "" : `?wait=${waitS}`, answered, failed);
    }
  }

  #stream(answer: IncomingMessage, link: { over: boolean }, guarded: (said: () => void) => void, failed: (error: unknown) => void): void {
    const isStream = /^text\/event-stream\b/i.test(answer.headers["content-type"] ?? "");
    if (answer.statusCode !== 200 || !isStream) return this.#refused(answer, link);
    guarded(() => this.#listener.opened());
    const reader = new EventReader(this.#mostBytes);
    let bye = false;
    answer.on("data", (bytes: Uint8Array) => {
      try {
        for (const event of reader.read(bytes)) {
          if (event?.name === "bye") bye = true;
          guarded(() => this.#event(event?.name === "ruleset" ? event.data : null, reader));
        }
      } catch (error) {
        answer.destroy();
        failed(error);
      }
    });
    answer.on("close", () =>
      guarded(() => {
        link.over = true;
        this.#listener.ended(bye);
      }),
    );
  }

  #event(data: string | null, reader: EventReader): void {
    const { retryMs } = reader;
    reader.retryMs = null;
    if (data !== null) this.#listener.offered(offerOf(data));
    if (data === null || retryMs !== null) this.#listener.heard(retryMs);
  }

  #polled(answer: IncomingMessage, link: { over: boolean }, guarded: (said: () => void) => void, failed: (error: unknown) => void): void {
    guarded(() => this.#listener.opened());
    if (answer.statusCode === 304) {
      answer.resume();
      guarded(() => {
        link.over = true;
        this.#listener.heard();
      });
    } else if (answer.statusCode === 200) {
      this.#body(answer, (text) =>
        guarded(() => {
          link.over = true;
          this.#offered(answer, text);
        }), failed);
    } else this.#refused(answer, link);
  }

  #offered(answer: IncomingMessage, text: Uint8Array): void {
    const { headers } = answer;
    const version = Number(headers["cutover-version"]);
    if (!Number.isSafeInteger(version) || version < 1) {
      return this.#listener.failed("the answer has no header `Cutover-Version`: is this a server of Cutover?", answer.statusCode);
    }
    this.#listener.offered({ version, signature: (headers["cutover-signature"] as string | undefined) ?? null, text });
  }

  /** Tells an answer that is none. */
  #refused(answer: IncomingMessage, link: { over: boolean }): void {
    const status = answer.statusCode ?? 0;
    const seconds = Number(answer.headers["retry-after"]);
    const tell = (detail: string): void => {
      if (link.over) return;
      link.over = true;
      this.#listener.failed(`${status} ${detail}`.trim(), status, Number.isFinite(seconds) ? seconds * 1_000 : null);
    };
    const read: Buffer[] = [];
    let size = 0;
    answer.on("data", (bytes: Buffer) => {
      read.push(bytes);
      if ((size += bytes.length) > PROBLEM_BYTES) answer.destroy();
    });
    answer.on("close", () => tell(problemOf(Buffer.concat(read).toString("utf8"), answer)));
  }

  /** Reads a whole body. */
  #body(answer: IncomingMessage, done: (text: Uint8Array) => void, failed: (error: unknown) => void): void {
    const parts: Buffer[] = [];
    let size = 0;
    answer.on("data", (bytes: Buffer) => {
      parts.push(bytes);
      if ((size += bytes.length) > this.#mostBytes) answer.destroy(new Error(`the ruleset is larger than ${this.#mostBytes} bytes`));
    });
    answer.on("aborted", () => failed(new Error("the answer broke off")));
    answer.on("end", () => {
      try {
        done(unpacked(Buffer.concat(parts), answer.headers["content-encoding"], this.#mostBytes));
      } catch (error) {
        failed(error);
      }
    });
  }

  #get(version: number | null, query: string, answered: Answered, failed: (error: unknown) => void): ClientRequest {
    const from: Headers = version === null ? {} : { "if-none-match": `"${version}"` };
    return this.#ask("GET", query, { accept: "application/json", "accept-encoding": "gzip, br", ...from }, answered, failed);
  }

  #ask(method: string, path: string, headers: Headers, answered: Answered, failed: (error: unknown) => void, body?: string): ClientRequest {
    const { key, headers: more } = this.#options;
    const auth: Headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const url = `${this.#base.href}${path}`;
    const over = this.#base.protocol === "https:" ? overHttps : overHttp;
    const request = over(url, { method, agent: this.#agent, headers: { ...more, ...auth, ...headers } });
    request.on("response", answered);
    request.on("error", failed);
    request.end(body);
    return request;
  }

  disconnect(): void {
    this.#link.over = true;
    this.#link.request?.destroy();
  }

  fetch(version: number | null): void {
    this.#fetching?.destroy();
    let over = false;
    const failed = (): void => {
      if (!over) this.#listener.fetchFailed();
      over = true;
    };
    const request = this.#get(version, "", (answer) => {
      answer.on("error", failed);
      if (answer.statusCode !== 200) {
        answer.resume();
        return failed();
      }
      this.#body(answer, (text) => {
        if (!over) this.#offered(answer, text);
        over = true;
      }, failed);
    }, failed);
    request.setTimeout(this.#timeoutMs, () => request.destroy(new Error("nothing was heard for too long")));
    this.#fetching = request;
  }

  #counted(): NodeCounts | undefined {
    try {
      return this.#counts?.();
    } catch (error) {
      this.#uncounted(messageOf(error));
      return undefined;
    }
  }

  #uncounted(why: string): void {
    this.#counts = null;
    process.emitWarning(`counts are not reported any more: ${why}`, { type: "CutoverWarning", code: "not_counted" });
  }

  report(report: Report): void {
    if (this.#reporting !== null) {
      this.#next = report;
      return;
    }
    const counts = this.#counted();
    const over = (): void => {
      this.#reporting = null;
      const next = this.#next;
      this.#next = null;
      if (next !== null) this.report(next);
      else this.#flushed?.();
    };
    const request = this.#ask("POST", "/nodes", { "content-type": "application/json" }, (answer) => {
      answer.on("error", () => undefined);
      this.#body(answer, (text) => {
        const { version, detail } = jsonOf(text) as { version?: unknown; detail?: unknown };
        if (answer.statusCode === 200 && Number.isSafeInteger(version)) this.#listener.reported(version as number);
        // Better no counts than a node that nobody hears of.
        if (counts !== undefined && (answer.statusCode === 400 || answer.statusCode === 422)) {
          this.#uncounted(`the server does not take them: ${String(detail)}`);
          this.#next ??= report;
        }
      }, () => undefined);
    }, () => undefined, JSON.stringify(counts === undefined ? report : { ...report, counts }));
    request.setTimeout(this.#timeoutMs, () => request.destroy());
    this.#reporting = request;
    request.on("close", over);
  }

  async close(): Promise<void> {
    this.disconnect();
    this.#fetching?.destroy();
    if (this.#reporting !== null) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, FLUSH_MS);
        this.#flushed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#next = null;
    this.#reporting?.destroy();
    this.#agent.destroy();
  }
}

/** The ruleset of an event. */
export function offerOf(data: string): { version: number | null; signature: string | null; text: Uint8Array | null } {
  const { version, signature, ruleset } = JSON.parse(data) as { version?: unknown; signature?: unknown; ruleset?: unknown };
  if (!Number.isSafeInteger(version) || (version as number) < 1) throw new Error("an event has no `version`");
  return {
    version: version as number,
    signature: typeof signature === "string" ? signature : null,
    text: typeof ruleset === "string" ? Buffer.from(ruleset) : null,
  };
}

function unpacked(bytes: Buffer, encoding: string | undefined, most: number): Uint8Array {
  if (encoding === "gzip") return gunzipSync(bytes, { maxOutputLength: most });
  if (encoding === "br") return brotliDecompressSync(bytes, { maxOutputLength: most });
  if (encoding === undefined || encoding === "identity") return bytes;
  throw new Error(`the answer is packed as ${encoding}, which was not asked for`);
}

function jsonOf(text: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(text).toString("utf8")) ?? {};
  } catch {
    return {};
  }
}

/** What a problem says, or what there is instead. */
function problemOf(text: string, answer: IncomingMessage): string {
  const { title, detail } = jsonOf(Buffer.from(text)) as { title?: unknown; detail?: unknown };
  const said = [title, detail].filter((part) => typeof part === "string").join(": ");
  return said || answer.statusMessage || "and no event stream";
}
