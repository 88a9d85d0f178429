/** An engine whose names are those of one ruleset: what `cutover codegen` writes types for. Types alone, nothing at run time. */

import type { Context } from "../context.js";
import type { Decision, Explanation } from "./decision.js";
import type { DecideOptions, Engine, SelectOptions, TimeOptions } from "./engine.js";
import type { PathFound, PathRequest } from "./path.js";
import type { JobVariant, Route, RouteCompare, RouteRead, RouteWrite } from "./route.js";

/** The names of a ruleset: the type `Ruleset` of a module that `cutover codegen` has written. */
export interface RulesetTypes {
  /** For each flag the values of its variants, by their names. */
  readonly flags: object;
  /** For each migration the names of its `phases`, `stores`, `switches` and `jobs`. */
  readonly migrations: object;
  /** For each path table the names of its services. */
  readonly paths: object;
  /** What is read of a context. */
  readonly attributes: object;
}

type Name<T> = keyof T & string;
type Flags<R extends RulesetTypes> = R["flags"];
type Migrations<R extends RulesetTypes> = R["migrations"];
/** A part of the names of a migration. */
type Part<M, P extends string> = M extends { readonly [Key in P]: infer Names extends string } ? Names : never;

/** The flags that serve nothing but true and false. */
export type BooleanFlag<R extends RulesetTypes> = {
  [F in Name<Flags<R>>]: [Flags<R>[F][keyof Flags<R>[F]]] extends [boolean] ? F : never;
}[Name<Flags<R>>];

/** A context that has what the ruleset reads. A key that it does not read is refused where an object is written out. */
export type TypedContext<R extends RulesetTypes> = R["attributes"] | Context | null | undefined;

/** A decision of one flag. Its variant tells the type of its value; where that is null, the value is the default. */
export type TypedDecision<F extends string, Variants, Default> =
  | {
      [V in Name<Variants>]: Omit<Decision<Variants[V]>, "flag" | "variant"> & { readonly flag: F; readonly variant: V };
    }[Name<Variants>]
  | (Omit<Decision<Default>, "flag" | "variant"> & { readonly flag: F; readonly variant: null });

/** The route of one migration. */
export interface TypedRoute<N extends string, M> extends Omit<Route, "migration" | "phase" | "read" | "write" | "jobs"> {
  readonly migration: N;
  readonly phase: Part<M, "phases"> | null;
  readonly read: TypedRead<Part<M, "stores">> | null;
  readonly write: readonly (Omit<RouteWrite, "to"> & { readonly to: Part<M, "stores"> })[];
  readonly jobs: { readonly [Job in Part<M, "jobs">]: JobVariant };
}

/** Where a read goes, by the names of the stores. */
export interface TypedRead<Store extends string> extends Omit<RouteRead, "from" | "fallback" | "compare"> {
  readonly from: Store;
  readonly fallback: Store | null;
  readonly compare: (Omit<RouteCompare, "with"> & { readonly with: Store }) | null;
}

/** When, and how the switches stand; `process.env` will do. */
export interface TypedRouteOptions<M> extends TimeOptions {
  readonly switches?: { readonly [Switch in Part<M, "switches">]?: boolean | string | null | undefined } | undefined;
}

/**
 * An engine that knows the names of its ruleset. It is the {@link Engine} itself, given by the function `typed` of the module
 * that `cutover codegen` has written: hand over the plain engine where an `Engine` is asked for, as by `Migration`.
 *
 * @example
 * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }");
 * // const decider = typed(engine);
 * // decider.isEnabled("beta", {}); and decider.isEnabled("beat", {}) does not compile
 * engine.isEnabled("beta", {}); // true
 */
export interface TypedEngine<R extends RulesetTypes>
  extends Omit<Engine, "context" | "decide" | "decideBatch" | "explain" | "isEnabled" | "path" | "reads" | "route" | "select"> {
  context(attributes: TypedContext<R>): Context;
  reads(flag: Name<Flags<R>>): readonly string[];
  isEnabled(flag: BooleanFlag<R>, context: TypedContext<R>, options?: DecideOptions<boolean>): boolean;
  decide<F extends Name<Flags<R>>, D>(
    flag: F,
    context: TypedContext<R>,
    options: DecideOptions<D> & { readonly default: D },
  ): TypedDecision<F, Flags<R>[F], D>;
  decide<F extends Name<Flags<R>>>(flag: F, context: TypedContext<R>, options?: TimeOptions): TypedDecision<F, Flags<R>[F], null>;
  decideBatch<F extends Name<Flags<R>>>(
    flag: F,
    contexts: Iterable<TypedContext<R>>,
    options?: TimeOptions,
  ): TypedDecision<F, Flags<R>[F], null>[];
  explain<F extends Name<Flags<R>>>(
    flag: F,
    context: TypedContext<R>,
    options?: TimeOptions,
  ): Omit<Explanation, "decision"> & { readonly decision: TypedDecision<F, Flags<R>[F], null> };
  select<F extends Name<Flags<R>>>(
    flag: F,
    context: TypedContext<R>,
    options: Omit<SelectOptions<never>, "default" | "unavailable"> & { readonly unavailable: Iterable<Name<Flags<R>[F]>> },
  ): TypedDecision<F, Flags<R>[F], null> & { readonly skipped: readonly Name<Flags<R>[F]>[] };
  route<N extends Name<Migrations<R>>>(
    migration: N,
    context: TypedContext<R>,
    options?: TypedRouteOptions<Migrations<R>[N]>,
  ): TypedRoute<N, Migrations<R>[N]>;
  path<T extends Name<R["paths"]>>(
    table: T,
    request: PathRequest,
    options?: TimeOptions,
  ): (Omit<PathFound, "service"> & { readonly service: R["paths"][T] }) | null;
}
