/** A whole engine: explains and warns, beside deciding. */

import type { Columns, DecidedColumns } from "./api/columns.js";
import type { DecideOptions, Engine, RouteOptions, SelectOptions, Selected, TimeOptions } from "./api/engine.js";
import type { Decision, ErrorCode, Explanation, Json } from "./api/decision.js";
import type { Comparison, Judgement, Said } from "./api/compare.js";
import { CutoverError } from "./api/diagnostic.js";
import type { DeliveryPolicy } from "./api/delivery.js";
import type { Diagnostic } from "./api/diagnostic.js";
import type { DiffOptions, DiffReport } from "./api/diff.js";
import type { ArmResults, ArmsToCompare, GateReplay, GateState, GateStep, Observation } from "./api/gate.js";
import type { PathFound, PathRequest } from "./api/path.js";
import type { PlanEvent, PlanSimulation, PlanState, PlanStep, SimulateOptions } from "./api/plan.js";
import type { ReplayOptions, ReplayReport } from "./api/replay.js";
import type { AlertRules, AlertsOptions, PlanReport, PlanSpec, ReportOptions } from "./api/report.js";
import type { Handbook, HandbookOptions, Runbook, RunbookOptions } from "./api/runbook.js";
import type { SafetyOptions, SafetyReport } from "./api/safety.js";
import type { Shared } from "./api/shared.js";
import type {
  DrillReport,
  DrillScenario,
  IncidentEvent,
  IncidentStanding,
  IncidentState,
  IncidentStep,
  WorkEvent,
  WorkState,
  WorkStatus,
  WorkStep,
} from "./api/work.js";
import type { FullProgram } from "./backend.js";
import { decideColumns } from "./columns.js";
import type { Given } from "./core.js";
import { LoadedDecider, coreOf } from "./decider.js";
import type { Decided } from "./decider.js";
import { failed, withDefault } from "./decisions.js";
import type { Flag } from "./decisions.js";
import { contextText, jsonText } from "./json-text.js";
import { freeze } from "./table.js";
import { isTime, timeOf } from "./time.js";

/** JSON has no NaN and no infinities; told as texts, they are no numbers for the engine either. */
function numbersAsText(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

const NOTHING: readonly never[] = Object.freeze([]);

/** The engine of a program. How one is made is the business of `engineOf`. */
export abstract class LoadedEngine extends LoadedDecider<FullProgram> implements Engine {
  abstract apply(text: string | Uint8Array): Engine;
  abstract stale(): Engine;

  warnings(options?: TimeOptions): Diagnostic[] {
    const now = timeOf(options);
    if (!isTime(now)) throw new RangeError("`now` is no time");
    return JSON.parse(coreOf(this).program.warnings(now)) as Diagnostic[];
  }

  safety(migration: string, options: SafetyOptions = {}): SafetyReport {
    return freeze(this.#call("safety", { ...options, migration }) as SafetyReport);
  }

  diff(to: string, { now, population = [], ...options }: DiffOptions = {}): DiffReport {
    const contexts = `[${Array.from(population, contextText).join(",")}]`;
    const given = JSON.stringify({ ...options, to, now: instantOf(now) });
    return freeze(this.#ask("diff", `${given.slice(0, -1)},"population":${contexts}}`) as DiffReport);
  }

  logDecision(flag: string, context: Given, options?: TimeOptions): string {
    return this.#log({ flag, now: instantOf(options?.now) }, context);
  }

  logRoute(migration: string, context: Given, { now, switches }: RouteOptions = {}): string {
    return this.#log({ migration, switches, now: instantOf(now) }, context);
  }

  #log(question: object, context: Given): string {
    const given = JSON.stringify(question);
    const answer = this.#ask("log", `${given.slice(0, -1)},"context":${contextText(context ?? {})}}`);
    return (answer as { line: string }).line;
  }

  replay(lines: Iterable<string>, options: ReplayOptions = {}): ReplayReport {
    return freeze(this.#call("replay", { ...options, lines: [...lines] }) as ReplayReport);
  }

  runbook(migration: string, options: RunbookOptions = {}): Runbook {
    return freeze(this.#call("runbook", { ...options, migration }) as Runbook);
  }

  handbook(of: Handbook["runbook"]["of"], name: string, options: HandbookOptions = {}): Handbook {
    return freeze(this.#call("handbook", { ...options, of, name }) as Handbook);
  }

  alerts({ file, rulesFile }: AlertsOptions = {}): AlertRules {
    return freeze(this.#call("alerts", { file, rules_file: rulesFile }) as AlertRules);
  }

  delivery(policy: string): DeliveryPolicy {
    return freeze(this.#call("delivery", { policy }) as DeliveryPolicy);
  }

  deliveryOf(migration: string): DeliveryPolicy {
    return freeze(this.#call("delivery", { migration }) as DeliveryPolicy);
  }

  compare(comparator: string, control: unknown, candidate: unknown): Comparison {
    const given = { comparator, control: jsonText(control), candidate: jsonText(candidate) };
    return freeze(this.#call("compare", given) as Comparison);
  }

  judge(comparator: string | null, control: Said, candidate: Said): Judgement {
    const given = { comparator, control: asText(control), candidate: asText(candidate) };
    return freeze(this.#call("judge", given) as Judgement);
  }

  path(table: string, request: PathRequest, options?: TimeOptions): PathFound | null {
    const now = instantOf(options?.now);
    const { method = "GET", target, attributes = {} } = request;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers ?? {})) {
      const first = typeof value === "string" ? value : value?.[0];
      if (first !== undefined) headers[name] = first;
    }
    const found = this.#call("path", { table, method, target, now, headers, attributes });
    return found === null ? null : freeze(found as PathFound);
  }

  work(name: string, state: WorkState | null, event: WorkEvent): WorkStep {
    return freeze(this.#call("work", { name, state, event: dated(event) }) as WorkStep);
  }

  workStatus(name: string, state: WorkState | null): WorkStatus {
    return freeze(this.#call("work", { name, state }) as WorkStatus);
  }

  incident(name: string, state: IncidentState | null, event: IncidentEvent): IncidentStep {
    return freeze(this.#call("incident", { name, state, event: dated(event) }) as IncidentStep);
  }

  incidentStanding(name: string, state: IncidentState | null, options?: TimeOptions): IncidentStanding {
    return freeze(this.#call("incident", { name, state, ...dated({}, options) }) as IncidentStanding);
  }

  postMortem(name: string, state: IncidentState): string {
    return this.#call("post_mortem", { name, state }) as string;
  }

  drill(name: string, scenario: DrillScenario = {}): DrillReport {
    return freeze(this.#call("drill", { name, scenario }) as DrillReport);
  }

  select(flag: string, context: Given, options: SelectOptions<unknown>): Selected<never> {
    const decision = this.decide(flag, context, options) as Decision<never>;
    const unavailable = [...options.unavailable];
    if (unavailable.length === 0 || decision.variant === null) {
      return Object.freeze({ ...decision, skipped: NOTHING }) as Selected<never>;
    }
    const selection = this.#call("select", { flag, variant: decision.variant, unavailable }) as Selection;
    const value = selection.variant === null ? (options.default ?? null) : selection.value;
    return freeze({ ...decision, variant: selection.variant, value, skipped: selection.skipped }) as Selected<never>;
  }

  gate(name: string, state: GateState | null, observations: Iterable<Observation>, options?: TimeOptions): GateStep {
    const given = { gate: name, state, observations: [...observations], now: instantOf(options?.now) };
    return freeze(this.#call("gate", given, numbersAsText) as GateStep);
  }

  gateReplay(name: string, state: GateState): GateReplay {
    return freeze(this.#call("gate_replay", { gate: name, state }) as GateReplay);
  }

  compareArms(arms: ArmsToCompare): ArmResults {
    return freeze(this.#call("compare_arms", arms) as ArmResults);
  }

  advance(name: string, state: PlanState | null, event: PlanEvent, options?: TimeOptions): PlanStep {
    return freeze(this.#call("advance", { plan: name, state, event, now: instantOf(options?.now) }, numbersAsText) as PlanStep);
  }

  report(
    name: string,
    state: PlanState | null,
    observations: Iterable<Observation>,
    { now, alpha }: ReportOptions = {},
  ): PlanReport {
    const given = { plan: name, state, observations: [...observations], alpha, now: instantOf(now) };
    return freeze(this.#call("report", given, numbersAsText) as PlanReport);
  }

  planSpec(name: string): PlanSpec {
    return freeze(this.#call("plan_spec", { plan: name }) as PlanSpec);
  }

  simulate(name: string, options: SimulateOptions = {}): PlanSimulation {
    return freeze(this.#call("simulate", { plan: name, scenario: options.scenario, seed: options.seed }) as PlanSimulation);
  }

  #call(name: string, args: object, replacer?: (key: string, value: unknown) => unknown): unknown {
    return this.#ask(name, JSON.stringify(args, replacer));
  }

  #ask(name: string, args: string): unknown {
    return answerOf(coreOf(this).program, name, args);
  }

  share(): Shared {
    return coreOf(this).program.share();
  }

  toCompiled(): Uint8Array {
    return coreOf(this).program.compiled();
  }

  decideColumns(flag: string, columns: Columns, options?: TimeOptions): DecidedColumns {
    return decideColumns(coreOf(this), flag, columns, options);
  }

  explain(flag: string, context: Given, options?: DecideOptions<unknown>): Explanation<never> {
    const known = coreOf(this).flag(flag);
    const { decision, steps } =
      known === undefined ? this.#unexplained(flag, "FLAG_NOT_FOUND") : this.#explain(known, context, options);
    return Object.freeze({ decision: withDefault(decision, options) as Decided, steps });
  }

  #explain(flag: Flag, context: Given, options: TimeOptions | undefined): Explanation<Json> {
    const core = coreOf(this);
    const now = flag.readsTime ? timeOf(options) : 0;
    const area = isTime(now) ? core.open(context, flag) : null;
    if (area === null) return this.#unexplained(flag.name, "INVALID_CONTEXT");
    try {
      return freeze(JSON.parse(core.program.explain(flag.index, now, area)) as Explanation<Json>);
    } catch (error) {
      if (error instanceof CutoverError) return this.#unexplained(flag.name, "GENERAL");
      throw error;
    }
  }

  #unexplained(flag: string, error: ErrorCode): Explanation<Json> {
    return { decision: failed(flag, error, this.digest), steps: NOTHING };
  }
}

/** The answer of a program to a question; its refusal is thrown. */
export function answerOf(program: FullProgram, name: string, args: string): unknown {
  const reply = program.call(name, args);
  const { answer, refusal, code } = JSON.parse(reply) as { answer?: unknown; refusal?: string; code?: string };
  if (refusal !== undefined) throw new CutoverError(refusal, [], code === undefined ? {} : { code });
  return answer;
}

/** What comes of held back variants. */
interface Selection {
  readonly variant: string | null;
  readonly value: Json;
  readonly skipped: readonly string[];
}

/** What a side said, with its value as a text of JSON. */
function asText(said: Said): object {
  return "value" in said ? { value: jsonText(said.value) } : said;
}

/** An instant as the engine takes it: whole milliseconds since the epoch. */
function instantOf(given: number | Date | undefined): number {
  const now = timeOf({ now: given });
  if (!isTime(now)) throw new RangeError("`now` is no time");
  return Math.trunc(now);
}

/** An event with its time: the clock of the host where it has none. */
function dated<T extends { readonly now?: number }>(event: T, options?: TimeOptions): T {
  return { now: instantOf(options?.now), ...event };
}
