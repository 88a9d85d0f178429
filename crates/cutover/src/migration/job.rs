//! Jobs: background work whose variant follows the phase.

use super::shape::Shape;
use super::words::Side;
use serde::Serialize;

/// What a migration does to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobKind {
    /// The job is written anew for the new store; one of the two runs, where writes are decided.
    Rewrite,
    /// The job stays and works on the store where writes are decided.
    Update,
    /// The job runs up to and including the phase at this index of the ladder, and then no more.
    Retire { after: usize },
}

/// A job of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) kind: JobKind,
}

/// Which variant of a job runs.
///
/// ```
/// assert_eq!(cutover::JobVariant::Off.name(), "off");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JobVariant {
    /// The one for the old store.
    Old,
    /// The one for the new store.
    New,
    /// None.
    Off,
}

impl JobVariant {
    /// The word in routes, such as `old`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
            Self::Off => "off",
        }
    }
}

impl Job {
    /// The variant in the phase at `phase`, which does `shape` just now. In an emergency, which writes old, a job
    /// is what it was while old was written, a retired one too.
    pub(crate) fn variant(&self, phase: usize, emergency: bool, shape: Shape) -> JobVariant {
        match (self.kind, shape.first) {
            (JobKind::Rewrite | JobKind::Update, Side::Old) => JobVariant::Old,
            (JobKind::Rewrite | JobKind::Update, Side::New) => JobVariant::New,
            (JobKind::Retire { after }, first) => {
                let revived = emergency && first == Side::Old;
                if phase <= after || revived { JobVariant::Old } else { JobVariant::Off }
            }
        }
    }
}
