//! The built-in ladders, as data: what each phase reads, writes and streams is one line of a table.

use super::combination::RECRUITERS_COMBINATIONS;
use super::ladder::{LadderData, PhaseData};
use super::shape::Shape;
use super::words::Side::{New, Old};
use super::words::StreamState::{Active, Armed, Backfill, Draining, Load};
use super::words::{Ack, Fallback};

/// Every built-in ladder.
pub(crate) const LADDERS: &[&LadderData] = &[&STANDARD, &RECRUITERS, &SEVEN_STEP];

/// The built-in ladder of that name.
pub(crate) fn named(name: &str) -> Option<&'static LadderData> {
    LADDERS.iter().find(|ladder| ladder.name == name).copied()
}

/// The ladder that loses nothing under its guards. Each phase has the emergency of [`Shape::emergency`], which
/// is the table of emergencies that the model of the two stores proved.
///
/// In `live`, a missing record is an answer and not a failure: every acknowledged write, deletes too, is on both
/// sides, so falling back on `not_found` could only bring back what is gone.
pub(crate) const STANDARD: LadderData = LadderData {
    name: "standard",
    phases: &[
        PhaseData::new("off", Shape::new(Old, Old)),
        PhaseData::new("sync", Shape::new(Old, Old).forward(Backfill)),
        PhaseData::new("dual_write", Shape::new(Old, Old).then(Ack::Required).forward(Draining)),
        PhaseData::new("shadow", Shape::new(Old, Old).comparing().then(Ack::Required)),
        PhaseData::new(
            "live",
            Shape::new(New, New).fallback(Fallback::FAILURE).comparing().then(Ack::Required).reverse(Armed),
        ),
        PhaseData::new("ramp_down", Shape::new(New, New).reverse(Active)),
        PhaseData::new("complete", Shape::new(New, New)),
        PhaseData::new("cleanup", Shape::new(New, New)).frozen(),
    ],
    combinations: &[],
};

/// Reads old and writes old only: "ignore every other flag, use recruiters".
const BYPASS: Shape = Shape::new(Old, Old);

/// The four phases of a job board that moved `recruiters` into `jobs_partners`, by four environment switches.
/// Their emergency writes old only, and does not touch the stream.
pub(crate) const RECRUITERS: LadderData = LadderData {
    name: "recruiters_four_phase",
    phases: &[
        PhaseData::new("sync", Shape::new(Old, Old).forward(Active)),
        PhaseData::new("dual_read", Shape::new(New, Old).fallback(Fallback::NOT_FOUND).forward(Active)),
        PhaseData::new("direct_write_3a", Shape::new(New, New).then(Ack::BestEffort).forward(Active))
            .group("direct_write")
            .emergency(BYPASS.forward(Active)),
        PhaseData::new("direct_write_3b", Shape::new(New, New)).group("direct_write").emergency(BYPASS),
        PhaseData::new("cleanup", Shape::new(New, New)).emergency(BYPASS).frozen(),
    ],
    combinations: RECRUITERS_COMBINATIONS,
};

/// The seven phases of a module that moves from SQL to MongoDB behind a strangler.
///
/// A read that fails on its store goes on to the other one until the last phase, whose first action is to remove
/// that fallback; a record that is missing does not. The second write is queued where it fails, so it counts as
/// an outbox.
pub(crate) const SEVEN_STEP: LadderData = LadderData {
    name: "seven_step",
    phases: &[
        PhaseData::new("initial_load", Shape::new(Old, Old).forward(Load)),
        PhaseData::new("change_stream", Shape::new(Old, Old).forward(Active)),
        PhaseData::new(
            "dual_read",
            Shape::new(Old, Old).fallback(Fallback::FAILURE).comparing().forward(Active),
        ),
        PhaseData::new("read_new", Shape::new(New, Old).fallback(Fallback::FAILURE).forward(Active)),
        PhaseData::new(
            "dual_write",
            Shape::new(New, Old).fallback(Fallback::FAILURE).then(Ack::Outbox).forward(Active),
        ),
        PhaseData::new("write_new", Shape::new(New, New).fallback(Fallback::FAILURE)).frozen(),
        PhaseData::new("decommission", Shape::new(New, New)).frozen(),
    ],
    combinations: &[],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::words::Side;

    /// A shape as one line: `read [fallback on] [compare] | writes | streams`.
    fn line(shape: Shape) -> String {
        let side = |side| if side == Side::Old { "old" } else { "new" };
        let mut text = side(shape.from).to_owned();
        let on: Vec<&str> = shape.fallback.members().iter().map(|on| on.name()).collect();
        if !on.is_empty() {
            text += &format!(", else {} on {}", side(shape.from.other()), on.join("+"));
        }
        if shape.compare {
            text += &format!(", compare {}", side(shape.from.other()));
        }
        text += &format!(" | {}", side(shape.first));
        if let Some(ack) = shape.second {
            text += &format!(" then {} {}", side(shape.first.other()), ack.name());
        }
        text + &format!(" | {} {}", shape.forward.name(), shape.reverse.name())
    }

    fn table(ladder: &LadderData) -> Vec<String> {
        let lines = ladder
            .phases
            .iter()
            .map(|phase| format!("{}: {} / {}", phase.name, line(phase.shape), line(phase.emergency)));
        lines.collect()
    }

    #[test]
    fn standard() {
        assert_eq!(
            table(&STANDARD),
            [
                "off: old | old | off off / old | old | off off",
                "sync: old | old | backfill off / old | old | backfill off",
                "dual_write: old | old then new required | draining off / old | old then new required | draining off",
                "shadow: old, compare new | old then new required | off off / old | old then new required | off off",
                "live: new, else old on error+timeout, compare old | new then old required | off armed \
                 / old | old then new outbox | off off",
                "ramp_down: new | new | off active / old | old then new outbox | off draining",
                "complete: new | new | off off / old | old then new outbox | off off",
                "cleanup: new | new | off off / old | old then new outbox | off off",
            ]
        );
    }

    #[test]
    fn recruiters_four_phase() {
        assert_eq!(
            table(&RECRUITERS),
            [
                "sync: old | old | active off / old | old | active off",
                "dual_read: new, else old on not_found | old | active off / old | old | active off",
                "direct_write_3a: new | new then old best_effort | active off / old | old | active off",
                "direct_write_3b: new | new | off off / old | old | off off",
                "cleanup: new | new | off off / old | old | off off",
            ]
        );
    }

    #[test]
    fn seven_step() {
        assert_eq!(
            table(&SEVEN_STEP),
            [
                "initial_load: old | old | load off / old | old | load off",
                "change_stream: old | old | active off / old | old | active off",
                "dual_read: old, else new on error+timeout, compare new | old | active off / old | old | active off",
                "read_new: new, else old on error+timeout | old | active off / old | old | active off",
                "dual_write: new, else old on error+timeout | old then new outbox | active off \
                 / old | old then new outbox | active off",
                "write_new: new, else old on error+timeout | new | off off / old | old then new outbox | off off",
                "decommission: new | new | off off / old | old then new outbox | off off",
            ]
        );
    }

    #[test]
    fn named_finds_each() {
        for ladder in LADDERS {
            assert_eq!(named(ladder.name).map(|found| found.name), Some(ladder.name));
        }
        assert!(named("Standard").is_none());
    }
}
