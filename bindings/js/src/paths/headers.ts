/** Headers on their way through: what belongs to one connection stays there. */

import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

/** What RFC 9110, 7.6.1, has an intermediary remove beside the names in `Connection`, and what else is for one hop. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The headers that go on, in their order and spelling, with all values of each. */
function endToEnd(message: IncomingMessage): Map<string, { name: string; values: string[] }> {
  const named = (message.headersDistinct["connection"] ?? []).join(",").toLowerCase().split(",");
  const dropped = new Set(named.map((name) => name.trim()));
  const kept = new Map<string, { name: string; values: string[] }>();
  const raw = message.rawHeaders;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name, value] = [raw[at] ?? "", raw[at + 1] ?? ""];
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key) || dropped.has(key)) continue;
    const before = kept.get(key);
    if (before === undefined) kept.set(key, { name, values: [value] });
    else before.values.push(value);
  }
  return kept;
}

function plain(kept: Map<string, { name: string; values: string[] }>): OutgoingHttpHeaders {
  const headers = Object.create(null) as OutgoingHttpHeaders;
  for (const { name, values } of kept.values()) headers[name] = values.length === 1 ? values[0] : values;
  return headers;
}

/** Whether a request has a body, by its framing. */
export function hasBody(request: IncomingMessage): boolean {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && Number(length) !== 0);
}

/** How a request is passed on. */
export interface Passing {
  readonly host: "keep" | "replace";
  readonly trustForwarded: boolean;
}

/** The headers of a request for the service at `url`. */
export function requestHeaders(request: IncomingMessage, url: URL, passing: Passing): OutgoingHttpHeaders {
  const kept = endToEnd(request);
  const host = request.headers.host ?? "";
  // Node has answered it already.
  kept.delete("expect");
  const set = (name: string, value: string): void => void kept.set(name.toLowerCase(), { name, values: [value] });
  set("Host", passing.host === "keep" && host !== "" ? host : url.host);
  // The framing is that of the body as it goes out, whatever `Connection` named.
  if (hasBody(request) && !kept.has("content-length")) set("Transfer-Encoding", "chunked");

  const client = request.socket.remoteAddress ?? "unknown";
  const proto = "encrypted" in request.socket ? "https" : "http";
  const append = (name: string, value: string): void => {
    const before = passing.trustForwarded ? (kept.get(name.toLowerCase())?.values ?? []) : [];
    set(name, [...before, value].join(", "));
  };
  const first = (name: string, value: string): void => {
    if (!passing.trustForwarded || !kept.has(name.toLowerCase())) set(name, value);
  };
  append("X-Forwarded-For", client);
  first("X-Forwarded-Proto", proto);
  first("X-Forwarded-Host", host);
  const node = client.includes(":") ? `[${client}]` : client;
  append("Forwarded", `for="${node}";host="${host.replace(/["\\]/g, "\\$&")}";proto=${proto}`);
  const via = kept.get("via")?.values ?? [];
  set("Via", [...via, `${request.httpVersion} cutover`].join(", "));
  return plain(kept);
}

/** The headers of a service's answer, with those of the table. `Link` is added to, the others are the table's. */
export function answerHeaders(answer: IncomingMessage, table: { readonly [name: string]: string }): OutgoingHttpHeaders {
  const kept = endToEnd(answer);
  for (const [name, value] of Object.entries(table)) {
    const key = name.toLowerCase();
    const before = key === "link" ? (kept.get(key)?.values ?? []) : [];
    kept.set(key, { name, values: [...before, value] });
  }
  return plain(kept);
}
