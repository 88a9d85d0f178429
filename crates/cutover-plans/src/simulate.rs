//! A whole rollout, with time that costs nothing: a host that performs effects at once, and somebody who judges gates.

use crate::data::{DataGuard, told_of};
use crate::effect::{Effect, Plain, Task};
use crate::event::{Event, Kind};
use crate::plan::Plan;
use crate::record::Record;
use crate::state::{Stage, State};
use crate::{Millis, Verdict, later};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Who measures, and says what gates and triggers do.
pub trait Judge {
    /// What is told to the plan at a moment.
    fn judge(&mut self, moment: &Moment<'_>, tell: &mut dyn FnMut(Kind));
}

/// A moment of a simulation.
#[derive(Debug)]
pub struct Moment<'a> {
    /// When.
    pub at: Millis,
    /// The plan.
    pub plan: &'a Plan,
    /// Where it stands.
    pub state: &'a State,
}

/// How the world around a plan behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// When it begins.
    pub start: Millis,
    /// How often time passes and gates are judged.
    pub every_ms: u64,
    /// How long nodes take to acknowledge.
    pub ack_ms: u64,
    /// How long somebody takes to approve.
    pub approve_ms: u64,
    /// How long it is looked at, at the longest.
    pub until_ms: u64,
    /// How long it is looked at while nothing but a person moves it on.
    pub patience_ms: u64,
}

impl Default for Scenario {
    fn default() -> Self {
        let day = 86_400_000;
        Self {
            start: 0,
            every_ms: 60_000,
            ack_ms: 30_000,
            approve_ms: 3_600_000,
            until_ms: 366 * day,
            patience_ms: day,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Simulation {
    /// What the plan did, in order.
    pub log: Vec<Record>,
    /// How often time passed.
    pub ticks: u64,
    /// When it ended.
    pub ended: Millis,
    /// What the plan asked for beside moving the flag: what is told to people, and flags that are switched on.
    pub told: Vec<Told>,
    /// Where it stands in the end.
    pub state: State,
}

/// Something that the plan asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// When.
    pub at: Millis,
    /// What.
    #[serde(flatten)]
    pub task: Task,
}

/// Follows a plan from its start until it ends, waits for a person too long, or the time is over. The same judge, plan and
/// scenario give the same simulation.
///
/// ```
/// use cutover_plans::{Named, Plan, Scenario, Spec, Stage, Step, simulate};
/// let day = 86_400_000;
/// let plan = Plan::new(Spec::new("use_v2", vec![Step::share(50_000, day, "errors"), Step::share(1_000_000, day, "errors")])).unwrap();
/// let simulated = |name: &str| simulate(&plan, &Scenario::default(), &mut Named::new(name, 7).unwrap()).state.stage;
/// assert_eq!(simulated("healthy"), Stage::Promoted);
/// assert_eq!(simulated("harmful"), Stage::RolledBack);
/// assert!(matches!(simulated("no_data"), Stage::Paused { .. }));
/// ```
pub fn simulate(plan: &Plan, scenario: &Scenario, judge: &mut dyn Judge) -> Simulation {
    let end = later(scenario.start, scenario.until_ms);
    let mut host = Host {
        plan,
        state: plan.draft(),
        log: Vec::new(),
        told: Vec::new(),
        acks: None,
        guards: None,
        since: scenario.start,
    };
    let mut at = scenario.start;
    let first = plan.spec().steps.first().map(|step| step.guards.clone()).unwrap_or_default();
    host.guards = Some((0, told_of(first)));
    host.tell_of_data(at);
    host.tell(at, Kind::Start { actor: String::from("simulation") });
    let mut ticks = 0;
    let mut heard: Vec<Kind> = Vec::new();
    while at < end && !host.is_over(at, scenario) {
        at = later(at, scenario.every_ms.max(1));
        ticks += 1;
        host.acknowledge(at, scenario);
        host.tell_of_data(at);
        if host.state.stage == Stage::AwaitingApproval && later(host.state.since, scenario.approve_ms) <= at {
            let step = host.state.step;
            host.tell(at, Kind::Approve { actor: String::from("simulation"), step, reason: String::new() });
        }
        if host.state.stage.is_active() {
            judge.judge(&Moment { at, plan, state: &host.state }, &mut |kind| heard.push(kind));
        }
        for kind in heard.drain(..) {
            host.tell(at, kind);
        }
        host.tell(at, Kind::Tick);
    }
    Simulation { log: host.log, ticks, ended: at, told: host.told, state: host.state }
}

/// A host that performs what it is asked to at once, and whose nodes take a while to acknowledge.
struct Host<'a> {
    plan: &'a Plan,
    state: State,
    log: Vec<Record>,
    told: Vec<Told>,
    /// The epoch to be acknowledged, and since when it is asked for.
    acks: Option<(u64, Millis)>,
    /// The data guards that are watched.
    guards: Option<(u64, Vec<DataGuard>)>,
    /// Since when nothing has moved.
    since: Millis,
}

impl Host<'_> {
    fn tell(&mut self, at: Millis, kind: Kind) {
        let before = core::mem::take(&mut self.state);
        let advanced = self.plan.advance(before, Event::new(at, kind));
        self.state = advanced.state;
        for effect in advanced.effects {
            match effect {
                Effect::Plain(Plain::Record(record)) => {
                    self.log.push(record);
                    self.since = at;
                }
                Effect::Plain(_) => {}
                Effect::Owed(owed) => {
                    match owed.task {
                        Task::AwaitAck { epoch, .. } => self.acks = Some((epoch, at)),
                        Task::SetPercentage { .. } | Task::SetMigration { .. } => {}
                        Task::AwaitGuards { epoch, guards } => self.guards = Some((epoch, guards)),
                        task => self.told.push(Told { at, task }),
                    }
                    self.state = self
                        .plan
                        .advance(core::mem::take(&mut self.state), Event::new(at, Kind::Done { id: owed.id }))
                        .state;
                }
            }
        }
    }

    fn acknowledge(&mut self, at: Millis, scenario: &Scenario) {
        if let Some((epoch, since)) = self.acks.filter(|(_, since)| later(*since, scenario.ack_ms) <= at) {
            debug_assert!(since <= at, "what is acknowledged was asked for");
            self.acks = None;
            self.tell(at, Kind::Capacity { epoch });
            self.tell(at, Kind::Ack { epoch, node: None });
        }
    }

    /// In a simulation nothing stands in the way of the data.
    fn tell_of_data(&mut self, at: Millis) {
        let Some((epoch, guards)) = self.guards.take().filter(|(epoch, _)| *epoch == self.state.epoch) else {
            return;
        };
        for guard in &guards {
            let kind = match guard {
                DataGuard::NodesAcknowledged => continue,
                DataGuard::OperationsOver => Kind::Operations { oldest: None },
                DataGuard::StreamsCaughtUp => Kind::Stream { applied_up_to: at },
                guard => Kind::Guard { epoch, guard: *guard, holds: true },
            };
            self.tell(at, kind);
        }
        self.guards = Some((epoch, guards));
    }

    fn is_over(&self, at: Millis, scenario: &Scenario) -> bool {
        let waited = later(self.since, scenario.patience_ms) <= at;
        match self.state.stage {
            Stage::Completed | Stage::RolledBack | Stage::Superseded => true,
            Stage::Paused { .. } => waited,
            Stage::Promoted => waited && self.plan.spec().complete_after_ms.is_none(),
            _ => false,
        }
    }
}

/// Judges by verdicts that are drawn, for whoever wants to see a plan move without metrics.
#[derive(Debug, Clone)]
pub struct Named {
    kind: What,
    from: usize,
    draws: Draws,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Healthy,
    Harmful,
    NoData,
    Errors,
    Srm,
    Inconclusive,
}

const NAMES: [(&str, What); 6] = [
    ("healthy", What::Healthy),
    ("harmful", What::Harmful),
    ("no_data", What::NoData),
    ("errors", What::Errors),
    ("srm", What::Srm),
    ("inconclusive", What::Inconclusive),
];

impl Named {
    /// The names that there are.
    pub const NAMES: [&'static str; 6] = ["healthy", "harmful", "no_data", "errors", "srm", "inconclusive"];

    /// A scenario by its name, with a seed. `harmful@2` begins at step 2, counted from 0; `harmful` at the first.
    ///
    /// # Errors
    /// One sentence, where there is none of that name.
    pub fn new(name: &str, seed: u64) -> Result<Self, String> {
        let (word, from) = name.split_once('@').unwrap_or((name, "0"));
        let from = from
            .parse()
            .map_err(|_| format!("`{name}`: behind the @ is the step from which it is so, from 0"))?;
        match NAMES.iter().find(|(known, _)| *known == word) {
            Some((_, kind)) => Ok(Self { kind: *kind, from, draws: Draws(seed) }),
            None => Err(format!("there is no scenario `{word}`; there are {}", Self::NAMES.join(", "))),
        }
    }
}

/// Numbers that are drawn: splitmix64, which is in the public domain.
#[derive(Debug, Clone)]
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Whether something of which one in `of` happens happens.
    fn one_in(&mut self, of: u64) -> bool {
        self.draw().is_multiple_of(of)
    }

    /// A number from 0 on, below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Judge for Named {
    fn judge(&mut self, moment: &Moment<'_>, tell: &mut dyn FnMut(Kind)) {
        let kind = if moment.state.step >= self.from { self.kind } else { What::Healthy };
        let Some(step) = moment.plan.spec().steps.get(moment.state.step) else { return };
        for gate in &step.gates {
            let (verdict, srm) = match kind {
                // Now and then there is too little to tell.
                What::Healthy if self.draws.one_in(50) => (Verdict::Inconclusive, false),
                What::Healthy => (Verdict::Pass, false),
                // Harm is found some hours after it began.
                What::Harmful if self.draws.one_in(180) => (Verdict::Fail, false),
                What::Harmful | What::Inconclusive => (Verdict::Inconclusive, false),
                What::NoData => (Verdict::NoData, false),
                What::Errors => (Verdict::Error, false),
                What::Srm if self.draws.one_in(60) => (Verdict::Fail, true),
                What::Srm => (Verdict::Pass, false),
            };
            tell(Kind::Judged { gate: gate.clone(), verdict, srm });
        }
    }
}
