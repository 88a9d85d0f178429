// What a call costs, in nanoseconds: the best of many rounds, on whatever machine this is.
//
//   npm run build && node bench/bench.mjs [--json] [--rounds N] [--package DIST]
//
// The workloads are those of the comparison with other engines: W1 static (on for everyone), W2 rollout (50 % by user),
// W3 targeted (an allow-list and a tier, else 50 % by user), W4 heavy (ten rules of which only the last matches, and
// three weighted variants), W5 one of a thousand flags like W3. A thousand users with six attributes are cycled
// through, so that nothing can be remembered for one of them.
//
// `plain` hands over a plain object, `prepared` a context that was prepared before, `fresh` prepares one and decides
// once. The cost of the loop itself is in every figure; the first row shows it.
import { cpus } from "node:os";
import { pathToFileURL } from "node:url";

const USERS = 1000;
// Few, so that some rounds fall between what else the machine does.
const CALLS = 2000;
const arguments_ = process.argv.slice(2);
const rounds = arguments_.includes("--rounds") ? Number(arguments_[arguments_.indexOf("--rounds") + 1]) : 1000;

const users = JSON.parse(
  JSON.stringify(
    Array.from({ length: USERS }, (_, index) => ({
      userId: `${String(index).padStart(8, "0")}-4f1c-4c5e-9d2a-${String(index * 7919).padStart(12, "0")}`,
      email: `user.${index}@example.${index % 3 ? "com" : "org"}`,
      country: ["FR", "DE", "US", "BR"][index % 4],
      age: 18 + (index % 60),
      tenant: {
        tier: ["free", "basic", "premium", "enterprise"][index % 4 === 0 ? (index % 16) / 4 : index % 2],
        seats: index % 500,
      },
      version: `${index % 4}.${index % 10}.0`,
    })),
  ),
);

const targeted = {
  rules: [
    { if: { attribute: "userId", in: ["user_1", "user_2", "user_3"] }, serve: "on" },
    { if: { attribute: "tenant.tier", in: ["enterprise", "premium"] }, serve: "on" },
    { serve: { rollout: "50%", by: "userId" } },
  ],
};
const heavy = {
  variants: { a: 1, b: 2, c: 3 },
  default: "a",
  rules: [
    { if: { attribute: "country", is: "NZ" }, serve: "a" },
    { if: { attribute: "country", in: Array.from({ length: 100 }, (_, index) => `X${index}`) }, serve: "a" },
    { if: { attribute: "age", above: 100 }, serve: "a" },
    { if: { attribute: "email", ends_with: "@nowhere.example" }, serve: "a" },
    { if: { attribute: "email", starts_with: "root" }, serve: "a" },
    { if: { attribute: "version", semver: ">=9.0.0" }, serve: "a" },
    { if: { attribute: "tenant.seats", above: 1000 }, serve: "a" },
    { if: { attribute: "email", contains: "%" }, serve: "a" },
    {
      if: {
        all: [
          { attribute: "tenant.tier", is: "none" },
          { attribute: "age", below: 0 },
        ],
      },
      serve: "a",
    },
    { serve: { split: { a: 50, b: 30, c: 20 }, by: "userId" } },
  ],
};
const many = Array.from({ length: 1000 }, (_, index) => `flag_${index}`);
const ruleset = JSON.stringify({
  cutover: 1,
  flags: {
    static: { rules: [{ serve: "on" }] },
    rollout: { rules: [{ serve: { rollout: "50%", by: "userId" } }] },
    targeted,
    heavy,
    ...Object.fromEntries(many.map((name) => [name, targeted])),
  },
  migrations: {
    fixed: { old: "sql", new: "mongo", ladder: "standard", phase: "live" },
    switched: {
      old: "sql",
      new: "mongo",
      ladder: "recruiters_four_phase",
      switches: { read: "READ", write: "WRITE", backup: "BACKUP", emergency: "STOP" },
    },
  },
});

let sink = 0;

/** Which of the thousand flags a call asks for: drawn once, by a small generator. */
const random = new Uint16Array(7919);
for (let index = 0, state = 1; index < random.length; index += 1) {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  random[index] = (state >>> 8) % many.length;
}
let drawn = 0;
function next() {
  drawn = drawn + 1 === random.length ? 0 : drawn + 1;
  return many[random[drawn]];
}

/** The least time of a call of `ask`, over all rounds. */
function measure(ask) {
  let least = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const start = process.hrtime.bigint();
    for (let call = 0; call < CALLS; call += 1) sink += ask(call % USERS);
    least = Math.min(least, Number(process.hrtime.bigint() - start) / CALLS);
  }
  return least;
}

function rows(Engine) {
  const engine = Engine.fromString(ruleset);
  const contexts = users.map((user) => engine.context(user));
  const enabled = (flag, given) => measure((index) => (engine.isEnabled(flag, given[index]) ? 1 : 0));
  const decided = (flag, given) => measure((index) => (engine.decide(flag, given[index]).variant === "on" ? 1 : 0));
  const switches = { READ: "true", WRITE: "false", BACKUP: "false", STOP: "false" };
  return {
    "W1 static": { plain: enabled("static", users), prepared: enabled("static", contexts) },
    "W2 rollout": { plain: enabled("rollout", users), prepared: enabled("rollout", contexts) },
    "W3 targeted": { plain: enabled("targeted", users), prepared: enabled("targeted", contexts) },
    "W3 targeted, decide": { plain: decided("targeted", users), prepared: decided("targeted", contexts) },
    "W3, the same context again": {
      plain: measure(() => (engine.isEnabled("targeted", users[1]) ? 1 : 0)),
      prepared: measure(() => (engine.isEnabled("targeted", contexts[1]) ? 1 : 0)),
    },
    "W4 heavy, decide": { plain: decided("heavy", users), prepared: decided("heavy", contexts) },
    "W5 one of 1,000": {
      plain: measure((index) => (engine.isEnabled(next(), users[index]) ? 1 : 0)),
      prepared: measure((index) => (engine.isEnabled(next(), contexts[index]) ? 1 : 0)),
    },
    "prepare a context": { plain: measure((index) => (engine.context(users[index]) === null ? 1 : 0)) },
    "route, no switches": {
      plain: measure((index) => engine.route("fixed", users[index]).write.length),
      prepared: measure((index) => engine.route("fixed", contexts[index]).write.length),
    },
    "route, four switches": {
      plain: measure((index) => engine.route("switched", users[index], { switches }).write.length),
      prepared: measure((index) => engine.route("switched", contexts[index], { switches }).write.length),
    },
  };
}

const at = arguments_.indexOf("--package");
const place = at < 0 ? new URL("../dist/", import.meta.url) : pathToFileURL(`${arguments_[at + 1]}/`);
const { Engine: Native } = await import(new URL("index.js", place));
const { Engine: Wasm } = await import(new URL("wasm.js", place));

const floor = measure((index) => users[index].age);
const results = { native: rows(Native), wasm: rows(Wasm) };
if (arguments_.includes("--json")) {
  console.log(JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, rounds, floor, results }));
} else {
  const cell = (value) => (value === undefined ? "" : value.toFixed(value < 10 ? 1 : 0)).padStart(10);
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}; ns a call, best of ${rounds} rounds of ${CALLS}`,
  );
  console.log("".padEnd(28) + ["native", "native", "wasm", "wasm"].map((name) => name.padStart(10)).join(""));
  console.log("".padEnd(28) + ["plain", "prepared", "plain", "prepared"].map((name) => name.padStart(10)).join(""));
  console.log("the loop".padEnd(28) + cell(floor));
  for (const name of Object.keys(results.native)) {
    const { native, wasm } = { native: results.native[name], wasm: results.wasm[name] };
    console.log(name.padEnd(28) + [native.plain, native.prepared, wasm.plain, wasm.prepared].map(cell).join(""));
  }
}
if (!Number.isFinite(sink)) throw new Error("the answers were not used");
