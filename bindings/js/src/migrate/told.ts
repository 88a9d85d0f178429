/** What the engine says of a write: the words of `cutover_delivery::dual`. */

/** What the caller is told. */
export type Told = "done" | "failed" | "pending" | "partial" | "unknown";

/** What is owed. */
export type Owed = "delivery" | "compensation";

/** What is done for a write. */
export type Work = "first" | "second" | "compensation" | "outbox" | "dead_letter";

/** What is done about a write. */
export type WriteEffect =
  | { readonly effect: "persist"; readonly state: unknown }
  | { readonly effect: "forget" }
  | WriteToEffect
  | CompensateEffect
  | OweEffect
  | { readonly effect: "withdraw"; readonly key: string }
  | { readonly effect: "acknowledge"; readonly told: Told }
  | { readonly effect: "wake_at"; readonly at: number };

/** A store is to be written; `with_entry`: with what the other one is owed, in one transaction. */
export interface WriteToEffect {
  readonly effect: "write";
  readonly work: "first" | "second";
  readonly attempt: number;
  readonly to: string;
  readonly key: string;
  readonly with_entry: boolean;
}

/** A write is to be undone; `with_entry`: with what the other one is owed. */
export interface CompensateEffect {
  readonly effect: "compensate";
  readonly attempt: number;
  readonly to: string;
  readonly key: string;
  readonly if_version: number;
  readonly with_entry: boolean;
}

/** Something is owed, to the outbox or to whoever looks at dead letters. */
export interface OweEffect {
  readonly effect: "enqueue" | "dead_letter";
  readonly attempt: number;
  readonly key: string;
  readonly owed: Owed;
  readonly to: readonly string[];
  readonly reason: string;
}

/** What is known of a write. More is in it; the engine alone reads that. */
export interface WriteState {
  readonly at: { readonly state: string; readonly work?: Work };
  readonly told: Told | null;
  readonly reason: string | null;
}
