/** The public OFREP providers, as they are published, against the real control plane. */

import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import type { OFREPWebProviderOptions } from "@openfeature/ofrep-web-provider";
import { OpenFeature } from "@openfeature/server-sdk";
import type { Client } from "@openfeature/server-sdk";
import { OpenFeature as OpenFeatureWeb, ProviderEvents } from "@openfeature/web-sdk";
import type { Provider } from "@openfeature/web-sdk";
import { afterEach, describe, expect, it } from "vitest";
import { Server, command } from "./source/plane.js";

const RULESET = `cutover: 1
flags:
  kill_switch: { rules: [{ serve: on }] }
  title:
    variants: { plain: Jobs, warm: "Vos offres \\u00e9t\\u00e9" }
    default: plain
    rules: [{ if: { attribute: lang, is: fr }, serve: warm }]
  page_size: { variants: { short: 20, long: 100 }, default: long }
  ratio: { variants: { half: 0.5, whole: 1.0 }, default: half, rules: [{ if: { attribute: all, is: true }, serve: whole }] }
  layout: { variants: { wide: { columns: 2, names: [a, b] }, none: { columns: 0 } }, default: wide }
  closed: { enabled: false, rules: [{ serve: on }] }
  share: { rules: [{ serve: { rollout: 50% } }] }
`;

/** A control plane with the ruleset, and a key of a service. */
async function plane(): Promise<{ server: Server; key: string }> {
  const server = await Server.start();
  await server.publish(RULESET);
  const order = '{"name":"a service","role":"server","env":"production"}';
  const { key } = await server.ask<{ key: string }>("POST", "/v1/keys", order);
  return { server, key };
}

const withKey = (key: string) => ({ headers: [["Authorization", `Bearer ${key}`]] as [string, string][] });

/** Its types say that it may have no hooks, in a word that stricter types than its own do not take. */
const forBrowsers = (options: OFREPWebProviderOptions): Provider => new OFREPWebProvider(options) as Provider;

afterEach(async () => {
  await OpenFeature.close();
  await OpenFeatureWeb.close();
});

async function client(baseUrl: string, key: string): Promise<Client> {
  await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl, ...withKey(key) }));
  return OpenFeature.getClient();
}

describe.skipIf(command === undefined)("the provider for servers", () => {
  it("gives values of all types, with their variants and reasons", async () => {
    const { server, key } = await plane();
    const flags = await client(server.url, key);
    const told = { flagMetadata: { digest: expect.stringMatching(/^[0-9a-f]{32}$/), version: 1 } };
    expect(await flags.getBooleanDetails("kill_switch", false)).toMatchObject({ value: true, variant: "on", reason: "STATIC", ...told });
    expect(await flags.getStringDetails("title", "?", { lang: "fr" })).toMatchObject({
      value: "Vos offres été",
      variant: "warm",
      reason: "TARGETING_MATCH",
    });
    const english = await flags.getStringDetails("title", "?", { lang: "en" });
    expect(english).toMatchObject({ value: "Jobs", variant: "plain", reason: "DEFAULT" });
    expect(await flags.getNumberDetails("page_size", 1)).toMatchObject({ value: 100, variant: "long" });
    expect(await flags.getNumberValue("ratio", 0)).toBe(0.5);
    expect(await flags.getNumberValue("ratio", 0, { all: true })).toBe(1);
    expect(await flags.getObjectValue("layout", {})).toEqual({ columns: 2, names: ["a", "b"] });
    expect(await flags.getBooleanDetails("closed", true)).toMatchObject({ value: false, reason: "DISABLED" });
    expect(await flags.getBooleanDetails("share", false, { targetingKey: "ada" })).toMatchObject({ reason: "SPLIT" });
  });

  it("says what is wrong, and gives the caller's default", async () => {
    const { server, key } = await plane();
    const flags = await client(server.url, key);
    const wrong = async (flag: string, code: string): Promise<void> => {
      expect(await flags.getBooleanDetails(flag, true)).toMatchObject({ value: true, reason: "ERROR", errorCode: code });
    };
    await wrong("no_such_flag", "FLAG_NOT_FOUND");
    await wrong("title", "TYPE_MISMATCH");
    await wrong("share", "TARGETING_KEY_MISSING");
    const stranger = await client(server.url, "cutover_0123456789abcdef_wrong");
    expect(await stranger.getBooleanDetails("kill_switch", false)).toMatchObject({ value: false, reason: "ERROR", errorCode: "GENERAL" });
    await server.kill();
    expect(await flags.getBooleanDetails("kill_switch", false)).toMatchObject({ value: false, errorCode: "GENERAL" });
  });

  it("hears of a change with the next question, and splits as every engine does", async () => {
    const { server, key } = await plane();
    const flags = await client(server.url, key);
    const asked = async (): Promise<boolean[]> => {
      const users = Array.from({ length: 40 }, (_, user) => flags.getBooleanValue("share", false, { targetingKey: `user_${user}` }));
      return Promise.all(users);
    };
    const { Engine } = await import("../dist/index.js");
    const own = Engine.fromString(RULESET);
    expect(await asked()).toEqual(Array.from({ length: 40 }, (_, user) => own.isEnabled("share", { targetingKey: `user_${user}` })));
    await server.publish(RULESET.replace("50%", "100%"));
    expect((await asked()).every(Boolean)).toBe(true);
    await server.ask("POST", "/admin/emergency-rollback", '{"flags":["share"]}');
    expect(await flags.getBooleanDetails("share", true, { targetingKey: "user_1" })).toMatchObject({ value: false, reason: "DISABLED" });
  });
});

describe.skipIf(command === undefined)("the provider for browsers", () => {
  it("takes all flags at once, asks again by their ETag, and hears of a change", async () => {
    const { server, key } = await plane();
    const statuses: number[] = [];
    const counted: typeof fetch = async (...request) => {
      const answer = await fetch(...request);
      statuses.push(answer.status);
      return answer;
    };
    const asks = { pollInterval: 50, cacheMode: "disabled" as const, fetchImplementation: counted };
    const options = { baseUrl: server.url, ...withKey(key), ...asks };
    await OpenFeatureWeb.setContext({ targetingKey: "ada", lang: "fr" });
    await OpenFeatureWeb.setProviderAndWait(forBrowsers(options));
    const flags = OpenFeatureWeb.getClient();
    expect(flags.getBooleanDetails("kill_switch", false)).toMatchObject({ value: true, variant: "on", reason: "STATIC" });
    expect([flags.getStringValue("title", "?"), flags.getNumberValue("page_size", 1)]).toEqual(["Vos offres été", 100]);
    expect(flags.getObjectValue("layout", {})).toEqual({ columns: 2, names: ["a", "b"] });
    expect(flags.getBooleanDetails("no_such_flag", true)).toMatchObject({ value: true, errorCode: "FLAG_NOT_FOUND" });
    expect(flags.getNumberDetails("title", 3)).toMatchObject({ value: 3, errorCode: "TYPE_MISMATCH" });
    const until = async (what: () => boolean): Promise<void> => {
      for (let attempt = 0; attempt < 200 && !what(); attempt += 1) await new Promise((resolve) => setTimeout(resolve, 25));
      expect(what()).toBe(true);
    };
    await until(() => statuses.filter((status) => status === 304).length >= 2);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    const changed = new Promise<readonly string[] | undefined>((resolve) =>
      flags.addHandler(ProviderEvents.ConfigurationChanged, (event) => resolve(event?.flagsChanged)),
    );
    await server.publish(RULESET.replace("default: long", "default: short"));
    expect(await changed).toContain("page_size");
    expect(flags.getNumberValue("page_size", 1)).toBe(20);
    // Somebody else signs in.
    await OpenFeatureWeb.setContext({ lang: "en" });
    expect(flags.getStringValue("title", "?")).toBe("Jobs");
    expect(flags.getBooleanDetails("share", true)).toMatchObject({ value: true, errorCode: "TARGETING_KEY_MISSING" });
  });

  it("is not let in with a wrong key", async () => {
    const { server } = await plane();
    const options = { baseUrl: server.url, ...withKey("cutover_0123456789abcdef_wrong"), cacheMode: "disabled" as const };
    await expect(OpenFeatureWeb.setProviderAndWait(forBrowsers(options))).rejects.toThrow("Initialization failed");
    expect(OpenFeatureWeb.getClient().getBooleanDetails("kill_switch", false)).toMatchObject({ value: false, reason: "ERROR" });
  });
});
