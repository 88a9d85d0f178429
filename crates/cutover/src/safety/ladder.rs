//! The questions that are asked of a ladder.

use super::report::{SafetyBounds, SafetyFinding, SafetyKind, SafetyReport, SafetyRow, Verdict};
use super::shapes::{copied_before, phase};
use crate::migration::hazard::Stores;
use crate::migration::{CompiledMigration, Role, Shape};
use cutover_safety::{Faults, Findings, Guards, Invalid, Model, Names, Phase, Trace};

/// A stop on a path: what it is called, and what is done there.
#[derive(Debug, Clone)]
pub(super) struct Stop {
    pub(super) name: String,
    pub(super) shape: Shape,
}

/// The guards by their names, each dropped.
const DROPPED: [(&str, Guards); 9] = [
    ("g1_adopted", Guards { g1_adopted: false, ..Guards::ALL }),
    ("g2_finished", Guards { g2_finished: false, ..Guards::ALL }),
    ("g3_caught_up", Guards { g3_caught_up: false, ..Guards::ALL }),
    ("g4_copied", Guards { g4_copied: false, ..Guards::ALL }),
    ("g5_versions", Guards { g5_versions: false, g5_tombstones: false, ..Guards::ALL }),
    ("g6_reverse_proven", Guards { g6_reverse_proven: false, ..Guards::ALL }),
    ("g8_ids_ahead", Guards { g8_ids_ahead: false, ..Guards::ALL }),
    ("g9_delivered", Guards { g9_delivered: false, ..Guards::ALL }),
    ("g10_fits", Guards { g10_fits: false, ..Guards::ALL }),
];

/// The questions about one migration.
pub(super) struct Analysis<'a> {
    migration: &'a CompiledMigration,
    faults: Faults,
    rows: Vec<SafetyRow>,
}

impl<'a> Analysis<'a> {
    pub(super) fn new(migration: &'a CompiledMigration, faults: Faults) -> Self {
        Self { migration, faults, rows: Vec::new() }
    }

    pub(super) fn report(mut self, digest: &str) -> Result<SafetyReport, Invalid> {
        let calm: Vec<Stop> = self.stops(|phase| phase.shape);
        for (index, stop) in calm.iter().enumerate() {
            self.ask(SafetyKind::Phase, std::slice::from_ref(stop), Guards::ALL, index)?;
        }
        for (index, pair) in calm.windows(2).enumerate() {
            self.ask(SafetyKind::Forward, pair, Guards::ALL, index)?;
        }
        for (index, pair) in calm.windows(2).enumerate().rev() {
            let back: Vec<Stop> = pair.iter().rev().cloned().collect();
            self.ask(SafetyKind::Back, &back, Guards::ALL, index + 1)?;
        }
        let up = self.ask(SafetyKind::LadderUp, &calm, Guards::ALL, 0)?;
        let safe = up <= Verdict::StaleOnFailure;
        let (down, last) = self.down(&calm)?;
        self.emergencies()?;
        if self.migration.switches().select_the_phase() {
            self.switches()?;
        }
        self.cohorts(&calm)?;
        self.dropped(&calm, &down)?;
        let states = self.rows.iter().map(|row| u64::from(row.states)).sum();
        Ok(SafetyReport {
            migration: self.migration.name.clone(),
            bounds: SafetyBounds { nodes: self.faults.nodes, writes: self.faults.writes },
            safe: safe && last.is_some(),
            last_reversible: last.filter(|_| safe),
            rows: self.rows,
            states,
            digest: digest.to_owned(),
        })
    }

    fn stops(&self, shape: impl Fn(&crate::migration::ladder::Phase) -> Shape) -> Vec<Stop> {
        let phases = self.migration.ladder.phases.iter();
        phases.map(|phase| Stop { name: phase.name.clone(), shape: shape(phase) }).collect()
    }

    /// The ladder down from the last phase, and from the last one from which that is safe.
    fn down(&mut self, calm: &[Stop]) -> Result<(Vec<Stop>, Option<String>), Invalid> {
        let down_from = |last: usize| calm.iter().take(last + 1).rev().cloned().collect::<Vec<_>>();
        let end = calm.len().saturating_sub(1);
        if self.ask(SafetyKind::LadderDown, &down_from(end), Guards::ALL, end)? <= Verdict::StaleOnFailure {
            return Ok((down_from(end), calm.last().map(|stop| stop.name.clone())));
        }
        for last in (1..end).rev() {
            let path = down_from(last);
            let row = self.row(SafetyKind::LadderDown, &path, Guards::ALL, last)?;
            if row.verdict <= Verdict::StaleOnFailure {
                self.rows.push(row);
                return Ok((path.clone(), path.first().map(|stop| stop.name.clone())));
            }
        }
        Ok((down_from(end), None))
    }

    fn emergencies(&mut self) -> Result<(), Invalid> {
        for (index, phase) in self.migration.ladder.phases.iter().enumerate() {
            let calm = Stop { name: phase.name.clone(), shape: phase.shape };
            let emergency = Stop { name: format!("emergency in {}", phase.name), shape: phase.emergency };
            if calm.shape == emergency.shape {
                continue;
            }
            let pair = [calm.clone(), emergency.clone()];
            self.ask(SafetyKind::Emergency, &pair, Guards::AT_ONCE, index)?;
            self.ask(SafetyKind::Clear, &[emergency, calm], Guards::ALL, index)?;
        }
        Ok(())
    }

    /// Every combination of the switches while it lasts, and every throw of one switch.
    fn switches(&mut self) -> Result<(), Invalid> {
        let migration = self.migration;
        let given = |bits: u8| {
            Role::ALL.iter().all(|role| bits & role.bit() == 0 || migration.switches().get(*role).is_some())
        };
        let stop = |bits: u8| {
            let on: Vec<&str> =
                Role::ALL.iter().filter(|role| bits & role.bit() != 0).map(|role| role.name()).collect();
            let name = if on.is_empty() { "no switch".to_owned() } else { on.join("+") };
            let shape = migration.combination_shape(|role| bits & role.bit() != 0)?;
            Some(Stop { name, shape })
        };
        for bits in (0..16).filter(|bits| given(*bits)) {
            let Some(from) = stop(bits) else { continue };
            self.ask(SafetyKind::Switches, std::slice::from_ref(&from), Guards::ALL, usize::MAX)?;
        }
        for bits in (0..16).filter(|bits| given(*bits)) {
            for role in Role::ALL {
                let thrown = bits ^ role.bit();
                let (Some(from), Some(to)) = (stop(bits), stop(thrown).filter(|_| given(thrown))) else {
                    continue;
                };
                if from.shape != to.shape {
                    self.ask(SafetyKind::Throw, &[from, to], Guards::AT_ONCE, usize::MAX)?;
                }
            }
        }
        Ok(())
    }

    fn cohorts(&mut self, calm: &[Stop]) -> Result<(), Invalid> {
        for (index, a) in calm.iter().enumerate() {
            for b in calm.iter().skip(index + 1) {
                let shared = |stop: &Stop, with: &Stop| Stop {
                    name: stop.name.clone(),
                    shape: stop.shape.sharing_streams(with.shape),
                };
                let pair = [shared(a, b), shared(b, a)];
                self.ask(SafetyKind::Cohort, &pair, Guards::ALL, usize::MAX)?;
            }
        }
        Ok(())
    }

    /// What each guard is for: what can happen on the ladder up, or down, without it, and with it cannot.
    fn dropped(&mut self, up: &[Stop], down: &[Stop]) -> Result<(), Invalid> {
        let bottom = down.len().saturating_sub(1);
        let paths = [(up, 0), (down, bottom)];
        // The rows of these two paths under all guards: the one up, and the last one down.
        let asked = |kind| self.rows.iter().rfind(move |row| row.kind == kind);
        let rows = [SafetyKind::LadderUp, SafetyKind::LadderDown].into_iter().filter_map(asked);
        let anyway: Vec<Verdict> =
            rows.flat_map(|row| &row.findings).map(|finding| finding.verdict).collect();
        for (name, guards) in DROPPED {
            let mut findings: Vec<SafetyFinding> = Vec::new();
            let mut states = 0;
            for (path, start) in paths {
                let row = self.row(SafetyKind::Dropped, path, guards, start)?;
                states += row.states;
                for finding in row.findings {
                    let known = findings.iter().any(|known| known.verdict == finding.verdict);
                    if !known && !anyway.contains(&finding.verdict) {
                        findings.push(finding);
                    }
                }
            }
            self.rows.push(row_of(SafetyKind::Dropped, name.to_owned(), None, findings, states));
        }
        Ok(())
    }

    fn ask(
        &mut self,
        kind: SafetyKind,
        path: &[Stop],
        guards: Guards,
        start: usize,
    ) -> Result<Verdict, Invalid> {
        let row = self.row(kind, path, guards, start)?;
        let verdict = row.verdict;
        self.rows.push(row);
        Ok(verdict)
    }

    /// The answer of the model. A path that begins at the phase `start` begins with what is copied by then.
    fn row(
        &self,
        kind: SafetyKind,
        path: &[Stop],
        guards: Guards,
        start: usize,
    ) -> Result<SafetyRow, Invalid> {
        let migration = self.migration;
        let stores = Stores { old: &migration.old, new: &migration.new };
        let copied = copied_before(migration, start);
        let path_of = Path { stops: path, guards, copied, cohort: kind == SafetyKind::Cohort };
        let (findings, states) = path_of.explore(stores, self.faults)?;
        let from = path.first().map(|stop| stop.name.clone()).unwrap_or_default();
        let to = path.get(1..).and_then(<[Stop]>::last).map(|stop| stop.name.clone());
        Ok(row_of(kind, from, to, findings, states))
    }
}

/// A path, and what is asked about it.
pub(super) struct Path<'a> {
    pub(super) stops: &'a [Stop],
    pub(super) guards: Guards,
    /// Whether the new store has the old records when the path begins.
    pub(super) copied: bool,
    /// Whether nodes stay in the two phases of the path.
    pub(super) cohort: bool,
}

impl Path<'_> {
    /// All that can happen on the path, the worst first, and how many states were looked at.
    pub(super) fn explore(
        &self,
        stores: Stores<'_>,
        faults: Faults,
    ) -> Result<(Vec<SafetyFinding>, u32), Invalid> {
        let phases: Vec<Phase> = self.stops.iter().map(|stop| phase(stop.shape)).collect();
        let names: Vec<&str> = self.stops.iter().map(|stop| stop.name.as_str()).collect();
        let names = Names { old: stores.old, new: stores.new, phases: &names };
        let model = |faults| {
            let model = Model::new(&phases, self.guards, faults)?;
            let model = if self.cohort { model.cohort()? } else { model };
            Ok(if self.copied { model } else { model.not_copied_yet() })
        };
        let calm = model(faults)?;
        let found = calm.explore();
        let mut findings = findings_of(&calm, &found, &names);
        let mut states = found.states;
        // Stores that fail to answer matter only where a read falls back on the other one.
        if found.stale.is_none() && phases.iter().any(|phase| phase.on_failure) {
            let failing = model(Faults { failing_reads: true, ..faults })?;
            let found = failing.explore();
            states += found.states;
            findings.extend(
                found.stale.as_ref().map(|trace| finding(Verdict::StaleOnFailure, &failing, trace, &names)),
            );
        }
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
        Ok((findings, states))
    }
}

fn row_of(
    kind: SafetyKind,
    from: String,
    to: Option<String>,
    mut findings: Vec<SafetyFinding>,
    states: u32,
) -> SafetyRow {
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    let verdict = findings.first().map_or(Verdict::Safe, |finding| finding.verdict);
    SafetyRow { kind, from, to, verdict, findings, states }
}

fn findings_of(model: &Model<'_>, found: &Findings, names: &Names<'_>) -> Vec<SafetyFinding> {
    let all = [
        (Verdict::Lost, &found.lost),
        (Verdict::Diverged, &found.diverged),
        (Verdict::Stale, &found.stale),
        (Verdict::Refused, &found.refused),
        (Verdict::Stuck, &found.stuck),
    ];
    all.into_iter()
        .filter_map(|(verdict, trace)| Some(finding(verdict, model, trace.as_ref()?, names)))
        .collect()
}

fn finding(verdict: Verdict, model: &Model<'_>, trace: &Trace, names: &Names<'_>) -> SafetyFinding {
    SafetyFinding { verdict, story: model.story(trace, names) }
}
