/** One read: it asks what the table says, and tells the table what came of it. */

import type { Breaker } from "./breaker.js";
import { FAILURE, IGNORED, SUCCESS } from "./breaker.js";
import type { Deadlines, Due } from "./clock.js";
import type { Compare } from "./compare.js";
import type { StoreCounter } from "./counters.js";
import { failed } from "./divergence.js";
import type { Observed } from "./divergence.js";
import { BreakerOpen, SideTimeout, messageOf } from "./errors.js";
import * as machine from "./read-machine.js";
import type { Verdict } from "./read-machine.js";
import type { Answered } from "./options.js";
import type { Side } from "./side.js";
import { isolated } from "./warnings.js";
import type { Warnings } from "./warnings.js";

/** A side of a read, as the route has it. */
export interface Source<R> {
  readonly store: string;
  readonly side: Side<R>;
  readonly breaker: Breaker | null;
  readonly counter: StoreCounter;
}

/** What is the same for all reads of one route. */
export interface ReadPlan<R> {
  readonly table: Uint32Array;
  readonly from: Source<R>;
  /** The side that is fallen back to or compared with. */
  readonly other: Source<R> | null;
  /** The share of reads that is compared, in millionths. */
  readonly sample: number;
  readonly compare: Compare<R>;
  /** What it is compared by; null for exactly. */
  readonly comparator: string | null;
}

/** What a read needs of its migration. */
export interface Reader<R> {
  now(): number;
  ticks(): number;
  readonly fromDeadlines: Deadlines;
  readonly otherDeadlines: Deadlines;
  /** How many comparisons read at this moment. */
  shadows: number;
  /** One of them has ended. */
  shadowed(): void;
  answered(source: Source<R>): void;
  readonly warned: Warnings;
  /** A store has answered, has failed, or has run out of time. */
  took(source: Source<R>, ms: number): void;
  failed(): void;
  fellBack(reason: (typeof machine.REASONS)[number]): void;
  compared(seen: Observed): void;
  /** Compares, once the caller has its answer. */
  compare(plan: ReadPlan<R>, control: R, candidate: R, done: (verdict: Verdict, paths?: readonly string[]) => void): void;
}

/** One question to one side. It is what the side is given, too. */
class Call<R> implements Due {
  deadline = 0;
  before: Due | null = null;
  after: Due | null = null;
  #abort: AbortController | null = null;
  #over = false;
  readonly #reading: Reading<R>;
  readonly #deadlines: Deadlines;
  readonly #source: Source<R>;
  readonly #permit: number;
  /** When, for the breaker. */
  readonly #asked: number;
  readonly #began: number;
  readonly first: number;
  readonly shadow: boolean;
  value: R | null | undefined = undefined;
  failed = false;
  error: unknown = undefined;
  /** How long it took to answer. */
  took: number | null = null;

  constructor(reading: Reading<R>, source: Source<R>, first: number, shadow: boolean, began: number, permit: number, asked: number) {
    this.#reading = reading;
    this.#deadlines = first === machine.FROM ? reading.reader.fromDeadlines : reading.reader.otherDeadlines;
    this.#source = source;
    this.#permit = permit;
    this.#asked = asked;
    this.#began = began;
    this.first = first;
    this.shadow = shadow;
  }

  get signal(): AbortSignal {
    return (this.#abort ??= new AbortController()).signal;
  }

  ask(side: Side<R>, key: string): void {
    this.#deadlines.add(this, this.#began);
    let said: ReturnType<Side<R>["read"]>;
    try {
      said = side.read(key, this);
      if (typeof (said as PromiseLike<R> | null | undefined)?.then === "function") {
        (said as PromiseLike<R>).then(
          (value) => this.#said(value),
          (error: unknown) => this.#failed(error),
        );
        return;
      }
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#said(said as R | null | undefined);
  }

  #said(value: R | null | undefined): void {
    if (!this.#finish(SUCCESS)) return;
    this.value = value;
    this.#reading.on(this.first + (value === null || value === undefined ? machine.MISSING : machine.FOUND));
  }

  #failed(error: unknown): void {
    if (!this.#finish(FAILURE)) return;
    this.failed = true;
    this.error = error;
    this.#reading.on(this.first + machine.ERROR);
  }

  expire(): void {
    if (!this.#finish(FAILURE)) return;
    const { ms } = this.#deadlines;
    this.failed = true;
    this.error = new SideTimeout(`the store has not answered in ${ms} ms`);
    this.#abort?.abort(this.error);
    this.#reading.on(this.first + machine.TIMEOUT);
  }

  /** Nobody waits for it. */
  abandon(reason: unknown): void {
    if (this.#finish(IGNORED)) this.#abort?.abort(reason);
  }

  /** False where it was over already. */
  #finish(outcome: number): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#deadlines.remove(this);
    const { reader } = this.#reading;
    if (this.shadow) reader.shadowed();
    // A store that was not asked has taken no time.
    if (this.#permit < 0) return true;
    const took = reader.ticks() - this.#began;
    if (outcome === SUCCESS) this.took = took;
    if (outcome !== IGNORED) reader.took(this.#source, took);
    // To look at the time once more costs as much as all else that a breaker does.
    this.#source.breaker?.report(this.#permit, outcome, took, this.#asked + took);
    return true;
  }
}

/** The label of a read that has none. */
export const LABEL = "read";

/** One read. */
export class Reading<R> {
  readonly reader: Reader<R>;
  /** Told which store has answered. */
  answered: ((by: Answered) => void) | null = null;
  readonly #plan: ReadPlan<R>;
  readonly #key: string;
  readonly #resolve: (record: R | null) => void;
  readonly #reject: (error: unknown) => void;
  readonly #began: number;
  #state = 0;
  #from: Call<R> | null = null;
  #other: Call<R> | null = null;
  #signal: AbortSignal | null = null;
  #verdict: Verdict = "match";
  #paths: readonly string[] = [];
  /** What kind of read it is. */
  label = LABEL;

  constructor(
    reader: Reader<R>,
    plan: ReadPlan<R>,
    key: string,
    resolve: (record: R | null) => void,
    reject: (error: unknown) => void,
  ) {
    this.reader = reader;
    this.#plan = plan;
    this.#key = key;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#began = reader.ticks();
  }

  /** Lets the caller leave. */
  leaveBy(signal: AbortSignal): void {
    this.#signal = signal;
    signal.addEventListener("abort", this.#leave, { once: true });
  }

  readonly #leave = (): void => {
    const reason: unknown = this.#signal?.reason;
    this.on(machine.CANCELLED);
    this.#from?.abandon(reason);
    this.#other?.abandon(reason);
    this.#reject(reason);
  };

  start(compares: boolean): void {
    this.on(compares ? machine.STARTED_COMPARING : machine.STARTED);
  }

  on(event: number): void {
    const entry = this.#plan.table[this.#state * machine.WIDTH + event] as number;
    this.#state = entry & 255;
    const first = (entry >>> 8) & 31;
    if (first === 0) return;
    this.#perform(first);
    const second = (entry >>> 13) & 31;
    if (second !== 0) this.#perform(second);
  }

  #perform(effect: number): void {
    const plan = this.#plan;
    switch (effect) {
      case machine.ASK_FROM:
        this.#from = this.#ask(plan.from, machine.FROM, false, this.#began);
        break;
      case machine.ASK_OTHER:
        this.#other = this.#ask(plan.other as Source<R>, machine.OTHER, false, this.reader.ticks());
        break;
      case machine.SHADOW_OTHER:
        this.reader.shadows += 1;
        this.#other = this.#ask(plan.other as Source<R>, machine.OTHER, true, this.#began);
        break;
      case machine.ANSWER_FROM:
        this.#answer(plan.from, this.#from as Call<R>);
        break;
      case machine.COMPARE:
        this.reader.compare(plan, this.#from?.value as R, this.#other?.value as R, (verdict, paths = []) => {
          this.#verdict = verdict;
          this.#paths = paths;
          this.on(machine.COMPARED);
        });
        break;
      case machine.REPORT:
        this.reader.compared(this.#observed(this.#verdict));
        break;
      default:
        if (effect >= machine.VERDICT) {
          this.reader.compared(this.#observed(machine.VERDICTS[effect - machine.VERDICT] as Verdict));
          break;
        }
        this.reader.fellBack(machine.REASONS[effect - machine.ANSWER_OTHER] as (typeof machine.REASONS)[number]);
        this.#answer(plan.other as Source<R>, this.#other as Call<R>);
    }
  }

  #observed(verdict: Verdict): Observed {
    const [from, other] = [this.#from, this.#other];
    return {
      operation: this.label,
      verdict,
      control_us: micros(from),
      candidate_us: micros(other),
      ...(verdict === "mismatch" ? { paths: this.#paths } : {}),
      ...(verdict === "both_error" ? { control: failed(from?.error), candidate: failed(other?.error) } : {}),
    };
  }

  #ask(source: Source<R>, first: number, shadow: boolean, began: number): Call<R> {
    const { breaker } = source;
    const asked = breaker === null ? 0 : this.reader.now();
    const permit = breaker === null ? 0 : breaker.ask(asked);
    const call = new Call<R>(this, source, first, shadow, began, permit, asked);
    // It can answer before it was asked for long, and is looked for where it belongs.
    if (first === machine.FROM) this.#from = call;
    else this.#other = call;
    call.ask(permit < 0 ? refusing(source.store) : source.side, this.#key);
    return call;
  }

  #answer(source: Source<R>, call: Call<R>): void {
    this.#signal?.removeEventListener("abort", this.#leave);
    if (!call.failed) {
      this.reader.answered(source);
      const { answered } = this;
      if (answered !== null) {
        const failed = (error: unknown): void =>
          this.reader.warned.warn("answered_error", `what is told who has answered has failed: ${messageOf(error)}`);
        isolated(() => answered({ store: source.store, fellBack: call === this.#other }), failed);
      }
      this.#resolve(call.value ?? null);
      return;
    }
    this.reader.failed();
    this.#reject(call === this.#other && this.#from?.failed ? bothFailed(this.#from.error, call.error) : call.error);
  }
}

function micros(call: { readonly took: number | null } | null): number | null {
  return call === null || call.took === null ? null : Math.round(call.took * 1_000);
}

/** The side whose breaker is open. */
function refusing(store: string): Side<never> {
  return {
    read() {
      throw new BreakerOpen(store);
    },
  };
}

/** The error of the side that the route reads from, with the other one as its cause. */
function bothFailed(from: unknown, other: unknown): unknown {
  if (from instanceof Error && from.cause === undefined && Object.isExtensible(from)) {
    Object.defineProperty(from, "cause", { value: other, configurable: true, writable: true, enumerable: false });
  }
  return from;
}
