//! Incidents and drills at the command line.

use super::Folder;

const TILL: &str = include_str!("../../../../examples/till/ruleset.yaml");
const CATALOGUE: &str = include_str!("../../../../examples/catalogue/ruleset.yaml");

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.file("till.yaml", TILL);
    folder.file("catalogue.yaml", CATALOGUE);
    folder
}

/// Tells the incident of this folder what happened, so many minutes after the epoch.
fn tell(folder: &Folder, minute: u64, event: &str) -> Option<i32> {
    let now = (minute * 60_000).to_string();
    folder.run(&["incident", "till.yaml", "till", "i.json", "--event", event, "--now", &now]).code
}

fn check(list: &str, item: &str) -> String {
    format!(r#"{{"event":"check","list":"{list}","item":"{item}","actor":"ann","evidence":"ticket 7"}}"#)
}

#[test]
fn an_incident_is_kept_until_it_is_closed() {
    let folder = folder("incident");
    let shown = |minute: u64, more: &[&str]| {
        let now = (minute * 60_000).to_string();
        folder.run(&[&["incident", "till.yaml", "till", "i.json", "--now", &now], more].concat())
    };
    assert_eq!(shown(0, &[]).code, Some(3));
    let open = r#"{"event":"open","id":"i7","title":"no sale","feature":"transactions","trigger":"errors"}"#;
    assert_eq!(tell(&folder, 0, open), Some(0));
    assert_eq!(tell(&folder, 0, open), Some(1));
    assert_eq!(tell(&folder, 2, r#"{"event":"acknowledge","actor":"ann"}"#), Some(0));
    let mitigate = r#"{"event":"mitigate","actor":"ann","what":"flag off","rollback":true}"#;
    assert_eq!(tell(&folder, 3, mitigate), Some(1));
    for item in ["root_cause", "recent_backup", "users_told", "tested_elsewhere"] {
        assert_eq!(tell(&folder, 4, &check("before", item)), Some(0));
    }
    assert_eq!(tell(&folder, 5, mitigate), Some(0));
    let page = shown(30, &[]);
    assert_eq!(page.code, Some(0));
    assert!(
        page.stdout.starts_with("no sale  critical, mitigating\n  30 min of 1 h: 30 min left\n"),
        "{}",
        page.stdout
    );
    assert!(page.stdout.contains("☐ after one: metrics_normal"), "{}", page.stdout);
    let resolve = r#"{"event":"resolve","actor":"ann"}"#;
    assert_eq!(tell(&folder, 40, resolve), Some(1));
    for item in ["till_works", "transactions_work", "data_intact", "metrics_normal"] {
        assert_eq!(tell(&folder, 50, &check("after", item)), Some(0));
    }
    // The objective passed meanwhile.
    assert_eq!(shown(61, &[]).code, Some(1));
    assert_eq!(tell(&folder, 62, resolve), Some(0));
    let draft = shown(70, &["--post-mortem"]);
    assert_eq!(draft.code, Some(0));
    assert!(draft.stdout.starts_with("# Post-mortem: no sale\n"), "{}", draft.stdout);
    assert!(draft.stdout.contains("| Objective | 1 h, **missed**: it took 1 h 2 min |"), "{}", draft.stdout);
    assert!(draft.stdout.contains("| 1970-01-01 01:00:00 | breached |"), "{}", draft.stdout);
    assert_eq!(tell(&folder, 80, "{"), Some(2));
}

#[test]
fn a_drill_says_whether_the_objective_is_met() {
    let folder = folder("drill");
    let drill = |args: &[&str]| folder.run(&[&["drill", "catalogue.yaml", "catalogue"], args].concat());
    let reads = drill(&["--from", "read_new"]);
    assert_eq!(reads.code, Some(0), "{}", reads.stdout);
    assert!(reads.stdout.starts_with("catalogue  the objective is met\n"), "{}", reads.stdout);
    // A restore from the archive takes three hours.
    let last = drill(&[]);
    assert_eq!(last.code, Some(1));
    assert!(
        last.stdout.contains("restores sql_archive: what was written since it was taken is lost"),
        "{}",
        last.stdout
    );
    assert!(last.stdout.contains("restore_sql_archive"), "{}", last.stdout);
    // Two minutes are left, in the worst case: not enough for noticing it.
    let json = drill(&["--from", "write_new", "--json"]);
    assert_eq!(json.code, Some(0));
    let met = r#"{"answer":"met","why":null,"objective_ms":3600000"#;
    assert!(json.stdout.starts_with(met), "{}", json.stdout);
    assert!(json.stdout.contains(r#""longest_ms":3480000"#), "{}", json.stdout);
    folder.file("s.yaml", "from: write_new\ndetection: 5m");
    assert_eq!(drill(&["--scenario", "s.yaml"]).code, Some(1));

    folder.file(
        "s.yaml",
        "from: write_new\ndetection: 5m\nobjective: 2h\nfails: { restore_sql_before_the_switch: 1 }",
    );
    assert_eq!(drill(&["--scenario", "s.yaml"]).code, Some(0));
    folder.file("s.yaml", "from: write_new\nfails: { restore_sql_before_the_switch: 2 }\nobjective: 9h");
    let unknown = drill(&["--scenario", "s.yaml"]);
    assert_eq!(unknown.code, Some(3));
    assert!(
        unknown.stdout.contains("nobody says how long these take: a person mends it"),
        "{}",
        unknown.stdout
    );
    folder.file("s.yaml", "detection: 5\nfail: {}");
    let refused = drill(&["--scenario", "s.yaml"]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("bad_duration") && refused.stderr.contains("did you mean `fails`"),
        "{}",
        refused.stderr
    );
    assert_eq!(drill(&["--from", "nowhere"]).code, Some(2));
    assert_eq!(folder.run(&["drill", "till.yaml", "release_1_3"]).code, Some(0));
}
