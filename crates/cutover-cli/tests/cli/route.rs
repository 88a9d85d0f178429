//! `cutover route`.

use crate::{Folder, run};

#[test]
fn a_route_is_a_page() {
    let folder = Folder::new("route_page");
    let stdout = "\
recruiters  phase dual_read

  read     ← jobs_partners
           ↳ recruiters on not_found
  write    → recruiters  must acknowledge
  streams  forward (old → new)  active
           reverse (new → old)  off
  jobs     cancelOfferJob        old
           lbaJobToJobsPartners  old

warning[stale_read]: reads come from jobs_partners while writes go to recruiters and follow by a stream
  = cost: a read inside the stream's lag misses the newest writes to recruiters

digest DIGEST
";
    folder.run(&["route", "rules.yaml", "recruiters"]).wrote(0, stdout, "");
}

#[test]
fn programs_get_the_keys_of_the_contract() {
    let folder = Folder::new("route_json");
    let stdout = "{\"migration\":\"recruiters\",\"phase\":\"dual_read\",\"emergency\":false,\
        \"read\":{\"from\":\"jobs_partners\",\"fallback\":\"recruiters\",\"fallback_on\":[\"not_found\"],\"compare\":null},\
        \"write\":[{\"to\":\"recruiters\",\"ack\":\"required\"}],\
        \"streams\":{\"forward\":\"active\",\"reverse\":\"off\"},\
        \"jobs\":{\"cancelOfferJob\":\"old\",\"lbaJobToJobsPartners\":\"old\"},\
        \"hazards\":[{\"code\":\"stale_read\",\"severity\":\"warning\",\
        \"message\":\"reads come from jobs_partners while writes go to recruiters and follow by a stream\",\
        \"cost\":\"a read inside the stream's lag misses the newest writes to recruiters\"}],\
        \"digest\":\"DIGEST\",\"error\":null,\"cohort\":false}\n";
    folder.run(&["route", "rules.yaml", "recruiters", "--json"]).wrote(0, stdout, "");
}

#[test]
fn switches_select_the_phase() {
    let folder = Folder::new("route_switches");
    let route = |switches: &[&str]| {
        let switches = switches.iter().flat_map(|switch| ["--switch", switch]);
        let args: Vec<&str> =
            ["route", "rules.yaml", "recruiters", "--json"].into_iter().chain(switches).collect();
        let json = folder.run(&args).json(0);
        let phase = json["phase"].as_str().unwrap_or("none").to_owned();
        let stores =
            json["write"].as_array().unwrap().iter().map(|write| write["to"].as_str().unwrap().to_owned());
        (phase, json["emergency"] == true, stores.collect::<Vec<_>>().join(" "))
    };
    let is = |phase: &str, emergency, writes: &str| (phase.to_owned(), emergency, writes.to_owned());
    assert_eq!(route(&["USE_NEW_READ=false"]), is("sync", false, "recruiters"));
    let direct = ["USE_NEW_READ=true", "USE_NEW_WRITE=true"];
    assert_eq!(route(&direct), is("direct_write_3b", false, "jobs_partners"));
    let backed = [&direct[..], &["USE_BACKUP=true"]].concat();
    assert_eq!(route(&backed), is("direct_write_3a", false, "jobs_partners recruiters"));
    let emergency = [&backed[..], &["USE_OLD=true"]].concat();
    assert!(route(&emergency).1, "the emergency is on");
    assert!(!route(&[&emergency[..], &["USE_OLD=false"]].concat()).1, "the last one of a name counts");
}

#[test]
fn hazards_say_what_they_cost() {
    let folder = Folder::new("route_hazards");
    let run = folder.run(&[
        "route",
        "rules.yaml",
        "recruiters",
        "--switch",
        "USE_NEW_WRITE=true",
        "--switch",
        "USE_OLD=yes",
    ]);
    assert_eq!(run.code, Some(0));
    assert!(
        run.stdout.starts_with("recruiters  in no phase: none covers how the switches stand\n"),
        "{}",
        run.stdout
    );
    let hazards: Vec<&str> = run.stdout.lines().filter(|line| line.contains('[')).collect();
    assert_eq!(
        hazards,
        [
            "error[split_brain]: reads come from recruiters while writes go to jobs_partners, and nothing carries them over",
            "warning[ignored_switch]: the switch USE_OLD is \"yes\", which is neither true nor false",
        ]
    );
    assert_eq!(run.stdout.matches("  = cost: ").count(), 2);
}

#[test]
fn the_environment_gives_switches_on_demand() {
    let folder = Folder::new("route_env");
    let route = |args: &[&str], environment: &[(&str, &str)]| {
        let args = [&["route", "rules.yaml", "recruiters", "--json"], args].concat();
        let mut command = folder.command(&args);
        run(command.envs(environment.iter().copied()), b"").json(0)
    };
    let environment = [("USE_NEW_READ", "true"), ("USE_NEW_WRITE", "true")];
    assert_eq!(route(&[], &environment)["phase"], "dual_read", "nothing is taken that was not asked for");
    assert_eq!(route(&["--env"], &environment)["phase"], "direct_write_3b");
    assert_eq!(route(&["--env", "--switch", "USE_NEW_WRITE=false"], &environment)["phase"], "dual_read");
    assert_eq!(route(&["--env"], &[("USE_NEW_READ", "TRUE")])["hazards"][0]["code"], "ignored_switch");
}

#[cfg(unix)]
#[test]
fn an_environment_that_is_no_text_is_reported() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new("route_env_bytes");
    let mut command = folder.command(&["route", "rules.yaml", "recruiters", "--json", "--env"]);
    let route = run(command.env("USE_NEW_READ", std::ffi::OsStr::from_bytes(b"tr\xFFe")), b"").json(0);
    let hazard = &route["hazards"][0];
    assert_eq!((hazard["code"].as_str(), route["phase"].as_str()), (Some("ignored_switch"), Some("sync")));
    assert_eq!(
        hazard["message"],
        "the switch USE_NEW_READ is of another type, which is neither true nor false"
    );
}

#[test]
fn a_slip_in_a_switch_is_wrong_use() {
    let folder = Folder::new("route_slip");
    let stderr = "\
error[unknown_switch]: the ruleset has no migration `recruiters` with a switch `USE_NEW_RAED`
 = expected: USE_NEW_READ, USE_NEW_WRITE, USE_BACKUP, USE_OLD
 = help: did you mean `USE_NEW_READ`?

";
    folder.run(&["route", "rules.yaml", "recruiters", "--switch", "USE_NEW_RAED=true"]).wrote(2, "", stderr);
    let run = folder.run(&["route", "rules.yaml", "recruiters", "--switch", "USE_NEW_READ"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("a switch is given as NAME=true or NAME=false"), "{}", run.stderr);
}

#[test]
fn a_cohort_has_a_unit() {
    let folder = Folder::new("route_cohort");
    let route = |context: &str| {
        folder.run(&["route", "rules.yaml", "orders", "--json", "--context", context]).json(0)
    };
    let phases: Vec<String> = (0..40)
        .map(|id| route(&format!("{{\"orderId\":{id}}}"))["phase"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        phases.iter().any(|phase| phase == "shadow") && phases.iter().any(|phase| phase == "dual_write"),
        "{phases:?}"
    );

    let unit = folder.run(&["route", "rules.yaml", "orders"]);
    let stdout = "\
orders  phase shadow
MISSING_UNIT: no unit for the cohort; this is the route of the migration's phase

  read     ← orders_sql
           ≟ compared with orders_mongo, 1% of reads
  write    → orders_sql    must acknowledge
           → orders_mongo  must acknowledge
  streams  forward (old → new)  draining
           reverse (new → old)  off

digest DIGEST
";
    unit.wrote(3, stdout, "");
}

#[test]
fn an_unknown_migration_is_not_known() {
    let folder = Folder::new("route_unknown");
    let stderr = "\
error[unknown_migration]: the ruleset has no migration `recruiter`
 = expected: orders, recruiters
 = help: did you mean `recruiters`?

";
    folder.run(&["route", "rules.yaml", "recruiter"]).wrote(3, "", stderr);
    let json = folder.run(&["route", "rules.yaml", "recruiter", "--json"]).json(3);
    assert_eq!(
        (json["error"].as_str(), json["read"].clone()),
        (Some("FLAG_NOT_FOUND"), serde_json::Value::Null)
    );
}
