//! Hazards: what each phase of each ladder risks, calm and in an emergency.

use super::super::shape::{Reach, Shape};
use super::super::words::{Ack, Fallback, Side, StreamState};
use super::{hazards, migration};
use crate::diagnostic::Severity;
use crate::migration::hazard::{Interrupted, Stores, of_emergency, of_shape};
use crate::migration::{HazardCode, RouteChoice};

/// What each phase of a ladder risks, without and with an emergency.
fn table(ladder: &str, first: &str) -> Vec<String> {
    let migration = migration(&format!("ladder: {ladder}, phase: {first}"));
    let risks = |index| {
        let route = migration.route(RouteChoice { index, error: None, unreadable: 0 }, &(), "").unwrap();
        (route.phase.unwrap().to_owned(), hazards(&route).join(", "))
    };
    (0..migration.routes.len())
        .step_by(2)
        .map(|index| {
            let ((phase, calm), (_, emergency)) = (risks(index), risks(index + 1));
            format!("{phase}: {calm} / {emergency}")
        })
        .collect()
}

#[test]
fn standard() {
    assert_eq!(
        table("standard", "off"),
        [
            "off:  / ",
            "sync:  / ",
            "dual_write:  / ",
            "shadow:  / ",
            "live:  / stale_read warning",
            "ramp_down:  / stale_read warning, lost_write warning",
            "complete: lost_on_return warning / unbacked_emergency error",
            "cleanup: lost_on_return warning / unbacked_emergency error",
        ]
    );
}

#[test]
fn recruiters_four_phase() {
    assert_eq!(
        table("recruiters_four_phase", "sync"),
        [
            "sync:  / ",
            "dual_read: stale_read warning / ",
            "direct_write_3a: lost_write warning, lost_on_return warning, lost_write warning / unbacked_emergency warning",
            "direct_write_3b: lost_on_return warning / unbacked_emergency error, split_brain error",
            "cleanup: lost_on_return warning / unbacked_emergency error, split_brain error",
        ]
    );
}

#[test]
fn seven_step() {
    assert_eq!(
        table("seven_step", "initial_load"),
        [
            "initial_load:  / ",
            "change_stream: lost_write warning / ",
            "dual_read: stale_read warning / ",
            "read_new: stale_read warning / ",
            "dual_write: stale_read warning / stale_read warning",
            "write_new: stale_read warning, lost_on_return warning, lost_write warning / unbacked_emergency error",
            "decommission: lost_on_return warning / unbacked_emergency error",
        ]
    );
}

const STORES: Stores<'static> = Stores { old: "OLD", new: "NEW" };

fn every_shape() -> Vec<Shape> {
    let seconds = [None, Some(Ack::Required), Some(Ack::BestEffort), Some(Ack::Outbox)];
    let fallbacks = [Fallback::NEVER, Fallback::NOT_FOUND, Fallback::FAILURE];
    let mut shapes = Vec::new();
    for from in [Side::Old, Side::New] {
        for first in [Side::Old, Side::New] {
            for (second, fallback) in
                seconds.iter().flat_map(|second| fallbacks.map(|fallback| (*second, fallback)))
            {
                let shape = Shape { second, ..Shape::new(from, first) }.fallback(fallback);
                for (_, forward) in StreamState::FORWARD {
                    shapes.extend(
                        StreamState::REVERSE
                            .iter()
                            .map(|(_, reverse)| shape.forward(*forward).reverse(*reverse)),
                    );
                }
            }
        }
    }
    shapes
}

#[test]
fn a_shape_is_without_hazard_exactly_where_every_read_sees_every_write() {
    for shape in every_shape() {
        let found = of_shape(STORES, shape);
        let code = |code| found.iter().filter(|hazard| hazard.code == code).count();
        let seen = shape.reach(shape.from) == Reach::Acknowledged;
        if !seen {
            assert!(code(HazardCode::StaleRead) + code(HazardCode::SplitBrain) > 0, "{shape:?}");
        }
        let invisible = shape.reach(shape.from) == Reach::Never;
        assert_eq!(code(HazardCode::SplitBrain) > 0, invisible, "{shape:?}");
        let falls_back_behind = shape.reach(shape.from.other()) != Reach::Acknowledged;
        assert_eq!(
            code(HazardCode::ResurrectedDelete) > 0,
            shape.fallback.not_found && falls_back_behind,
            "{shape:?}"
        );
        if seen
            && shape.fallback.is_never()
            && shape.forward == StreamState::Off
            && shape.reverse == StreamState::Off
        {
            assert_eq!(code(HazardCode::StaleRead), 0, "{shape:?}");
        }
        let returns =
            shape.from == Side::New && matches!(shape.reach(Side::Old), Reach::Never | Reach::BestEffort);
        assert_eq!(code(HazardCode::LostOnReturn) > 0, returns, "{shape:?}");
    }
}

#[test]
fn every_sentence_is_whole_and_names_a_store() {
    for shape in every_shape() {
        let interrupted = Interrupted { calm: shape, frozen: true };
        let all =
            of_shape(STORES, shape).into_iter().chain(of_emergency(STORES, interrupted, shape.emergency()));
        for hazard in all {
            assert!(hazard.message.contains("OLD") || hazard.message.contains("NEW"), "{hazard:?}");
            for sentence in [&hazard.message, &hazard.cost] {
                assert!(
                    !sentence.is_empty() && !sentence.contains(['{', '}', '\n']) && !sentence.ends_with('.'),
                    "{hazard:?}"
                );
            }
        }
    }
}

#[test]
fn an_emergency_is_free_exactly_where_old_has_acknowledged_everything() {
    for shape in every_shape().into_iter().filter(|shape| shape.first == Side::Old && shape.from == Side::Old)
    {
        let interrupted = Interrupted { calm: shape, frozen: false };
        let found = of_emergency(STORES, interrupted, shape.emergency());
        assert!(found.iter().all(|hazard| hazard.severity == Severity::Warning), "{shape:?} {found:?}");
        assert!(
            found.iter().all(|hazard| hazard.code != HazardCode::UnbackedEmergency),
            "{shape:?} {found:?}"
        );
    }
}

#[test]
fn an_emergency_that_moves_nothing_risks_what_the_phase_does() {
    let ahead = Shape::new(Side::New, Side::Old).forward(StreamState::Active);
    let found = of_emergency(STORES, Interrupted { calm: ahead, frozen: false }, ahead);
    assert_eq!(found, of_shape(STORES, ahead));
}
