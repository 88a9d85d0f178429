//! Ways that a rollout goes, told one by one.

use cutover_plans::gates::{Better, Check, Gate, Observation, Test};
use cutover_plans::{
    Effect, Event, Guarded, Held, Kind, Measured, Mode, OnFail, Owed, Plain, Plan, Reason, Refusal, Rollback,
    Scenario, Severity, Signal, Spec, Stage, State, Step, Target, Task, Verdict, WHOLE, World, simulate,
};

const MINUTE: i64 = 60_000;
const HOUR: u64 = 3_600_000;

fn spec() -> Spec {
    let steps = [100_000, 500_000, WHOLE].map(|share| Step::share(share, HOUR, "g")).to_vec();
    Spec::new("f", steps)
}

/// A plan, and a host that tells it things.
struct Host {
    plan: Plan,
    state: State,
    effects: Vec<Effect>,
    now: i64,
}

impl Host {
    fn new(spec: Spec) -> Self {
        let plan = Plan::new(spec).unwrap();
        let mut host = Self { state: plan.draft(), plan, effects: Vec::new(), now: 0 };
        host.tell(Kind::Start { actor: "ada".into() });
        host
    }

    fn tell(&mut self, kind: Kind) -> &mut Self {
        let advanced = self.plan.advance(self.state.clone(), Event::new(self.now, kind));
        (self.state, self.effects) = (advanced.state, advanced.effects);
        self
    }

    fn after(&mut self, minutes: i64, kind: Kind) -> &mut Self {
        self.now += minutes * MINUTE;
        self.tell(kind)
    }

    fn ack(&mut self) -> &mut Self {
        self.tell(Kind::Ack { epoch: self.state.epoch, node: None })
    }

    fn judged(&mut self, verdict: Verdict) -> &mut Self {
        self.after(1, Kind::Judged { gate: "g".into(), verdict, srm: false })
    }

    /// The step passes.
    fn pass(&mut self) -> &mut Self {
        let step = self.state.step;
        self.ack();
        for _ in 0..120 {
            if self.state.stage == Stage::Promoted || self.state.step != step {
                return self;
            }
            self.judged(Verdict::Pass);
        }
        panic!("the step does not pass: {:?}", self.state)
    }

    fn refused(&self) -> Option<Refusal> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Plain(Plain::Refused { why }) => Some(*why),
            _ => None,
        })
    }

    fn alarms(&self) -> usize {
        let is_alarm = |effect: &&Effect| {
            matches!(
                effect,
                Effect::Owed(Owed { task: Task::Notify { severity: Severity::Critical, .. }, .. })
            )
        };
        self.effects.iter().filter(is_alarm).count()
    }
}

fn why(state: &State) -> Reason {
    state.log.last().unwrap().reason
}

#[test]
fn a_rollback_without_steps_of_its_own_goes_down_those_of_the_plan() {
    let mut host = Host::new(Spec { on_fail: OnFail::RollbackProgressive, ..spec() });
    host.pass().pass().ack().judged(Verdict::Fail);
    let mut shares = vec![host.state.millionths];
    while host.state.stage != Stage::RolledBack {
        host.ack().after(5, Kind::Tick);
        shares.push(host.state.millionths);
    }
    assert_eq!(shares, [500_000, 100_000, 0, 0]);
    assert_eq!(host.state.stage, Stage::RolledBack);
}

#[test]
fn a_rollback_that_nobody_acknowledges_calls_for_help() {
    let rollback = Rollback { steps: vec![50_000, 0], ..Rollback::default() };
    let mut host = Host::new(Spec { on_fail: OnFail::RollbackProgressive, rollback, ..spec() });
    host.ack().judged(Verdict::Fail);
    assert!(matches!(host.state.stage, Stage::RollingBack { mode: Mode::Progressive, .. }));
    host.after(5, Kind::Tick);
    assert!(matches!(host.state.stage, Stage::RollingBack { mode: Mode::Immediate, .. }));
    assert_eq!((why(&host.state), host.state.millionths, host.alarms()), (Reason::Escalated, 0, 1));
    for _ in 0..3 {
        // It is asked for again, and somebody is told again.
        let owed = host.state.owed[0].id;
        host.after(5, Kind::Tick);
        assert!(
            matches!(host.effects[1], Effect::Owed(Owed { id, task: Task::SetPercentage { .. }, .. }) if id >= owed)
        );
        assert_eq!(host.alarms(), 1);
    }
    host.ack();
    assert_eq!(host.state.stage, Stage::RolledBack);
}

#[test]
fn a_rollback_that_cannot_be_performed_is_tried_on_and_on() {
    let mut host = Host::new(spec());
    host.ack().judged(Verdict::Fail);
    let id = host.state.owed.iter().find(|owed| matches!(owed.task, Task::SetPercentage { .. })).unwrap().id;
    let mut alarms = 0;
    for _ in 0..12 {
        host.tell(Kind::Failed { id, failed: None, message: "no connection".into() });
        alarms += host.alarms();
        assert_eq!(
            host.tell(Kind::Failed { id, failed: None, message: "no connection".into() }).refused(),
            Some(Refusal::Repeated)
        );
        host.now = host.state.owed.iter().find_map(|owed| owed.retry_at).unwrap();
        host.tell(Kind::Tick);
        assert!(host.effects.iter().any(|effect| matches!(effect, Effect::Owed(owed) if owed.id == id)));
        alarms += host.alarms();
    }
    assert!(alarms >= 2 && matches!(host.state.stage, Stage::RollingBack { .. }));
}

#[test]
fn a_step_that_cannot_be_asked_for_pauses() {
    let mut host = Host::new(spec());
    for _ in 0..5 {
        host.tell(Kind::Failed { id: 1, failed: None, message: "no connection".into() });
        host.now = host.state.owed[0].retry_at.unwrap();
        host.tell(Kind::Tick);
    }
    let stage = Stage::Paused { why: Reason::EffectFailed, held: Held::Progressing };
    assert_eq!(host.state.stage, stage);
    host.now += 60 * MINUTE;
    host.tell(Kind::Resume { actor: "ada".into(), reason: String::new() });
    assert_eq!(host.state.stage, Stage::Progressing);
    assert!(host.effects.iter().any(|effect| matches!(effect, Effect::Owed(Owed { id: 1, .. }))));
}

#[test]
fn errors_are_borne_and_counted() {
    let mut host = Host::new(Spec { error_limit: 2, ..spec() });
    host.ack();
    for (verdict, pauses) in [
        (Verdict::Error, false),
        (Verdict::Error, false),
        (Verdict::NoData, false),
        (Verdict::Error, false),
        (Verdict::Error, false),
        (Verdict::Error, true),
    ] {
        host.judged(verdict);
        assert_eq!(matches!(host.state.stage, Stage::Paused { why: Reason::GateError, .. }), pauses);
    }
}

#[test]
fn nodes_acknowledge_one_by_one() {
    let mut host = Host::new(spec());
    host.tell(Kind::Nodes { nodes: vec!["a".into(), "b".into(), "c".into()] });
    let ack = |epoch, node: &str| Kind::Ack { epoch, node: Some(node.into()) };
    host.tell(ack(1, "a")).tell(ack(1, "b"));
    assert_eq!(host.state.stage, Stage::Progressing);
    assert_eq!(host.tell(ack(2, "c")).refused(), Some(Refusal::OtherEpoch));
    // The third one has left.
    host.tell(Kind::Nodes { nodes: vec!["a".into(), "b".into()] });
    assert_eq!(host.state.stage, Stage::Baking);
}

#[test]
fn a_plan_that_changes_keeps_whom_it_reached() {
    let mut host = Host::new(spec());
    host.pass().ack();
    assert_eq!(host.state.millionths, 500_000);
    let steps = vec![Step::share(300_000, HOUR, "g"), Step::share(700_000, HOUR, "g")];
    host.plan = Plan::new(Spec { steps, ..spec() }).unwrap();
    host.judged(Verdict::Fail);
    assert_eq!(
        (host.state.stage, host.state.millionths, host.refused()),
        (Stage::Superseded, 500_000, Some(Refusal::NotNow))
    );
    let begin =
        Event { at: host.now, expect: Some(host.state.revision), kind: Kind::Start { actor: "ada".into() } };
    let again = host.plan.advance(host.state.clone(), begin).state;
    assert_eq!((again.stage, again.step, again.millionths), (Stage::Progressing, 1, 700_000));
    // And whoever calls it off is heard all the same.
    host.tell(Kind::Abort { actor: "ada".into(), reason: "no".into() });
    assert_eq!((host.state.stage.name(), host.state.millionths), ("rolling_back", 0));
}

#[test]
fn a_plan_that_changes_while_it_goes_back_goes_on_at_once() {
    let mut host = Host::new(Spec { on_fail: OnFail::RollbackProgressive, ..spec() });
    host.pass().ack().judged(Verdict::Fail);
    assert_eq!(host.state.millionths, 100_000);
    host.plan = Plan::new(spec()).unwrap();
    host.after(1, Kind::Tick);
    assert!(matches!(host.state.stage, Stage::RollingBack { mode: Mode::Immediate, .. }));
    assert_eq!(host.state.millionths, 0);
}

#[test]
fn a_clock_that_ran_ahead_is_put_right_by_whoever_resumes() {
    let mut host = Host::new(spec());
    host.ack().judged(Verdict::Pass);
    let right = host.now;
    host.after(1_000_000, Kind::Tick);
    assert!(matches!(host.state.stage, Stage::Paused { why: Reason::Stale, .. }));
    assert!(host.state.baked_ms <= 20 * 60_000);
    host.now = right;
    host.tell(Kind::Resume { actor: "ada".into(), reason: "the clock was wrong".into() });
    let mut minutes = 0;
    while host.state.step == 0 && minutes < 60 {
        host.judged(Verdict::Pass);
        minutes += 1;
    }
    assert!(minutes > 40, "{minutes}");
    assert_eq!((host.state.stage, host.state.step), (Stage::Progressing, 1));
}

#[test]
fn wrong_ratios_of_the_arms_pause() {
    let ratio = Check::new("m", Test::SampleRatio { share: None });
    let gate = Gate::new("g", vec![ratio, Check::new("m", Test::Harm { better: Better::Lower })]).unwrap();
    let guarded = Guarded::new(Plan::new(spec()).unwrap(), vec![gate], Vec::new());
    let ended = |ratio, harmful, seed| {
        let signal = Signal { healthy: 0.01, harmful, noise: 0.0, requests: Some(500), ratio };
        let world = World { metrics: [("m".into(), signal)].into(), from_step: 1, silent_from_step: None };
        let scenario = Scenario { every_ms: 60_000, ..Scenario::default() };
        simulate(guarded.plan(), &scenario, &mut Measured::new(&guarded, &world, seed)).state
    };
    let paused = ended(Some(0.5), None, 1);
    assert!(matches!(paused.stage, Stage::Paused { why: Reason::Srm, .. }), "{:?}", paused.log);
    let harmed = ended(None, Some(0.05), 2);
    assert_eq!(
        (harmed.stage, harmed.log.last().map(|record| record.step)),
        (Stage::RolledBack, Some(1)),
        "{:?}",
        harmed.log
    );
}

#[test]
fn a_step_of_a_segment_adds_to_the_one_before() {
    let segment = |name: &str| Step { to: Target::Segment(name.into()), ..Step::share(0, HOUR, "g") };
    let steps = vec![segment("internal"), segment("pilots"), Step::share(WHOLE, HOUR, "g")];
    let mut host = Host::new(Spec { steps, on_fail: OnFail::RollbackProgressive, ..spec() });
    host.pass();
    assert_eq!(host.state.segments, ["internal", "pilots"]);
    host.pass().ack().judged(Verdict::Fail);
    assert_eq!((host.state.millionths, host.state.segments.len()), (0, 2));
    host.ack().after(5, Kind::Tick);
    assert_eq!(host.state.segments, ["internal"]);
}

#[test]
fn an_error_counts_once_however_often_it_is_looked_at() {
    let gate = Gate::new("g", vec![Check::new("latency", Test::Harm { better: Better::Lower })]).unwrap();
    let guarded = Guarded::new(Plan::new(spec()).unwrap(), vec![gate], Vec::new());
    let mut state = guarded.advance(guarded.draft(), 0, None, Kind::Start { actor: "ada".into() }).state;
    state = guarded.advance(state, 0, None, Kind::Ack { epoch: 1, node: None }).state;
    let limit = i64::from(guarded.plan().spec().error_limit);
    for minute in 1..=limit + 1 {
        let away = Observation::error("latency", minute * MINUTE, "it cannot be asked");
        state = guarded.observe(state, minute * MINUTE, &[away]).state;
        for look in 1..60 {
            assert_eq!(
                state.plan.stage == Stage::Baking,
                minute <= limit,
                "{minute} {look}: {:?}",
                state.plan
            );
            state = guarded.observe(state, minute * MINUTE + look * 500, &[]).state;
        }
    }
    assert!(matches!(state.plan.stage, Stage::Paused { why: Reason::GateError, .. }));
}
