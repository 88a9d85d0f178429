/** The package as npm would publish it, unpacked into a folder where others can use it. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(dirname(fileURLToPath(import.meta.url)));

export interface Project {
  /** A folder that has the package in its `node_modules`. */
  readonly folder: string;
  /** The package in there. */
  readonly installed: string;
  remove(): void;
}

/** Packs the package and unpacks it. Nothing is built. */
export function project(): Project {
  const folder = mkdtempSync(join(tmpdir(), "cutover-"));
  const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {
    cwd: here,
    encoding: "utf8",
  });
  const installed = join(folder, "node_modules/cutover");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["xzf", join(folder, packed.trim()), "--strip-components=1", "-C", installed]);
  return { folder, installed, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a program, and gives what it printed. */
export function run(folder: string, command: string, ...parameters: readonly string[]): string {
  try {
    return execFileSync(command, parameters, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${parameters.join(" ")}\n${stdout}${stderr}`, { cause: error });
  }
}

export const node = (folder: string, ...parameters: readonly string[]): string =>
  run(folder, process.execPath, ...parameters);
