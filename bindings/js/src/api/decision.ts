/** Decisions about flags, and how they came about. */

/** A value of any JSON type, as variants serve it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Why a decision is what it is, in OpenFeature's words.
 *
 * - `STATIC`: the flag reads neither attributes nor time; the answer is the same for everyone.
 * - `DEFAULT`: no rule matched, or a prerequisite was not met.
 * - `TARGETING_MATCH`: a rule matched.
 * - `SPLIT`: a rule matched, and the unit's bucket decided.
 * - `DISABLED`: the flag is not enabled.
 * - `ERROR`: there is no answer; {@link ErrorCode} says why.
 * - `STALE`: there is an answer, of a ruleset that may be out of date: see {@link Engine.stale}.
 */
export type Reason = "STATIC" | "DEFAULT" | "TARGETING_MATCH" | "SPLIT" | "DISABLED" | "ERROR" | "STALE";

/**
 * Why there is no answer, in OpenFeature's words and `MISSING_UNIT`.
 *
 * - `FLAG_NOT_FOUND`: the ruleset has no flag, or no migration, of that name.
 * - `TYPE_MISMATCH`: the flag does not serve values of the type asked for.
 * - `MISSING_UNIT`: the context has no unit for the rollout that a rule asks for.
 * - `INVALID_CONTEXT`: the unit is neither a text nor a whole number, the context was prepared for another ruleset or
 *   is no object, or `now` is no time.
 * - `GENERAL`: a fault of the engine itself, of which there should be none.
 */
export type ErrorCode = "FLAG_NOT_FOUND" | "TYPE_MISMATCH" | "MISSING_UNIT" | "INVALID_CONTEXT" | "GENERAL";

/**
 * The answer for a flag, and why. Frozen all through; an engine makes each answer once and hands it out again.
 *
 * Where `variant` is null the value is the caller's default, or null where the caller gives none: there is an
 * `error`, or the flag declares variants without a default and none was served.
 */
export interface Decision<T = Json> {
  /** The flag asked for. */
  readonly flag: string;
  /** The value served, or the caller's default. */
  readonly value: T;
  /** The name of the variant served; null where none was. */
  readonly variant: string | null;
  /** Why. */
  readonly reason: Reason;
  /** The index of the rule that decided, from 0; null where none did. */
  readonly rule: number | null;
  /** Why there is no answer; null where there is one. */
  readonly error: ErrorCode | null;
  /** The digest of the ruleset that decided. */
  readonly digest: string;
}

/** What a condition came to. What is not known never matches, also under `not`. */
export type Truth = "true" | "false" | "unknown";

/** A decision and how it came about. Frozen all through. */
export interface Explanation<T = Json> {
  readonly decision: Decision<T>;
  /** What was looked at, in order. What is not listed was not looked at. */
  readonly steps: readonly Step[];
}

/** One step of an {@link Explanation}. */
export type Step =
  | ConditionStep
  | BucketStep
  | SegmentStep
  | TimeStep
  | FlagStep
  | RuleStep
  | ShareStep
  | SplitStep
  | NoUnitStep;

interface AnyStep {
  /** 0 for the flag asked for, 1 for flags that it asks, and so on. */
  readonly depth: number;
}

/** A condition on an attribute. */
export interface ConditionStep extends AnyStep {
  readonly step: "condition";
  /** The path of the condition in the ruleset. */
  readonly path: string;
  readonly attribute: string;
  readonly operator: string;
  /** What the value was read as, where the ruleset says so. */
  readonly as?: "number" | "text" | "version" | "partial_version" | "padded_version" | "size";
  /** There where texts were compared in lower case. */
  readonly ignore_case?: true;
  /** There where each item of a list was tested, one of which has to pass. */
  readonly each?: "any";
  /** What it was compared with; of long lists the first values. */
  readonly expected: Json;
  /** What the context holds; null where it holds nothing. */
  readonly found: Json;
  /** What the ruleset says of what cannot be told, where that is the result. */
  readonly otherwise?: boolean;
  readonly result: Truth;
}

/** A condition on where a unit lies by a named hash contract. */
export interface BucketStep extends AnyStep {
  readonly step: "bucket";
  readonly path: string;
  /** The name of the contract. */
  readonly hash: string;
  /** What the unit is hashed with; null where there is no salt. */
  readonly salt: string | null;
  /** The attribute, or attributes, that give the unit. */
  readonly by: string;
  readonly unit: Json;
  /** Where the unit lies; null where there is none. */
  readonly bucket: number | null;
  /** The ranges that are asked for: first buckets, and first ones behind. */
  readonly ranges: readonly (readonly [number, number])[];
  /** How many buckets there are. */
  readonly buckets: number;
  /** What the ruleset says where there is no unit, where that is the result. */
  readonly otherwise?: boolean;
  readonly result: Truth;
}

/** A segment; its conditions come before it. */
export interface SegmentStep extends AnyStep {
  readonly step: "segment";
  readonly path: string;
  readonly segment: string;
  readonly result: Truth;
}

/** A time window. */
export interface TimeStep extends AnyStep {
  readonly step: "time";
  readonly path: string;
  /** The IANA name of the zone whose clock was read. */
  readonly timezone: string;
  readonly result: Truth;
}

/** Another flag: a prerequisite, or a condition on a flag. Its own steps come before, one deeper. */
export interface FlagStep extends AnyStep {
  readonly step: "flag";
  readonly path: string;
  readonly flag: string;
  /** The variants that would do. */
  readonly expected: readonly string[];
  /** The variant that it is; null where it has none. */
  readonly found: string | null;
  readonly result: Truth;
}

/** A rule; the first one whose result is `true` decides. */
export interface RuleStep extends AnyStep {
  readonly step: "rule";
  readonly path: string;
  /** The index of the rule, from 0. */
  readonly rule: number;
  readonly result: Truth;
}

/** A share of the units. */
export interface ShareStep extends AnyStep {
  readonly step: "share";
  /** The attribute, or attributes, that give the unit. */
  readonly by: string;
  /** The hash contract, where it is another system's. */
  readonly hash?: string;
  /** The unit; null where a share of nobody or everybody asked for none. */
  readonly unit: Json;
  /** The share in millionths, at that time. */
  readonly share_ppm: number;
  /** Where the unit lies; null where nothing was hashed. */
  readonly bucket: number | null;
  /** The first bucket that the share leaves out. */
  readonly boundary: number | null;
  /** How many buckets there are. */
  readonly buckets: number | null;
  /** True where the unit belongs to the share. */
  readonly inside: boolean;
}

/** A split. */
export interface SplitStep extends AnyStep {
  readonly step: "split";
  /** The attribute that gives the unit. */
  readonly by: string;
  /** The hash contract, where it is another system's. */
  readonly hash?: string;
  readonly unit: Json;
  /** Where the unit lies. */
  readonly bucket: number;
  /** The first bucket behind the variant drawn. */
  readonly boundary: number;
  /** How many buckets there are. */
  readonly buckets: number;
}

/** There was no unit to hash. */
export interface NoUnitStep extends AnyStep {
  readonly step: "no_unit";
  /** The attribute, or attributes, that should give the unit. */
  readonly by: string;
  /** What stands there instead; null where nothing does. */
  readonly found: Json;
  readonly error: "MISSING_UNIT" | "INVALID_CONTEXT";
}
