//! The shapes of phases in the words of the model.

use crate::migration::{Ack, CompiledMigration, Shape, Side, StreamState};
use cutover_safety::{Phase, Second, Stream};

/// What a shape does to the stores.
pub(super) fn phase(shape: Shape) -> Phase {
    Phase {
        read: side(shape.from),
        on_missing: shape.fallback.not_found,
        on_failure: shape.fallback.on_failure(),
        first: side(shape.first),
        second: shape.second.map(|ack| match ack {
            Ack::Required => Second::Required,
            Ack::BestEffort => Second::BestEffort,
            Ack::Outbox => Second::Outbox,
        }),
        forward: stream(shape.forward),
        reverse: stream(shape.reverse),
    }
}

fn side(side: Side) -> cutover_safety::Side {
    match side {
        Side::Old => cutover_safety::Side::Old,
        Side::New => cutover_safety::Side::New,
    }
}

fn stream(state: StreamState) -> Stream {
    match state {
        StreamState::Off => Stream::Off,
        StreamState::Load => Stream::Load,
        StreamState::Backfill => Stream::Backfill,
        StreamState::Active => Stream::Follows,
        // A stream that is armed on the way down still has to bring what the phase before began.
        StreamState::Draining | StreamState::Armed => Stream::Draining,
    }
}

/// Whether the new store has the old records before the phase at `index` begins: unless it is that phase, or a later
/// one, that copies them first.
pub(super) fn copied_before(migration: &CompiledMigration, index: usize) -> bool {
    let copies = |phase: &crate::migration::ladder::Phase| phase.shape.forward.is_copying();
    match migration.ladder.phases.iter().position(copies) {
        Some(first) => index > first,
        None => true,
    }
}
