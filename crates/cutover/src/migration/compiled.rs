//! A compiled migration: every route laid out as a table; a [decision](cutover_decider::migration) is an index into it.

use super::combination;
use super::hazard::Interrupted;
use super::hazard::{self, Hazard, Stores, of_emergency, of_phase, of_shape};
use super::job::{Job, JobVariant};
use super::ladder::{Ladder, Phase};
use super::route::{
    Route, RouteChoice, RouteCompare, RouteJobs, RouteRead, RouteStreams, RouteWrite, RouteWrites,
};
use super::shape::Shape;
use super::switches::{Role, SwitchSource, Switches};
use super::words::{Ack, Side};
use crate::ruleset::migration::Migration;
use crate::ruleset::scalar::ONE;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The routes of a migration.
///
/// The table holds for each phase of the ladder its route and the route of its emergency; after those, where
/// switches select the phase, the same pair for each of their eight combinations. Only routes that the switches,
/// the phase and the cohort of the document can select are ever chosen, but all are there to be looked at.
#[derive(Debug, Clone)]
pub(crate) struct CompiledMigration {
    pub(crate) name: String,
    pub(crate) old: String,
    pub(crate) new: String,
    pub(crate) ladder: Ladder,
    pub(crate) routes: Vec<RouteData>,
    jobs: Vec<Job>,
    profile: Option<String>,
    sample_ppm: u32,
    /// The name of the delivery policy.
    #[cfg(feature = "delivery")]
    pub(crate) delivery: Option<String>,
    /// The index of the document's phase.
    phase: Option<usize>,
    switches: Switches,
    /// The index of the cohort's phase.
    cohort: Option<usize>,
    /// What a runbook says beyond the ladder.
    #[cfg(feature = "runbook")]
    pub(crate) procedures: super::read::Procedures,
    /// When its alerts fire.
    #[cfg(feature = "alerts")]
    pub(crate) alerts: super::read::Alerts,
}

/// A route of the table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RouteData {
    /// The index of the phase in the ladder; `None` where no phase covers how the switches stand.
    pub(crate) phase: Option<usize>,
    pub(crate) emergency: bool,
    pub(crate) cohort: bool,
    pub(crate) shape: Shape,
    pub(crate) hazards: Vec<Hazard>,
    jobs: Vec<JobVariant>,
}

impl CompiledMigration {
    /// Lays out the routes of `migration`.
    pub(crate) fn new(migration: &Migration) -> Self {
        let compare = migration.compare.as_ref();
        let mut compiled = Self {
            name: migration.name.clone(),
            old: migration.old.clone(),
            new: migration.new.clone(),
            ladder: migration.ladder.clone(),
            routes: Vec::new(),
            jobs: migration.jobs.clone(),
            profile: compare
                .and_then(|compare| compare.profile.as_ref())
                .map(|profile| profile.value.clone()),
            sample_ppm: compare.map_or(ONE, |compare| compare.sample.0),
            #[cfg(feature = "delivery")]
            delivery: migration.delivery.as_ref().map(|policy| policy.value.clone()),
            phase: migration.phase,
            switches: migration.switches.clone(),
            cohort: migration.cohort.as_ref().map(|cohort| cohort.phase),
            #[cfg(feature = "runbook")]
            procedures: migration.runbook.clone().unwrap_or_default(),
            #[cfg(feature = "alerts")]
            alerts: migration.alerts.unwrap_or_default(),
        };
        compiled.routes = compiled.lay_out();
        compiled
    }

    /// All routes, by the index of a choice.
    pub(crate) fn rows<'a>(&'a self, digest: &'a str) -> impl Iterator<Item = Route<'a>> {
        (0..self.routes.len()).filter_map(move |index| {
            self.route(RouteChoice { index, error: None, unreadable: 0 }, &(), digest)
        })
    }

    /// The route of a choice of this migration, as `digest` decided it. A choice that is not of this migration's
    /// table has no route.
    pub(crate) fn route<'a>(
        &'a self,
        choice: RouteChoice,
        switches: &(impl SwitchSource + ?Sized),
        digest: &'a str,
    ) -> Option<Route<'a>> {
        let data = self.routes.get(choice.index)?;
        let mut hazards = Cow::Borrowed(data.hazards.as_slice());
        for (_, switch) in self.switches.iter().filter(|(role, _)| choice.unreadable & role.bit() != 0) {
            let value = switches.get(&switch.name);
            hazards.to_mut().push(hazard::unreadable_switch(&switch.name, value));
        }
        let shape = data.shape;
        let ack = |ack| move |to| RouteWrite { to, ack };
        let other = self.store(shape.from.other());
        Some(Route {
            migration: &self.name,
            phase: data
                .phase
                .and_then(|index| self.ladder.phases.get(index))
                .map(|phase| phase.name.as_str()),
            emergency: data.emergency,
            read: Some(RouteRead {
                from: self.store(shape.from),
                fallback: (!shape.fallback.is_never()).then_some(other),
                fallback_on: shape.fallback.members(),
                compare: shape.compare.then_some(RouteCompare {
                    with: other,
                    profile: self.profile.as_deref(),
                    sample: self.sample_ppm,
                }),
            }),
            write: RouteWrites::new(
                ack(Ack::Required)(self.store(shape.first)),
                shape.second.map(|second| ack(second)(self.store(shape.first.other()))),
            ),
            streams: Some(RouteStreams { forward: shape.forward, reverse: shape.reverse }),
            jobs: RouteJobs::new(&self.jobs, &data.jobs),
            hazards,
            digest,
            error: choice.error,
            cohort: data.cohort,
        })
    }

    /// The jobs and their variants in a phase, once the calendar is over.
    #[cfg(feature = "runbook")]
    pub(crate) fn jobs_in(&self, phase: usize) -> impl Iterator<Item = (&str, JobVariant)> {
        let shape = self.ladder.phases.get(phase).map(|phase| phase.shape);
        self.jobs.iter().filter_map(move |job| {
            Some((job.name.as_str(), job.variant(&self.ladder, phase, false, shape?, i64::MAX)))
        })
    }

    /// The switches.
    pub(crate) fn switches(&self) -> &Switches {
        &self.switches
    }

    /// What a combination of the switches does; none where the ladder has no combinations.
    pub(crate) fn combination_shape(&self, on: impl Fn(Role) -> bool) -> Option<Shape> {
        let place = combination::index(on(Role::Read), on(Role::Write), on(Role::Backup));
        let combination = self.ladder.combinations.get(place)?;
        let phase = self.ladder.phases.get(combination.phase(&self.ladder, self.phase)?)?;
        let emergency = on(Role::Emergency);
        Some(combination.uncovered.filter(|_| !emergency).map_or(phase.shape_in(emergency), |(calm, _)| calm))
    }

    fn store(&self, side: Side) -> &str {
        self.stores().name(side)
    }

    fn stores(&self) -> Stores<'_> {
        Stores { old: &self.old, new: &self.new }
    }
}

/// What lays out the table.
impl CompiledMigration {
    /// The instants at which jobs change, ascending.
    pub(crate) fn instants(&self) -> Vec<i64> {
        let instants: BTreeSet<i64> = self.jobs.iter().filter_map(|job| job.from_ms).collect();
        instants.into_iter().collect()
    }

    /// The routes of each part of the calendar, one after the other: before the first instant, then from each on.
    fn lay_out(&self) -> Vec<RouteData> {
        let starts = std::iter::once(i64::MIN).chain(self.instants());
        starts.flat_map(|now_ms| self.lay_out_at(now_ms)).collect()
    }

    fn lay_out_at(&self, now_ms: i64) -> Vec<RouteData> {
        let mut routes = Vec::new();
        for (index, phase) in self.ladder.phases.iter().enumerate() {
            routes.extend([false, true].map(|emergency| self.phase_route(index, phase, emergency, now_ms)));
        }
        if self.switches.select_the_phase() {
            for place in 0..self.ladder.combinations.len() {
                routes.extend(
                    [false, true]
                        .map(|emergency| self.combination_route(place, emergency, now_ms))
                        .into_iter()
                        .flatten(),
                );
            }
        }
        routes
    }

    fn phase_route(&self, index: usize, phase: &Phase, emergency: bool, now_ms: i64) -> RouteData {
        let stores = self.stores();
        let phase = &self.sharing_streams(index, phase);
        let hazards = if emergency {
            of_emergency(stores, Interrupted { calm: phase.shape, frozen: phase.frozen }, phase.emergency)
        } else {
            of_phase(stores, phase, self.ladder.before(index))
        };
        let shape = phase.shape_in(emergency);
        let hazards = hazards.into_iter().chain(self.behind(index, emergency, shape, now_ms)).collect();
        RouteData {
            phase: Some(index),
            emergency,
            cohort: self.cohort == Some(index),
            shape,
            hazards,
            jobs: self.variants(index, emergency, shape, now_ms),
        }
    }

    /// The phase with the streams that it shares with the cohort: units decide by themselves, but the streams are
    /// those of all.
    fn sharing_streams(&self, index: usize, phase: &Phase) -> Phase {
        let pair = self.phase.zip(self.cohort);
        let partner = match pair {
            Some((base, cohort)) if index == base => cohort,
            Some((base, cohort)) if index == cohort => base,
            _ => return phase.clone(),
        };
        let Some(partner) = self.ladder.phases.get(partner) else { return phase.clone() };
        Phase {
            shape: phase.shape.sharing_streams(partner.shape),
            emergency: phase.emergency.sharing_streams(partner.emergency),
            ..phase.clone()
        }
    }

    fn combination_route(&self, place: usize, emergency: bool, now_ms: i64) -> Option<RouteData> {
        let combination = self.ladder.combinations.get(place)?;
        let index = combination.phase(&self.ladder, self.phase)?;
        let phase = self.ladder.phases.get(index)?;
        let mut route = self.phase_route(index, phase, emergency, now_ms);
        let stores = self.stores();
        if let Some((calm, _)) = combination.uncovered {
            route.phase = None;
            if emergency {
                route.hazards = of_emergency(stores, Interrupted { calm, frozen: false }, phase.emergency);
            } else {
                route.shape = calm;
                route.hazards = of_shape(stores, calm)
                    .into_iter()
                    .chain(self.behind(index, emergency, calm, now_ms))
                    .collect();
                route.jobs = self.variants(index, emergency, calm, now_ms);
            }
        }
        if let Some(switch) = self.switches.get(Role::Backup).filter(|_| combination.backup_ignored) {
            route.hazards.push(hazard::ignored_backup(stores, &switch.name));
        }
        let writes = combination::writes(place) && emergency;
        if let Some(switch) = self.switches.get(Role::Write).filter(|_| writes) {
            route.hazards.push(hazard::ignored_write(stores, &switch.name));
        }
        Some(route)
    }

    /// The hazards of jobs that stay on the old store by their calendar while it is no longer written.
    fn behind(
        &self,
        phase: usize,
        emergency: bool,
        shape: Shape,
        now_ms: i64,
    ) -> impl Iterator<Item = Hazard> {
        let left = shape.first == Side::New && shape.second.is_none();
        let early = move |job: &&Job| {
            let due = || job.variant(&self.ladder, phase, emergency, shape, i64::MAX);
            left && job.from_ms.is_some_and(|from| now_ms < from) && due() != JobVariant::Old
        };
        self.jobs.iter().filter(early).map(|job| hazard::job_behind(self.stores(), &job.name))
    }

    fn variants(&self, phase: usize, emergency: bool, shape: Shape, now_ms: i64) -> Vec<JobVariant> {
        let variant = |job: &Job| job.variant(&self.ladder, phase, emergency, shape, now_ms);
        self.jobs.iter().map(variant).collect()
    }
}
