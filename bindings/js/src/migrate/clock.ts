/** Time, as executors see it: tests bring their own. */

/** A clock, and calls that come later. */
export interface Clock {
  /** The time, in milliseconds since the epoch. */
  now(): number;
  /** A time that never goes back, in milliseconds since any moment, for deadlines and latencies; `now` by default. */
  ticks?(): number;
  /** Calls in so many milliseconds; what it gives takes the call back. */
  after(ms: number, call: () => void): () => void;
}

/** The clock of this machine. */
export const systemClock: Required<Clock> = {
  now: Date.now,
  ticks: () => performance.now(),
  after(ms, call) {
    if (ms <= 0) {
      const soon = setImmediate(call);
      return () => clearImmediate(soon);
    }
    // A timer takes no more than 31 bits; whoever waits longer looks at the time and waits again.
    const timer = setTimeout(call, Math.min(ms, 0x7fff_ffff));
    return () => clearTimeout(timer);
  },
};

/** Something with a deadline, in a list of those that have the same time to run. */
export interface Due {
  /** When it is over, in ticks. */
  deadline: number;
  before: Due | null;
  after: Due | null;
  expire(): void;
}

/**
 * Deadlines that are all the same while away: in the order in which they were set, so that one timer serves all.
 *
 * What waits for a deadline does not keep a process alive: the work does.
 */
export class Deadlines {
  readonly ms: number;
  readonly #clock: Clock;
  readonly #ticks: () => number;
  #first: Due | null = null;
  #last: Due | null = null;
  #armed = false;

  constructor(clock: Clock, ms: number) {
    this.ms = ms;
    this.#clock = clock;
    this.#ticks = clock.ticks?.bind(clock) ?? clock.now.bind(clock);
  }

  /** Sets a deadline, from this moment. */
  add(due: Due, now: number): void {
    due.deadline = now + this.ms;
    due.before = this.#last;
    if (this.#last === null) this.#first = due;
    else this.#last.after = due;
    this.#last = due;
    if (!this.#armed) this.#arm(this.ms);
  }

  /** Takes a deadline back, if it is still set. */
  remove(due: Due): void {
    const { before, after } = due;
    if (before !== null) before.after = after;
    else if (this.#first === due) this.#first = after;
    else return;
    if (after !== null) after.before = before;
    else this.#last = before;
    due.before = due.after = null;
  }

  #arm(ms: number): void {
    this.#armed = true;
    if (this.#clock === systemClock) setTimeout(this.#pass, Math.min(Math.ceil(ms), 0x7fff_ffff)).unref();
    else this.#clock.after(ms, this.#pass);
  }

  readonly #pass = (): void => {
    this.#armed = false;
    const now = this.#ticks();
    for (let due = this.#first; due !== null && due.deadline <= now; due = this.#first) {
      this.remove(due);
      due.expire();
    }
    if (this.#first !== null && !this.#armed) this.#arm(Math.max(this.#first.deadline - now, 1));
  };
}
