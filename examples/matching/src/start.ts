/** `npm start`: both services, until they are interrupted. Arguments go to the server. */

import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onEnd } from "./ending.js";

const started: ChildProcess[] = [];
const start = (name: string, args: string[] = []) => {
  const child = fork(fileURLToPath(new URL(`${name}.js`, import.meta.url)), args);
  child.on("exit", (code) => {
    for (const other of started) other.kill("SIGTERM");
    process.exitCode ??= code ?? 0;
  });
  started.push(child);
};
start("nexten");
start("server", process.argv.slice(2));
onEnd(() => started.forEach((child) => child.kill("SIGTERM")));
