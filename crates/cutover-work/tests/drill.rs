//! Drills: what a rollback takes, and whether that is soon enough.

use cutover_work::drill::{Answer, Fails, Scenario, drill};
use cutover_work::{Action, Phase, RestorePoint, Rollback, Takes, Work};

const MINUTE: u64 = 60_000;

fn takes(from: u64, to: u64) -> Option<Takes> {
    Some(Takes { from_ms: from * MINUTE, to_ms: to * MINUTE })
}

fn action(name: &str, from: u64, to: u64) -> Action {
    Action { takes: takes(from, to), ..Action::new(name) }
}

/// Two phases: the first is taken back in 1 to 2 minutes, the second in 12 to 33.
fn plan() -> Work {
    let load = Phase {
        name: "load".into(),
        actions: vec![Action::new("copy")],
        validations: vec![Action { expect: Some(cutover_work::Expect::Above(7.0)), ..Action::new("counts") }],
        approval: true,
        rollback: Some(Rollback { actions: vec![action("drop", 1, 2)], ..Rollback::default() }),
        ..Phase::default()
    };
    let switch = Phase {
        name: "switch".into(),
        restore_point: Some(RestorePoint {
            name: "before".into(),
            take: Action::new("take"),
            verify: Action::new("verify"),
            restore: Action { attempts: 2, every_ms: MINUTE, ..action("restore", 10, 30) },
            max_age_ms: None,
        }),
        actions: vec![Action::new("route")],
        validations: vec![Action::new("errors")],
        rollback: Some(Rollback {
            actions: vec![action("route_back", 1, 1)],
            validations: vec![action("counts_again", 1, 2)],
            to: None,
        }),
        ..Phase::default()
    };
    Work { phases: vec![load, switch], objective_ms: Some(60 * MINUTE), ..Work::default() }
}

#[test]
fn the_longest_rehearsal_decides() {
    let report = drill(&plan(), &Scenario::default()).unwrap();
    assert_eq!((report.answer, report.longest_ms), (Answer::Met, 33 * MINUTE));
    assert_eq!((report.met, report.rehearsals, report.mended, report.endless), (1_000, 1_000, 0, 0));
    assert_eq!((report.phases, report.restored), (vec!["switch".to_owned()], vec!["before".to_owned()]));
    assert!((12 * MINUTE..13 * MINUTE).contains(&report.shortest_ms), "{}", report.shortest_ms);
    assert!((20 * MINUTE..25 * MINUTE).contains(&report.median_ms), "{}", report.median_ms);
    let first = &report.parts[0];
    assert_eq!((first.name.as_str(), first.ms, first.share), ("restore", 30 * MINUTE, 909_090));
    assert_eq!(report.parts.iter().map(|part| part.ms).sum::<u64>(), report.longest_ms);
}

#[test]
fn detection_approval_and_more_phases_count() {
    let scenario = Scenario {
        to: Some("load".into()),
        detection: takes(2, 5),
        approval: takes(0, 20),
        objective_ms: Some(60 * MINUTE),
        ..Scenario::default()
    };
    let report = drill(&plan(), &scenario).unwrap();
    assert_eq!(report.longest_ms, (33 + 2 + 5 + 20) * MINUTE);
    // As long as the objective is not within it.
    assert_eq!(report.answer, Answer::Missed);
    assert!(report.met > 900, "{}", report.met);
    assert_eq!(report.phases, ["switch", "load"]);
    let from = Scenario { from: Some("load".into()), ..Scenario::default() };
    assert_eq!(drill(&plan(), &from).unwrap().longest_ms, 2 * MINUTE);
}

#[test]
fn a_step_that_fails_is_tried_again_and_then_mended() {
    let fails = |first| [("restore".to_owned(), Fails::First(first))].into();
    let once = drill(&plan(), &Scenario { fails: fails(1), ..Scenario::default() }).unwrap();
    // Two attempts, and a minute between them.
    assert_eq!((once.answer, once.longest_ms, once.mended), (Answer::Missed, (33 + 30 + 1) * MINUTE, 0));
    let operator = takes(10, 10);
    let twice =
        Scenario { fails: fails(2), operator, objective_ms: Some(1_000 * MINUTE), ..Scenario::default() };
    let report = drill(&plan(), &twice).unwrap();
    assert_eq!(
        (report.answer, report.longest_ms, report.mended),
        (Answer::Met, (3 + 90 + 1 + 10) * MINUTE, 1_000)
    );
    let unknown = drill(&plan(), &Scenario { operator: None, ..twice.clone() }).unwrap();
    assert_eq!(unknown.answer, Answer::NotKnown);
    assert_eq!(unknown.unknown, ["a person mends it"]);
    let endless = drill(&plan(), &Scenario { fails: fails(1_000), ..twice }).unwrap();
    assert_eq!((endless.answer, endless.endless), (Answer::Missed, 1_000));
}

#[test]
fn a_share_that_fails_is_the_same_everywhere() {
    let fails = [("restore".to_owned(), Fails::Share(500_000))].into();
    let scenario = Scenario { fails, operator: takes(1, 1), ..Scenario::default() };
    let report = drill(&plan(), &scenario).unwrap();
    assert_eq!(report, drill(&plan(), &scenario).unwrap());
    // Both attempts fail in a quarter of the rehearsals.
    assert!((200..300).contains(&report.mended), "{}", report.mended);
    assert_eq!(report.endless, 0);
}

#[test]
fn what_nobody_knows_is_not_known() {
    let mut work = plan();
    work.phases[1].rollback.as_mut().unwrap().actions[0].takes = None;
    let report = drill(&work, &Scenario::default()).unwrap();
    assert_eq!((report.answer, report.unknown), (Answer::NotKnown, vec!["route_back".to_owned()]));
    // What is known alone takes too long already.
    let tight = Scenario { objective_ms: Some(10 * MINUTE), ..Scenario::default() };
    assert_eq!(drill(&work, &tight).unwrap().answer, Answer::Missed);
    let given = [("route_back".to_owned(), Takes { from_ms: 1, to_ms: 1 })].into();
    let scenario = Scenario { takes: given, ..Scenario::default() };
    assert_eq!(drill(&work, &scenario).unwrap().answer, Answer::Met);
    work.objective_ms = None;
    assert_eq!(drill(&work, &Scenario::default()).unwrap().answer, Answer::NotKnown);
}

#[test]
fn a_timeout_that_is_too_short_is_found() {
    let mut work = plan();
    work.phases[1].restore_point.as_mut().unwrap().restore.timeout_ms = Some(20 * MINUTE);
    let report = drill(&work, &Scenario { operator: takes(1, 1), ..Scenario::default() }).unwrap();
    assert_eq!(report.answer, Answer::Missed);
    assert!(report.mended > 200, "{}", report.mended);
}

#[test]
fn a_scenario_that_makes_no_sense_is_refused() {
    let refused = |scenario: Scenario| drill(&plan(), &scenario).unwrap_err();
    let usual = Scenario::default;
    assert!(refused(Scenario { from: Some("x".into()), ..usual() }).contains("no phase `x`"));
    let late = Scenario { from: Some("load".into()), to: Some("switch".into()), ..usual() };
    assert!(refused(late).contains("`switch` comes later"));
    assert!(refused(Scenario { seeds: 0, ..usual() }).contains("1 to 100000"));
    assert!(refused(Scenario { detection: takes(2, 1), ..usual() }).contains("from less to more"));
    let fails = [("copy".to_owned(), Fails::First(1))].into();
    assert!(refused(Scenario { fails, ..usual() }).contains("no rollback of the plan has a step `copy`"));
}
