//! What data has to wait for before a migration goes from one phase to another, or back.

use super::shape::Shape;
use super::words::{Ack, Side, StreamState};
use cutover_plans::DataGuard;
use std::collections::BTreeSet;

/// The guards of a move between two phases; the way back has the same ones, with the roles of the stores swapped.
pub(crate) fn guards(from: Shape, to: Shape) -> BTreeSet<DataGuard> {
    use DataGuard::{
        BackfillVerified, ConditionalWrites, IdsAhead, NodesAcknowledged, OperationsOver, OutboxEmpty,
        ReverseProven, SchemaFits, StreamsCaughtUp,
    };
    let either = |holds: fn(Shape) -> bool| holds(from) || holds(to);
    let begins_new = from.first == Side::Old && to.first == Side::New;
    let reads_new = from.from == Side::Old && to.from == Side::New;
    let runs = |stream: StreamState| stream != StreamState::Off && stream != StreamState::Armed;
    // What goes by a stream has to have arrived: before it stops, and before the other side is read.
    let streams = runs(from.forward) || runs(from.reverse);
    let both = either(|shape| shape.second.is_some())
        || [from, to].into_iter().any(|shape| runs(shape.forward) || runs(shape.reverse));
    let way_back = to.second.is_some() || to.reverse != StreamState::Off;
    [
        (NodesAcknowledged, true),
        (OperationsOver, true),
        (StreamsCaughtUp, streams),
        (BackfillVerified, begins_new || reads_new),
        (ConditionalWrites, both),
        (ReverseProven, to.reverse != StreamState::Off && from.reverse == StreamState::Off),
        (IdsAhead, begins_new),
        (OutboxEmpty, either(|shape| shape.second == Some(Ack::Outbox))),
        (SchemaFits, to.first == Side::New && way_back),
    ]
    .into_iter()
    .filter_map(|(guard, asked)| asked.then_some(guard))
    .collect()
}
