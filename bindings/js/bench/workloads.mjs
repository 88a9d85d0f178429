// What is measured, in Node and in browsers.
//
// The workloads are those of the comparison with other engines: W1 static (on for everyone), W2 rollout (50 % by user),
// W3 targeted (an allow-list and a tier, else 50 % by user), W4 heavy (ten rules of which only the last matches, and
// three weighted variants), W5 one of a thousand flags like W3. A thousand users with six attributes are cycled
// through, so that nothing can be remembered for one of them.
//
// `plain` hands over a plain object, `first` a context that was just prepared and was asked nothing yet, `again` one that
// was asked the same before and may remember it. Where many are decided by one call, the figure is that of one of them.
// The cost of the loop itself is in every figure; the first row shows it. Each loop is compiled anew, as a call in one
// place of a program is.

const USERS = 1000;
// Few, so that some rounds fall between what else the machine does.
let CALLS = 2000;
let rounds = 1000;

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

/** The loop: `calls` questions of `ask`, from `start` on, round the users. */
const LOOP = `return (ask, users, start, calls) => {
  let sink = 0;
  for (let call = 0; call < calls; call += 1) sink += ask((start + call) % users);
  return sink;
}`;

/**
 * The least time of a call of `ask`, over all rounds; where a call decides many, of one of them. What `before` does in each
 * round is not timed.
 */
function measure(ask, { many = 1, calls = Math.ceil(CALLS / many), before = () => {} } = {}) {
  const loop = new Function(LOOP)();
  let least = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    before();
    const start = performance.now();
    sink += loop(ask, USERS, round, calls);
    least = Math.min(least, ((performance.now() - start) * 1e6) / calls / many);
  }
  return least;
}

const encoder = new TextEncoder();
const texts = encoder.encode(users.map((user) => user.userId).join(""));
const offsets = Uint32Array.from({ length: USERS + 1 }, (_, index) => index * users[0].userId.length);
const columns = { userId: users.map((user) => user.userId), "tenant.tier": users.map((user) => user.tenant.tier) };

function measured(Engine) {
  const engine = Engine.fromString(ruleset);
  const { length } = engine.flags;
  let contexts = users.map((user) => engine.context(user));
  /** The three figures of a question about a context. */
  const all = (ask, options) => {
    const fresh = () => (contexts = users.map((user) => engine.context(user)));
    return {
      plain: measure((index) => ask(users[index]), options),
      first: measure((index) => ask(contexts[index]), { ...options, calls: USERS, before: fresh }),
      again: measure((index) => ask(contexts[index]), options),
    };
  };
  const enabled = (flag) => all((given) => (engine.isEnabled(flag, given) ? 1 : 0));
  const decided = (flag) => all((given) => (engine.decide(flag, given).variant === "on" ? 1 : 0));
  const switches = { READ: "true", WRITE: "false", BACKUP: "false", STOP: "false" };
  return {
    "W1 static": enabled("static"),
    "W2 rollout": enabled("rollout"),
    "W3 targeted": enabled("targeted"),
    "W3 targeted, decide": decided("targeted"),
    "W4 heavy, decide": decided("heavy"),
    "W5 one of 1,000": all((given) => (engine.isEnabled(next(), given) ? 1 : 0)),
    "all 1,004 flags, one of them": {
      plain: measure((index) => engine.decideAll(users[index]).length, { many: length }),
      again: measure((index) => engine.decideAll(contexts[index]).length, { many: length }),
    },
    "W3, a row of columns": {
      plain: measure(() => engine.decideColumns("targeted", columns).length, { many: USERS }),
    },
    "W2, a row of bytes": {
      plain: measure(() => engine.decideColumns("rollout", { userId: { bytes: texts, offsets } }).length, { many: USERS }),
    },
    "prepare a context": { plain: measure((index) => (engine.context(users[index]) === null ? 1 : 0)) },
    "route, no switches": all((given) => engine.route("fixed", given).write.length),
    "route, four switches": all((given) => engine.route("switched", given, { switches }).write.length),
  };
}

/** The figures of a build: a row for each workload, with the name of the first row for the loop alone. */
export function figures(Engine, { rounds: so, calls }) {
  [rounds, CALLS] = [so, calls];
  const rows = { "the loop": { plain: measure((index) => users[index].age) }, ...measured(Engine) };
  if (!Number.isFinite(sink)) throw new Error("the answers were not used");
  return rows;
}
