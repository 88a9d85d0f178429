/** A client of the server: what the walk and the tests speak to it with. */

import type { Route } from "cutover";
import type { Offer, OfferFields } from "./offer.js";
import type { StoreCounts } from "./stores/store.js";
import type { Switches } from "./switchboard.js";
import type { Verification } from "./verify.js";

const ANSWER_WITHIN_MS = 10_000;

/** An answer about one offer. */
export interface OfferAnswer {
  readonly status: number;
  /** The offer of a 200 or 201, otherwise null. */
  readonly offer: Offer | null;
  /** The store that a traced read was answered from. */
  readonly from: string | null;
  readonly fellBack: boolean;
}

export interface Counts {
  readonly recruiters: StoreCounts | null;
  readonly jobs_partners: StoreCounts & { readonly of_other_partners: number };
  readonly stream: {
    readonly state: string | null;
    readonly seen_at_ms: number | null;
    readonly lag_ms: number | null;
    readonly sequence: number;
    readonly applied: number;
    readonly skipped: number;
    readonly backlog: number;
    readonly oldest_ms: number | null;
  };
}

export class Client {
  readonly #base: string;
  readonly #name: string;

  /** @param name what the client says it is; the flag `trace_reads` looks at it. */
  constructor(base: string, name: string) {
    this.#base = base;
    this.#name = name;
  }

  read(id: string): Promise<OfferAnswer> {
    return this.#offer("GET", `/offers/${id}`);
  }

  create(establishmentId: string, fields: OfferFields): Promise<OfferAnswer> {
    return this.#offer("POST", "/offers", { establishment_id: establishmentId, ...fields });
  }

  update(id: string, fields: Partial<OfferFields>): Promise<OfferAnswer> {
    return this.#offer("PATCH", `/offers/${id}`, fields);
  }

  remove(id: string): Promise<OfferAnswer> {
    return this.#offer("DELETE", `/offers/${id}`);
  }

  /** The route as the switches stand, or as it would be with others. */
  route(switches: Switches = {}): Promise<Route> {
    const query = new URLSearchParams(
      Object.entries(switches).map(([name, on]): [string, string] => [name, String(on)]),
    );
    return this.#json<Route>("GET", query.size > 0 ? `/route?${query}` : "/route");
  }

  flip(switches: Switches): Promise<Switches> {
    return this.#json("POST", "/switches", switches);
  }

  counts(): Promise<Counts> {
    return this.#json("GET", "/counts");
  }

  verify(): Promise<Verification> {
    return this.#json("POST", "/verify");
  }

  async text(path: string): Promise<string> {
    return (await this.request("GET", path)).text();
  }

  /** @returns the status. */
  async replaceRuleset(text: string): Promise<number> {
    const headers = { "content-type": "application/yaml" };
    return (await this.request("PUT", "/ruleset", text, headers)).status;
  }

  /** @returns the status: 204 where the old store is gone now. */
  async removeStore(name: string): Promise<number> {
    return (await this.request("DELETE", `/stores/${name}`)).status;
  }

  async request(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.#base + path, {
      method,
      headers: { "x-client": this.#name, ...headers },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      ...(body === undefined ? {} : { body }),
    });
  }

  async #offer(method: string, path: string, body?: object): Promise<OfferAnswer> {
    const response = await this.#send(method, path, body);
    const text = await response.text();
    const there = response.status === 200 || response.status === 201;
    return {
      status: response.status,
      offer: there ? (JSON.parse(text) as Offer) : null,
      from: response.headers.get("x-read-from"),
      fellBack: response.headers.get("x-fell-back") === "true",
    };
  }

  async #json<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.#send(method, path, body);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  #send(method: string, path: string, body?: object): Promise<Response> {
    if (body === undefined) return this.request(method, path);
    return this.request(method, path, JSON.stringify(body), { "content-type": "application/json" });
  }
}
