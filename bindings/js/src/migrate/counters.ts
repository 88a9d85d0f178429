/** What an executor has counted. */

/** What became of comparisons; each that was drawn is counted once. */
export interface ComparisonCounts {
  match: number;
  mismatch: number;
  control_error: number;
  candidate_error: number;
  both_error: number;
  timed_out: number;
  comparator_error: number;
  skipped: number;
}

/**
 * How long a store took, each time that it was asked to read: also where it failed, and until its deadline where that has passed.
 * How many took less than each power of two of milliseconds.
 */
export interface Latency {
  readonly count: number;
  readonly totalMs: number;
  readonly maxMs: number;
  /** The first counts those under 1/16 ms, each next one twice as long, the last all that were longer. */
  readonly buckets: readonly number[];
}

/** What an executor has counted since it was made. */
export interface Counts {
  /** Answered reads by store. */
  readonly reads: { readonly [source: string]: number };
  /** Reads that failed. */
  readonly failedReads: number;
  readonly fallbacks: { readonly not_found: number; readonly error: number; readonly timeout: number };
  readonly writes: { readonly [told: string]: number };
  /** Attempts to write that failed, by store. */
  readonly writeErrors: { readonly [target: string]: number };
  readonly comparisons: Readonly<ComparisonCounts>;
  readonly latencies: { readonly [source: string]: Latency };
}

const BUCKETS = 24;
/** The first bucket ends at 2^-4 ms. */
const FIRST = 4;

/** What is counted of one store. */
export class StoreCounter {
  reads = 0;
  writeErrors = 0;
  calls = 0;
  totalMs = 0;
  maxMs = 0;
  readonly buckets = new Uint32Array(BUCKETS);

  took(ms: number): void {
    this.calls += 1;
    this.totalMs += ms;
    if (ms > this.maxMs) this.maxMs = ms;
    const at = Math.min(32 - Math.clz32((ms * (1 << FIRST)) | 0), BUCKETS - 1);
    (this.buckets[at] as number) += 1;
  }

  latency(): Latency {
    return { count: this.calls, totalMs: this.totalMs, maxMs: this.maxMs, buckets: [...this.buckets] };
  }
}

/** What is counted of a migration. */
export class Counters {
  readonly stores = new Map<string, StoreCounter>();
  failedReads = 0;
  readonly fallbacks = { not_found: 0, error: 0, timeout: 0 };
  readonly writes: Record<string, number> = {};
  readonly comparisons: ComparisonCounts = {
    match: 0,
    mismatch: 0,
    control_error: 0,
    candidate_error: 0,
    both_error: 0,
    timed_out: 0,
    comparator_error: 0,
    skipped: 0,
  };

  store(name: string): StoreCounter {
    let found = this.stores.get(name);
    if (found === undefined) this.stores.set(name, (found = new StoreCounter()));
    return found;
  }

  snapshot(): Counts {
    const each = <T>(of: (store: StoreCounter) => T) =>
      Object.fromEntries([...this.stores].map(([name, store]) => [name, of(store)]));
    return {
      reads: each((store) => store.reads),
      failedReads: this.failedReads,
      fallbacks: { ...this.fallbacks },
      writes: { ...this.writes },
      writeErrors: each((store) => store.writeErrors),
      comparisons: { ...this.comparisons },
      latencies: each((store) => store.latency()),
    };
  }
}
