/** The machine of a read as a table: `cutover_delivery::read::table`. Its numbers are looked up without a call. */

import { CutoverError } from "../api/diagnostic.js";
import type { FallbackOn } from "../api/route.js";
import { machines } from "./machines.js";

const EVENTS = [
  "started",
  "started_comparing",
  "from_found",
  "from_missing",
  "from_error",
  "from_timeout",
  "other_found",
  "other_missing",
  "other_error",
  "other_timeout",
  "compared",
  "cancelled",
] as const;

const EFFECTS = [
  "none",
  "ask_from",
  "ask_other",
  "shadow_other",
  "answer_from",
  "answer_other_not_found",
  "answer_other_error",
  "answer_other_timeout",
  "compare",
  "report",
  "report_match",
  "report_mismatch",
  "report_control_error",
  "report_candidate_error",
  "report_both_error",
  "report_timed_out",
  "report_comparator_error",
  "report_skipped",
] as const;

/** How many events there are: the width of the table. */
export const WIDTH = EVENTS.length;

export const STARTED = 0;
export const STARTED_COMPARING = 1;
/** The first event of each side; then found, missing, error, timeout. */
export const FROM = 2;
export const OTHER = 6;
export const FOUND = 0;
export const MISSING = 1;
export const ERROR = 2;
export const TIMEOUT = 3;
export const COMPARED = 10;
export const CANCELLED = 11;

export const ASK_FROM = 1;
export const ASK_OTHER = 2;
export const SHADOW_OTHER = 3;
export const ANSWER_FROM = 4;
/** The first answer of the other side; the reasons follow in the order of {@link REASONS}. */
export const ANSWER_OTHER = 5;
export const COMPARE = 8;
export const REPORT = 9;
/** The first verdict that is known without comparing; they follow in the order of {@link VERDICTS}. */
export const VERDICT = 10;

/** Why a read goes on to the other side, in the order of their bits. */
export const REASONS = ["not_found", "error", "timeout"] as const;

export const VERDICTS = [
  "match",
  "mismatch",
  "control_error",
  "candidate_error",
  "both_error",
  "timed_out",
  "comparator_error",
  "skipped",
] as const;

export type Verdict = (typeof VERDICTS)[number];

const tables = new Map<number, Uint32Array>();

/** The table of reads that fall back on these answers: for a state and an event, the next state and two effects. */
export function readTable(fallbackOn: readonly FallbackOn[]): Uint32Array {
  const mask = fallbackOn.reduce((bits, reason) => bits | (1 << REASONS.indexOf(reason)), 0);
  let table = tables.get(mask);
  if (table === undefined) tables.set(mask, (table = load(mask)));
  return table;
}

function load(mask: number): Uint32Array {
  type Machine = { events: readonly string[]; effects: readonly string[]; table: readonly number[] };
  const { events, effects, table } = JSON.parse(machines.readMachine(mask)) as Machine;
  // The numbers above are those of one version of the engine.
  if (events.join() !== EVENTS.join() || effects.join() !== EFFECTS.join()) {
    throw new CutoverError("the engine is of another version than this package");
  }
  return Uint32Array.from(table);
}
