/**
 * The whole way: a control plane, the service as its client, a Prometheus that measures it, and the scripts of the migration, as
 * people run them. Every server is a real one; only the waits are short.
 */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Bench, command, freePort, here, PYTHON, startNexten, startService, until } from "./support.js";

const scripts = here("../../control-plane/scripts");

test("from nobody to everybody by what is measured, and back at once", { timeout: 240_000 }, async () => {
  await using bench = await Bench.make();
  const { folder } = bench;
  const nexten = await startNexten(bench);

  // The control plane, with the ruleset of the example in production.
  const planePort = await freePort();
  const plane = `http://127.0.0.1:${planePort}`;
  const published = join(folder, "production.yaml");
  await writeFile(published, await readFile(here("../ruleset.yaml")));
  bench.start(command(), ["serve", "--listen", `127.0.0.1:${planePort}`, "--data", join(folder, "plane"), "--import", folder], {
    stdio: "ignore",
  });
  await until("the control plane is ready", async () => (await fetch(`${plane}/readyz`)).ok);
  const admin = (await readFile(join(folder, "plane/admin-key"), "utf8")).trim();
  const ask = (path: string, body?: unknown) =>
    fetch(`${plane}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${admin}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const { key } = (await (await ask("/v1/keys", { name: "matching", role: "server", env: "production" })).json()) as { key: string };
  await writeFile(join(folder, ".curlrc"), `header = "Authorization: Bearer ${admin}"\n`);

  const service = await startService(bench, ["--nexten", nexten.url, "--cutover", plane], { CUTOVER_KEY: key });

  // Prometheus asks the service each second.
  const prometheusPort = await freePort();
  const prometheus = `http://127.0.0.1:${prometheusPort}`;
  await writeFile(
    join(folder, "prometheus.yml"),
    `scrape_configs: [{ job_name: matching, scrape_interval: 1s, static_configs: [{ targets: ["${new URL(service).host}"] }] }]\n`,
  );
  bench.start(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "prometheus")}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      "--log.level=error",
    ],
    { stdio: "ignore" },
  );
  await until("Prometheus is ready", async () => (await fetch(`${prometheus}/-/ready`)).ok);

  const env = {
    HOME: folder,
    SERVER: plane,
    VALIDATE: `cutover-validate-migration --ruleset ${published} --plan supersmartmatch_v2 --prometheus ${prometheus} --step=1s`,
    STEPS: "25 50",
    SETTLE: "0",
    WATCH: "0",
    WINDOW: "5m",
  };
  const script = (name: string, ...args: string[]) => bench.run("bash", [join(scripts, name), ...args], env);
  const load = async (from: number, count: number) => {
    const { code, text } = await bench.run(process.execPath, [
      here("../dist/load.js"), "--server", service, "--from", String(from), "--count", String(count),
    ]);
    expect(code, text).toBe(0);
    return JSON.parse(text) as Record<"v1" | "v2", { asked: number; suited: number }>;
  };
  const share = (percent: number) =>
    until(`the service follows to ${percent} %`, async () => {
      const config = (await (await ask("/admin/config")).json()) as { v2_traffic_percentage: number };
      return config.v2_traffic_percentage === percent;
    });
  const measured = () =>
    until("Prometheus has seen the second version", async () => {
      const answer = await fetch(`${prometheus}/api/v1/query?query=supersmartmatch_precision{version="v2"}`);
      return ((await answer.json()) as { data: { result: unknown[] } }).data.result.length > 0;
    });

  // Weeks 1 and 2: it is there, and nobody is sent to it.
  expect(await script("1-deploy.sh")).toMatchObject({ code: 0 });
  expect((await load(0, 200)).v2.asked).toBe(0);

  // Without anything measured no step is good, and the script goes back.
  const unmeasured = await script("3-migrate.sh");
  expect(unmeasured.code, unmeasured.text).toBe(1);
  await share(0);

  // Weeks 3 and 4: a share of the candidates, who are always the same.
  expect(await script("2-ab-test.sh", "20")).toMatchObject({ code: 0 });
  await share(20);
  const first = await until("a share is matched by the second version", async () => {
    const seen = await load(200, 300);
    return seen.v2.asked > 30 ? seen : null;
  });
  expect(first.v2.asked).toBeLessThan(100);
  expect(first.v2.suited / first.v2.asked).toBeGreaterThanOrEqual(0.95);
  expect(first.v1.suited / first.v1.asked).toBeLessThan(0.9);

  // Weeks 5 to 8: on by what is measured.
  await measured();
  const migrated = await script("3-migrate.sh");
  expect(migrated.code, migrated.text).toBe(0);
  await share(50);

  // `nexten` ends: the fallbacks answer, nobody notices but the gate.
  nexten.child.kill("SIGKILL");
  expect((await load(600, 200)).v2.asked).toBeGreaterThan(60);
  const failed = await until("the gate sees the fallbacks", async () => {
    const seen = await bench.run(join(PYTHON, "../cutover-validate-migration"), [
      "--ruleset", published, "--plan", "supersmartmatch_v2", "--prometheus", prometheus, "--percentage=50", "--window=5m", "--step=1s",
    ]);
    return seen.code === 1 ? seen : null;
  });
  expect(failed.text).toContain("fallback_rate");

  // And back, at once.
  expect(await script("rollback-immediate.sh")).toMatchObject({ code: 0 });
  await until("nobody is matched by the second version", async () => (await load(0, 40)).v2.asked === 0);
});
