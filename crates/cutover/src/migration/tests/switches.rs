//! The four switches of `recruiters_four_phase`: every combination against the code that they come from.

use super::super::Ack;
use super::{hazards, load, migration, route};
use crate::migration::{FallbackOn, Route};
use crate::value::Value;

const RECRUITERS: &str = "{
  old: recruiters, new: jobs_partners, ladder: recruiters_four_phase,
  switches: { read: R, write: W, backup: B, emergency: E },
  jobs: { rewritten: { kind: rewrite }, retired: { kind: retire, after: direct_write } },
}";

/// The switches as the code names them.
#[derive(Clone, Copy)]
struct Flags {
    use_jobs_partners_read: bool,
    use_jobs_partners_write: bool,
    keep_recruiters_backup: bool,
    force_recruiters_fallback: bool,
}

/// `getOffre`: the stores that a read looks into, in order, where no store has the record.
fn get_offre(flags: Flags) -> Vec<&'static str> {
    if flags.force_recruiters_fallback {
        return vec!["recruiters"];
    }
    if flags.use_jobs_partners_read {
        if !flags.use_jobs_partners_write {
            return vec!["jobs_partners", "recruiters"];
        }
        return vec!["jobs_partners"];
    }
    vec!["recruiters"]
}

/// `createOffre` and `updateOffre`: the stores that a write touches, in order, and whether a failure is caught.
fn create_offre(flags: Flags) -> Vec<(&'static str, bool)> {
    if flags.use_jobs_partners_write {
        let mut touched = vec![("jobs_partners", false)];
        if flags.keep_recruiters_backup {
            touched.push(("recruiters", true));
        }
        return touched;
    }
    vec![("recruiters", false)]
}

fn touched_by_read(route: &Route<'_>) -> Vec<&'static str> {
    let read = route.read.unwrap();
    let known = |name| if name == "recruiters" { "recruiters" } else { "jobs_partners" };
    assert!(read.compare.is_none());
    assert_eq!(read.fallback_on, if read.fallback.is_some() { &[FallbackOn::NotFound][..] } else { &[] });
    [Some(read.from), read.fallback].into_iter().flatten().map(known).collect()
}

fn every_combination() -> impl Iterator<Item = (Flags, [(&'static str, bool); 4])> {
    (0..16_u8).map(|bits| {
        let [r, w, b, e] = [8, 4, 2, 1].map(|bit| bits & bit != 0);
        let flags = Flags {
            use_jobs_partners_read: r,
            use_jobs_partners_write: w,
            keep_recruiters_backup: b,
            force_recruiters_fallback: e,
        };
        (flags, [("R", r), ("W", w), ("B", b), ("E", e)])
    })
}

#[test]
fn every_combination_reads_as_the_code_does() {
    let migration = load(RECRUITERS);
    for (flags, switches) in every_combination() {
        let route = route(&migration, Value::Null, 0, &switches);
        assert_eq!(touched_by_read(&route), get_offre(flags), "{switches:?}");
        assert_eq!(route.emergency, flags.force_recruiters_fallback);
        assert_eq!((route.error, route.cohort), (None, false));
    }
}

#[test]
fn every_combination_writes_as_the_code_does_and_says_where_the_emergency_means_more() {
    let migration = load(RECRUITERS);
    for (flags, switches) in every_combination() {
        let route = route(&migration, Value::Null, 0, &switches);
        let touched: Vec<_> =
            route.write.iter().map(|write| (write.to, write.ack == Ack::BestEffort)).collect();
        if flags.force_recruiters_fallback {
            assert_eq!(touched, [("recruiters", false)], "{switches:?}");
            let differs = touched != create_offre(flags);
            let said = route.hazards.iter().any(|hazard| hazard.message.contains("overrides the switch W"));
            assert_eq!(said, differs, "{switches:?}");
        } else {
            assert_eq!(touched, create_offre(flags), "{switches:?}");
        }
    }
}

#[test]
fn every_combination_in_one_table() {
    let migration = load(RECRUITERS);
    let lines: Vec<String> = every_combination()
        .map(|(_, switches)| {
            let route = route(&migration, Value::Null, 0, &switches);
            let bits: String = switches.iter().map(|(name, on)| if *on { *name } else { "-" }).collect();
            let streams = route.streams.unwrap();
            let jobs = ["rewritten", "retired"].map(|job| route.jobs.get(job).unwrap().name());
            let phase = route.phase.unwrap_or("no phase");
            format!(
                "{bits} {phase} | {} | {} | {}",
                streams.forward.name(),
                jobs.join(" "),
                hazards(&route).join(", ")
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "---- sync | active | old old | ",
            "---E sync | active | old old | ",
            "--B- sync | active | old old | ignored_switch warning",
            "--BE sync | active | old old | ignored_switch warning",
            "-W-- no phase | off | new old | split_brain error",
            "-W-E no phase | off | old old | unbacked_emergency error, split_brain error, ignored_switch warning",
            "-WB- no phase | active | new old | stale_read warning, lost_write warning",
            "-WBE no phase | active | old old | unbacked_emergency warning, ignored_switch warning",
            "R--- dual_read | active | old old | stale_read warning",
            "R--E dual_read | active | old old | ",
            "R-B- dual_read | active | old old | stale_read warning, ignored_switch warning",
            "R-BE dual_read | active | old old | ignored_switch warning",
            "RW-- direct_write_3b | off | new old | lost_on_return warning",
            "RW-E direct_write_3b | off | old old | unbacked_emergency error, split_brain error, ignored_switch warning",
            "RWB- direct_write_3a | active | new old | lost_write warning, lost_on_return warning, lost_write warning",
            "RWBE direct_write_3a | active | old old | unbacked_emergency warning, ignored_switch warning",
        ]
    );
}

#[test]
fn given_switches_come_before_the_phase_and_the_phase_before_what_switches_hold() {
    let phase = |keys: &str, switches: &[(&str, bool)]| {
        let migration = migration(&format!("ladder: recruiters_four_phase, {keys}"));
        let route = route(&migration, Value::Null, 0, &switches);
        format!("{}{}", route.phase.unwrap_or("none"), if route.emergency { " emergency" } else { "" })
    };
    let both = "phase: cleanup, switches: { read: { name: R, is: true }, write: W, emergency: E }";
    assert_eq!(phase(both, &[]), "cleanup");
    assert_eq!(phase(both, &[("other", true)]), "cleanup");
    assert_eq!(phase(both, &[("E", true)]), "cleanup emergency");
    assert_eq!(phase(both, &[("W", false)]), "dual_read");
    assert_eq!(phase(both, &[("R", false)]), "sync");
    // 3b and cleanup are one setting of the switches; the document tells them apart.
    assert_eq!(phase(both, &[("W", true)]), "cleanup");
    assert_eq!(
        phase("phase: sync, switches: { read: R, write: W }", &[("R", true), ("W", true)]),
        "direct_write_3b"
    );
    let switches = "switches: { read: { name: R, is: true }, emergency: { name: E, is: true } }";
    assert_eq!(phase(switches, &[]), "dual_read emergency");
    assert_eq!(phase(switches, &[("E", false)]), "dual_read");
    let document = "phase: sync, emergency: true, switches: { emergency: E }";
    assert_eq!(phase(document, &[]), "sync emergency");
    assert_eq!(phase(document, &[("E", false)]), "sync");
    assert_eq!(phase("phase: sync, emergency: true", &[]), "sync emergency");
}

#[test]
fn what_cannot_be_read_is_off_and_said() {
    let migration = load(RECRUITERS);
    let switches = [("R", "true"), ("W", "TRUE"), ("B", ""), ("E", "0")];
    let choice = migration.decide(&super::One(Value::Null), 0, &switches);
    assert_eq!(choice.unreadable, 0b1010);
    let route = migration.route(choice, &switches, "").unwrap();
    assert_eq!((route.phase, route.emergency), (Some("dual_read"), false));
    assert_eq!(hazards(&route), ["stale_read warning", "ignored_switch warning", "ignored_switch warning"]);
    let messages: Vec<&str> = route.hazards.iter().skip(1).map(|hazard| hazard.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "the switch W is \"TRUE\", which is neither true nor false",
            "the switch E is \"0\", which is neither true nor false"
        ]
    );
    let map = Value::map([("W".to_owned(), Value::Int(1))]);
    let choice = migration.decide(&super::One(Value::Null), 0, &map);
    let route = migration.route(choice, &map, "").unwrap();
    assert_eq!(route.hazards[0].message, "the switch W is of another type, which is neither true nor false");
}
