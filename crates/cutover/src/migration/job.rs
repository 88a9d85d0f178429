//! Jobs: background work whose variant follows the phase.

use super::ladder::Ladder;
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
    /// The job works on both stores as long as both hold data: from the phase that begins to fill the new store up to
    /// and including the phase at this index.
    Both { after: usize },
}

/// A job of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) kind: JobKind,
    /// When the job can be something else than it was, in milliseconds: its new variant is not there before.
    pub(crate) from_ms: Option<i64>,
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
    /// Both.
    Both,
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
            Self::Both => "both",
            Self::Off => "off",
        }
    }
}

impl Job {
    /// The variant at `now_ms` in the phase at `phase` of `ladder`, which does `shape` just now. In an emergency, which
    /// writes old, a job is what it was while old was written, a retired one too.
    pub(crate) fn variant(
        &self,
        ladder: &Ladder,
        phase: usize,
        emergency: bool,
        shape: Shape,
        now_ms: i64,
    ) -> JobVariant {
        if self.from_ms.is_some_and(|from| now_ms < from) {
            return JobVariant::Old;
        }
        match (self.kind, shape.first) {
            (JobKind::Rewrite | JobKind::Update, Side::Old) => JobVariant::Old,
            (JobKind::Rewrite | JobKind::Update, Side::New) => JobVariant::New,
            (JobKind::Retire { after }, first) => {
                let revived = emergency && first == Side::Old;
                if phase <= after || revived { JobVariant::Old } else { JobVariant::Off }
            }
            (JobKind::Both { .. }, _) if ladder.fills_new(phase).is_none() => JobVariant::Old,
            (JobKind::Both { after }, first) => {
                let kept = emergency && first == Side::Old;
                if phase <= after || kept { JobVariant::Both } else { JobVariant::New }
            }
        }
    }
}
