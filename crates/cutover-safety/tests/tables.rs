//! The verdicts of published tables: a smaller checker of the same idea found them by looking at every state, too.
//!
//! One record, two nodes, two writes of which the second may be interrupted, streams in order and without duplicates.
//! `L` is an acknowledged write lost for good, `s` a stale read, `-` neither.

use Side::{New, Old};
use Stream::Follows;
use cutover_safety::{Faults, Fence, Guards, Model, Phase, Second, Side, Stream};

const FAULTS: Faults = Faults {
    nodes: 2,
    writes: 2,
    concurrent: false,
    deletes: false,
    crash: true,
    refusal: false,
    failing_reads: false,
    duplicates: 0,
    reordering: false,
};

/// Nothing is waited for; all else is as it should be.
const NAIVE: Guards = Guards::AT_ONCE;
/// Everybody has adopted the phase, and the streams are empty.
const LAG: Guards = Guards { g1_adopted: true, g3_caught_up: true, ..NAIVE };
/// The same, and no operation runs that began before.
const EPOCH: Guards = Guards { g2_finished: true, ..LAG };
/// Writes are held, and reads move before they go on.
const FENCE: Guards = Guards { fence: Fence::WritesUntilAdopted, ..NAIVE };

const SYNC: Phase = Phase::new(Old, Old).forward(Follows);
const OLD: Phase = Phase::new(Old, Old);
const DUAL: Phase = Phase::new(Old, Old).then(Second::Required).forward(Follows);
const LIVE: Phase = Phase::new(New, New).then(Second::Required).reverse(Follows);
const NEW_REVERSE: Phase = Phase::new(New, New).reverse(Follows);
const NEW: Phase = Phase::new(New, New);
const SEED_2: Phase = Phase::new(New, Old).fallback_on_missing().forward(Follows);

fn verdict(path: &[Phase], guards: Guards, faults: Faults) -> String {
    let findings = Model::new(path, guards, faults).unwrap().explore();
    assert!(findings.complete);
    match (findings.lost.is_some(), findings.stale.is_some()) {
        (true, true) => "L s",
        (true, false) => "L",
        (false, true) => "s",
        (false, false) => "-",
    }
    .to_owned()
}

fn row(path: &[Phase]) -> [String; 4] {
    row_with(path, FAULTS)
}

fn row_with(path: &[Phase], faults: Faults) -> [String; 4] {
    [NAIVE, LAG, EPOCH, FENCE].map(|guards| verdict(path, guards, faults))
}

#[test]
fn four_phases() {
    assert_eq!(row(&[SYNC, SEED_2]), ["s", "s", "s", "s"]);
    let cut = row(&[SEED_2, NEW]);
    assert_eq!(cut[..3], ["L s", "L s", "L s"]);
    assert_eq!(cut[3], "s");
}

#[test]
fn the_ladder_up() {
    assert_eq!(row(&[SYNC, DUAL, LIVE])[..3], ["L s", "L s", "-"]);
    assert_eq!(row(&[SYNC, DUAL, LIVE, NEW_REVERSE])[..3], ["L s", "L s", "-"]);
}

#[test]
fn the_ladder_down() {
    assert_eq!(row(&[NEW_REVERSE, LIVE, DUAL])[..3], ["L s", "L s", "-"]);
}

#[test]
fn without_versions() {
    let blind = |guards| Guards { g5_versions: false, g5_tombstones: false, ..guards };
    let path = [SYNC, DUAL, LIVE, NEW_REVERSE];
    let found = [NAIVE, LAG, EPOCH].map(|guards| verdict(&path, blind(guards), FAULTS));
    assert_eq!(found, ["L s", "L s", "s"]);
}

#[test]
fn a_best_effort_second_write() {
    let dual = Phase::new(Old, Old).then(Second::BestEffort).forward(Follows);
    let faults = Faults { refusal: true, ..FAULTS };
    assert_eq!(row_with(&[dual, LIVE], faults), ["L s", "L s", "L s", "-"]);
}

#[test]
fn straight_across() {
    assert_eq!(row(&[SYNC, NEW_REVERSE])[..3], ["L s", "L s", "L s"]);
}

#[test]
fn emergencies() {
    assert_eq!(row(&[LIVE, Phase::new(Old, Old).then(Second::Required)]), ["-", "-", "-", "-"]);
    assert_eq!(row(&[LIVE, OLD]), ["s", "s", "s", "-"]);
    assert_eq!(row(&[LIVE, OLD, LIVE])[..3], ["L s", "L s", "L s"]);
    assert_eq!(row(&[NEW_REVERSE, OLD]), ["L s", "L s", "L s", "-"]);
    assert_eq!(row(&[NEW, OLD]), ["L s", "L s", "L s", "L s"]);
    assert_eq!(row(&[NEW, SYNC]), ["L s", "L s", "L s", "L s"]);
}

#[test]
fn a_fallback_that_deletes_do_not_reach() {
    let guards = |guards| Guards { g5_tombstones: false, ..guards };
    let phase = [Phase::new(New, New).fallback_on_missing()];
    let faults = Faults { deletes: true, ..FAULTS };
    let found = [NAIVE, LAG, EPOCH, FENCE].map(|protocol| verdict(&phase, guards(protocol), faults));
    assert_eq!(found, ["L s", "L s", "L s", "L s"]);
}

#[test]
fn cohorts() {
    let stages = |second| {
        [
            Phase::new(Old, Old),
            Phase::new(Old, Old).then(second),
            Phase::new(New, New).then(second),
            Phase::new(New, New),
        ]
    };
    let model = [
        ["ok / ok", "ok / ok", "L / L", "L / L"],
        ["ok / ok", "ok / ok", "ok / L", "L / L"],
        ["L / L", "ok / L", "ok / ok", "ok / ok"],
        ["L / L", "L / L", "ok / ok", "ok / ok"],
    ];
    let faults = Faults { refusal: true, ..FAULTS };
    let word = |second, row: usize, column: usize| {
        let pair = [stages(second)[row], stages(second)[column]];
        let findings = Model::new(&pair, Guards::ALL, faults).unwrap().cohort().unwrap().explore();
        if findings.lost.is_some() { "L" } else { "ok" }
    };
    for (row, cells) in model.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let found = format!(
                "{} / {}",
                word(Second::Required, row, column),
                word(Second::BestEffort, row, column)
            );
            assert_eq!(found, *cell, "{row} {column}");
        }
    }
}

/// Dropping a guard of the ladder shows what it is for.
#[test]
fn guards() {
    let up = [SYNC, DUAL, LIVE, NEW_REVERSE];
    let down = [NEW_REVERSE, LIVE, DUAL, SYNC];
    let with = |guards: Guards| {
        let faults = Faults { deletes: false, ..FAULTS };
        [verdict(&up, guards, faults), verdict(&down, guards, faults)]
    };
    assert_eq!(with(EPOCH), ["-", "-"]);
    assert_eq!(with(Guards { g1_adopted: false, ..EPOCH }), ["L s", "L s"]);
    assert_eq!(with(Guards { g2_finished: false, ..EPOCH }), ["L s", "L s"]);
    assert_eq!(with(Guards { g3_caught_up: false, ..EPOCH }), ["s", "s"]);
    assert_eq!(with(Guards { g5_versions: false, ..EPOCH })[0], "s");
}

/// What an outbox still owes when reads move is missed by them.
#[test]
fn an_outbox_is_what_g9_is_for() {
    let outbox = Phase::new(Old, Old).then(Second::Outbox);
    let required = Phase::new(Old, Old).then(Second::Required);
    let path = [outbox, required, LIVE];
    assert_eq!(verdict(&path, Guards::ALL, FAULTS), "-");
    assert_eq!(verdict(&path, Guards { g9_delivered: false, ..Guards::ALL }, FAULTS), "s");
}

/// Two writers at once are in order where both stores compare versions, and only there.
#[test]
fn two_writers_at_once() {
    let required = [Phase::new(Old, Old).then(Second::Required), LIVE];
    let faults = Faults { concurrent: true, ..FAULTS };
    assert_eq!(verdict(&required, Guards::ALL, faults), "-");
    assert_eq!(verdict(&required, Guards { g5_versions: false, ..Guards::ALL }, faults), "L s");
}

/// Duplicates, reordering, deletes, crashes and refusals: the standard ladder loses nothing, with three nodes too.
#[test]
fn the_standard_ladder() {
    let live = Phase::new(New, New).then(Second::Required).reverse(Stream::Draining);
    let shadow = Phase::new(Old, Old).then(Second::Required);
    let up = [
        OLD,
        Phase::new(Old, Old).forward(Stream::Backfill),
        shadow.forward(Stream::Draining),
        shadow,
        live,
        NEW_REVERSE,
        NEW,
    ];
    let mut down = up;
    down[..6].reverse();
    for (nodes, writes) in [(2, 2), (3, 2), (2, 3)] {
        let faults = Faults { nodes, writes, ..Faults::USUAL };
        let climbed = Model::new(&up, Guards::ALL, faults).unwrap().not_copied_yet().explore();
        assert!(climbed.is_safe());
        assert!(Model::new(&down[..6], Guards::ALL, faults).unwrap().explore().is_safe());
        assert!(climbed.states > 10_000, "{}", climbed.states);
    }
}
