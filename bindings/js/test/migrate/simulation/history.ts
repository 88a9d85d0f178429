/** One history: two nodes and two stores go up a ladder and perhaps some way down, while everything goes wrong. */

import { Engine } from "../../../dist/index.js";
import { Migration, Permanent } from "../../../dist/migrate.js";
import type { DeadLetter, OutboxStore, WriteError } from "../../../dist/migrate.js";
import { MemoryOutbox } from "../memory-outbox.js";
import { Life, World } from "./world.js";
import { Topic } from "./topic.js";
import type { Careless } from "./topic.js";
import { ForgetfulOutbox, SimStore, remote, sideOf } from "./stores.js";
import type { Event, Faults, Item } from "./stores.js";

/** What a history is made of; what is left out is as it should be. */
export interface Setting {
  readonly seed: number;
  /** What the second write waits for: the store, or the outbox. */
  readonly acks: "required" | "outbox";
  readonly outbox?: "kept" | "forgetful" | "none";
  /** Whether the stores' writes are conditional on versions, and taken once for each key. */
  readonly versions?: boolean;
  /** Whether the stores can undo a write; half of all histories by default. */
  readonly undoes?: boolean;
  /** Whether a store that can undo keeps what comes behind a newer write. */
  readonly behind?: boolean;
  readonly consumers?: Careless;
  /** Whether a move waits until nothing older runs, the stream has caught up and nothing is owed: G2, G3 and G9. */
  readonly guards?: boolean;
}

const PHASES = ["sync", "dual_write", "shadow", "live", "ramp_down"] as const;
type Phase = (typeof PHASES)[number];
const KEYS = ["a", "b", "c"];

function engines(acks: Setting["acks"]): Record<Phase, Engine> {
  const both = (first: string, second: string) => `write: [${first}, { to: ${second}, ack: ${acks} }]`;
  const written = `phases: [
    { name: sync, read: old, write: [old] },
    { name: dual_write, read: old, ${both("old", "new")} },
    { name: shadow, read: { from: old, compare: new }, ${both("old", "new")} },
    { name: live, read: { from: new, fallback: old, on: [error, timeout], compare: old }, ${both("new", "old")} },
    { name: ramp_down, read: new, write: [new] }]`;
  const ladder = acks === "required" ? "ladder: standard" : written;
  const engine = (phase: Phase) =>
    Engine.fromString(`cutover: 1\nmigrations:\n  m: { old: left, new: right, phase: ${phase}, ${ladder} }`);
  return Object.fromEntries(PHASES.map((phase) => [phase, engine(phase)])) as Record<Phase, Engine>;
}

const loaded = { required: engines("required"), outbox: engines("outbox") };
const WRITE_RETRY = { attempts: 3, base_ms: 20, cap_ms: 100 };
const DELIVERY_RETRY = { attempts: 1_000, base_ms: 20, cap_ms: 500 };

/** What was promised of a key: which version each store has at least, and the newest that was acknowledged at all. */
interface Promised {
  readonly left: Map<string, number>;
  readonly right: Map<string, number>;
  readonly acknowledged: Map<string, number>;
}

/** A process. */
interface Node {
  readonly name: string;
  phase: Phase;
  life: Life;
  migration: Migration<Item>;
  stop: AbortController;
  running: number;
}

/** Why a history is wrong. */
export class Violation extends Error {
  override readonly name = "Violation";
}

export class History {
  readonly world: World;
  readonly #setting: Setting;
  readonly #stores: Record<"left" | "right", SimStore>;
  readonly #outbox: OutboxStore | null;
  readonly #letters = new Set<string>();
  readonly #nodes: Node[];
  /** What carries the changes to a store, by consumers; where a store undoes writes, something that knows of undoings does. */
  #topics: { readonly left: Topic; readonly right: Topic } | null = null;
  readonly #promised: Promised = { left: new Map(), right: new Map(), acknowledged: new Map() };
  readonly #faults: Faults;
  #slow: string | null = null;
  #version = 0;
  #streaming: "forward" | "reverse" | null = null;
  /** Changes on their way through the stream. */
  #behind = 0;
  #settled = true;
  readonly #undoes: boolean;
  /** The versions of each key of which their callers were told that they failed, and nothing is left of them. */
  readonly #failed = new Map<string, Set<number>>();
  /** Writes that were undone. */
  undone = 0;
  acknowledged = 0;
  reads = 0;
  /** Writes that became dead letters. */
  dead = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    const world = (this.world = new World(setting.seed));
    const versions = setting.versions ?? true;
    const behind = setting.behind ?? true;
    this.#stores = { left: new SimStore("left", versions, behind), right: new SimStore("right", versions, behind) };
    for (const store of Object.values(this.#stores)) store.say = (line) => world.say(line);
    this.#stores.left.changed = (...change) => this.#streaming === "forward" && this.#follow("right", ...change);
    this.#stores.right.changed = (...change) => this.#streaming === "reverse" && this.#follow("left", ...change);
    const kept = setting.outbox ?? "kept";
    this.#outbox = kept === "none" ? null : kept === "kept" ? new MemoryOutbox() : new ForgetfulOutbox();
    this.#undoes = setting.undoes ?? (world.chance.in(0.5) && versions);
    const rate = world.chance.pick([0, 0.02, 0.08]);
    this.#faults = { before: rate, after: rate, silent: rate / 2, twice: rate };
    if (!this.#undoes) {
      const to = (name: "left" | "right") => new Topic(world, this.#stores[name], this.#faults, setting.consumers);
      this.#topics = { left: to("left"), right: to("right") };
    }
    this.#nodes = ["A", "B"].map((name) => this.#start(name, "sync"));
  }

  #fail(why: string): never {
    throw new Violation(`${why}\n${JSON.stringify(this.#setting)}\n${this.world.trace.slice(-60).join("\n")}`);
  }

  #start(name: string, phase: Phase): Node {
    const { world } = this;
    const life = new Life(world);
    const slow = (store: string) => () => (this.#slow === store ? 25 : 1);
    const side = (store: SimStore) => sideOf(store, world, life, this.#faults, slow(store.name), this.#undoes);
    const node = { name, phase, life, stop: new AbortController(), running: 0 } as Node;
    const outbox = this.#outbox === null ? {} : { outbox: remote(this.#outbox, world, life, this.#faults) };
    node.migration = new Migration<Item>(() => loaded[this.#setting.acks][node.phase], "m", {
      old: side(this.#stores.left),
      new: side(this.#stores.right),
      clock: life,
      timeouts: { readMs: 100, otherMs: 100, writeMs: 200 },
      retry: WRITE_RETRY,
      abandonedAfterMs: 1_500,
      warn: () => {},
      deadLetter: ({ key }: DeadLetter) => {
        this.dead += 1;
        this.#letters.add(key);
      },
      ...outbox,
    });
    if (this.#outbox !== null) {
      const worker = node.migration.worker({ name: `${name}-${world.now}`, pollMs: 250, leaseMs: 1_000, retry: DELIVERY_RETRY });
      void worker.run(node.stop.signal);
    }
    for (const topic of this.#carried) topic.read(name === "A" ? 0 : 1, life).catch((error: unknown) => this.#wrong.push(error));
    return node;
  }

  get #carried(): readonly Topic[] {
    return this.#topics === null ? [] : [this.#topics.left, this.#topics.right];
  }

  /** Messages of change events, and those of them that became dead letters. */
  get changes(): { readonly messages: number; readonly letters: number } {
    const sum = (of: (topic: Topic) => number): number => this.#carried.reduce((all, topic) => all + of(topic), 0);
    return { messages: sum((topic) => topic.counted.messages), letters: sum((topic) => topic.counted.letters) };
  }

  #crash(node: Node): void {
    this.world.say(`${node.name} is killed`);
    node.life.alive = false;
    const place = this.#nodes.indexOf(node);
    this.#nodes[place] = this.#start(node.name, node.phase);
  }

  #follow(to: "left" | "right", key: string, event: Event): void {
    if (this.#topics === null) this.#stream(to, key, event);
    else this.#topics[to].append(key, event);
  }

  #stream(to: "left" | "right", key: string, event: Event): void {
    this.#behind += 1;
    const { chance } = this.world;
    const apply = (): void => this.#stores[to].follow(key, event);
    // In any order, and now and then twice.
    if (chance.in(0.1)) this.world.after(chance.below(400), apply);
    this.world.after(chance.below(500), () => {
      apply();
      this.#behind -= 1;
    });
  }

  #raise(floor: Map<string, number>, key: string, version: number): void {
    floor.set(key, Math.max(floor.get(key) ?? 0, version));
  }

  async #write(node: Node): Promise<void> {
    const key = this.world.chance.pick(KEYS);
    const version = (this.#version += 1);
    const operation = `op-${version}`;
    const gone = this.world.chance.in(0.2);
    const { write } = loaded[this.#setting.acks][node.phase].route("m", null);
    const leave = new AbortController();
    if (this.world.chance.in(0.1)) node.life.after(this.world.chance.below(60), () => leave.abort(new Error("gone")));
    this.world.say(`${node.name} ${node.phase} ${gone ? "deletes" : "writes"} ${key} v${version}`);
    const options = { operation, version, signal: leave.signal };
    node.running += 1;
    try {
      if (gone) await node.migration.delete(key, options);
      else await node.migration.write(key, { version }, options);
      this.acknowledged += 1;
      this.world.say(`${node.name} has v${version} acknowledged`);
      for (const { to, ack } of write) if (ack === "required") this.#raise(this.#promised[to as "left"], key, version);
      this.#raise(this.#promised.acknowledged, key, version);
    } catch (error) {
      this.world.say(`${node.name} v${version}: ${(error as Error).message}`);
      const { told, cause } = error as WriteError;
      if (told === "failed") this.#failed.set(key, new Set([...(this.#failed.get(key) ?? []), version]));
      if (told === "failed" && cause instanceof Permanent) this.undone += 1;
    } finally {
      node.running -= 1;
    }
  }

  async #read(node: Node): Promise<void> {
    const key = this.world.chance.pick(KEYS);
    const floors = { left: this.#promised.left.get(key) ?? 0, right: this.#promised.right.get(key) ?? 0 };
    const newest = this.#promised.acknowledged.get(key) ?? 0;
    const { phase } = node;
    const settled = this.#settled;
    const { from } = loaded[this.#setting.acks][phase].route("m", null).read as { from: "left" | "right" };
    node.running += 1;
    try {
      const found = await node.migration.read(key);
      this.reads += 1;
      const store = (found?.store ?? from) as "left" | "right";
      const version = found?.version ?? 0;
      this.world.say(`${node.name} ${phase} reads ${key} v${version} of ${store}`);
      if (version < floors[store]) this.#fail(`${store} gave ${key} v${version}, and has acknowledged v${floors[store]}`);
      if (settled && store === from && version < newest) {
        this.#fail(`in ${phase} ${key} was read as v${version}, and v${newest} was acknowledged before`);
      }
    } catch (error) {
      if (error instanceof Violation) throw error;
    } finally {
      node.running -= 1;
    }
  }

  /** So many operations, at any time in a while. */
  async #work(count: number): Promise<void> {
    const { world } = this;
    const wrong: unknown[] = [];
    let open = 0;
    const kill = world.chance.in(0.25) ? world.chance.below(count) : -1;
    for (let number = 0; number < count; number += 1) {
      open += 1;
      world.after(world.chance.below(400), () => {
        open -= 1;
        const place = world.chance.below(2);
        if (number === kill) this.#crash(this.#nodes[place] as Node);
        const node = this.#nodes[place] as Node;
        (world.chance.in(0.6) ? this.#write(node) : this.#read(node)).catch((error: unknown) => wrong.push(error));
      });
    }
    if (world.chance.in(0.2)) this.#slow = world.chance.pick(["left", "right"]);
    await world.until(() => open === 0 || wrong.length > 0);
    this.#slow = null;
    if (wrong.length > 0) throw wrong[0];
    this.#wrong = wrong;
  }

  /** What operations that still run have found. */
  #wrong: unknown[] = [];

  /** G2, G3 and G9: nothing older runs, the stream has caught up, and nothing is owed. */
  async #quiet(): Promise<void> {
    const owed = (): number => {
      const outbox = this.#outbox as MemoryOutbox | null;
      // Somebody looks at dead letters, and tries them again.
      void outbox?.redrive({ now: this.world.now, migration: "m" });
      return outbox?.entries.length ?? 0;
    };
    const still = (): boolean => this.#nodes.every((node) => node.running === 0) && owed() === 0 && this.#caughtUp();
    const came = await this.world.until(() => this.#wrong.length > 0 || still());
    if (this.#wrong.length > 0) throw this.#wrong[0];
    if (!came) this.#restless();
    // Requests that nobody waits for may still arrive.
    await this.world.until(() => false, 900);
    if (!(await this.world.until(still))) this.#restless();
  }

  /** Whether the stream has caught up, of which nothing must be wrong. */
  #caughtUp(): boolean {
    for (const { wrong } of this.#carried) if (wrong !== null) this.#fail(wrong.message);
    return this.#behind === 0 && this.#carried.every((topic) => topic.drained);
  }

  #restless(): never {
    const topics = this.#carried.map((topic) => topic.standing).join("; ");
    const running = this.#nodes.map(({ name, running }) => `${running} in ${name}`).join(", ");
    const owed = JSON.stringify((this.#outbox as MemoryOutbox | null)?.entries ?? []);
    this.#fail(`it never comes to rest: ${running}, ${this.#behind} in the stream, ${topics}, owed ${owed}`);
  }

  /** Once all is quiet, each store that should have a write has it. */
  #judge(stores: readonly ("left" | "right")[], where: string): void {
    for (const key of KEYS) {
      if (this.#letters.has(key)) continue;
      const newest = this.#promised.acknowledged.get(key) ?? 0;
      for (const store of stores) {
        const found = this.#stores[store].version(key);
        if (this.#failed.get(key)?.has(found)) this.#fail(`${where}: ${store} has ${key} v${found}, which was told to have failed`);
        if (found < newest) this.#fail(`${where}: ${store} has ${key} v${found}: the acknowledged v${newest} is lost`);
        this.#raise(this.#promised[store], key, newest);
      }
      const [left, right] = [this.#stores.left.version(key), this.#stores.right.version(key)];
      if (stores.length === 2 && left !== right) {
        this.#fail(`${where}: left has ${key} v${left} and right v${right}, and nothing is owed`);
      }
    }
  }

  async #move(to: Phase): Promise<void> {
    this.#settled = false;
    this.world.say(`to ${to}`);
    if (to === "ramp_down") this.#streaming = "reverse";
    for (const place of this.world.chance.pick([[0, 1], [1, 0]])) {
      (this.#nodes[place] as Node).phase = to;
      if (this.world.chance.in(0.8)) await this.#work(4 + this.world.chance.below(6));
    }
    if (this.#setting.guards ?? true) await this.#quiet();
    if (to === "shadow" || to === "live") this.#streaming = null;
    this.#settled = true;
  }

  async run(): Promise<void> {
    this.#streaming = "forward";
    const way: Phase[] = ["dual_write", "shadow", "live", "ramp_down"];
    const { chance } = this.world;
    const { guards = true } = this.#setting;
    if (chance.in(0.3)) way.splice(3, 0, "shadow", "live");
    if (chance.in(0.3)) way.push("live");
    try {
      await this.#work(6);
      await this.#quiet();
      this.#judge(["left", "right"], "sync");
      for (const phase of way) {
        await this.#move(phase);
        if (guards) this.#judge(["left", "right"], `on the way to ${phase}`);
        await this.#work(4 + chance.below(8));
        if (guards) await this.#quiet();
        if (guards) this.#judge(["left", "right"], phase);
      }
    } finally {
      for (const node of this.#nodes) {
        node.life.alive = false;
        node.stop.abort();
      }
    }
  }
}
