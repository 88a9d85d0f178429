/** What validations look at. Each is a number, or the verdict of a gate. */

import type { Observation } from "cutover";
import { documentOf } from "../kinds.js";
import type { Document } from "../kinds.js";
import type { World } from "./world.js";

const PAGE = 500;

export type Versioned = Document & { readonly version: number };

/** All records of the SQL side as documents, by id. */
export async function* fromSql({ rows }: World, kind: string): AsyncGenerator<Versioned> {
  for (let after = ""; ; ) {
    const page = await rows.after(kind, after, PAGE);
    for (const row of page) yield documentOf(kind, row);
    if (page.length < PAGE) return;
    after = page.at(-1)?.id ?? after;
  }
}

export async function* fromDocuments({ documents }: World, kind: string): AsyncGenerator<Versioned> {
  for (let after = ""; ; ) {
    const page = await documents.find(kind, {}, PAGE, after);
    for (const { document, version } of page) yield { ...document, version };
    if (page.length < PAGE) return;
    after = page.at(-1)?.document._id ?? after;
  }
}

/** The versions that the rows have now, by kind and id. */
export async function versions(world: World, kinds: readonly string[]): Promise<Map<string, Map<string, number>>> {
  const found = new Map<string, Map<string, number>>();
  for (const kind of kinds) {
    const { rows } = await world.sql.query<{ id: string; version: number }>(`SELECT id, version FROM ${kind}`);
    found.set(kind, new Map(rows.map(({ id, version }) => [id, version])));
  }
  return found;
}

/** How many of these records the documents have not, or have older. */
export async function behind(world: World, wanted: ReadonlyMap<string, ReadonlyMap<string, number>>): Promise<number> {
  let count = 0;
  for (const [kind, records] of wanted) {
    const { rows } = await world.documents.pool.query<{ id: string; version: number }>(
      "SELECT id, version FROM documents WHERE collection = $1",
      [kind],
    );
    const there = new Map(rows.map(({ id, version }) => [id, version]));
    for (const [id, version] of records) if ((there.get(id) ?? -1) < version) count += 1;
  }
  return count;
}

/** Of some records that both sides have in the same version, how many differ by the comparator of their module. */
export async function differing(world: World, module: string, kinds: readonly string[], sample: number): Promise<number> {
  const engine = await world.engine();
  let differ = 0;
  for (const kind of kinds) {
    const ids = await world.sql.query<{ id: string }>(`SELECT id FROM ${kind} ORDER BY random() LIMIT $1`, [sample]);
    for (const { id } of ids.rows) {
      const [row, found] = [await world.rows.get(kind, id), await world.documents.get(kind, id)];
      if (row === null || found?.version !== row.version) continue;
      const { verdict } = engine.judge(module, { value: row }, { value: found.document });
      if (verdict !== "match") differ += 1;
    }
  }
  return differ;
}

/** What the gate `change_stream` is judged by. What is not there is not told, and that is no pass. */
export async function streamSeen(world: World, module: string): Promise<Observation[]> {
  const at = Date.now();
  const [bytes, age, letters] = await Promise.all([
    world.slot(module).lagBytes(),
    world.keeper.heartbeatAgeMs(module),
    world.keeper.letters(module),
  ]);
  return [
    ...(bytes === null ? [] : [{ metric: "stream_lag_bytes", at, value: bytes }]),
    ...(age === null ? [] : [{ metric: "stream_lag_ms", at, value: age }]),
    { metric: "dead_letters", at, value: letters.length },
  ];
}

/** What the gates of the reads are judged by. */
export async function readsSeen(world: World, module: string): Promise<Observation[]> {
  const at = Date.now();
  const { divergence, counters } = await world.status(module);
  const both = [divergence.records.divergence, divergence.lists.divergence];
  const [count, of] = [both.reduce((sum, { count }) => sum + count, 0), both.reduce((sum, { of }) => sum + of, 0)];
  const answered = Object.values(counters.reads as Record<string, number>).reduce((sum, reads) => sum + reads, 0);
  const all = answered + counters.failedReads;
  return [
    ...(of === 0 ? [] : [{ metric: "divergence_rate", at, value: count / of, samples: of }]),
    ...(all === 0 ? [] : [{ metric: "read_error_rate", at, value: counters.failedReads / all, samples: all }]),
  ];
}
