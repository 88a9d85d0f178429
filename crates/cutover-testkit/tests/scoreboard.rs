//! The committed scoreboard of foreign suites says what is so, for the suites whose data is here.

use cutover_testkit::suites::{self, Places};
use std::path::Path;

#[test]
fn the_scoreboard_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance");
    let data = std::env::var_os("CUTOVER_SUITES").map(Into::into);
    let board = suites::run(&[], &Places { committed: root.join("suites"), data }).unwrap();
    assert!(board.is_passed(), "{}", board.problems().join("\n"));
    let committed = std::fs::read_to_string(root.join("SCOREBOARD.md")).unwrap();
    let here: Vec<_> = board.rows.iter().filter(|row| row.results.is_some()).collect();
    assert!(here.iter().any(|row| row.suite.name == "unleash"), "its data comes from npm: scripts/setup.sh");
    for row in here {
        for line in [row.line()].into_iter().chain(row.notes()) {
            assert!(
                committed.lines().any(|known| known == line),
                "SCOREBOARD.md does not say `{line}`: write it anew by `cutover conformance --suite`, with all data"
            );
        }
    }
}

#[test]
fn a_suite_that_nobody_has_is_refused() {
    let places = Places { committed: ".".into(), data: None };
    let problem = suites::run(&["unleesh".to_owned()], &places).unwrap_err();
    assert!(problem.to_string().contains("unleash"), "{problem}");
}
