/** What providers do beside answering: events, changes, counts, and living with other providers and hooks. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  FirstMatchStrategy,
  InMemoryProvider,
  MultiProvider,
  OpenFeature,
  ProviderEvents,
} from "@openfeature/server-sdk";
import type { EventDetails } from "@openfeature/server-sdk";
import { MultiProvider as WebMultiProvider, OpenFeature as Web, ProviderEvents as WebEvents } from "@openfeature/web-sdk";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { Engine } from "../../dist/index.js";
import { CutoverProvider, TrackedCounts } from "../../dist/openfeature-server.js";
import type { Tracked } from "../../dist/openfeature-server.js";
import { CutoverWebProvider } from "../../dist/openfeature-web.js";
import { Source } from "../../dist/source.js";
import { ControlPlane, ENV, folder, ruleset, until } from "../source/support.js";

const RULES = `cutover: 1
flags:
  checkout: { variants: { old: 1, new: 2 }, default: old, rules: [{ if: { attribute: lucky, is: true }, serve: new }] }
  beta: { rules: [{ serve: on }] }
gates:
  g: { checks: [{ metric: failures, test: share, at_most: 50%, min_samples: 2 }] }
`;

afterEach(async () => {
  await OpenFeature.close();
  await Web.close();
});

describe("a provider of a source", () => {
  async function following(): Promise<{ server: ControlPlane; source: Source; heard: string[]; changes: EventDetails[] }> {
    const server = await ControlPlane.start();
    server.publish(ruleset(0));
    const source = Source.http({ url: server.url, env: ENV, staleAfterMs: 100, baseMs: 10, capMs: 20 });
    onTestFinished(() => source.close());
    const [heard, changes]: [string[], EventDetails[]] = [[], []];
    const client = OpenFeature.getClient();
    for (const event of Object.values(ProviderEvents)) client.addHandler(event as ProviderEvents.Ready, () => heard.push(event));
    client.addHandler(ProviderEvents.ConfigurationChanged, (details) => changes.push(details as EventDetails));
    await OpenFeature.setProviderAndWait(new CutoverProvider(source));
    return { server, source, heard, changes };
  }

  it("is ready with its first ruleset, and says which flags a change concerns", async () => {
    const { server, heard, changes } = await following();
    const flags = OpenFeature.getClient();
    expect(await flags.getBooleanDetails("beta", true, { id: "a" })).toMatchObject({ value: false, flagMetadata: { version: 1 } });
    server.publish(ruleset(100));
    await until(() => changes.length > 0);
    expect(changes[0]).toMatchObject({ flagsChanged: ["beta"], metadata: { version: 2 } });
    expect(await flags.getBooleanDetails("beta", false, { id: "a" })).toMatchObject({ value: true, flagMetadata: { version: 2 } });
    expect(heard.filter((event) => event === ProviderEvents.Ready)).toHaveLength(1);
  });

  it("is stale while nothing is heard, decides all the same, and is ready again", async () => {
    const { server, heard } = await following();
    const flags = OpenFeature.getClient();
    const port = Number(new URL(server.url).port);
    await server.kill();
    await until(() => flags.providerStatus === "STALE");
    expect(await flags.getBooleanDetails("steady", false)).toMatchObject({ value: true, reason: "STALE" });
    await server.listen(port);
    await until(() => flags.providerStatus === "READY");
    expect(await flags.getBooleanDetails("steady", false)).toMatchObject({ value: true, reason: "STATIC" });
    expect(heard.filter((event) => event === ProviderEvents.Stale)).toHaveLength(1);
  });

  it("is in error without a first ruleset, and ready once there is one", async () => {
    const path = join(folder(), "ruleset.json");
    const source = Source.file(path, { pollMs: 10 });
    onTestFinished(() => source.close());
    await expect(OpenFeature.setProviderAndWait(new CutoverProvider(source, { readyMs: 30 }))).rejects.toThrow("there is no ruleset");
    const flags = OpenFeature.getClient();
    expect(flags.providerStatus).toBe("ERROR");
    expect(await flags.getBooleanDetails("steady", false)).toMatchObject({ value: false, errorCode: "PROVIDER_NOT_READY" });
    writeFileSync(path, ruleset(0));
    await until(() => flags.providerStatus === "READY");
    expect(await flags.getBooleanValue("steady", false)).toBe(true);
  });

  it("listens no more once it is shut down, and leaves the source to others", async () => {
    const { server, source, changes } = await following();
    await OpenFeature.clearProviders();
    server.publish(ruleset(100));
    await until(() => source.epoch === 2);
    expect(changes).toEqual([]);
    expect(source.engine.isEnabled("beta", { id: "a" })).toBe(true);
    expect(() => new CutoverProvider(source).apply("cutover: 1")).toThrow("gets its rulesets from there");
  });
});

it("a text that is refused is fatal, and one that is applied is not", async () => {
  await expect(OpenFeature.setProviderAndWait(new CutoverProvider("cutover: 1\nflgs: {}"))).rejects.toThrow("did you mean `flags`?");
  expect(OpenFeature.getClient().providerStatus).toBe("FATAL");
  const provider = new CutoverProvider(RULES);
  const changed: unknown[] = [];
  OpenFeature.getClient().addHandler(ProviderEvents.ConfigurationChanged, (details) => changed.push(details?.flagsChanged));
  await OpenFeature.setProviderAndWait(provider);
  expect(() => provider.apply("cutover: 2")).toThrow();
  provider.apply(RULES.replace("default: old", "default: new"));
  expect(await OpenFeature.getClient().getNumberValue("checkout", 0)).toBe(2);
  await until(() => changed.length > 0);
  expect(changed).toEqual([["checkout"]]);
});

it("counts what is served and tracked, as a gate observes it", async () => {
  const [counts, events] = [new TrackedCounts(["checkout"]), [] as Tracked[]];
  const engine = Engine.fromString(RULES);
  const options = { counts, track: (event: Tracked) => events.push(event), trackFlags: ["beta"] };
  await OpenFeature.setProviderAndWait(new CutoverProvider(engine, options));
  const flags = OpenFeature.getClient();
  const arms = { flag: "checkout", event: "failed", old: "old", new: "new" };
  expect(engine.gate("g", null, [counts.observation("failures", arms, 0)], { now: 0 }).report.verdict).toBe("no_data");
  for (const lucky of [true, true, true, false]) await flags.getNumberValue("checkout", 0, { lucky });
  await flags.getStringValue("checkout", "?", { lucky: true }); // No value is served of another type.
  await flags.getBooleanValue("beta", false);
  flags.track("failed", { lucky: true, targetingKey: "ada" }, { value: 9.5, page: "basket" });
  const observed = counts.observation("failures", { ...arms, share: 0.75 }, 1_000);
  expect(observed).toEqual({ metric: "failures", at: 1_000, old: { events: 0, total: 1 }, new: { events: 1, total: 3 }, share: 0.75 });
  expect(events).toEqual([
    {
      name: "failed",
      value: 9.5,
      attributes: { page: "basket" },
      targetingKey: "ada",
      variants: { checkout: "new", beta: "on" },
      digest: engine.digest,
    },
  ]);
});

it("lives with other providers, and lets hooks see its answers and errors", async () => {
  const variants = { on: true, off: false };
  const other = new InMemoryProvider({ elsewhere: { variants, defaultVariant: "on", disabled: false } });
  const providers = [{ provider: new CutoverProvider(RULES) }, { provider: other }];
  await OpenFeature.setProviderAndWait(new MultiProvider(providers, new FirstMatchStrategy()));
  const flags = OpenFeature.getClient();
  const seen: unknown[] = [];
  flags.addHooks({ after: (_, details) => void seen.push(details.variant), error: (_, error) => void seen.push(error) });
  expect(await flags.getBooleanDetails("beta", false)).toMatchObject({ value: true, variant: "on", reason: "STATIC" });
  expect(await flags.getBooleanDetails("elsewhere", false)).toMatchObject({ value: true });
  expect(await flags.getStringDetails("beta", "?")).toMatchObject({ value: "?", reason: "ERROR" });
  expect(seen).toEqual(["on", "on", expect.any(Error)]);
  expect(String(seen[2])).toContain("flag `beta` serves boolean, and string was asked for");
});

describe("the provider for pages", () => {
  it("decides by the context of the page, and says that it reconciles", async () => {
    const heard: string[] = [];
    await Web.setContext("page", { lucky: false });
    await Web.setProviderAndWait("page", new CutoverWebProvider(Engine.fromString(RULES)));
    const flags = Web.getClient("page");
    for (const event of [WebEvents.Reconciling, WebEvents.ContextChanged, WebEvents.Ready] as const) {
      flags.addHandler(event, () => heard.push(event));
    }
    expect(flags.getNumberDetails("checkout", 0)).toMatchObject({ value: 1, variant: "old", reason: "DEFAULT" });
    const changed = Web.setContext("page", { lucky: true });
    expect(flags.providerStatus).toBe("RECONCILING");
    await changed;
    expect(flags.getNumberDetails("checkout", 0)).toMatchObject({ value: 2, reason: "TARGETING_MATCH" });
    await until(() => heard.includes(WebEvents.ContextChanged));
    expect(heard).toEqual([WebEvents.Ready, WebEvents.Reconciling, WebEvents.ContextChanged]);
  });

  it("stays stale where it is, and in error, whatever the context", async () => {
    const away = (fallback?: Engine): Source => {
      const source = Source.http({ url: "http://127.0.0.1:9", env: ENV, ...(fallback && { fallback }) });
      onTestFinished(() => source.close());
      return source;
    };
    await Web.setProviderAndWait("stale", new CutoverWebProvider(away(Engine.fromString(RULES))));
    const flags = Web.getClient("stale");
    await until(() => flags.providerStatus === "STALE");
    await Web.setContext("stale", { lucky: true });
    await until(() => flags.providerStatus === "STALE");
    expect(flags.getNumberDetails("checkout", 0)).toMatchObject({ value: 2, reason: "STALE" });
    await expect(Web.setProviderAndWait("none", new CutoverWebProvider(away(), { readyMs: 20 }))).rejects.toThrow("there is no ruleset");
    await Web.setContext("none", { lucky: true }).catch(() => undefined);
    expect(Web.getClient("none").providerStatus).toBe("ERROR");
  });

  it("is one of several, and tracks", async () => {
    const counts = new TrackedCounts(["beta"]);
    const provider = new CutoverWebProvider(RULES, { counts });
    await Web.setProviderAndWait("many", new WebMultiProvider([{ provider }]));
    const flags = Web.getClient("many");
    expect(flags.getBooleanValue("beta", false)).toBe(true);
    flags.track("seen");
    const arms = { flag: "beta", event: "seen", old: "off", new: "on" };
    expect(counts.observation("m", arms, 0).new).toEqual({ events: 1, total: 1 });
    const changed = new Promise<unknown>((resolve) =>
      flags.addHandler(WebEvents.ConfigurationChanged, (details) => resolve(details?.flagsChanged)),
    );
    provider.apply(RULES.replace("serve: on", "serve: off"));
    expect(await changed).toEqual(["beta"]);
    expect(flags.getBooleanValue("beta", true)).toBe(false);
  });
});
