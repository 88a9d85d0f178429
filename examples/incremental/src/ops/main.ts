/**
 * What the plan of work runs, and people by hand: `node dist/ops/main.js COMMAND MODULE …`. A command may be run again.
 */

import { writeFile } from "node:fs/promises";
import { load } from "../load.js";
import { moduleNamed } from "../kinds.js";
import { archive, restore, retire, verify } from "./archive.js";
import { behind, differing, fromDocuments, fromSql, readsSeen, streamSeen, versions } from "./measure.js";
import { back, cut } from "./moves.js";
import { World } from "./world.js";

type Module = ReturnType<typeof moduleNamed>;
/** What a command prints; false is "no". */
type Answer = string | number | false;

const COMMANDS: Readonly<Record<string, (world: World, module: Module, args: readonly string[]) => Promise<Answer>>> = {
  /** From here on the log keeps what is written: before the load, so that nothing is between the two. */
  async slot(world, { name }, [what]) {
    if (what === "create") await world.slot(name).create();
    else if (what === "drop") await world.slot(name).drop();
    else throw new Error(`slot: found ${what ?? "nothing"}, expected create or drop`);
    return `slot ${what}`;
  },
  async index(world, { kinds }) {
    for (const kind of kinds) {
      const on = `ON documents USING gin (document jsonb_path_ops) WHERE collection = '${kind}'`;
      await world.documents.pool.query(`CREATE INDEX IF NOT EXISTS documents_${kind} ${on}`);
    }
    return `indexes of ${kinds.join(", ")}`;
  },
  async load(world, { name, kinds }, [kind = ""]) {
    if (!kinds.includes(kind)) throw new Error(`load: found ${kind}, expected one of ${kinds.join(", ")}`);
    const [page, pauseMs] = [Number(process.env["LOAD_PAGE"] ?? 200), Number(process.env["LOAD_PAUSE_MS"] ?? 0)];
    const { from, rows } = await load(name, kind, { sql: world.sql, documents: world.documents, keeper: world.keeper, page, pauseMs });
    return `${rows} ${kind}${from === "" ? "" : `, from behind ${from}`}`;
  },
  /** Takes back what load and stream have made. */
  async unload(world, { name, kinds }) {
    const { pool } = world.documents;
    await pool.query("DELETE FROM documents WHERE collection = ANY($1)", [kinds]);
    await pool.query("DELETE FROM checkpoints WHERE kind = ANY($1)", [kinds]);
    for (const table of ["partitions", "dead_letters"]) await pool.query(`DELETE FROM ${table} WHERE partition LIKE $1 || '%'`, [name]);
    await pool.query("DELETE FROM positions WHERE module = $1", [name]);
    return "the documents are as they were";
  },
  async phase(world, { name }, [phase = ""]) {
    await world.phase(name, phase);
    return phase;
  },
  async route(world, { kinds }, [service]) {
    if (service !== "legacy" && service !== "modules") throw new Error(`route: found ${service ?? "nothing"}, expected legacy or modules`);
    await world.route(kinds, service);
    return `${kinds.join(", ")}: ${service}`;
  },
  async cut(world, { name }) {
    await cut(world, name);
    return "writes go to the documents";
  },
  async back(world, { name }) {
    return `${await back(world, name)} records carried back`;
  },
  /** How many rows the load should have found, and has not brought: those that are older than the slot. */
  async lacking(world, { name, kinds }) {
    const { rows } = await world.sql.query<{ at: number }>(
      "SELECT (confirmed_flush_lsn - '0/0'::pg_lsn)::bigint AS at FROM pg_replication_slots WHERE slot_name = $1",
      [world.slot(name).name],
    );
    const at = rows[0]?.at ?? Infinity;
    const older = [...(await versions(world, kinds))].map(([kind, records]) => {
      return [kind, new Map([...records].filter(([, version]) => version <= at))] as const;
    });
    return behind(world, new Map(older));
  },
  /** How many records the documents have not as the rows are now, once the stream has seen this moment. */
  async behind(world, { name, kinds }) {
    const now = await versions(world, kinds);
    await world.caughtUp(name);
    return behind(world, now);
  },
  differing: (world, { name, kinds }, [sample = "50"]) => differing(world, name, kinds, Number(sample)),
  /** Waits until so many reads were compared. */
  async compared(world, { name }, [wanted = "100"]) {
    const counted = async () => (await readsSeen(world, name)).find(({ metric }) => metric === "divergence_rate")?.samples ?? 0;
    await world.until(`${wanted} reads were compared`, async () => (await counted()) >= Number(wanted), 60_000);
    return `${await counted()} reads were compared`;
  },
  /** Whether a gate of the ruleset passes by what is measured now. */
  async gate(world, { name }, [gate = ""]) {
    const seen = [...(await streamSeen(world, name)), ...(await readsSeen(world, name))];
    const { report } = (await world.engine()).gate(gate, null, seen);
    console.error(report.checks.map(({ metric, verdict, reason }) => `${metric}: ${verdict}: ${reason}`).join("\n"));
    return report.verdict === "pass" ? report.verdict : false;
  },
  async owed(world, { name }) {
    const { owed } = await world.status(name);
    return owed.pending + owed.claimed + owed.dead;
  },
  /** How many reads the SQL side has answered. */
  async asked(world, { name }) {
    return (await world.status(name))["counters"].reads.sql;
  },
  /** Both sides as files of one JSON object a line, for `reconcile.py`. */
  async export(world, { kinds }, [folder = "."]) {
    for (const [side, read] of [["sql", fromSql], ["documents", fromDocuments]] as const) {
      const lines: string[] = [];
      for (const kind of kinds) {
        for await (const { version, ...document } of read(world, kind)) {
          const sorted = JSON.stringify(document, (_, found: unknown) => sortedKeys(found));
          lines.push(JSON.stringify({ key: `${kind}/${document._id}`, version, document: sorted }));
        }
      }
      await writeFile(`${folder}/${side}.ndjson`, lines.map((line) => `${line}\n`).join(""));
    }
    return `${folder}/sql.ndjson ${folder}/documents.ndjson`;
  },
  async lag(world, { name }) {
    const seen = await streamSeen(world, name);
    return seen.map(({ metric, value }) => `${metric} ${value}`).join("\n");
  },
  /** `dead MODULE`, `dead MODULE mend ID JSON`, `dead MODULE replay ID`, `dead MODULE discard ID`. */
  async dead(world, { name }, [what, id = "", columns = "{}"]) {
    const { keeper } = world;
    if (what === undefined) {
      const letters = await keeper.letters(name);
      return letters.map(({ id, key, reason, problem }) => `${id} ${key} ${problem ?? reason ?? "behind another one"}`).join("\n");
    }
    if (what !== "mend" && what !== "replay" && what !== "discard") throw new Error(`dead: found ${what}, expected mend, replay or discard`);
    const changed = what === "mend" ? await keeper.mend(id, JSON.parse(columns) as object) : await keeper.decide(id, what);
    return changed === 1 ? `${what} ${id}` : false;
  },
  archive: (world, { name }, [file = ""]) => archive(world, name, file),
  verify: (_world, { name }, [file = ""]) => verify(name, file),
  restore: (world, { name }, [file = ""]) => restore(world, name, file),
  retire: (world, { name }) => retire(world, name),
};

function sortedKeys(found: unknown): unknown {
  if (typeof found !== "object" || found === null || Array.isArray(found)) return found;
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const [command = "", module, ...args] = process.argv.slice(2);
const run = COMMANDS[command];
if (run === undefined) {
  console.error(`usage: node dist/ops/main.js COMMAND MODULE …; COMMAND is one of ${Object.keys(COMMANDS).join(", ")}`);
  process.exit(2);
}
const world = new World();
try {
  const answer = await run(world, moduleNamed(module), args);
  if (answer === false) process.exitCode = 1;
  else console.log(answer);
} catch (error) {
  console.error(`${command}: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await world.close();
}
