/** One call of a side that writes: with a deadline, and through its breaker. */

import { FAILURE, IGNORED, SUCCESS } from "./breaker.js";
import type { Clock } from "./clock.js";
import { BreakerOpen, MigrationError, SideTimeout, outcomeOf } from "./errors.js";
import type { Outcome } from "./errors.js";
import type { UndoCall, WriteCall } from "./side.js";
import type { Store } from "./stores.js";

/** What came of a call. */
export interface Called {
  readonly outcome: Outcome;
  /** What the side has thrown. */
  readonly error?: unknown;
}

/**
 * Calls a side; it never throws. A call that takes too long has an unknown outcome; if it is done all the same, `late`
 * says so.
 */
export function called(
  clock: Clock,
  store: Store<never>,
  ms: number,
  call: (signal: AbortSignal) => unknown,
  late: () => void = () => {},
): Promise<Called> {
  const { breaker } = store;
  const began = clock.now();
  const permit = breaker === null ? 0 : breaker.ask(began);
  if (permit < 0) {
    return Promise.resolve({ outcome: "transient", error: new BreakerOpen(store.store) });
  }
  const report = (outcome: number): void => {
    const now = clock.now();
    breaker?.report(permit, outcome, now - began, now);
  };
  return new Promise((resolve) => {
    const abort = new AbortController();
    let over = false;
    const end = (found: Called, outcome: number): void => {
      if (over) return;
      over = true;
      cancel();
      report(outcome);
      resolve(found);
    };
    const cancel = clock.after(ms, () => {
      const error = new SideTimeout(`${store.store} has not answered in ${ms} ms`);
      end({ outcome: "unknown", error }, FAILURE);
      abort.abort(error);
    });
    const failed = (error: unknown): void => {
      const outcome = outcomeOf(error);
      // A store that has something newer fares well; one that refuses something for good says nothing of how it fares.
      const said = outcome === "superseded" ? SUCCESS : outcome === "permanent" ? IGNORED : FAILURE;
      end({ outcome, error }, said);
    };
    try {
      Promise.resolve(call(abort.signal)).then(() => {
        if (over) late();
        end({ outcome: "done" }, SUCCESS);
      }, failed);
    } catch (error) {
      failed(error);
    }
  });
}

/** Sends a write, or a deletion. */
export function sendTo<R>({ side, store }: Store<R>, key: string, record: R | null, call: WriteCall): unknown {
  if (record !== null) {
    if (side.write === undefined) throw missing(store, "write");
    return side.write(key, record, call);
  }
  if (side.delete === undefined) throw missing(store, "delete");
  return side.delete(key, call);
}

/** Undoes a write. */
export function undoIn<R>({ side, store }: Store<R>, key: string, call: UndoCall): unknown {
  if (side.undo === undefined) throw missing(store, "undo");
  return side.undo(key, call);
}

function missing(store: string, name: string): MigrationError & { readonly permanent: true } {
  return Object.assign(new MigrationError(`${store} has no \`${name}\``), { permanent: true as const });
}
