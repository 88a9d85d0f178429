// Runs one engine in a process of its own and does what it is told, one line of JSON after the other.
//
//   node --expose-gc node/worker.mjs ENGINE          commands on standard input: describe, open, check, run,
//                                                  load, compile, change
//   node node/worker.mjs                             lists the engines
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { engines } from "./engines.mjs";
import { change, compile, load } from "./load.mjs";
import { loop, slice } from "./loop.mjs";

const data = new URL("../.data/", import.meta.url);
const read = (name) => readFileSync(new URL(name, data), "utf8");
const configuration = (name) => [read(name), fileURLToPath(new URL(name, data))];

const WORKLOADS = {
  W1: { flag: "static", expected: true },
  W2: { flag: "rollout", expected: true },
  W3: { flag: "targeted", expected: true },
  W4: { flag: "heavy", expected: "b" },
  W5: { flag: null, expected: true },
};

/** An engine with both of its configurations loaded, and what its loops need. */
class Bench {
  static async open({ format, load }) {
    const bench = new Bench();
    const module = await load();
    bench.single = await module.open(...configuration(`${format}.single.json`));
    bench.many = await module.open(...configuration(`${format}.many.json`));
    bench.users = JSON.parse(read("users.json"));
    bench.draws = JSON.parse(read("draws.json"));
    // Names as a program spells them out are keys that the engine of JavaScript has interned, like these.
    bench.names = Object.keys(Object.fromEntries(bench.users.map((_, index) => [`flag_${index}`, 0])));
    bench.runs = new Map();
    return bench;
  }

  /** The loop of a workload; the same one again when it is asked for again. */
  run(workload, fresh) {
    const key = `${workload} ${fresh}`;
    if (!this.runs.has(key)) {
      const { flag, expected } = WORKLOADS[workload];
      const engine = flag === null ? this.many : this.single;
      const given = fresh ? this.users : this.users.map((user) => engine.context(user));
      const ask = workload === "W4" ? engine.variant : engine.isOn;
      this.runs.set(key, loop({ engine, flag, names: this.names, draws: this.draws, given, fresh, expected, ask }));
    }
    return this.runs.get(key);
  }

  /** What the engine says: the share of the users that each flag is on for, and of those in each variant of W4. */
  async check() {
    const shares = {};
    for (const workload of ["W1", "W2", "W3", "W5"]) shares[workload] = (await this.run(workload, false)(1000)) / 1000;
    shares.W4 = {};
    for (const user of this.users) {
      const variant = await this.single.variant("heavy", this.single.context(user));
      shares.W4[variant] = (shares.W4[variant] ?? 0) + 1 / this.users.length;
    }
    return { shares };
  }

  async measure({ workload, fresh, calls, slices }) {
    const run = this.run(workload, fresh);
    const times = [];
    for (let index = 0; index < slices; index += 1) times.push(await slice(run, calls));
    return { cpu: times.map((time) => time.cpu), wall: times.map((time) => time.wall) };
  }
}

const name = process.argv[2];
if (name === undefined) {
  console.log(JSON.stringify(Object.keys(engines)));
  process.exit();
}
let bench;
const commands = {
  describe: async () => {
    const { packages, how } = await engines[name].load();
    return { packages, how };
  },
  open: async () => {
    bench = await Bench.open(engines[name]);
    return {};
  },
  check: () => bench.check(),
  run: (command) => bench.measure(command),
  load: (command) => load(engines[name], command, data),
  compile: (command) => compile(engines[name], command, data),
  change: (command) => change(engines[name], command, data),
};
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = await commands[command.do](command);
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }
  // Engines may write to standard output too: the prefix says which lines are ours.
  process.stdout.write(`\n@peers ${JSON.stringify(answer)}\n`);
}
process.exit();
