//! Plans that move a migration, their hours, what baselines they take, and the incidents that they open.

use cutover::gates::Observation;
use cutover::plans::{
    DataGuard, Effect, GuardedState, Kind, Mode, Observed, Owed, Plain, Refusal, Stage, Target, Task, Verdict,
};
use cutover::{Diagnostic, Engine};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Monday, 23 November 2026, midnight in UTC: one in the morning in Paris.
const MONDAY: i64 = 1_795_392_000_000;

#[expect(clippy::disallowed_methods, reason = "examples are files")]
fn example(name: &str) -> Engine {
    let path = format!("{}/../../examples/plans/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let engine = Engine::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(engine.warnings(0), [], "{name}");
    engine
}

fn refused(text: &str) -> Vec<Diagnostic> {
    match Engine::from_str(text) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(error) => error.diagnostics.into_iter().filter(Diagnostic::is_error).collect(),
    }
}

struct Host<'e> {
    engine: &'e Engine,
    plan: &'static str,
    state: GuardedState,
    effects: Vec<Effect>,
    now: i64,
}

impl<'e> Host<'e> {
    fn new(engine: &'e Engine, plan: &'static str, now: i64) -> Self {
        Self { engine, plan, state: GuardedState::default(), effects: Vec::new(), now }
    }

    fn take(&mut self, observed: Observed<'_>) -> &mut Self {
        (self.state, self.effects) = (observed.state, observed.effects);
        self
    }

    fn tell(&mut self, kind: Kind) -> &mut Self {
        let guarded = self.engine.plan(self.plan).unwrap();
        let expect = matches!(kind, Kind::Start { .. }).then_some(self.state.plan.revision);
        let observed = guarded.advance(std::mem::take(&mut self.state), self.now, expect, kind);
        self.take(observed)
    }

    fn see(&mut self, seen: &[Observation]) -> &mut Self {
        let guarded = self.engine.plan(self.plan).unwrap();
        let observed = guarded.observe(std::mem::take(&mut self.state), self.now, seen);
        self.take(observed)
    }

    fn start(&mut self) -> &mut Self {
        self.tell(Kind::Start { actor: "ada".into() })
    }

    fn ack(&mut self) -> &mut Self {
        self.tell(Kind::Ack { epoch: self.state.plan.epoch, node: None })
    }

    fn refusal(&self) -> Option<Refusal> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Plain(Plain::Refused { why }) => Some(*why),
            _ => None,
        })
    }

    fn asked(&self) -> impl Iterator<Item = &Task> {
        self.effects.iter().filter_map(|effect| match effect {
            Effect::Owed(Owed { task, .. }) => Some(task),
            Effect::Plain(_) => None,
        })
    }

    /// The phase that is asked for, or the emergency.
    fn phase(&self) -> Option<(Option<&str>, bool)> {
        self.asked().find_map(|task| match task {
            Task::SetMigration { phase, emergency, .. } => Some((phase.as_deref(), *emergency)),
            _ => None,
        })
    }

    /// Tells of every guard that the plan waits for now.
    fn guards(&mut self) -> &mut Self {
        for guard in self.engine.plan(self.plan).unwrap().plan().waits_for(&self.state.plan) {
            let epoch = self.state.plan.epoch;
            match guard {
                DataGuard::NodesAcknowledged => {}
                DataGuard::OperationsOver => drop(self.tell(Kind::Operations { oldest: None })),
                DataGuard::StreamsCaughtUp => drop(self.tell(Kind::Stream { applied_up_to: self.now })),
                guard => drop(self.tell(Kind::Guard { epoch, guard, holds: true })),
            }
        }
        self
    }

    /// Five minutes after each other, with nothing wrong.
    fn bake(&mut self, minutes: i64) -> &mut Self {
        for _ in 0..minutes / 5 {
            let from = self.now;
            self.now += 5 * MINUTE;
            let counted = |metric| {
                let arm = cutover::gates::Counts::new(1, 1_000);
                Observation::counted(metric, from, self.now, arm, arm)
            };
            let seen = [counted("read_errors"), counted("inconsistencies")];
            self.see(&seen);
            if self.phase().is_some() {
                return self;
            }
        }
        self
    }
}

#[test]
fn a_plan_goes_up_the_ladder_and_waits_for_its_data() {
    let engine = example("data");
    let spec = engine.plan("orders_up").unwrap().plan().spec().clone();
    let phases = ["sync", "dual_write", "shadow", "live", "ramp_down"];
    assert!(spec.steps.iter().zip(phases).all(|(step, name)| step.to == Target::Phase(name.into())));
    assert_eq!((spec.migration.as_deref(), spec.from.as_deref()), (Some("orders"), Some("off")));
    let names = |step: usize| spec.steps[step].guards.iter().map(|guard| guard.name()).collect::<Vec<_>>();
    assert_eq!(names(0), ["nodes_acknowledged", "operations_over", "conditional_writes"]);
    assert_eq!(
        names(3),
        [
            "nodes_acknowledged",
            "operations_over",
            "backfill_verified",
            "conditional_writes",
            "reverse_proven",
            "ids_ahead",
            "schema_fits"
        ]
    );

    let mut host = Host::new(&engine, "orders_up", MONDAY + 9 * HOUR);
    host.start();
    assert_eq!((host.refusal(), host.state.plan.stage), (Some(Refusal::GuardsMissing), Stage::Draft));
    host.guards().start();
    assert_eq!((host.phase(), host.state.plan.stage), (Some((Some("sync"), false)), Stage::Progressing));
    // What is said before every node decides with the epoch can still change.
    host.tell(Kind::Operations { oldest: None });
    assert_eq!(host.refusal(), Some(Refusal::NotAcknowledged));
    host.ack();
    assert!(host.asked().any(|task| matches!(task, Task::AwaitGuards { epoch: 1, .. })));
    host.bake(3 * 24 * 60);
    assert_eq!(host.state.plan.stage, Stage::Baking, "the data is not ready, whatever the gates say");
    // An operation of the epoch before still runs, so what the stream has does not count.
    let now = host.now;
    host.tell(Kind::Operations { oldest: Some(0) }).tell(Kind::Stream { applied_up_to: now });
    let epoch = host.state.plan.epoch;
    host.tell(Kind::Guard { epoch, guard: DataGuard::ConditionalWrites, holds: true });
    let missing = engine.plan("orders_up").unwrap().plan().waits_for(&host.state.plan);
    assert_eq!(missing, [DataGuard::OperationsOver, DataGuard::StreamsCaughtUp]);
    host.guards();
    assert_eq!(host.phase(), Some((Some("dual_write"), false)));
}

#[test]
fn at_once_is_the_emergency_and_step_by_step_waits_for_its_data() {
    let engine = example("data");
    let roll_back = |mode| Kind::RollBack { mode, actor: "ada".into(), reason: "orders are missing".into() };
    let mut host = Host::new(&engine, "orders_up", MONDAY + 9 * HOUR);
    host.guards().start().ack().tell(roll_back(Mode::Progressive));
    // Nobody said that older operations are over: it waits, and after a while it no longer does.
    assert_eq!((host.phase(), host.state.plan.segments.len()), (None, 1));
    host.now += 40 * MINUTE;
    host.tell(Kind::Tick);
    assert_eq!(host.phase(), Some((None, true)));
    host.ack();
    assert_eq!(host.state.plan.stage, Stage::RolledBack);

    let mut host = Host::new(&engine, "orders_up", MONDAY + 9 * HOUR);
    host.guards().start().ack().guards().tell(roll_back(Mode::Progressive));
    assert_eq!(host.phase(), Some((Some("off"), false)));

    let mut host = Host::new(&engine, "orders_up", MONDAY + 9 * HOUR);
    host.guards().start().ack().tell(roll_back(Mode::Immediate));
    assert_eq!(host.phase(), Some((None, true)));
    host.tell(roll_back(Mode::Immediate));
    assert_eq!(host.refusal(), Some(Refusal::NotNow));
}

#[test]
fn steps_begin_within_the_hours() {
    let engine = example("graduated");
    let mut host = Host::new(&engine, "till_screens", MONDAY + 2 * HOUR);
    host.start();
    assert_eq!(host.state.plan.stage, Stage::Scheduled);
    let opens = MONDAY + 8 * HOUR; // nine in Paris
    assert!(host.effects.contains(&Effect::Plain(Plain::WakeAt { at: opens })), "{:?}", host.effects);
    host.now = opens - 1;
    assert_eq!(host.tell(Kind::Tick).state.plan.stage, Stage::Scheduled);
    host.now = opens;
    assert_eq!(host.tell(Kind::Tick).state.plan.stage, Stage::Progressing);
    let bakes = engine.plan("till_screens").unwrap().plan().spec().steps[0].bake_ms;
    assert_eq!(
        bakes,
        (48 * HOUR - HOUR - 15 * MINUTE).unsigned_abs(),
        "two days, less what they may be short of"
    );
    // A program that was compiled knows the zone too.
    let again = Engine::from_compiled(&engine.to_compiled()).unwrap();
    assert_eq!(again.plan("till_screens").unwrap().plan(), engine.plan("till_screens").unwrap().plan());
    let data = example("data");
    let again = Engine::from_compiled(&data.to_compiled()).unwrap();
    assert_eq!(again.plan("orders_up").unwrap().plan(), data.plan("orders_up").unwrap().plan());
}

#[test]
fn a_baseline_is_what_was_measured_before_the_start() {
    let engine = example("graduated");
    let mut host = Host::new(&engine, "till_screens", MONDAY + 8 * HOUR);
    let p95 = |at, value| Observation::value("p95_response_time_ms", at, value);
    for value in [90.0, 110.0] {
        host.now += MINUTE;
        host.see(&[p95(host.now, value)]);
    }
    host.start().ack();
    let verdict = |host: &mut Host<'_>, value: f64| {
        host.now += MINUTE;
        let guarded = host.engine.plan("till_screens").unwrap();
        let observed = guarded.observe(host.state.clone(), host.now, &[p95(host.now, value)]);
        let check = observed.reports[0].checks.iter().find(|check| check.metric == "p95_response_time_ms");
        let verdict = check.map(|check| (check.verdict, check.threshold)).unwrap();
        host.take(observed);
        verdict
    };
    assert_eq!(verdict(&mut host, 119.0), (Verdict::Pass, Some(120.0)));
    let mut without = Host::new(&engine, "till_screens", MONDAY + 8 * HOUR);
    without.start().ack();
    assert_eq!(verdict(&mut without, 119.0).0, Verdict::NoData);
    assert_eq!(verdict(&mut host, 121.0), (Verdict::Fail, Some(120.0)));
}

#[test]
fn a_trigger_opens_an_incident_whose_clock_runs() {
    let engine = example("graduated");
    let mut host = Host::new(&engine, "till_screens", MONDAY + 8 * HOUR);
    host.start().ack();
    host.now += MINUTE;
    host.see(&[Observation::value("error_rate", host.now, 0.2)]);
    let event = host.asked().find_map(|task| match task {
        Task::OpenIncident { policy, event, .. } if policy == "till" => Some(event.clone()),
        _ => None,
    });
    // The host gives the event on as it stands.
    let event = cutover::wire::to_json(&event.unwrap());
    let opened = engine.call("incident", &format!(r#"{{"name":"till","event":{event}}}"#)).unwrap();
    assert!(opened.contains(r#""stage":"opened","severity":"critical""#), "{opened}");
    assert!(opened.contains(&format!(r#""effect":"wake_at","at":{}"#, host.now + HOUR)), "{opened}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let migration = "migrations: { m: { old: a, new: b, ladder: standard, phase: sync } }";
    let with = |plan: &str| {
        format!(
            "cutover: 1\n{migration}\ngates: {{ g: {{ checks: [{{ metric: e, test: harm }}] }} }}\nplans: {{ p: {plan} }}"
        )
    };
    let table = [
        ("{ migration: n, gate: g, bake: 1h, steps: [sync] }", "unknown_migration", "plans.p.migration"),
        ("{ migration: m, gate: g, bake: 1h, steps: [sinc] }", "unknown_phase", "plans.p.steps[0]"),
        ("{ migration: m, gate: g, bake: 1h, steps: [sync, live] }", "phase_left_out", "plans.p.steps[1]"),
        ("{ migration: m, gate: g, bake: 1h, steps: [5%] }", "no_cohort", "plans.p.steps[0]"),
        ("{ migration: m, flag: f, gate: g, bake: 1h, steps: [sync] }", "empty_name", "plans.p.flag"),
        (
            "{ migration: m, gate: g, bake: 1h, steps: [sync], guards: [lag] }",
            "unknown_word",
            "plans.p.guards[0]",
        ),
        (
            "{ migration: m, gate: g, bake: 1h, steps: [sync], holdback: 1% }",
            "bad_holdback",
            "plans.p.holdback",
        ),
        ("{ flag: f, gate: g, bake: 1h, steps: [{ phase: sync }] }", "bad_step", "plans.p.steps[0].phase"),
        (
            "{ flag: f, gate: g, bake: 1h, steps: [5%], guards: streams_caught_up }",
            "guard_alone",
            "plans.p.steps[0]",
        ),
        (
            "{ flag: f, gate: g, bake: 1h, steps: [5%], triggers: [{ name: t, do: { open_incident: { policy: q, severity: s } } }] }",
            "unknown_incidents",
            "plans.p.triggers[0].do.open_incident.policy",
        ),
        (
            "{ flag: f, gate: g, bake: 1h, steps: [5%], hours: { after: 2026-01-01T00:00:00Z } }",
            "bad_step",
            "plans.p.hours",
        ),
    ];
    for (plan, code, path) in table {
        let problems = refused(&with(plan));
        let found: Vec<_> = problems.iter().map(|found| (found.code, found.path.as_str())).collect();
        assert!(found.contains(&(code, path)), "{plan}: {found:?}");
    }
}
