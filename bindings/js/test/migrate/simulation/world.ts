/** Time and chance of a simulation: both come from a seed, so that a history can be lived through again. */

import type { Clock } from "../../../dist/migrate.js";

/** Numbers at random, from a seed: sfc32. */
export class Chance {
  #a = 0x9e3779b9;
  #b = 0x243f6a88;
  #c = 0xb7e15162;
  #d: number;

  constructor(seed: number) {
    this.#d = seed | 0;
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** At least 0 and below 1. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** True in this share of all cases. */
  in(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

interface Planned {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
  cancelled: boolean;
}

/** All that is to happen, in order. */
export class World {
  now = 1_000_000;
  readonly chance: Chance;
  readonly trace: string[] = [];
  #planned: Planned[] = [];
  #order = 0;

  constructor(seed: number) {
    this.chance = new Chance(seed);
  }

  after(ms: number, call: () => void): () => void {
    const planned = { at: this.now + Math.max(0, Math.ceil(ms)), order: (this.#order += 1), call, cancelled: false };
    // Most things are planned for soon after everything else: the list is searched from its end.
    let place = this.#planned.length;
    while (place > 0 && (this.#planned[place - 1] as Planned).at > planned.at) place -= 1;
    this.#planned.splice(place, 0, planned);
    return () => void (planned.cancelled = true);
  }

  say(line: string): void {
    this.trace.push(`${String(this.now - 1_000_000).padStart(7)} ${line}`);
  }

  /** Lets things happen until `done`; false where that takes more than so many milliseconds. */
  async until(done: () => boolean, limit = 600_000): Promise<boolean> {
    const end = this.now + limit;
    for (;;) {
      await new Promise(setImmediate);
      if (done()) return true;
      while (this.#planned[0]?.cancelled === true) this.#planned.shift();
      const [next] = this.#planned;
      if (next === undefined || next.at > end) return false;
      this.#planned.shift();
      this.now = next.at;
      next.call();
    }
  }
}

/** Whether a process runs. What it had planned is gone with it, and no answer reaches it any more. */
export class Life implements Clock {
  alive = true;
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  now(): number {
    return this.world.now;
  }

  after(ms: number, call: () => void): () => void {
    return this.world.after(ms, () => {
      if (this.alive) call();
    });
  }

  /** What comes over the network to a process, if it still runs. */
  reach<T>(hear: (value: T) => void): (value: T) => void {
    return (value) => {
      if (this.alive) hear(value);
    };
  }
}
