/** Connections. Where the databases are, processes are told by `SHOP_SQL` and `SHOP_DOCUMENTS`: the folder of a server's socket. */

import pg from "pg";

// Versions are far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

// Times stay texts with their offset, "2024-01-15T11:00:00.123456+01:00": a `Date` has no microseconds. What reads the log asks the same.
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text: string) => text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));

export function pool(where: string | undefined, user = "cutover"): pg.Pool {
  if (where === undefined || where === "") {
    throw new Error("SHOP_SQL and SHOP_DOCUMENTS have to say where the databases are; `npm start` prints them");
  }
  const made = new pg.Pool({
    ...{ host: where, user, database: "cutover", max: 12, connectionTimeoutMillis: 2_000 },
    options: "-c timezone=Europe/Paris",
  });
  // A connection that broke while nobody used it; whoever wants one next is told.
  made.on("error", () => undefined);
  return made;
}

/** Runs `work` in a transaction. */
export async function transaction<T>(from: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await from.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const done = await work(client);
    await client.query("COMMIT");
    return done;
  } catch (error) {
    await client.query("ROLLBACK").catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
}
