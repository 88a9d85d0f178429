/** The running server: what it counts, what it follows, and a write that is read back. */

import { parseSamples, total } from "../src/samples.js";
import { element } from "./dom.js";
import { NEW, OLD } from "./routes.js";

export interface Counts {
  readonly recruiters: { readonly offers: number } | null;
  readonly jobs_partners: { readonly offers: number };
  readonly stream: {
    readonly state: string | null;
    readonly lag_ms: number | null;
    readonly backlog: number;
    readonly oldest_ms: number | null;
  };
}

export async function json<T>(path: string, method = "GET", body?: object): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: { "x-client": "page", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return (await response.json()) as T;
}

/** The samples of the server's metrics, by name and labels. */
export async function metrics(): Promise<Map<string, number>> {
  return parseSamples(await (await fetch("/metrics")).text());
}

export function fillCounters(list: HTMLElement, samples: ReadonlyMap<string, number>, counts: Counts): void {
  const of = (name: string, label?: string) => String(total(samples, name, label));
  const pair = (name: string, label: string) => [OLD, NEW].map((store) => of(name, `${label}="${store}"`));
  const rows: (readonly [string, readonly (string | undefined)[]])[] = [
    ["", [OLD, NEW]],
    ["offers", [String(counts.recruiters?.offers ?? "removed"), String(counts.jobs_partners.offers)]],
    ["reads", pair("migration_reads_total", "source")],
    ["writes", pair("migration_writes_total", "target")],
    ["write errors", pair("migration_write_errors_total", "target")],
    ["fallbacks", [of("migration_fallbacks_total")]],
    ["in the lag", [String(counts.stream.backlog)]],
  ];
  list.replaceChildren(
    ...rows.flatMap(([name, values]) => [
      element("dt", {}, name),
      ...values.map((value, index) =>
        element("dd", { class: values.length === 1 ? "both" : index === 0 ? "old" : "new" }, value ?? ""),
      ),
    ]),
  );
}

const AGAIN_AFTER_MS = [0, 600, 1200, 1800, 2400];

/** Writes an offer and reads it back until it comes back as it was written; says what happened, line by line. */
export async function probe(log: HTMLElement): Promise<void> {
  const say = (kind: string, text: string) => log.append(element("li", { class: kind }, text));
  log.replaceChildren();
  const offer = {
    establishment_id: "etab-01",
    job_title: "Offre d'essai",
    job_description: "première version",
    job_type: ["Apprentissage"],
    job_duration: 12,
    job_start_date: "2026-09-01",
    job_count: 1,
    job_status: "Active",
  };
  try {
    const { _id } = await json<{ _id: string }>("/offers", "POST", offer);
    say("done", "created, acknowledged");
    await readBack(_id, "première version", say);
    await json(`/offers/${_id}`, "PATCH", { job_description: "seconde version" });
    say("done", "changed, acknowledged");
    await readBack(_id, "seconde version", say);
  } catch (error) {
    say("failed", error instanceof Error ? error.message : String(error));
  }
}

async function readBack(id: string, expected: string, say: (kind: string, text: string) => void): Promise<void> {
  const writtenMs = performance.now();
  let first = true;
  for (const afterMs of AGAIN_AFTER_MS) {
    const waitMs = afterMs - (performance.now() - writtenMs);
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const response = await fetch(`/offers/${id}`, { headers: { "x-client": "page" } });
    const from = response.headers.get("x-read-from") ?? "no store";
    const fellBack = response.headers.get("x-fell-back") === "true" ? ", the fallback" : "";
    const found = response.ok ? ((await response.json()) as { job_description: string }).job_description : null;
    const after = `read after ${Math.round(performance.now() - writtenMs)} ms from ${from}${fellBack}`;
    if (found === expected) {
      // From the fallback it is as written, and the new store does not have it yet.
      if (first || fellBack === "") say("current", `${after}: as written`);
      first = false;
      if (fellBack === "") return;
      continue;
    }
    const seen = found === null ? "not found" : "the version before";
    say("stale", `${after}: ${response.status === 503 ? "the store does not answer" : seen}`);
  }
}
