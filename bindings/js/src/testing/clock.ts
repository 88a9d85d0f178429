/** The time of a test: it stands where it was put, and what waits is called when it moves. */

import { systemClock } from "../migrate/clock.js";
import type { Clock } from "../migrate/clock.js";

interface Waiting {
  readonly at: number;
  readonly call: () => void;
}

export class TestClock implements Clock {
  #now: number | null;
  #waiting: Waiting[] = [];

  constructor(now: number | null) {
    this.#now = now;
  }

  /** When time stands still; null where it goes on by itself. */
  get frozen(): number | null {
    return this.#now;
  }

  now(): number {
    return this.#now ?? systemClock.now();
  }

  ticks(): number {
    return this.#now ?? systemClock.ticks();
  }

  after(ms: number, call: () => void): () => void {
    if (this.#now === null) return systemClock.after(ms, call);
    const waiting = { at: this.#now + Math.max(ms, 0), call };
    this.#waiting.push(waiting);
    return () => void (this.#waiting = this.#waiting.filter((other) => other !== waiting));
  }

  freeze(now: number): void {
    this.#now = now;
  }

  /** Calls what is due on the way, each at its time, the earliest first. */
  advance(ms: number): void {
    const end = this.now() + ms;
    for (;;) {
      const due = this.#waiting.filter(({ at }) => at <= end);
      const next = due.reduce<Waiting | null>((first, other) => (first === null || other.at < first.at ? other : first), null);
      if (next === null) break;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      this.#now = Math.max(next.at, this.now());
      next.call();
    }
    this.#now = end;
  }

  reset(now: number | null): void {
    this.#now = now;
    this.#waiting = [];
  }
}
