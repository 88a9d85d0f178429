/** A source against the real control plane: `CUTOVER_SERVER` is the command `cutover`, where `target` has none. */

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Source } from "../../dist/source.js";
import { Server, command } from "./plane.js";
import { ENV, folder, ruleset, until } from "./support.js";

const everybody = (source: Source): boolean => source.engine.isEnabled("beta", { id: "u" });

describe.skipIf(command === undefined)("the control plane", () => {
  it("signs, publishes, knows who has adopted what, and is gone and back", async () => {
    const server = await Server.start();
    await server.publish(ruleset(0));
    const [signing] = await server.ask<{ id: string; public: string }[]>("GET", "/v1/signing-keys");
    if (signing === undefined) expect.unreachable();
    const source = server.source({ node: "pod-1", publicKeys: { [signing.id]: signing.public }, cache: join(folder(), "last") });
    const errors: string[] = [];
    source.on("error", ({ code }) => errors.push(code));
    await source.ready(10_000);
    expect(everybody(source)).toBe(false);
    const first = source.epoch as number;
    await server.publish(ruleset(100));
    await until(() => source.epoch === first + 1);
    expect([everybody(source), errors]).toEqual([true, []]);
    const nodes = () => server.ask<{ all: { node: string; epoch: number }[] }>("GET", `/v1/rulesets/${ENV}/nodes`);
    let adopted = await nodes();
    for (let left = 200; left > 0 && adopted.all[0]?.epoch !== first + 1; left -= 1) adopted = await nodes();
    expect(adopted.all).toMatchObject([{ node: "pod-1", epoch: first + 1 }]);
    await server.kill();
    await until(() => errors.includes("unreachable"));
    expect(everybody(source)).toBe(true);
    await server.run();
    await server.publish(ruleset(0));
    await until(() => source.epoch === first + 2);
    expect(everybody(source)).toBe(false);
    // An orderly end is nobody's error.
    errors.length = 0;
    await server.kill("SIGTERM");
    await server.run();
    await server.publish(ruleset(100));
    await until(() => source.epoch === first + 3);
    expect(errors.filter((code) => code !== "unreachable")).toEqual([]);
  });

  it("an emergency reaches every client", async () => {
    const server = await Server.start();
    await server.publish(ruleset(100));
    const clients = Array.from({ length: 50 }, () => server.source({ reportMs: null }));
    await Promise.all(clients.map((client) => client.ready(20_000)));
    expect(clients.every(everybody)).toBe(true);
    const began = performance.now();
    const arrival = (client: Source) =>
      new Promise<number>((resolve) => client.on("changed", () => resolve(performance.now() - began)));
    const arrived = clients.map(arrival);
    await server.ask("POST", `/admin/emergency-rollback?env=${ENV}`, '{"flags":["beta"],"reason":"a test"}');
    const times = (await Promise.all(arrived)).sort((one, other) => one - other);
    console.log(`an emergency of the control plane in 50 clients: median ${times[25]?.toFixed(1)} ms, last ${times.at(-1)?.toFixed(1)} ms`);
    expect(clients.some(everybody)).toBe(false);
  });
});
