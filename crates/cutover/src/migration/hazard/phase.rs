//! The hazards of a phase while it lasts, of entering it, and of leaving it the way one came.

use super::{Hazard, HazardCode, Stores};
use crate::migration::cohort::losses;
use crate::migration::ladder::Phase;
use crate::migration::shape::{Reach, Shape};
use crate::migration::words::{Ack, Side, StreamState};

/// The hazards of `phase`, after `before`.
pub(crate) fn of_phase(stores: Stores<'_>, phase: &Phase, before: Option<&Phase>) -> Vec<Hazard> {
    let mut hazards = of_shape(stores, phase.shape);
    if let Some(before) = before {
        hazards.extend(moving_in(stores, before, phase));
        hazards.extend(gap_after_load(stores, before, phase));
    }
    hazards
}

/// The hazards of a shape while it lasts, and of going back to old from it.
pub(crate) fn of_shape(stores: Stores<'_>, shape: Shape) -> Vec<Hazard> {
    let mut hazards = Vec::new();
    hazards.extend(reading(stores, shape));
    hazards.extend(reading_unfinished_copy(stores, shape));
    hazards.extend(falling_back(stores, shape));
    hazards.extend(resurrecting(stores, shape));
    hazards.extend(echo(stores, shape));
    hazards.extend(going_back(stores, shape));
    hazards.extend(going_on(stores, shape));
    hazards
}

/// Reads from a side that writes reach late, by luck, or not at all.
fn reading(stores: Stores<'_>, shape: Shape) -> Option<Hazard> {
    let (from, first) = (stores.name(shape.from), stores.name(shape.first));
    let stale = |message, cost| Some(Hazard::warning(HazardCode::StaleRead, message, cost));
    match shape.reach(shape.from) {
        Reach::Acknowledged => None,
        Reach::Stream => stale(
            format!("reads come from {from} while writes go to {first} and follow by a stream"),
            format!("a read inside the stream's lag misses the newest writes to {first}"),
        ),
        Reach::Outbox => stale(
            format!("reads come from {from}, which a write reaches only through the outbox of {first}"),
            format!("a read misses the writes that are still in the outbox to {from}"),
        ),
        Reach::BestEffort => stale(
            format!("reads come from {from}, which gets only what its best-effort copy of {first} wrote"),
            format!("a write whose copy to {from} failed is not read until it is repaired"),
        ),
        Reach::Never => Some(Hazard::error(
            HazardCode::SplitBrain,
            format!("reads come from {from} while writes go to {first}, and nothing carries them over"),
            "reads never see any write made in this state".to_owned(),
        )),
    }
}

/// Reads from a side whose records are not all there yet.
fn reading_unfinished_copy(stores: Stores<'_>, shape: Shape) -> Option<Hazard> {
    let from = stores.name(shape.from);
    shape.stream_to(shape.from).is_copying().then(|| {
        Hazard::error(
            HazardCode::StaleRead,
            format!("reads come from {from} while its records are still being copied"),
            format!("a record that is not copied yet reads from {from} as missing"),
        )
    })
}

/// A failing store sends reads to one that misses writes.
fn falling_back(stores: Stores<'_>, shape: Shape) -> Option<Hazard> {
    let (from, to) = (stores.name(shape.from), stores.name(shape.from.other()));
    if !shape.fallback.on_failure() {
        return None;
    }
    let cost = match shape.reach(shape.from.other()) {
        Reach::Acknowledged => return None,
        Reach::Stream => {
            format!("a read that falls back inside the stream's lag misses the newest writes to {from}")
        }
        Reach::Outbox => {
            format!("a read that falls back misses the writes that are still in the outbox to {to}")
        }
        Reach::BestEffort => format!("a read that falls back misses the writes whose copy to {to} failed"),
        Reach::Never => format!("a read that falls back misses every write made since {to} was last written"),
    };
    let message = format!("reads that fail on {from} fall back on {to}, which is behind");
    Some(Hazard::warning(HazardCode::StaleRead, message, cost))
}

/// A missing record is looked up in a store where its delete has not arrived.
fn resurrecting(stores: Stores<'_>, shape: Shape) -> Option<Hazard> {
    let (from, to) = (stores.name(shape.from), stores.name(shape.from.other()));
    if !shape.fallback.not_found {
        return None;
    }
    let message =
        format!("a record missing from {from} is looked up in {to}, which deletes do not reach at once");
    let warning = |cost| Some(Hazard::warning(HazardCode::ResurrectedDelete, message.clone(), cost));
    match shape.reach(shape.from.other()) {
        Reach::Acknowledged => None,
        Reach::Stream => warning("a deleted record comes back inside the stream's lag".to_owned()),
        Reach::Outbox => warning(format!("a deleted record comes back until the outbox has reached {to}")),
        Reach::BestEffort => warning(format!("a deleted record comes back where its delete in {to} failed")),
        Reach::Never => Some(Hazard::error(
            HazardCode::ResurrectedDelete,
            format!("a record missing from {from} is looked up in {to}, which deletes do not reach"),
            format!("a record deleted in this state comes back from {to}"),
        )),
    }
}

/// A stream that brings changes to a side that is written directly: they can be older than what is there.
fn echo(stores: Stores<'_>, shape: Shape) -> Option<Hazard> {
    let (first, other) = (stores.name(shape.first), stores.name(shape.first.other()));
    let (to_first, to_other) = (shape.stream_to(shape.first), shape.stream_to(shape.first.other()));
    let lost = |message, cost| Some(Hazard::warning(HazardCode::LostWrite, message, cost));
    match (to_first, shape.second) {
        (StreamState::Off | StreamState::Armed, Some(Ack::Required))
            if to_other.follows() && shape.from != shape.first =>
        {
            Some(stale_echo(first, other))
        }
        (StreamState::Off | StreamState::Armed, _) => None,
        (StreamState::Draining, _) | (_, None) => lost(
            format!("the stream still brings older changes from {other} to {first}, where writes go"),
            format!(
                "a newer write to {first} is lost where an older change comes after it, unless writes wait for the stream"
            ),
        ),
        (_, Some(Ack::BestEffort)) => lost(
            format!(
                "the stream brings the backup writes of {other} back to {first}, where they can be the older ones"
            ),
            format!("a write to {first} is overwritten by the one before it where its own backup failed"),
        ),
        (_, Some(Ack::Required | Ack::Outbox)) => {
            (shape.from == shape.first).then(|| stale_echo(other, first))
        }
    }
}

/// The stream from one side brings to the other, which is read, what was written there directly before.
fn stale_echo(from: &str, to: &str) -> Hazard {
    Hazard::warning(
        HazardCode::StaleRead,
        format!("the stream brings writes of {from} to {to} once more, where they can be the older ones"),
        format!("a read from {to} can be stale until the newest write has come by the stream too"),
    )
}

/// Going back to old from a shape that writes new first.
fn going_back(stores: Stores<'_>, shape: Shape) -> Option<Hazard> {
    let Stores { old, new } = stores;
    if shape.from == Side::Old {
        return None;
    }
    let (message, cost) = match shape.reach(Side::Old) {
        Reach::BestEffort => (
            format!("a write reaches {old} only where its backup succeeds"),
            format!("going back to {old} loses the writes whose backup failed"),
        ),
        Reach::Never => (
            format!("writes go to {new} only, and nothing carries them back to {old}"),
            format!("going back to {old} loses every write that went to {new} only"),
        ),
        Reach::Acknowledged | Reach::Outbox | Reach::Stream => return None,
    };
    Some(Hazard::warning(HazardCode::LostOnReturn, message, cost))
}

/// Going on to new from a shape that writes old first and new by luck.
fn going_on(stores: Stores<'_>, shape: Shape) -> Option<Hazard> {
    let new = stores.new;
    (shape.from == Side::Old && shape.reach(Side::New) == Reach::BestEffort).then(|| {
        Hazard::warning(
            HazardCode::LostWrite,
            format!("a write reaches {new} only where its second write succeeds"),
            format!("moving reads on to {new} loses the writes whose second write failed"),
        )
    })
}

/// Entering a phase whose writes begin on the other side while writes of the phase before it still run.
fn moving_in(stores: Stores<'_>, before: &Phase, phase: &Phase) -> Option<Hazard> {
    of_running(stores, (&before.name, before.shape), (&phase.name, phase.shape))
}

/// Moving between two phases whose writes begin on different sides while writes still run.
pub(crate) fn of_running(stores: Stores<'_>, before: (&str, Shape), after: (&str, Shape)) -> Option<Hazard> {
    losses(before.1, after.1).next()?;
    let (left, taken) = (stores.name(before.1.first), stores.name(after.1.first));
    let (before, after) = (before.0, after.0);
    Some(Hazard::warning(
        HazardCode::LostWrite,
        format!(
            "a write still running under `{before}` is decided by {left}, and under `{after}` by {taken}"
        ),
        format!("the move from `{before}` loses the writes to {left} that run while nodes take it over"),
    ))
}

/// The stream starts after the copy: what changed in between is on neither's list.
fn gap_after_load(stores: Stores<'_>, before: &Phase, phase: &Phase) -> Option<Hazard> {
    let Stores { old, new } = stores;
    let gap = before.shape.forward == StreamState::Load && phase.shape.forward == StreamState::Active;
    gap.then(|| {
        Hazard::warning(
            HazardCode::LostWrite,
            format!("the stream to {new} starts after the copy of {old} began"),
            format!(
                "a change made during the copy never reaches {new}, unless the stream starts from before it"
            ),
        )
    })
}
