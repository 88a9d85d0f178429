/** What every entry of the package exports beside `Engine`. */

export type { Context } from "../context.js";
export type * from "./columns.js";
export type * from "./compare.js";
export type { DeciderConstructor } from "./decider.js";
export type * from "./decision.js";
export type * from "./delivery.js";
export { CutoverError } from "./diagnostic.js";
export type { Diagnostic, Imported, Severity } from "./diagnostic.js";
export type {
  Attributes,
  DecideOptions,
  Decider,
  EngineConstructor,
  ImportKind,
  ImportOptions,
  RouteOptions,
  SelectOptions,
  Selected,
  TimeOptions,
} from "./engine.js";
export type * from "./gate.js";
export type * from "./plan.js";
export type * from "./path.js";
export type * from "./route.js";
export type * from "./diff.js";
export type * from "./replay.js";
export type * from "./report.js";
export type * from "./runbook.js";
export type * from "./safety.js";
export type { Shared } from "./shared.js";
export type {
  BooleanFlag,
  RulesetTypes,
  TypedContext,
  TypedDecision,
  TypedEngine,
  TypedRead,
  TypedRoute,
  TypedRouteOptions,
} from "./typed.js";
export type * from "./work.js";
