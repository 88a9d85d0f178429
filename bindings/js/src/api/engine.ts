/** What an engine can be asked. */

import type { Context } from "../context.js";
import type { Columns, DecidedColumns } from "./columns.js";
import type { Decision, Explanation, Json } from "./decision.js";
import type { Diagnostic, Imported } from "./diagnostic.js";
import type { Route } from "./route.js";
import type { Shared } from "./shared.js";
import type { Operating } from "./operating.js";

/**
 * What is known of a request: a flat or nested object, or a {@link Context} that was prepared from one.
 *
 * An attribute is looked for under a key that is spelt like its whole path, then in nested objects (`tenant.tier`).
 * Only own properties count. A value is a text, a number, a bigint, a boolean, a `Date` (milliseconds since the
 * epoch), or a list of those; null and undefined are as good as absent. A value of another type, or one whose getter
 * throws, is there but matches nothing. Of an attribute that is not read, nothing is touched.
 */
export type Attributes = object;

/** A document that can be imported. */
export type ImportKind = "features-yml" | "feature-config" | "env";

/** When. */
export interface TimeOptions {
  /** The time, in milliseconds since the epoch or as a `Date`. Without it, the clock of the host is read where time matters. */
  readonly now?: number | Date | undefined;
}

/** Which variants cannot be served. */
export interface SelectOptions<T> extends DecideOptions<T> {
  readonly unavailable: Iterable<string>;
}

/** A decision, and the variants that would have been served first and could not be. */
export type Selected<T> = Decision<T> & { readonly skipped: readonly string[] };

/** When, and what to take where there is no answer. */
export interface DecideOptions<T> extends TimeOptions {
  /** The value where the flag serves none, or where there is an error. It is handed back as it is, not frozen. */
  readonly default?: T | undefined;
}

/** When, and how the switches stand. */
export interface RouteOptions extends TimeOptions {
  /**
   * The switches by name. Texts are read as environment variables are: `true` is true, `false` and the empty text are
   * false, any other text is false and reported as a hazard. Null and undefined are as good as absent. `process.env`
   * can be passed as it is.
   */
  readonly switches?: { readonly [name: string]: boolean | string | null | undefined } | undefined;
}

/** What {@link EngineConstructor.import} needs to know beside the document. */
export interface ImportOptions {
  /** The IANA name of the zone that hours in the document mean. Without it they are in UTC, with a warning. */
  readonly timezone?: string | undefined;
}

/** What decides flags and migrations. Immutable. */
export interface Decider {
  /**
   * What the ruleset's content hashes to, in 32 hexadecimal digits: the same for YAML and JSON, and whatever the order
   * of keys. It is in every decision.
   */
  readonly digest: string;
  /** The names of the flags, sorted. */
  readonly flags: readonly string[];
  /** The names of the migrations, sorted. */
  readonly migrations: readonly string[];
  /**
   * The paths of the attributes that deciding a flag may read, those of its prerequisites included; none for a flag
   * that there is not.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ serve: { rollout: 50%, by: userId } }] } }");
   * engine.reads("beta"); // ["userId"]
   */
  reads(flag: string): readonly string[];

  /**
   * Prepares a context: every attribute that the ruleset reads is looked up once, for any number of decisions. It keeps
   * the values of this moment, and is good for every engine of the same digest. A context that fits is given back.
   *
   * @throws TypeError where `attributes` is no object, or a context that was prepared for another ruleset.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ serve: { rollout: 50%, by: userId } }] } }");
   * const context = engine.context({ userId: "user_123" });
   * engine.decide("beta", context) === engine.decide("beta", { userId: "user_123" }); // true
   */
  context(attributes: Attributes | null | undefined): Context;

  /**
   * Whether a flag serves `true`. Where it has no answer, or one that is no boolean, `default`, which is false unless
   * given. Never throws.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }");
   * engine.isEnabled("beta", {}); // true
   * engine.isEnabled("gamma", {}); // false
   * engine.isEnabled("gamma", {}, { default: true }); // true
   */
  isEnabled(flag: string, context: Attributes | null | undefined, options?: DecideOptions<boolean>): boolean;

  /**
   * Decides a flag. Never throws: where there is no answer the value is `default`, or null where none is given, and the
   * reason and the error say why.
   *
   * @example
   * const engine = Engine.fromString(`
   * cutover: 1
   * flags:
   *   algorithm:
   *     variants: { v1: simple, v2: { name: hybrid, limit: 10 } }
   *     default: v1
   *     rules: [{ if: { attribute: plan, in: [pro] }, serve: v2 }]
   * `);
   * engine.decide("algorithm", { plan: "pro" }).value; // { name: "hybrid", limit: 10 }
   * engine.decide("algorithm", {}).reason; // "DEFAULT"
   * engine.decide("algorithms", {}, { default: "simple" }).error; // "FLAG_NOT_FOUND"
   */
  decide<T = Json>(
    flag: string,
    context: Attributes | null | undefined,
    options: DecideOptions<T> & { readonly default: T },
  ): Decision<T>;
  decide<T = Json>(
    flag: string,
    context: Attributes | null | undefined,
    options?: DecideOptions<T>,
  ): Decision<T | null>;

  /** Decides every flag, in the order of their names. Attributes are read once. Never throws. */
  decideAll(context: Attributes | null | undefined, options?: TimeOptions): Decision<Json>[];

  /**
   * Decides a flag for many contexts, all at the same time. Throws only what iterating `contexts` throws.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }");
   * engine.decideBatch("beta", [{ userId: "a" }, { userId: "b" }]).map((decision) => decision.value); // [true, true]
   */
  decideBatch<T = Json>(
    flag: string,
    contexts: Iterable<Attributes | null | undefined>,
    options: DecideOptions<T> & { readonly default: T },
  ): Decision<T>[];
  decideBatch<T = Json>(
    flag: string,
    contexts: Iterable<Attributes | null | undefined>,
    options?: DecideOptions<T>,
  ): Decision<T | null>[];

  /**
   * Decides a migration: where to read, where to write, and what that may cost. Never throws; where there is no such
   * migration there is nothing to read and nothing to write, and an error.
   *
   * @example
   * const engine = Engine.fromString(`
   * cutover: 1
   * migrations:
   *   recruiters:
   *     old: recruiters
   *     new: jobs_partners
   *     ladder: recruiters_four_phase
   *     phase: dual_read
   *     switches: { emergency: FORCE_FALLBACK }
   * `);
   * engine.route("recruiters", {}).read.from; // "jobs_partners"
   * engine.route("recruiters", {}, { switches: { FORCE_FALLBACK: "true" } }).read.from; // "recruiters"
   */
  route(migration: string, context: Attributes | null | undefined, options?: RouteOptions): Route;
}

/** A loaded ruleset. Immutable. */
export interface Engine extends Decider, Operating {
  /**
   * What somebody should look at although the ruleset loads; flags that are past their `expires` are among it.
   *
   * @throws RangeError where `now` is no time.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { old: { expires: 2020-01-01 } }");
   * engine.warnings({ now: 0 }).length; // 0
   * engine.warnings().length; // 1
   */
  warnings(options?: TimeOptions): Diagnostic[];

  /**
   * Decides a flag for many contexts that come as columns, all at the same time: one array for each attribute, or one
   * typed array. What each row decides is what {@link Decider.decide} decides for an object of its elements.
   *
   * @throws RangeError where the columns are of different lengths.
   * @throws TypeError where a column is none.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { adult: { rules: [{ if: { attribute: age, above: 17 }, serve: on }] } }");
   * const decided = engine.decideColumns("adult", { age: new Int32Array([12, 40]) });
   * [...decided.variants].map((variant) => decided.names[variant]); // ["off", "on"]
   * decided.at(1).reason; // "TARGETING_MATCH"
   */
  decideColumns(flag: string, columns: Columns, options?: TimeOptions): DecidedColumns;

  /**
   * Decides a flag and tells how it came about. Never throws.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ if: { attribute: plan, is: pro }, serve: on }] } }");
   * const { decision, steps } = engine.explain("beta", { plan: "free" });
   * decision.value; // false
   * steps[0]; // { step: "condition", depth: 0, path: "flags.beta.rules[0].if", attribute: "plan", operator: "is", expected: ["pro"], found: "free", result: "false" }
   */
  explain<T = Json>(
    flag: string,
    context: Attributes | null | undefined,
    options: DecideOptions<T> & { readonly default: T },
  ): Explanation<T>;
  explain<T = Json>(
    flag: string,
    context: Attributes | null | undefined,
    options?: DecideOptions<T>,
  ): Explanation<T | null>;

  /**
   * Decides a flag whose variants cannot all be served just now: what a breaker holds back is skipped for the next of the
   * flag's `fallbacks`. Where none can be served, `variant` is null and `value` the default.
   *
   * @example
   * const engine = Engine.fromString(`
   * cutover: 1
   * flags:
   *   matcher:
   *     variants: { nexten: 1, smart: 2, enhanced: 3 }
   *     default: nexten
   *     fallbacks: [nexten, smart, enhanced]
   * `);
   * const served = engine.select("matcher", {}, { unavailable: ["nexten"] });
   * served.variant; // "smart"
   * served.skipped; // ["nexten"]
   */
  select<T = Json>(
    flag: string,
    context: Attributes | null | undefined,
    options: SelectOptions<T>,
  ): Selected<T | null>;

  /**
   * What another thread of this process turns into an engine of the same ruleset, with {@link EngineConstructor.fromShared}:
   * a plain object, for `workerData` or `postMessage`. It does not keep this engine alive.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }");
   * Engine.fromShared(engine.share()).isEnabled("beta", {}); // true
   */
  share(): Shared;

  /**
   * The engine of another version of the same ruleset, given as text or as the bytes of a file. This engine stays as it
   * is, and goes on deciding. Where both were loaded from JSON and differ in one flag, only that flag is compiled.
   *
   * @throws CutoverError with every problem of the document where it is refused.
   *
   * @example
   * const engine = Engine.fromString('{ "cutover": 1, "flags": { "beta": { "rules": [] } } }');
   * const next = engine.apply('{ "cutover": 1, "flags": { "beta": { "rules": [{ "serve": "on" }] } } }');
   * [engine.isEnabled("beta", {}), next.isEnabled("beta", {})]; // [false, true]
   */
  apply(text: string | Uint8Array): Engine;

  /**
   * This engine as one whose ruleset may be out of date, because nothing was heard of it for too long: it decides the
   * same, and the reason of every answer is `STALE`. What is applied to it is not stale.
   *
   * @example
   * const engine = Engine.fromString('{ "cutover": 1, "flags": { "beta": { "rules": [{ "serve": "on" }] } } }').stale();
   * [engine.decide("beta", {}).value, engine.decide("beta", {}).reason]; // [true, "STALE"]
   */
  stale(): Engine;

  /**
   * The program as bytes: the same on every platform, and loaded without parsing by
   * {@link EngineConstructor.fromCompiled}, in any language. Neither positions in the document nor warnings are in them.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }");
   * engine.toCompiled().subarray(0, 4); // new Uint8Array([67, 85, 84, 80])
   */
  toCompiled(): Uint8Array;
}

/** How engines are made. There is no `new Engine()`. */
export interface EngineConstructor extends Function {
  readonly prototype: Engine;

  /** What decides: the native addon, or the WebAssembly build of the same engine. They decide the same. */
  readonly backend: "native" | "wasm";

  /**
   * Loads a ruleset from YAML or JSON, given as text or as the bytes of a file.
   *
   * @throws CutoverError with every problem of the document where it is refused.
   *
   * @example
   * const engine = Engine.fromString('{ "cutover": 1, "flags": { "beta": { "rules": [{ "serve": "on" }] } } }');
   * engine.flags; // ["beta"]
   */
  fromString(text: string | Uint8Array): Engine;

  /**
   * Loads a program from the bytes that {@link Engine.toCompiled} gave, here or in another language. It decides as the
   * engine that it came from; warnings are given where a ruleset is compiled, and it has none.
   *
   * @throws TypeError where `bytes` is no view of bytes, such as a `Uint8Array`.
   * @throws CutoverError without diagnostics where the bytes are no program of this version, or changed on the way.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }");
   * Engine.fromCompiled(engine.toCompiled()).isEnabled("beta", {}); // true
   */
  fromCompiled(bytes: Uint8Array): Engine;

  /**
   * The engine that another thread has shared with {@link Engine.share}. The native addon holds one program for the
   * whole process, and nothing is loaded or copied; WebAssembly has no memory in common with another thread's, and loads
   * the same ruleset again. Both decide the same.
   *
   * @throws TypeError where `shared` was not made by `share` of the same kind of engine.
   * @throws CutoverError where the engine is gone: it lives as long as some thread holds an engine of it.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }");
   * Engine.fromShared(engine.share()).digest === engine.digest; // true
   */
  fromShared(shared: Shared): Engine;

  /**
   * Says all that is wrong with a ruleset, or questionable about it. Never throws.
   *
   * @example
   * Engine.check("cutover: 1\nflgs: {}")[0].help; // "did you mean `flags`?"
   */
  check(text: string | Uint8Array, options?: TimeOptions): Diagnostic[];

  /**
   * Turns a document of another system into a ruleset that decides the same: a file of feature toggles
   * (`features-yml`), toggles as `FeatureConfig` objects (`feature-config`), or a `.env` file with the four switches
   * of a migration (`env`). What is wrong with the document is in the diagnostics.
   *
   * @throws TypeError where there is no such kind of document.
   *
   * @example
   * const { ruleset } = Engine.import("features-yml", "features: [{ name: beta, enabled: true, rollout_percentage: 100 }]");
   * Engine.fromString(ruleset).isEnabled("beta", { userId: "user_123" }); // true
   */
  import(kind: ImportKind, text: string | Uint8Array, options?: ImportOptions): Imported;
}
