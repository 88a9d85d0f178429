/** The end of the rows of a module: an archive by `pg_dump`, from which they come back. */

import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { TABLES } from "../schema.js";
import type { World } from "./world.js";

const run = promisify(execFile);

/** A program of PostgreSQL: of the newest version where several are installed. */
function program(name: string): string {
  const home = "/usr/lib/postgresql";
  const versions = existsSync(home) ? readdirSync(home).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(home, version, "bin", name)).find((path) => existsSync(path)) ?? name;
}

const at = (): string[] => ["-h", process.env["SHOP_SQL"] ?? "", "-U", "cutover"];

export async function archive(_world: World, module: string, file: string): Promise<string> {
  const tables = (TABLES[module] ?? []).flatMap((table) => ["-t", table]);
  await run(program("pg_dump"), [...at(), "-Fc", ...tables, "-f", file, "cutover"]);
  return file;
}

/** @throws where the archive lacks a table. */
export async function verify(module: string, file: string): Promise<string> {
  const { stdout } = await run(program("pg_restore"), ["--list", file]);
  const lacking = (TABLES[module] ?? []).filter((table) => !stdout.includes(`TABLE DATA public ${table} `));
  if (lacking.length > 0) throw new Error(`${file} has no ${lacking.join(", ")}`);
  return `${file} has ${(TABLES[module] ?? []).join(", ")}`;
}

export async function retire(world: World, module: string): Promise<string> {
  await world.sql.query(`DROP TABLE IF EXISTS ${(TABLES[module] ?? []).join(", ")} CASCADE`);
  return "the rows are gone";
}

export async function restore(world: World, module: string, file: string): Promise<string> {
  await retire(world, module);
  await run(program("pg_restore"), [...at(), "-d", "cutover", "--exit-on-error", file]);
  return "the rows are back";
}
