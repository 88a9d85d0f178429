// The processes that hold the engines, one for each row of a table.
import { execFileSync, spawn } from "node:child_process";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("..", import.meta.url));
/** The programs of each language: together they have its rows. */
const PROGRAMS = {
  node: [[process.execPath, "--expose-gc", `${here}node/worker.mjs`]],
  python: [[process.env.PEERS_PYTHON ?? `${here}.venv/bin/python`, `${here}python/worker.py`]],
  rust: ["peers-own", "peers-others"].map((name) => [
    `${process.env.PEERS_TARGET ?? `${here}rust/target`}/release/${name}`,
  ]),
};
/** Engines that are not measured, and why. */
const LEFT_OUT = { rust: [["flagd", "open-feature-flagd 0.3.0 wants protoc where it is built"]] };
/** A process that says nothing for this long is given up. */
const PATIENCE_MS = 300_000;

/**
 * The rows of a language whose names contain one of `only`; the cost of the loop is always among them. A program that
 * is not there is a row too, of which every question fails.
 */
export function workers(language, only) {
  const wanted = (name) => name === "floor" || (only?.some((part) => name.includes(part)) ?? true);
  const rows = PROGRAMS[language].flatMap(([program, ...parameters]) => {
    let names;
    try {
      names = JSON.parse(
        execFileSync(program, parameters, { cwd: here, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }),
      );
    } catch (error) {
      const reason =
        String(error.stderr ?? "")
          .trim()
          .split("\n")
          .at(-1) || error.message;
      return [{ language, name: basename(program), start: () => new Absent(`not built or not running: ${reason}`) }];
    }
    const start = (name) => () => new Worker(program, [...parameters, name]);
    return names.filter(wanted).map((name) => ({ language, name, start: start(name) }));
  });
  const leftOut = (LEFT_OUT[language] ?? []).filter(([name]) => wanted(name));
  return [...rows, ...leftOut.map(([name, reason]) => ({ language, name, start: () => new Absent(reason) }))];
}

/** Stands for a program that cannot be started. */
class Absent {
  constructor(reason) {
    this.reason = reason;
  }

  async ask() {
    return { error: this.reason };
  }

  stop() {}
}

/** A running worker: each command gets one answer. */
export class Worker {
  #child;
  #waiting = null;
  #complaints = "";

  constructor(program, parameters) {
    this.#child = spawn(program, parameters, { cwd: here, stdio: ["pipe", "pipe", "pipe"] });
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      if (line.startsWith("@peers ")) this.#settle(JSON.parse(line.slice(7)));
    });
    this.#child.stderr.on("data", (data) => (this.#complaints = (this.#complaints + data).slice(-2000)));
    this.#child.stdin.on("error", () => {});
    this.#child.on("error", (error) => this.#settle({ error: error.message }));
    this.#child.on("exit", (code, signal) => this.#settle({ error: `ended with ${signal ?? code}: ${this.#last()}` }));
  }

  /** The answer; one with an `error` where the engine, or its process, failed. */
  ask(command) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#settle({ error: `no answer to ${command.do} in ${PATIENCE_MS / 1000} s` });
        this.#child.kill("SIGKILL");
      }, PATIENCE_MS);
      this.#waiting = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      const ended = this.#child.exitCode ?? this.#child.signalCode;
      if (ended !== null) this.#settle({ error: `ended with ${ended}: ${this.#last()}` });
      else this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    });
  }

  stop() {
    this.#child.stdin.end();
    this.#child.kill();
  }

  #settle(answer) {
    this.#waiting?.(answer);
    this.#waiting = null;
  }

  /** The last line that was written to standard error. */
  #last() {
    return this.#complaints.trim().split("\n").at(-1) ?? "";
  }
}
