/** The stores of a simulation, and a network in which anything may go wrong. */

import type { OutboxStore, Side, WriteCall } from "../../../dist/migrate.js";
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

/** What a store has of a key. */
interface Held {
  readonly version: number;
  readonly gone: boolean;
}

/** A write or the undoing of one, as a stream carries it. */
export type Event = { readonly put: Held } | { readonly undo: number };

const NOTHING: Held = { version: 0, gone: true };

/** A key: its versions, deletions too, and those that were undone. What counts is the newest that was not. */
class Row {
  readonly versions = new Map<number, Held>();
  readonly undone = new Set<number>();
  /** The newest version that there ever was. */
  highest = 0;
  current = NOTHING;

  /** Takes what has happened; in which order is all the same. */
  take(event: Event): void {
    const version = "put" in event ? event.put.version : event.undo;
    this.highest = Math.max(this.highest, version);
    if ("undo" in event) {
      this.undone.add(version);
      this.versions.delete(version);
    } else if (!this.undone.has(version)) this.versions.set(version, event.put);
    this.current = this.versions.get(Math.max(...this.versions.keys())) ?? NOTHING;
  }
}

/** One store. Without `versions` it has what was written last. */
export class SimStore {
  readonly #rows = new Map<string, Row>();
  readonly #taken = new Set<string>();
  /** Told of each change, for the trace. */
  say: (line: string) => void = () => {};
  /** Told of each change that a client has made. */
  changed: (key: string, event: Event) => void = () => {};

  constructor(
    readonly name: string,
    readonly versions: boolean,
    /** Whether it keeps what comes behind a newer write. */
    readonly behind: boolean,
  ) {}

  version(key: string): number {
    return this.get(key).version;
  }

  get(key: string): Held {
    return this.#rows.get(key)?.current ?? NOTHING;
  }

  /** What a client writes. */
  put(key: string, version: number, gone: boolean, idempotencyKey: string, behind: boolean): void {
    const event = { put: { version, gone } };
    if (!this.versions) return this.#tell(key, event);
    if (this.#taken.has(idempotencyKey)) return;
    const row = this.#row(key);
    const refused = row.undone.has(version) || (row.highest > version && !(behind && this.behind));
    if (refused) throw new Superseded(`${this.name} has ${row.highest}`);
    this.#taken.add(idempotencyKey);
    if (!row.versions.has(version)) this.#tell(key, event);
    if (row.current.version > version) throw new Superseded(`${this.name} has ${row.current.version}`);
  }

  /** Undoes a write, which never counts again, however late it comes once more. */
  undo(key: string, version: number, idempotencyKey: string): void {
    if (this.#taken.has(idempotencyKey)) return;
    this.#taken.add(idempotencyKey);
    const { current } = this.#row(key);
    this.#tell(key, { undo: version });
    if (current.version !== version) throw new Superseded(`${this.name} has ${current.version}`);
  }

  /** What a client has changed, or a stream brings. */
  follow(key: string, event: Event): void {
    const row = this.#row(key);
    const before = row.current;
    if (this.versions) row.take(event);
    else if ("put" in event) row.current = event.put;
    if (row.current !== before) this.say(`  ${this.name} has ${key} v${row.current.version}`);
  }

  #tell(key: string, event: Event): void {
    this.follow(key, event);
    this.changed(key, event);
  }

  #row(key: string): Row {
    let row = this.#rows.get(key);
    if (row === undefined) this.#rows.set(key, (row = new Row()));
    return row;
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
  const put = (key: string, gone: boolean, { idempotencyKey, version, behind }: WriteCall) =>
    carry(world, life, faults, slow, () => store.put(key, version ?? 0, gone, idempotencyKey, behind));
  return {
    read: (key) =>
      carry(world, life, faults, slow, () => {
        const found = store.get(key);
        // A deletion is told from a record that never was, so that a read can be judged.
        return found.version === 0 ? null : { ...found, store: store.name };
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
