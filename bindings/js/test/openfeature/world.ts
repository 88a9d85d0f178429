/** What the scenarios are played in: a provider of the package, and the public SDK for servers or for pages. */

import type { EvaluationContext, Hook, JsonValue } from "@openfeature/server-sdk";
import { OpenFeature as Server } from "@openfeature/server-sdk";
import { OpenFeature as Web } from "@openfeature/web-sdk";
import type { Hook as WebHook } from "@openfeature/web-sdk";
import { Engine } from "../../dist/index.js";
import { CutoverProvider } from "../../dist/openfeature-server.js";
import type { Given, ProviderOptions } from "../../dist/openfeature-server.js";
import { CutoverWebProvider } from "../../dist/openfeature-web.js";
import { Source } from "../../dist/source.js";

export type Type = "Boolean" | "String" | "Integer" | "Float" | "Object";

/** As much of the details of both SDKs as scenarios look at. */
export interface Details {
  readonly flagKey: string;
  readonly value: unknown;
  readonly variant?: string;
  readonly reason?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly flagMetadata: Readonly<Record<string, unknown>>;
}

export interface Sdk {
  readonly name: "node" | "web";
  set(domain: string, given: Given, options?: ProviderOptions): Promise<void>;
  /** Sets a provider that is not waited for. */
  begin(domain: string, given: Given): void;
  status(domain: string): string;
  evaluate(domain: string, type: Type, key: string, otherwise: unknown, context: EvaluationContext, hooks: Hook[]): Promise<Details>;
  addHook(domain: string, hook: Hook): void;
  close(): Promise<void>;
}

const METHODS = {
  Boolean: "getBooleanDetails",
  String: "getStringDetails",
  Integer: "getNumberDetails",
  Float: "getNumberDetails",
  Object: "getObjectDetails",
} as const;

/** The client of a domain; hooks are those of one client, and not of its domain. */
function clients<Client>(make: (domain: string) => Client): (domain: string) => Client {
  const made = new Map<string, Client>();
  return (domain) => made.get(domain) ?? (made.set(domain, make(domain)).get(domain) as Client);
}

const [ofServer, ofWeb] = [clients((domain) => Server.getClient(domain)), clients((domain) => Web.getClient(domain))];

export const node: Sdk = {
  name: "node",
  set: (domain, given, options) => Server.setProviderAndWait(domain, new CutoverProvider(given, options)),
  begin: (domain, given) => void Server.setProvider(domain, new CutoverProvider(given)),
  status: (domain) => ofServer(domain).providerStatus,
  evaluate: (domain, type, key, otherwise, context, hooks) => {
    const client = ofServer(domain);
    const asked = client[METHODS[type]] as (key: string, otherwise: JsonValue, context: object, options: object) => Promise<Details>;
    return asked.call(client, key, otherwise as JsonValue, context, { hooks });
  },
  addHook: (domain, hook) => void ofServer(domain).addHooks(hook),
  close: () => Server.close(),
};

export const web: Sdk = {
  name: "web",
  set: (domain, given, options) => Web.setProviderAndWait(domain, new CutoverWebProvider(given, options)),
  begin: (domain, given) => void Web.setProvider(domain, new CutoverWebProvider(given)),
  status: (domain) => ofWeb(domain).providerStatus,
  evaluate: async (domain, type, key, otherwise, context, hooks) => {
    if (Object.keys(context).length > 0) await Web.setContext(domain, context);
    const client = ofWeb(domain);
    const asked = client[METHODS[type]] as (key: string, otherwise: JsonValue, options: object) => Details;
    return asked.call(client, key, otherwise as JsonValue, { hooks });
  },
  addHook: (domain, hook) => void ofWeb(domain).addHooks(hook as unknown as WebHook),
  close: () => Web.close(),
};

let domains = 0;

/** One scenario. */
export class World {
  readonly sdk: Sdk;
  readonly ruleset: string;
  readonly domain = `scenario ${(domains += 1)}`;
  readonly #sources: Source[] = [];
  flag: { type: Type; key: string; otherwise: unknown } = { type: "Boolean", key: "", otherwise: false };
  context: EvaluationContext = {};
  hooks: Hook[] = [];
  /** What hooks were called with, in order. */
  readonly called: { hook: string; stage: string; details: Details | undefined }[] = [];
  details: Details | undefined;

  constructor(sdk: Sdk, ruleset: string) {
    this.sdk = sdk;
    this.ruleset = ruleset;
  }

  async provider(kind: string): Promise<void> {
    const { sdk, domain, ruleset } = this;
    switch (kind) {
      case "stable":
        return sdk.set(domain, ruleset);
      case "not ready":
        return sdk.begin(domain, this.#away());
      case "error":
        return sdk.set(domain, this.#away(), { readyMs: 20 }).catch(() => undefined);
      case "fatal":
        return sdk.set(domain, "cutover: 2").catch(() => undefined);
      case "stale":
        await sdk.set(domain, this.#away(Engine.fromString(ruleset)));
        for (let turn = 0; turn < 200 && sdk.status(domain) !== "STALE"; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
        return;
      default:
        throw new Error(`there is no ${kind} provider`);
    }
  }

  /** A source whose other end is not to be had. */
  #away(fallback?: Engine): Source {
    const source = Source.http({ url: "http://127.0.0.1:9", env: "production", ...(fallback && { fallback }) });
    this.#sources.push(source);
    return source;
  }

  hook(name: string): Hook {
    const heard = (stage: string) => (_: unknown, details?: unknown) =>
      void this.called.push({ hook: name, stage, details: details as Details | undefined });
    return { before: heard("before") as () => undefined, after: heard("after"), error: heard("error"), finally: heard("finally") };
  }

  async evaluate(): Promise<void> {
    const { type, key, otherwise } = this.flag;
    this.details = await this.sdk.evaluate(this.domain, type, key, otherwise, this.context, this.hooks);
  }

  async end(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.close()));
  }
}
