/** The stores of a simulation, and a network in which anything may go wrong. */

import type { OutboxStore, Side } from "../../../dist/migrate.js";
import { Permanent, Superseded, Transient } from "../../../dist/migrate.js";
import { MemoryOutbox } from "../memory-outbox.js";
import type { Life, World } from "./world.js";

/** A record. It says where it was read. */
export interface Item {
  readonly version: number;
  readonly store?: string;
  readonly gone?: boolean;
}

/** Applies a change, or says that there is a newer one. */
type Change = () => void;

/** What a store has of a key. Its place in the order of versions is its own version, or lies behind one that was undone. */
interface Held {
  readonly version: number;
  readonly gone: boolean;
  readonly order: number;
}

const NOTHING: Held = { version: 0, gone: true, order: 0 };

/** One store: each key with the version that was written last, deletions too. */
export class SimStore {
  readonly items = new Map<string, Held>();
  /** What each key had before, of what was not undone. */
  readonly #before = new Map<string, Held[]>();
  readonly #taken = new Set<string>();
  /** Told of each change that a client has made. */
  changed: (key: string, held: Held) => void = () => {};

  constructor(
    readonly name: string,
    readonly versions: boolean,
  ) {}

  version(key: string): number {
    return this.items.get(key)?.version ?? 0;
  }

  put(key: string, version: number, gone: boolean, idempotencyKey: string | null, order = version): void {
    if (this.versions) {
      if (idempotencyKey !== null && this.#taken.has(idempotencyKey)) return;
      const current = this.items.get(key)?.order ?? 0;
      if (current > order) throw new Superseded(`${this.name} has ${current}`);
      if (idempotencyKey !== null) this.#taken.add(idempotencyKey);
      if (current === order) return;
    }
    this.#set(key, { version, gone, order }, idempotencyKey !== null);
    this.#before.set(key, [...(this.#before.get(key) ?? []), { version, gone, order }]);
  }

  /** Undoes a write where it is the last one. Where it is not, nothing that undoes a later one leads back to it. */
  undo(key: string, version: number, idempotencyKey: string): void {
    if (this.#taken.has(idempotencyKey)) return;
    this.#taken.add(idempotencyKey);
    const before = (this.#before.get(key) ?? []).filter((held) => held.version !== version);
    this.#before.set(key, before);
    if (this.items.get(key)?.order !== version) throw new Superseded(`${this.name} has another one`);
    const last = before.at(-1) ?? NOTHING;
    this.#set(key, { ...last, order: version + 0.5 }, true);
  }

  #set(key: string, held: Held, told: boolean): void {
    this.items.set(key, held);
    if (told) this.changed(key, held);
  }
}

/** How often what goes wrong. */
export interface Faults {
  /** An error before the effect, one after it, no answer at all, and the same request a second time. */
  readonly before: number;
  readonly after: number;
  readonly silent: number;
  readonly twice: number;
}

/** Carries a call to where it has its effect, and the answer back. */
export function carry<T>(world: World, life: Life, faults: Faults, slow: () => number, effect: () => T): Promise<T> {
  const { chance } = world;
  return new Promise((resolve, reject) => {
    const [answer, fail] = [life.reach(resolve), life.reach(reject)];
    const way = (): number => (1 + chance.below(15)) * slow();
    const fate = chance.next();
    const { before, after, silent, twice } = faults;
    const there = way();
    if (fate < before) {
      const known = chance.in(0.5);
      const refused = chance.in(0.3) ? new Permanent("never") : new Transient("not now");
      world.after(there, () => fail(known ? refused : new Error("connection lost on the way there")));
      return;
    }
    if (fate < before + silent) {
      // It may arrive much later, when nobody waits for it any more.
      if (chance.in(0.5)) world.after(there + chance.below(500), () => quietly(effect));
      return;
    }
    world.after(there, () => {
      try {
        const value = effect();
      // It may have no answer, for which nobody waits then.
      if (value instanceof Promise) value.catch(() => {});
        if (fate < before + silent + after) world.after(way(), () => fail(new Error("connection lost on the way back")));
        else world.after(way(), () => answer(value));
      } catch (error) {
        world.after(way(), () => fail(error));
      }
    });
    if (fate > 1 - twice) world.after(there + chance.below(500), () => quietly(effect));
  });
}

function quietly(effect: Change | (() => unknown)): void {
  try {
    effect();
  } catch {
    // Nobody hears of it.
  }
}

/** A store as a process sees it. */
export function sideOf(store: SimStore, world: World, life: Life, faults: Faults, slow: () => number, undoes: boolean): Side<Item> {
  const put = (key: string, gone: boolean, call: { idempotencyKey: string; version: number | null }) =>
    carry(world, life, faults, slow, () => store.put(key, call.version ?? 0, gone, call.idempotencyKey));
  return {
    read: (key) =>
      carry(world, life, faults, slow, () => {
        const found = store.items.get(key);
        // A deletion is told from a record that never was, so that a read can be judged.
        return found === undefined ? null : { ...found, store: store.name };
      }),
    write: (key, _, call) => put(key, false, call),
    delete: (key, call) => put(key, true, call),
    ...(undoes && {
      undo: (key: string, call: { idempotencyKey: string; ifVersion: number }) =>
        carry(world, life, faults, slow, () => store.undo(key, call.ifVersion, call.idempotencyKey)),
    }),
  };
}

/** An outbox that keeps nothing of what it says that it keeps. */
export class ForgetfulOutbox extends MemoryOutbox {
  override put(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

/** An outbox as a process sees it: a call of it may fail, before or after its effect. */
export function remote(outbox: OutboxStore, world: World, life: Life, faults: Faults): OutboxStore {
  return new Proxy(outbox, {
    get(target, name) {
      const method = Reflect.get(target, name) as unknown;
      if (typeof method !== "function") return method;
      return (...given: unknown[]) =>
        carry(world, life, { ...faults, silent: 0, twice: 0 }, () => 0.3, () => {
          return Reflect.apply(method, target, given) as Promise<unknown>;
        });
    },
  });
}
