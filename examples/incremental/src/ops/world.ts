/** What operators' commands work on: both databases, the ruleset that all processes follow, and the gateway. */

import { readFile, rename, writeFile } from "node:fs/promises";
import { Engine } from "cutover";
import type { Pool } from "pg";
import { isMap, isSeq, parseDocument } from "yaml";
import type { Document as Yaml } from "yaml";
import { pool } from "../database.js";
import { PostgresDocuments } from "../documents.js";
import { SqlStore } from "../sql.js";
import { Keeper } from "../stream/kept.js";
import { Slot } from "../stream/slot.js";

/** On a machine that is busy with something else a stream takes its time. */
const WAIT_MS = 60_000;

export class World {
  readonly sql: Pool = pool(process.env["SHOP_SQL"]);
  readonly rows = new SqlStore(this.sql);
  readonly documents = new PostgresDocuments(pool(process.env["SHOP_DOCUMENTS"]));
  readonly keeper = new Keeper(this.documents.pool);
  readonly #ruleset = process.env["SHOP_RULESET"] ?? "ruleset.yaml";
  readonly #gateway = process.env["SHOP_GATEWAY"] ?? "http://127.0.0.1:4330";

  slot(module: string): Slot {
    return new Slot(this.sql, module);
  }

  async engine(): Promise<Engine> {
    return Engine.fromString(await readFile(this.#ruleset, "utf8"));
  }

  /** Puts a module into a phase, and waits until the gateway decides by it. */
  async phase(module: string, phase: string): Promise<void> {
    await this.#edit((ruleset) => ruleset.setIn(["migrations", module, "phase"], phase));
    await this.until(`the gateway is in ${phase}`, async () => (await this.status(module))["phase"] === phase);
  }

  /** Has the path table send the kinds of a module to a service. */
  async route(kinds: readonly string[], service: "legacy" | "modules"): Promise<void> {
    await this.#edit((ruleset) => {
      const entries = ruleset.getIn(["paths", "shop"]);
      for (const entry of isSeq(entries) ? entries.items : []) {
        if (!isMap(entry) || !kinds.some((kind) => entry.get("path") === `/api/${kind}`)) continue;
        entry.set("service", service);
        entry.set("side", service === "legacy" ? "old" : "new");
      }
    });
  }

  async status(module: string): Promise<Readonly<Record<string, any>>> {
    const answer = await fetch(`${this.#gateway}/status`);
    if (!answer.ok) throw new Error(`the gateway answers ${answer.status}`);
    const { modules } = (await answer.json()) as { modules: Record<string, Record<string, unknown>> };
    return modules[module] ?? {};
  }

  async tell(module: string, what: "hold" | "release"): Promise<void> {
    const { status } = await fetch(`${this.#gateway}/operations/${module}/${what}`, { method: "POST" });
    if (status !== 204) throw new Error(`the gateway answers ${status}`);
  }

  async until(what: string, look: () => Promise<boolean>, withinMs = WAIT_MS): Promise<void> {
    for (const end = Date.now() + withinMs; ; ) {
      if (await look()) return;
      if (Date.now() > end) throw new Error(`in ${withinMs / 1_000} s it did not come about that ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Waits until the stream has applied all that the log has at this moment. */
  async caughtUp(module: string): Promise<void> {
    const { rows } = await this.sql.query<{ lsn: string }>("SELECT pg_current_wal_lsn() AS lsn");
    await this.until("the stream has caught up", async () => {
      const { rows: found } = await this.sql.query<{ there: boolean }>(
        "SELECT confirmed_flush_lsn >= $2 AS there FROM pg_replication_slots WHERE slot_name = $1",
        [this.slot(module).name, rows[0]?.lsn],
      );
      return found[0]?.there === true;
    });
  }

  async #edit(change: (ruleset: Yaml) => void): Promise<void> {
    const ruleset = parseDocument(await readFile(this.#ruleset, "utf8"));
    change(ruleset);
    const text = String(ruleset);
    // What is no ruleset is not handed out.
    Engine.fromString(text);
    await writeFile(`${this.#ruleset}.new`, text);
    await rename(`${this.#ruleset}.new`, this.#ruleset);
  }

  async close(): Promise<void> {
    await Promise.all([this.sql.end(), this.documents.pool.end()]);
  }
}
