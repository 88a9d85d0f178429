/** The control plane over HTTP. What is not in order comes as a {@link Problem}. */

import type { Diagnostic, HazardCode, PlanEvent, PlanReport } from "cutover/full";
import type { PlanView, Standing } from "./plan";
import type {
  AuditEntry,
  Draft,
  Environment,
  Live,
  Me,
  ProblemDetails,
  Publication,
  Publishing,
  Version,
  VersionLine,
} from "./types";

/** An answer that is none: a refusal of the control plane, or no connection. */
export class Problem extends Error {
  override readonly name = "Problem";
  /** The status of HTTP; 0 where nobody answered. */
  readonly status: number;
  readonly diagnostics: readonly Diagnostic[];
  /** The hazards that nobody accepted. */
  readonly hazards: readonly HazardCode[];

  constructor(status: number, details: ProblemDetails) {
    super(details.detail ?? details.title ?? `HTTP ${status}`);
    this.status = status;
    this.diagnostics = details.diagnostics ?? [];
    this.hazards = details.hazards ?? [];
  }
}

interface Asking {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export class Client {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  async #send(path: string, { method = "GET", body, headers = {}, signal }: Asking = {}): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(path, {
        method,
        headers: {
          authorization: `Bearer ${this.#key}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
        credentials: "omit",
        cache: "no-store",
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem(0, { detail: String(error) });
    }
    if (response.ok || response.status === 304) return response;
    throw new Problem(response.status, await problemOf(response));
  }

  async #json<T>(path: string, asking?: Asking): Promise<T> {
    const response = await this.#send(path, asking);
    const text = await response.text();
    return (text === "" ? null : JSON.parse(text)) as T;
  }

  /** Whose key this is; null where the control plane does not say. */
  async me(): Promise<Me | null> {
    try {
      return await this.#json("/v1/me");
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return null;
      throw error;
    }
  }

  environments(): Promise<Environment[]> {
    return this.#json("/v1/environments");
  }

  /** What is published; null where nothing is, or where it is still `known` after `wait` seconds. */
  async live(env: string, known?: number, wait?: number, signal?: AbortSignal): Promise<Live | null> {
    const headers: Record<string, string> = known === undefined ? {} : { "if-none-match": `"${known}"` };
    const query = wait === undefined ? "" : `?wait=${wait}`;
    try {
      const response = await this.#send(`/v1/rulesets/${encodeURIComponent(env)}${query}`, { headers, signal });
      if (response.status === 304) return null;
      return { env, version: Number(response.headers.get("cutover-version")), text: await response.text() };
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return null;
      throw error;
    }
  }

  #in(env: string, rest: string): string {
    return `/v1/environments/${encodeURIComponent(env)}/${rest}`;
  }

  versions(env: string): Promise<VersionLine[]> {
    return this.#json(this.#in(env, "versions"));
  }

  version(env: string, version: number): Promise<Version> {
    return this.#json(this.#in(env, `versions/${version}`));
  }

  drafts(env: string): Promise<Draft[]> {
    return this.#json(this.#in(env, "drafts"));
  }

  /** Keeps a draft. `revision` is the one that somebody edited; 0 for a new one. */
  saveDraft(env: string, name: string, text: string, base: number, revision: number): Promise<Draft> {
    const headers = { "if-match": `"${revision}"` };
    return this.#json(this.#in(env, `drafts/${encodeURIComponent(name)}`), { method: "PUT", body: { text, base }, headers });
  }

  dropDraft(env: string, name: string): Promise<null> {
    return this.#json(this.#in(env, `drafts/${encodeURIComponent(name)}`), { method: "DELETE" });
  }

  /** Publishes a text, or a draft that is kept, in place of `version`. */
  publish(
    env: string,
    what: { ruleset: string } | { draft: string },
    version: number,
    publishing: Publishing,
  ): Promise<Publication> {
    const headers = { "if-match": `"${version}"` };
    return this.#json(this.#in(env, "publish"), { method: "POST", headers, body: { ...what, ...publishing } });
  }

  /** Publishes an older version again, in place of `version`. */
  rollBack(env: string, to: number, version: number, publishing: Publishing): Promise<Publication> {
    const headers = { "if-match": `"${version}"` };
    return this.#json(this.#in(env, "rollback"), { method: "POST", headers, body: { to, ...publishing } });
  }

  /** Publishes a version of an environment before this one, in place of `version`. */
  promote(env: string, from: string, taken: number, version: number, publishing: Publishing): Promise<Publication> {
    const headers = { "if-match": `"${version}"` };
    return this.#json(this.#in(env, "promote"), { method: "POST", headers, body: { from, version: taken, ...publishing } });
  }

  async plan(env: string, name: string): Promise<PlanView> {
    const path = this.#in(env, `plans/${encodeURIComponent(name)}`);
    const [standing, report] = await Promise.all([this.#json<Standing>(path), this.#json<PlanReport>(`${path}/report`)]);
    return { standing, report };
  }

  /** Tells a plan what somebody decided. */
  tell(env: string, name: string, event: PlanEvent): Promise<Standing> {
    return this.#json(this.#in(env, `plans/${encodeURIComponent(name)}/events`), { method: "POST", body: event });
  }

  /** Switches an emergency on or off. Called again, it changes nothing more. */
  emergency(
    env: string,
    targets: { flags?: readonly string[]; migrations?: readonly string[] },
    on: boolean,
    reason: string,
  ): Promise<unknown> {
    const path = `/admin/emergency-rollback?${new URLSearchParams({ env })}`;
    return this.#json(path, { method: "POST", body: { on, reason, ...targets } });
  }

  /** The newest entries of the audit log of an environment, the newest first: `count`, or all where there are fewer. */
  async audit(env: string, count: number): Promise<AuditEntry[]> {
    const all: AuditEntry[] = [];
    for (;;) {
      const limit = Math.min(count - all.length, 1_000);
      const query = new URLSearchParams({ env, order: "desc", limit: String(limit) });
      const last = all.at(-1);
      if (last) query.set("before", String(last.seq));
      const page = await this.#json<AuditEntry[]>(`/v1/audit?${query}`);
      all.push(...page);
      if (page.length < limit || all.length >= count) return all;
    }
  }
}

async function problemOf(response: Response): Promise<ProblemDetails> {
  const text = await response.text().catch(() => "");
  try {
    return JSON.parse(text) as ProblemDetails;
  } catch {
    return { detail: text || `HTTP ${response.status} ${response.statusText}` };
  }
}
