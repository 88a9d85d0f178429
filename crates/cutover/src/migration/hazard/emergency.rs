//! The hazards of an emergency: of entering it, while it lasts, and of clearing it.

use super::{Hazard, HazardCode, Stores, of_shape};
use crate::migration::shape::{Reach, Shape};

/// What the emergency interrupts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Interrupted {
    /// What is done without the emergency.
    pub(crate) calm: Shape,
    /// Whether old no longer takes writes there, or is gone.
    pub(crate) frozen: bool,
}

/// The hazards of doing `shape` instead of what is interrupted.
pub(crate) fn of_emergency(stores: Stores<'_>, interrupted: Interrupted, shape: Shape) -> Vec<Hazard> {
    let entering = entering(stores, interrupted, shape);
    let skew = skew(stores, interrupted.calm, shape).filter(|_| entering.is_none());
    let mut hazards: Vec<Hazard> = entering.into_iter().chain(skew).collect();
    hazards.extend(of_shape(stores, shape));
    hazards.extend(clearing(stores, interrupted, shape));
    hazards
}

/// What the emergency's reads do not see of what was written before it.
fn entering(stores: Stores<'_>, Interrupted { calm, frozen }: Interrupted, shape: Shape) -> Option<Hazard> {
    let from = stores.name(shape.from);
    let nothing_moves = (calm.from, calm.first) == (shape.from, shape.first);
    match calm.reach(shape.from) {
        Reach::Acknowledged => None,
        _ if nothing_moves => None,
        Reach::Stream => Some(Hazard::warning(
            HazardCode::StaleRead,
            format!("reads move to {from}, which the stream has not brought up to date yet"),
            format!("reads miss the newest writes until the stream to {from} is empty"),
        )),
        Reach::Outbox => Some(Hazard::warning(
            HazardCode::StaleRead,
            format!("reads move to {from} while writes are still in the outbox to it"),
            format!("reads miss those writes until the outbox to {from} is empty"),
        )),
        Reach::BestEffort => Some(Hazard::warning(
            HazardCode::UnbackedEmergency,
            format!("reads move to {from}, which misses the writes whose backup failed"),
            "those writes are out of sight until they are repaired or the emergency is cleared".to_owned(),
        )),
        Reach::Never => {
            let state = if frozen { "is read-only or removed by now" } else { "nothing kept up to date" };
            Some(Hazard::error(
                HazardCode::UnbackedEmergency,
                format!("reads move to {from}, which {state}"),
                format!("every write that went to {} only is out of sight", stores.name(shape.from.other())),
            ))
        }
    }
}

/// Nodes that have not taken the emergency yet go on reading a side that writes now reach late.
fn skew(stores: Stores<'_>, calm: Shape, shape: Shape) -> Option<Hazard> {
    let (from, to) = (stores.name(calm.from), stores.name(shape.from));
    (calm.from != shape.from && shape.reach(calm.from) == Reach::Outbox).then(|| {
        Hazard::warning(
            HazardCode::StaleRead,
            format!("reads move from {from} to {to}, and writes reach {from} through the outbox"),
            format!(
                "reads are stale on the nodes that still read {from}, until all have taken the emergency"
            ),
        )
    })
}

/// What is not seen, once the emergency is cleared, of what was written in it.
fn clearing(stores: Stores<'_>, Interrupted { calm, .. }: Interrupted, shape: Shape) -> Option<Hazard> {
    let missed = |side| matches!(shape.reach(side), Reach::Never | Reach::BestEffort);
    let side = [calm.from, calm.first].into_iter().find(|side| missed(*side))?;
    let (written, to) = (stores.name(shape.first), stores.name(side));
    if calm.reach(shape.first) == Reach::Never {
        return Some(Hazard::error(
            HazardCode::SplitBrain,
            format!("{written} and {to} each hold acknowledged writes that the other lacks"),
            format!("no write of the emergency reaches {to}, and {written} misses writes made before it"),
        ));
    }
    Some(Hazard::warning(
        HazardCode::LostOnReturn,
        format!("nothing carries the writes of the emergency from {written} to {to}"),
        format!("clearing the emergency loses the writes made in it, unless they are copied to {to} first"),
    ))
}
