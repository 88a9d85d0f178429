// What is asked of an engine off the hot path: what a step can cost, whom a change moves, what moves a rollout.

import type { Comparison, Judgement, Said } from "./compare.js";
import type { DiffOptions, DiffReport } from "./diff.js";
import type { DeliveryPolicy } from "./delivery.js";
import type { ArmResults, ArmsToCompare, GateReplay, GateState, GateStep, Observation } from "./gate.js";
import type { PathFound, PathRequest } from "./path.js";
import type { PlanEvent, PlanSimulation, PlanState, PlanStep, SimulateOptions } from "./plan.js";
import type { ReplayOptions, ReplayReport } from "./replay.js";
import type { AlertRules, AlertsOptions, PlanReport, PlanSpec, ReportOptions } from "./report.js";
import type { Handbook, HandbookOptions, Runbook, RunbookOptions } from "./runbook.js";
import type { SafetyOptions, SafetyReport } from "./safety.js";
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
} from "./work.js";
import type { Attributes, TimeOptions, RouteOptions } from "./engine.js";

/** What operators and executors ask of an engine. */
export interface Operating {
  /**
   * What the phases, moves, switches and emergencies of a migration can cost: a model of its two stores looks at everything
   * that can happen to one record.
   *
   * @throws CutoverError where there is no such migration, or a number is out of bounds.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nmigrations: { orders: { old: sql, new: mongo, ladder: standard, phase: sync } }");
   * const report = engine.safety("orders");
   * report.safe; // true
   * report.last_reversible; // "ramp_down"
   */
  safety(migration: string, options?: SafetyOptions): SafetyReport;

  /**
   * Whom a change of this ruleset moves, from what to what, and which hazards that has. `to` is the text of the ruleset after
   * the change.
   *
   * @throws CutoverError where `to` is refused, or an option is of no use.
   *
   * @example
   * const ruleset = (share) => `cutover: 1\nflags: { beta: { rules: [{ serve: { rollout: ${share}%, by: userId } }] } }`;
   * const population = [{ userId: "ada" }, { userId: "grace" }, { userId: "ada" }];
   * const report = Engine.fromString(ruleset(0)).diff(ruleset(100), { population });
   * report.flags[0].moves[0].contexts; // 3
   * report.flags[0].keys; // { count: 2, exact: true }
   */
  diff(to: string, options?: DiffOptions): DiffReport;

  /**
   * Decides a flag, and gives a line of a decision log: what was asked, when, and what was answered. {@link Engine.replay} and
   * `cutover replay` decide it again. The context is a plain object, and all of it is in the line.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }");
   * const line = engine.logDecision("beta", { userId: "ada" }, { now: 0 });
   * line.startsWith('{"log":1,"now":0,"context":{"userId":"ada"},"decision":{"flag":"beta","value":true,'); // true
   */
  logDecision(flag: string, context: Attributes | null | undefined, options?: TimeOptions): string;

  /**
   * Decides a migration, and gives a line of a decision log. Of the switches, only those of the migration are in it.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nmigrations: { m: { old: a, new: b, ladder: standard, phase: sync } }");
   * JSON.parse(engine.logRoute("m", {}, { now: 0 })).route.phase; // "sync"
   */
  logRoute(migration: string, context: Attributes | null | undefined, options?: RouteOptions): string;

  /**
   * Decides the lines of a log again: which come out the same, which would have come out otherwise and why, and which cannot
   * be replayed.
   *
   * @throws CutoverError where `original` is refused.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }");
   * const report = engine.replay([engine.logDecision("beta", {}), "{"]);
   * report.identical; // 1
   * report.unreplayable; // 1
   */
  replay(lines: Iterable<string>, options?: ReplayOptions): ReplayReport;

  /**
   * The way back out of the phases of a migration: each step, its command, how to verify it, and what it costs.
   *
   * @throws CutoverError where there is no such migration or phase, or the way does not lead back.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nmigrations: { orders: { old: sql, new: mongo, ladder: standard, phase: live } }");
   * const { markdown } = engine.runbook("orders", { phase: "live" });
   * markdown.split("\n")[0]; // "# Runbook: orders"
   */
  runbook(migration: string, options?: RunbookOptions): Runbook;

  /**
   * The procedures of a plan, of a plan of work, or of incidents: at once, step by step, feature by feature.
   *
   * @throws CutoverError where there is none of that name, or the plan never stands at `at`.
   *
   * @example
   * const engine = Engine.fromString(`cutover: 1
   * flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
   * gates: { errors: { checks: [{ metric: errors, test: harm }] } }
   * plans: { v2: { flag: use_v2, steps: [5%, 100%], bake: 48h, gate: errors } }`);
   * const { runbook } = engine.handbook("plan", "v2", { at: "5%" });
   * runbook.procedures[0].title; // "Immediate rollback: `use_v2` to 0%"
   */
  handbook(of: "plan" | "work" | "incidents", name: string, options?: HandbookOptions): Handbook;

  /**
   * The alert rules of the migrations, and of the triggers of plans that watch a metric, for Prometheus.
   *
   * @throws CutoverError where a trigger watches a metric without a query, or there is nothing to be alerted of.
   *
   * @example
   * const migration = "{ old: sql, new: mongo, ladder: standard, phase: live }";
   * const engine = Engine.fromString(`cutover: 1\nmigrations: { orders: ${migration} }`);
   * engine.alerts().groups[0].rules[1].name; // "MongoWriteErrors"
   */
  alerts(options?: AlertsOptions): AlertRules;

  /**
   * A delivery policy of the ruleset: what it says, and the defaults of what it does not say. Shares are millionths.
   *
   * @throws CutoverError where there is no such policy.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\ndelivery: { patient: { attempts: 9, breaker: { failure_rate: 25% } } }");
   * engine.delivery("patient").retry.attempts; // 9
   * engine.delivery("patient").breakers.old?.failure_rate; // 250000
   */
  delivery(policy: string): DeliveryPolicy;

  /**
   * The delivery policy of a migration: the one that it names, or the defaults.
   *
   * @throws CutoverError where there is no such migration.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nmigrations: { orders: { old: sql, new: mongo, ladder: standard, phase: sync } }");
   * engine.deliveryOf("orders").policy; // null
   * engine.deliveryOf("orders").timeouts.write_ms; // 5000
   */
  deliveryOf(migration: string): DeliveryPolicy;

  /**
   * Compares two values by a comparator of the ruleset. Values are taken as JSON has them, a bigint as a number of all its
   * digits; a `Uint8Array` is JSON already.
   *
   * @throws CutoverError where there is no such comparator, or bytes are no JSON.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\ncomparators: { offers: { ignore: [_id], rename: snake_to_camel } }");
   * engine.compare("offers", { _id: 7, user_id: 1 }, { userId: 1 }).count; // 0
   * engine.compare("offers", { user_id: 1 }, { userId: 2 }).differences[0]; // { path: "userId", kind: "changed", control: "1", candidate: "2" }
   */
  compare(comparator: string, control: unknown, candidate: unknown): Comparison;

  /**
   * What comes of two sides, errors and timeouts included, by a comparator or, with null, exactly.
   *
   * @throws CutoverError where there is no such comparator.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1");
   * engine.judge(null, { value: 1 }, { timed_out: true }).verdict; // "timed_out"
   */
  judge(comparator: string | null, control: Said, candidate: Said): Judgement;

  /**
   * Who serves a request, by a path table; null where no entry takes it.
   *
   * @throws CutoverError where there is no such table, or the path could be read in two ways: answer with 400.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\npaths: { api: [{ path: /api/orders, service: orders-sql, side: old }] }");
   * engine.path("api", { target: "/api/orders/7?full" }).service; // "orders-sql"
   * engine.path("api", { target: "/health" }); // null
   */
  path(table: string, request: PathRequest, options?: TimeOptions): PathFound | null;

  /**
   * What a gate comes to by what was measured since the last time. Begin with null as the state, and give back the state
   * of each answer the next time; it may be kept as JSON meanwhile.
   *
   * @throws CutoverError where there is no such gate, the state is of another one, or observations are none.
   * @throws RangeError where `now` is no time.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\ngates: { step: { checks: [{ metric: error_rate, below: 1% }] } }");
   * const { report } = engine.gate("step", null, [{ metric: "error_rate", at: 0, value: 0.002 }], { now: 0 });
   * report.verdict; // "pass"
   * engine.gate("step", null, [{ metric: "eror_rate", at: 0, value: 0.002 }], { now: 0 }).report.verdict; // "no_data"
   */
  gate(name: string, state: GateState | null, observations: Iterable<Observation>, options?: TimeOptions): GateStep;

  /**
   * Decides once more, from the measurements alone, what a state of {@link Engine.gate} keeps.
   *
   * @throws CutoverError where there is no such gate, or the state is of another one.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\ngates: { step: { checks: [{ metric: error_rate, below: 1% }] } }");
   * const { state } = engine.gate("step", null, [{ metric: "error_rate", at: 0, value: 0.002 }], { now: 0 });
   * engine.gateReplay("step", state).same; // true
   */
  gateReplay(name: string, state: GateState): GateReplay;

  /**
   * Whether the new arm is better, worse, or whether that is not yet known, by what was counted in all. It may be asked as
   * often as one likes.
   *
   * @throws CutoverError where counts or options make no sense.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1");
   * const results = engine.compareArms({ old: { events: 100, total: 10000 }, new: { events: 200, total: 10000 } });
   * results.answer; // "worse"
   */
  compareArms(arms: ArmsToCompare): ArmResults;

  /**
   * What becomes of a rollout when something happens, and what is to be done. Begin with null as the state. A host writes
   * the state, performs the effects, and tells of each that has an `id` that it is done.
   *
   * @throws CutoverError where there is no such plan, or the state or the event cannot be read.
   * @throws RangeError where `now` is no time.
   *
   * @example
   * const engine = Engine.fromString(`cutover: 1
   * flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
   * gates: { errors: { checks: [{ metric: errors, test: harm }] } }
   * plans: { v2: { flag: use_v2, steps: [5%, 100%], bake: 48h, gate: errors } }`);
   * const { state } = engine.advance("v2", null, { event: "start", actor: "ada" }, { now: 0 });
   * state.stage; // "progressing"
   * state.millionths; // 50000
   */
  advance(name: string, state: PlanState | null, event: PlanEvent, options?: TimeOptions): PlanStep;

  /**
   * Reports a rollout: where it stands, what was measured in both arms, whether the new one is better, what the gates say, and
   * what to do. Nothing changes by it.
   *
   * @throws CutoverError where there is no such plan, or something is no observation.
   * @throws RangeError where `now` is no time.
   *
   * @example
   * const engine = Engine.fromString(`cutover: 1
   * flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
   * gates: { errors: { checks: [{ metric: errors, test: harm }] } }
   * plans: { v2: { flag: use_v2, steps: [5%, 100%], bake: 48h, gate: errors } }`);
   * const { state } = engine.advance("v2", null, { event: "start", actor: "ada" }, { now: 0 });
   * const arms = { old: { events: 1, total: 9000 }, new: { events: 40, total: 1000 } };
   * const report = engine.report("v2", state, [{ metric: "errors", from: 0, to: 60_000, ...arms }], { now: 60_000 });
   * report.recommendation.advice; // "roll_back"
   * report.metrics[0].answer; // "worse"
   */
  report(name: string, state: PlanState | null, observations: Iterable<Observation>, options?: ReportOptions): PlanReport;

  /**
   * What a plan says, and the metrics of its gates, for whoever measures.
   *
   * @throws CutoverError where there is no such plan.
   *
   * @example
   * const engine = Engine.fromString(`cutover: 1
   * flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
   * gates: { errors: { checks: [{ metric: errors, test: harm }] } }
   * plans: { v2: { flag: use_v2, steps: [5%, 100%], bake: 48h, gate: errors } }`);
   * engine.planSpec("v2").gates; // { errors: ["errors"] }
   */
  planSpec(name: string): PlanSpec;

  /**
   * Follows a plan from its start to its end under a scenario. The same seed gives the same rollout.
   *
   * @throws CutoverError where there is no such plan or scenario.
   *
   * @example
   * const engine = Engine.fromString(`cutover: 1
   * flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
   * gates: { errors: { checks: [{ metric: errors, test: harm }] } }
   * plans: { v2: { flag: use_v2, steps: [5%, 100%], bake: 48h, gate: errors } }`);
   * engine.simulate("v2", { scenario: "harmful@1", seed: 3 }).state.stage; // "rolled_back"
   */
  simulate(name: string, options?: SimulateOptions): PlanSimulation;

  /**
   * A step of a plan of work: what the state is after an event, and what to perform. Save the state before performing
   * anything. `state` is null at the beginning.
   *
   * @throws CutoverError where there is no such plan, the state belongs to another plan, or the event is none.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nwork: { w: { phases: [{ name: load, actions: [copy], validations: [counts], rollback: drop }] } }");
   * const { state, effects } = engine.work("w", null, { event: "start", run: "r1" });
   * effects[0].id; // "r1/1/load/copy"
   * engine.workStatus("w", state).standing; // "running"
   */
  work(name: string, state: WorkState | null, event: WorkEvent): WorkStep;

  /** Where a run of a plan of work stands. */
  workStatus(name: string, state: WorkState | null): WorkStatus;

  /**
   * A step of an incident. `state` is null where none is open.
   *
   * @throws CutoverError where there is no such policy, or the event is none.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nincidents: { till: { severities: { critical: { objective: 1h } } } }");
   * const open = { event: "open", id: "i1", title: "no sale", severity: "critical", actor: "ann", now: 0 };
   * const { state } = engine.incident("till", null, open);
   * engine.incidentStanding("till", state, { now: 60_000 }).clock.left_ms; // 3540000
   */
  incident(name: string, state: IncidentState | null, event: IncidentEvent): IncidentStep;

  /** Where an incident stands at a time: its clock, and what is still to be checked. */
  incidentStanding(name: string, state: IncidentState | null, options?: TimeOptions): IncidentStanding;

  /** The draft of a post-mortem, in Markdown. */
  postMortem(name: string, state: IncidentState): string;

  /**
   * Rehearses a rollback of a plan of work, and says whether it would be over in time.
   *
   * @throws CutoverError where there is no such plan, or the scenario makes no sense.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nwork: { w: { objective: 1h, phases: [{ name: load, validations: [counts], rollback: [{ name: drop, takes: 5m }] }] } }");
   * engine.drill("w", { detection: "5m" }).longest_ms; // 600000
   */
  drill(name: string, scenario?: DrillScenario): DrillReport;
}
