//! What a move from one route to another can cost: by the hazards of the two, and by the model of the two stores.

use super::routes::Version;
use crate::diagnostic::Severity;
use crate::migration::hazard::{Stores, of_running};
use crate::migration::{Hazard, HazardCode, RouteData, Side};
use crate::safety::{Move, SafetyFinding, Verdict};

/// What a move can cost.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) steps: Option<i64>,
    pub(super) hazards: Vec<Hazard>,
    pub(super) findings: Vec<SafetyFinding>,
    pub(super) unguarded: Vec<Verdict>,
}

impl Judged {
    /// The migration is gone.
    pub(super) fn gone(name: &str, old: Version<'_>) -> Self {
        Self::of_one(gone(name, old))
    }

    /// The migration is between other stores.
    pub(super) fn other_stores(old: Version<'_>, new: Version<'_>) -> Self {
        Self::of_one(other_stores(old, new))
    }

    fn of_one(hazard: Hazard) -> Self {
        Self { hazards: vec![hazard], ..Self::default() }
    }

    /// A move from one route to another.
    pub(super) fn of(old: Version<'_>, from: &RouteData, new: Version<'_>, to: &RouteData) -> Self {
        let name = |version: Version<'_>, data: &RouteData| {
            let phase = data.phase.and_then(|index| version.migration.ladder.phases.get(index));
            let phase = phase.map_or("in no phase", |phase| phase.name.as_str());
            if data.emergency { format!("emergency in {phase}") } else { phase.to_owned() }
        };
        let (from_name, to_name) = (name(old, from), name(new, to));
        let found = Move {
            migration: old.migration,
            from: (&from_name, from.shape),
            to: (&to_name, to.shape),
            start: from.phase.unwrap_or(usize::MAX),
        };
        let findings = found.findings(!to.emergency);
        let unguarded = found.findings(false).iter().map(|finding| finding.verdict).collect();
        let stores = Stores { old: &old.migration.old, new: &old.migration.new };
        let mut hazards: Vec<Hazard> =
            to.hazards.iter().filter(|hazard| !from.hazards.contains(hazard)).cloned().collect();
        let back = from.shape.from == Side::New && to.shape.from == Side::Old;
        if back {
            // What is a warning while one stays is what happens when one goes.
            let lost = from.hazards.iter().filter(|hazard| hazard.code == HazardCode::LostOnReturn);
            hazards.extend(lost.map(|hazard| Hazard { severity: Severity::Error, ..hazard.clone() }));
        }
        let lossy = [HazardCode::LostWrite, HazardCode::LostOnReturn, HazardCode::UnbackedEmergency];
        // What a rule says of writes under way counts where the model finds it so: a stream may make up for it.
        let loses =
            findings.iter().any(|finding| matches!(finding.verdict, Verdict::Lost | Verdict::Diverged));
        if loses && !hazards.iter().any(|hazard| lossy.contains(&hazard.code)) {
            hazards.extend(of_running(stores, (&from_name, from.shape), (&to_name, to.shape)));
        }
        for finding in &findings {
            hazards.extend(unsaid(&hazards, finding.verdict, (&from_name, &to_name)));
        }
        Self { steps: steps(old, from, new, to), hazards, findings, unguarded }
    }
}

/// The hazard of what the model found, where no rule named it.
fn unsaid(hazards: &[Hazard], found: Verdict, (from, to): (&str, &str)) -> Option<Hazard> {
    use HazardCode::{LostOnReturn, LostWrite, ResurrectedDelete, SplitBrain, StaleRead, UnbackedEmergency};
    let (said, code, what): (&[HazardCode], _, _) = match found {
        Verdict::Lost => (
            &[LostWrite, LostOnReturn, UnbackedEmergency, SplitBrain],
            LostWrite,
            "an acknowledged write can be gone for good",
        ),
        Verdict::Diverged => (
            &[SplitBrain, LostWrite, LostOnReturn],
            SplitBrain,
            "the store that is not read can miss a write for good",
        ),
        Verdict::Stale => (
            &[StaleRead, ResurrectedDelete, LostWrite, LostOnReturn, UnbackedEmergency],
            StaleRead,
            "a read can be stale",
        ),
        Verdict::Safe | Verdict::Stuck | Verdict::Refused | Verdict::StaleOnFailure => return None,
    };
    let known = hazards.iter().any(|hazard| said.contains(&hazard.code));
    let severity = if found == Verdict::Stale { Severity::Warning } else { Severity::Error };
    (!known).then(|| Hazard {
        code,
        severity,
        message: format!("{what} in the move from `{from}` to `{to}`, even where every guard is kept"),
        cost: "the story of the finding tells how it comes about".to_owned(),
    })
}

/// How many phases up, on the ladder of the new ruleset.
fn steps(old: Version<'_>, from: &RouteData, new: Version<'_>, to: &RouteData) -> Option<i64> {
    let from = old.migration.ladder.phases.get(from.phase?)?;
    let from = new.migration.ladder.index(&from.name)?;
    let (from, to) = (i64::try_from(from).ok()?, i64::try_from(to.phase?).ok()?);
    Some(to - from)
}

fn gone(name: &str, old: Version<'_>) -> Hazard {
    Hazard {
        code: HazardCode::LostWrite,
        severity: Severity::Error,
        message: format!("the ruleset has no migration `{name}` any more"),
        cost: format!(
            "who still asks for it is told neither where to read nor where to write {} and {}",
            old.migration.old, old.migration.new
        ),
    }
}

fn other_stores(old: Version<'_>, new: Version<'_>) -> Hazard {
    let names = |version: Version<'_>| format!("{} and {}", version.migration.old, version.migration.new);
    Hazard {
        code: HazardCode::SplitBrain,
        severity: Severity::Error,
        message: format!("the stores are {} instead of {}", names(new), names(old)),
        cost: "nothing is known of what carries records from the ones to the others".to_owned(),
    }
}
