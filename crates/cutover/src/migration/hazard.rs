//! Hazards: the named ways in which a phase or a switch can lose a write or serve a stale read.
//!
//! The rules look at the shape of a phase and not at its name, so a ladder that is written out is judged by the
//! same rules as a built-in one. They take the guards of a move for granted (streams drained, puts and applies
//! conditional on a version) where a phase has them by design, and speak where no guard helps.
//!
//! An `error` means that acknowledged writes are out of sight as things stand. A `warning` means that it takes
//! something more: a read inside a lag, a failure, or a move.

mod emergency;
mod phase;

use super::SwitchValue;
use super::words::Side;
use crate::diagnostic::Severity;
use serde::Serialize;

pub(crate) use emergency::{Interrupted, of_emergency};
#[cfg(any(feature = "diff", feature = "runbook"))]
pub(crate) use phase::of_running;
pub(crate) use phase::{of_phase, of_shape};

/// The kind of a hazard; an operator accepts it by this name.
///
/// ```
/// use cutover::HazardCode;
/// assert_eq!(HazardCode::StaleRead.name(), "stale_read");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum HazardCode {
    /// A read can return a value that an acknowledged write has replaced.
    StaleRead,
    /// An acknowledged write can be overwritten or never arrive.
    LostWrite,
    /// Going back to the side that was left loses writes.
    LostOnReturn,
    /// An emergency reads a store that misses acknowledged writes.
    UnbackedEmergency,
    /// Each store holds acknowledged writes that the other lacks, or reads and writes are on different stores.
    SplitBrain,
    /// A deleted record can come back.
    ResurrectedDelete,
    /// A switch is set and has no effect, or its value cannot be read.
    IgnoredSwitch,
    /// A job still works on the store that is no longer written.
    JobBehind,
}

impl HazardCode {
    /// All codes.
    pub const ALL: [Self; 8] = [
        Self::StaleRead,
        Self::LostWrite,
        Self::LostOnReturn,
        Self::UnbackedEmergency,
        Self::SplitBrain,
        Self::ResurrectedDelete,
        Self::IgnoredSwitch,
        Self::JobBehind,
    ];

    /// The name in routes and in `accept`, such as `stale_read`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StaleRead => "stale_read",
            Self::LostWrite => "lost_write",
            Self::LostOnReturn => "lost_on_return",
            Self::UnbackedEmergency => "unbacked_emergency",
            Self::SplitBrain => "split_brain",
            Self::ResurrectedDelete => "resurrected_delete",
            Self::IgnoredSwitch => "ignored_switch",
            Self::JobBehind => "job_behind",
        }
    }
}

/// One way in which a route can lose a write or serve a stale read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hazard {
    /// The kind.
    pub code: HazardCode,
    /// How bad it is: an error means that acknowledged writes are out of sight as things stand, a warning that it
    /// takes a lag, a failure or a move.
    pub severity: Severity,
    /// One sentence that says what is so.
    pub message: String,
    /// One sentence that says what it costs.
    pub cost: String,
}

impl Hazard {
    fn error(code: HazardCode, message: String, cost: String) -> Self {
        Self { code, severity: Severity::Error, message, cost }
    }

    pub(super) fn warning(code: HazardCode, message: String, cost: String) -> Self {
        Self { code, severity: Severity::Warning, message, cost }
    }
}

/// The names of the two stores.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stores<'a> {
    pub(crate) old: &'a str,
    pub(crate) new: &'a str,
}

impl<'a> Stores<'a> {
    /// The name of the store on that side.
    pub(crate) fn name(self, side: Side) -> &'a str {
        match side {
            Side::Old => self.old,
            Side::New => self.new,
        }
    }
}

/// The hazard of a value that is neither `true` nor `false`, and so counts as false.
pub(super) fn unreadable_switch(switch: &str, value: Option<SwitchValue<'_>>) -> Hazard {
    let (message, cost) = cutover_decider::migration::unreadable_switch(switch, value);
    Hazard::warning(HazardCode::IgnoredSwitch, message, cost)
}

/// The hazard of a job whose calendar is behind the phase.
pub(super) fn job_behind(stores: Stores<'_>, job: &str) -> Hazard {
    Hazard::warning(
        HazardCode::JobBehind,
        format!(
            "the job {job} still works on {} by its calendar, and writes go to {}",
            stores.old, stores.new
        ),
        format!("what it does there is not in {}", stores.new),
    )
}

/// The hazard of a backup that is asked for while writes go to old anyway.
pub(super) fn ignored_backup(stores: Stores<'_>, switch: &str) -> Hazard {
    Hazard::warning(
        HazardCode::IgnoredSwitch,
        format!("the switch {switch} has no effect while writes go to {} anyway", stores.old),
        format!("there is no backup of anything until writes go to {}", stores.new),
    )
}

/// The hazard of an emergency while the switch of writes is on. Services that read the switches themselves, as the
/// code that this ladder comes from does, look at the emergency when they read and not when they write.
pub(super) fn ignored_write(stores: Stores<'_>, switch: &str) -> Hazard {
    Hazard::warning(
        HazardCode::IgnoredSwitch,
        format!("the emergency overrides the switch {switch}, and writes go to {}", stores.old),
        format!(
            "a service that looks at {switch} itself goes on writing to {}, where the emergency never reads",
            stores.new
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_json() {
        for code in HazardCode::ALL {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{}\"", code.name()));
        }
    }
}
