/** The two moves at which another store is written first. Writes wait while they are made, and none is refused. */

import { transaction } from "../database.js";
import { moduleNamed } from "../kinds.js";
import { TABLES } from "../schema.js";
import { behind, versions } from "./measure.js";
import type { World } from "./world.js";

const grant = (tables: readonly string[]): string => `GRANT INSERT, UPDATE, DELETE ON ${tables.join(", ")} TO shop`;
const revoke = (tables: readonly string[]): string => `REVOKE INSERT, UPDATE, DELETE ON ${tables.join(", ")} FROM shop`;

/** Writes go to the documents from here on. */
export async function cut(world: World, name: string): Promise<void> {
  const { kinds } = moduleNamed(name);
  const tables = TABLES[name] ?? [];
  // The command ended between the move and the slot.
  if ((await world.status(name))["phase"] === "write_new") return world.slot(name).drop();
  await world.tell(name, "hold");
  try {
    // Whoever else writes has ended by now, and nobody begins: what the log has is all.
    await transaction(world.sql, async (client) => {
      await client.query(`LOCK TABLE ${tables.join(", ")} IN EXCLUSIVE MODE`);
      await client.query(revoke(tables));
    });
    await world.until("the outbox owes nothing", async () => {
      const { owed } = await world.status(name);
      return owed.pending + owed.claimed + owed.dead + owed.begun === 0;
    });
    await world.caughtUp(name);
    const late = await behind(world, await versions(world, kinds));
    if (late > 0) throw new Error(`${late} records are not in the documents`);
    if ((await world.status(name))["held"] !== true) throw new Error("writes were let go before the move was made");
    await world.phase(name, "write_new");
    await world.slot(name).drop();
  } catch (error) {
    if ((await world.status(name))["phase"] !== "write_new") await world.sql.query(grant(tables));
    throw error;
  } finally {
    await world.tell(name, "release");
  }
}

/** Back: the rows get what was written to the documents alone, and writes go to them first again. Gives how many records that were. */
export async function back(world: World, name: string): Promise<number> {
  const { kinds } = moduleNamed(name);
  const tables = TABLES[name] ?? [];
  await world.tell(name, "hold");
  try {
    // Before anybody else may write again: what a tool writes then has to be in the log.
    await world.slot(name).create();
    let carried = 0;
    for (const kind of kinds) carried += await carry(world, kind);
    await world.sql.query(grant(tables));
    await world.phase(name, "dual_write");
    return carried;
  } finally {
    await world.tell(name, "release");
  }
}

async function carry({ documents, rows }: World, kind: string): Promise<number> {
  interface Late {
    readonly id: string;
    readonly version: number;
    readonly document: { readonly _id: string } | null;
  }
  const { rows: all } = await documents.pool.query<Late>(
    "SELECT id, version, document FROM documents WHERE collection = $1 ORDER BY id",
    [kind],
  );
  let carried = 0;
  for (const { id, version, document } of all) {
    const there = await rows.get(kind, id);
    if (document === null ? there === null : there !== null && there.version >= version) continue;
    if (document !== null) await rows.write(kind, id, document, { version });
    else await rows.delete(kind, id, { version: Math.max(version, (there?.version ?? 0) + 1) });
    carried += 1;
  }
  return carried;
}
