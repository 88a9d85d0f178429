//! The verdicts on the built-in ladders, row by row.

use super::*;
use crate::Engine;

fn report(ladder: &str, more: &str) -> SafetyReport {
    let text = format!(
        "cutover: 1\nmigrations: {{ m: {{ old: left, new: right, ladder: {ladder}, phase: {more} }} }}"
    );
    Engine::from_str(&text).unwrap().safety("m", SafetyOptions::default()).unwrap().unwrap()
}

/// The rows of some kinds, as `from → to: what can happen`.
fn lines(report: &SafetyReport, kinds: &[SafetyKind]) -> Vec<String> {
    let rows = report.rows.iter().filter(|row| kinds.contains(&row.kind));
    rows.map(|row| {
        let to = row.to.as_ref().map(|to| format!(" → {to}")).unwrap_or_default();
        let found: Vec<&str> = row.findings.iter().map(|finding| finding.verdict.name()).collect();
        format!("{}{to}: {}", row.from, if found.is_empty() { "safe".to_owned() } else { found.join(" ") })
    })
    .collect()
}

#[test]
fn the_standard_ladder_is_safe_up_and_down() {
    let report = report("standard", "sync");
    assert!(report.safe);
    assert_eq!(report.last_reversible.as_deref(), Some("ramp_down"));
    assert!(
        report.rows.iter().filter(|row| row.kind == SafetyKind::Phase).all(|row| row.findings.is_empty())
    );
    assert_eq!(
        lines(&report, &[SafetyKind::LadderUp, SafetyKind::LadderDown]),
        ["off → cleanup: stale_on_failure", "cleanup → off: lost stale", "ramp_down → off: stale_on_failure",]
    );
    // A read that falls back, on a node that has not left `live` yet, is the one thing to know of the moves.
    let moves = lines(&report, &[SafetyKind::Forward, SafetyKind::Back]);
    let unsafe_moves: Vec<&String> = moves.iter().filter(|line| !line.ends_with(": safe")).collect();
    assert_eq!(
        unsafe_moves,
        [
            "live → ramp_down: stale_on_failure",
            "complete → ramp_down: diverged",
            "ramp_down → live: stale_on_failure",
        ]
    );
}

#[test]
fn each_guard_of_the_standard_ladder_is_there_for_something() {
    assert_eq!(
        lines(&report("standard", "sync"), &[SafetyKind::Dropped]),
        [
            "g1_adopted: lost stale",
            "g2_finished: lost stale",
            "g3_caught_up: stale",
            "g4_copied: stale",
            "g5_versions: lost stale",
            "g6_reverse_proven: lost stale",
            "g8_ids_ahead: refused",
            "g9_delivered: safe",
            "g10_fits: refused stuck",
        ]
    );
}

#[test]
fn four_phases_have_the_hazards_that_their_document_has() {
    let report = report(
        "recruiters_four_phase",
        "dual_read, switches: { read: R, write: W, backup: B, emergency: E }",
    );
    assert!(!report.safe);
    assert_eq!(
        lines(&report, &[SafetyKind::Phase, SafetyKind::Forward, SafetyKind::Emergency, SafetyKind::Clear]),
        [
            "sync: safe",
            "dual_read: stale",
            "direct_write_3a: safe",
            "direct_write_3b: safe",
            "cleanup: safe",
            "sync → dual_read: stale",
            "dual_read → direct_write_3a: stale",
            "direct_write_3a → direct_write_3b: safe",
            "direct_write_3b → cleanup: safe",
            "dual_read → emergency in dual_read: stale",
            "emergency in dual_read → dual_read: stale",
            "direct_write_3a → emergency in direct_write_3a: lost stale",
            "emergency in direct_write_3a → direct_write_3a: stale",
            "direct_write_3b → emergency in direct_write_3b: lost stale",
            "emergency in direct_write_3b → direct_write_3b: lost stale",
            "cleanup → emergency in cleanup: lost stale",
            "emergency in cleanup → cleanup: lost stale",
        ]
    );
    let switches = lines(&report, &[SafetyKind::Switches, SafetyKind::Throw]);
    assert!(switches.contains(&"write: lost stale".to_owned()));
    assert!(switches.contains(&"read → read+write: lost stale".to_owned()));
    assert!(switches.contains(&"read+write+backup → read+write: safe".to_owned()));
}

#[test]
fn a_load_without_a_stream_is_found_where_it_happens() {
    let report = report("seven_step", "dual_read");
    let moves = lines(&report, &[SafetyKind::Forward]);
    assert_eq!(moves[0], "initial_load → change_stream: diverged");
    let row = report.rows.iter().find(|row| row.kind == SafetyKind::Forward).unwrap();
    assert_eq!(
        row.findings[0].story,
        [
            "write 1 begins on a node in `initial_load`",
            "the copy reads left: the record as it was at first",
            "left takes write 1, and it is acknowledged",
            "the copy writes that to right",
            "`change_stream` is published",
            "a node in `initial_load` adopts `change_stream`",
            "a node in `initial_load` adopts `change_stream`",
            "right, which `change_stream` keeps up to date, holds the record as it was at first: \
             write 1 is missing there for good",
        ]
    );
}

#[test]
fn the_bounds_are_bounds() {
    let engine =
        Engine::from_str("cutover: 1\nmigrations: { m: { old: a, new: b, ladder: standard, phase: sync } }")
            .unwrap();
    let options = SafetyOptions { nodes: 4, writes: 2 };
    let error = engine.safety("m", options).unwrap_err();
    assert_eq!(error.to_string(), "a model has 1 to 3 nodes, and 4 were asked for");
    assert_eq!(engine.safety("n", SafetyOptions::default()).unwrap(), None);
}
