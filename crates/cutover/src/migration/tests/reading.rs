//! Reading: every problem with its code, its place and what could stand there.

use super::read;
use crate::ruleset::migration::KEYS;

/// The code, path and first expected word of each problem.
fn problems(text: &str) -> Vec<(&'static str, String, String)> {
    let (_, diagnostics) = read(text);
    diagnostics
        .into_iter()
        .map(|diagnostic| {
            let path =
                diagnostic.path.strip_prefix("migrations.m").unwrap().trim_start_matches('.').to_owned();
            (diagnostic.code, path, diagnostic.expected.join(" "))
        })
        .collect()
}

#[track_caller]
fn refused(keys: &str, code: &str, path: &str, expected: &str) {
    let found = problems(&format!("{{old: a, new: b, {keys}}}"));
    let found: Vec<_> =
        found.iter().map(|(code, path, expected)| (*code, path.as_str(), expected.as_str())).collect();
    assert_eq!(found, [(code, path, expected)], "{keys}");
}

const STANDARD: &str = "off sync dual_write shadow live ramp_down complete cleanup";
const FOUR: &str = "sync dual_read direct_write_3a direct_write_3b cleanup";

#[test]
fn stores_and_ladders() {
    let of =
        |text| problems(text).into_iter().map(|(code, path, _)| format!("{code} {path}")).collect::<Vec<_>>();
    assert_eq!(of("{}"), ["missing_key ", "missing_key ", "missing_key ", "missing_phase "]);
    assert_eq!(of("{old: a, new: a, ladder: standard, phase: off}"), ["same_store new"]);
    assert_eq!(of("{old: '', new: ' b', ladder: standard, phase: off}"), ["bad_name old", "bad_name new"]);
    assert_eq!(of("{old: 1, new: b, ladder: standard, phase: off}"), ["wrong_type old"]);
    assert_eq!(of("[]"), ["wrong_type "]);
    refused(
        "ladder: standart, phase: off",
        "unknown_ladder",
        "ladder",
        "standard recruiters_four_phase seven_step",
    );
    refused("ladder: standard, phases: [], phase: off", "contradiction", "phases", "ladder phases");
    refused("phases: [], phase: off", "empty_list", "phases", "at least one phase");
    refused("ladder: standard, phase: off, streams: {}", "unknown_key", "streams", &KEYS.join(" "));
}

#[test]
fn phases() {
    refused("ladder: standard, phase: lvie", "unknown_phase", "phase", STANDARD);
    refused(
        "ladder: recruiters_four_phase, phase: direct_write",
        "ambiguous_phase",
        "phase",
        "direct_write_3a direct_write_3b",
    );
    refused("ladder: standard, phase: 3", "wrong_type", "phase", "a text");
    refused("ladder: standard", "missing_phase", "", "phase");
    refused("ladder: recruiters_four_phase", "missing_phase", "", "phase switches");
    refused(
        "ladder: recruiters_four_phase, switches: { emergency: E }",
        "missing_phase",
        "",
        "phase switches",
    );
}

#[test]
fn switches() {
    let four = |keys: &str| format!("ladder: recruiters_four_phase, phase: sync, switches: {keys}");
    refused(&four("{ raed: R }"), "unknown_switch", "switches.raed", "read write backup emergency");
    refused(
        "ladder: standard, phase: off, switches: { read: R }",
        "unknown_switch",
        "switches.read",
        "emergency",
    );
    refused(&four("{ read: R, write: R }"), "duplicate_switch", "switches.write", "");
    refused(&four("{ read: { name: R, is: yes } }"), "wrong_type", "switches.read.is", "true or false");
    refused(&four("{ read: { is: true } }"), "missing_key", "switches.read", "name");
    refused(&four("{ read: { name: R, was: true } }"), "unknown_key", "switches.read.was", "name is");
    refused(
        &four("{ read: true }"),
        "wrong_type",
        "switches.read",
        "the name of a switch, or a mapping with `name` and `is`",
    );
    refused(
        &four("{ read: '' }"),
        "bad_name",
        "switches.read",
        "1 to 256 bytes, with no space at either end and no control character",
    );
    refused(&four("[R]"), "wrong_type", "switches", "a mapping of switches");
    refused(
        &four("{ emergency: { name: E, is: false } }, emergency: true"),
        "contradiction",
        "emergency",
        "false",
    );
    assert_eq!(
        problems(
            "{old: a, new: b, ladder: standard, phase: off, emergency: true, switches: {emergency: {name: E, is: true}}}"
        ),
        []
    );
}

#[test]
fn cohorts() {
    let cohort = |keys: &str| format!("ladder: standard, phase: shadow, cohort: {keys}");
    refused(
        &cohort("{ phase: complete, rollout: 5%, by: k }"),
        "cohort_not_adjacent",
        "cohort.phase",
        "dual_write live",
    );
    refused(
        &cohort("{ phase: shadow, rollout: 5%, by: k }"),
        "cohort_not_adjacent",
        "cohort.phase",
        "dual_write live",
    );
    refused(&cohort("{ phase: lvie, rollout: 5%, by: k }"), "unknown_phase", "cohort.phase", STANDARD);
    refused(&cohort("{ rollout: 5%, by: k }"), "missing_key", "cohort", "phase");
    refused(&cohort("{ phase: live, by: k }"), "missing_key", "cohort", "rollout ramp");
    refused(&cohort("{ phase: live, rollout: 5% }"), "cohort_unit", "cohort", "by");
    refused(
        &cohort("{ phase: live, rollout: 5%, by: a..b }"),
        "bad_attribute",
        "cohort.by",
        "a dotted path of at most 256 bytes such as tenant.tier",
    );
    refused(
        &cohort("{ phase: live, rollout: 5%, by: k, else: x }"),
        "unknown_key",
        "cohort.else",
        "phase rollout ramp by",
    );
    refused(
        "ladder: recruiters_four_phase, phase: dual_read, cohort: { phase: direct_write_3a, rollout: 5%, by: k }",
        "cohort_unsafe",
        "cohort.phase",
        "",
    );
    refused(
        "ladder: recruiters_four_phase, phase: sync, switches: { read: R }, cohort: { phase: dual_read, rollout: 5%, by: k }",
        "contradiction",
        "cohort",
        "`cohort` with `phase`, and no switch but `emergency`",
    );
    refused("ladder: standard, cohort: { phase: live, rollout: 5%, by: k }", "missing_phase", "", "phase");
    let emergencies = "phase: x, cohort: { phase: y, rollout: 5%, by: k }, phases: [
        { name: x, read: old, write: [old], emergency: { read: new, write: [new] } }, { name: y, read: old, write: [old] }]";
    refused(emergencies, "cohort_unsafe", "cohort.phase", "");
}

#[test]
fn jobs_and_comparisons() {
    let jobs = |keys: &str| format!("ladder: recruiters_four_phase, phase: sync, jobs: {keys}");
    refused(&jobs("{ j: { kind: rewriet } }"), "unknown_word", "jobs.j.kind", "rewrite update retire both");
    refused(&jobs("{ j: {} }"), "missing_key", "jobs.j", "kind");
    refused(&jobs("{ j: { kind: retire } }"), "missing_key", "jobs.j", "after");
    refused(&jobs("{ j: { kind: retire, after: direct_writ } }"), "unknown_phase", "jobs.j.after", FOUR);
    refused(
        &jobs("{ j: { kind: update, after: sync } }"),
        "contradiction",
        "jobs.j.after",
        "`after` with `kind: retire` or `kind: both`",
    );
    refused(
        &jobs("{ j: { kind: update, before: sync } }"),
        "unknown_key",
        "jobs.j.before",
        "kind after from week",
    );
    refused(&jobs("[]"), "wrong_type", "jobs", "a mapping of names");
    refused(
        "ladder: standard, phase: off, compare: { sample: 1 }",
        "bad_percentage",
        "compare.sample",
        "a percentage such as 50%",
    );
    refused(
        "ladder: standard, phase: off, compare: { profil: x }",
        "unknown_key",
        "compare.profil",
        "profile sample",
    );
    refused(
        "ladder: recruiters_four_phase, phase: sync, compare: { profile: x }",
        "unused_compare",
        "compare",
        "",
    );
    let many: Vec<String> = (0..1001).map(|number| format!("j{number}: {{ kind: update }}")).collect();
    refused(&jobs(&format!("{{ {} }}", many.join(", "))), "too_many", "jobs", "at most 1000");
}

#[test]
fn phases_written_out() {
    let phase = |keys: &str| format!("phase: p, phases: [{{ name: p, {keys} }}]");
    let words = "not_found error timeout";
    refused(
        &phase("read: old, write: []"),
        "empty_list",
        "phases[0].write",
        "[old] [new] [old, new] [new, old]",
    );
    refused(&phase("read: old, write: [old, old]"), "duplicate_write", "phases[0].write", "");
    refused(&phase("read: old, write: [old, new, old]"), "too_many", "phases[0].write", "at most 2");
    refused(&phase("read: old, write: [{ to: old, ack: outbox }]"), "bad_ack", "phases[0].write", "required");
    refused(
        &phase("read: old, write: [old, { to: new, ack: maybe }]"),
        "unknown_word",
        "phases[0].write[1].ack",
        "required best_effort outbox",
    );
    refused(&phase("read: old, write: [{ ack: required }]"), "missing_key", "phases[0].write[0]", "to");
    refused(&phase("read: old, write: old"), "wrong_type", "phases[0].write", "a list");
    refused(
        &phase("read: old, write: [1]"),
        "wrong_type",
        "phases[0].write[0]",
        "`old`, `new`, or a mapping with `to` and `ack`",
    );
    refused(&phase("read: olde, write: [old]"), "unknown_word", "phases[0].read", "old new");
    refused(
        &phase("read: [old], write: [old]"),
        "wrong_type",
        "phases[0].read",
        "`old`, `new`, or a mapping with `from`",
    );
    refused(
        &phase("read: { from: new, fallback: old }, write: [old]"),
        "missing_key",
        "phases[0].read",
        words,
    );
    refused(
        &phase("read: { from: new, fallback: old, on: [] }, write: [old]"),
        "empty_list",
        "phases[0].read.on",
        words,
    );
    refused(
        &phase("read: { from: new, on: [error] }, write: [old]"),
        "contradiction",
        "phases[0].read.on",
        "fallback",
    );
    refused(
        &phase("read: { from: new, fallback: new, on: [error] }, write: [old]"),
        "contradiction",
        "phases[0].read.fallback",
        "old",
    );
    refused(
        &phase("read: { from: new, compare: new }, write: [old]"),
        "contradiction",
        "phases[0].read.compare",
        "old",
    );
    refused(&phase("read: { compare: new }, write: [old]"), "missing_key", "phases[0].read", "from");
    refused(&phase("read: old"), "missing_key", "phases[0]", "write");
    refused(
        &phase("read: old, write: [old], streams: { forward: armed }"),
        "unknown_word",
        "phases[0].streams.forward",
        "off load backfill active draining",
    );
    refused(
        &phase("read: old, write: [old], streams: { reverse: load }"),
        "unknown_word",
        "phases[0].streams.reverse",
        "off armed active draining",
    );
    refused(
        &phase("read: old, write: [old], emergency: { read: old }"),
        "missing_key",
        "phases[0].emergency",
        "write",
    );
    refused(
        &phase("read: old, write: [old], group: g"),
        "unknown_key",
        "phases[0].group",
        "name read write streams emergency",
    );
    let twice = "{ name: p, read: old, write: [old] }";
    refused(&format!("phase: p, phases: [{twice}, {twice}]"), "duplicate_phase", "phases[1].name", "");
    refused(
        &format!("phase: p, phases: [{}]", vec![twice; 65].join(", ")),
        "too_many",
        "phases",
        "at most 64",
    );
    refused(&format!("phase: q, phases: [{twice}]"), "unknown_phase", "phase", "p");
    refused(
        &phase("read: old, write: [old] }, { read: old, write: [old]"),
        "missing_key",
        "phases[1]",
        "name",
    );
}

#[test]
fn a_slip_gets_the_nearest_name_and_every_problem_is_told_at_once() {
    let (_, diagnostics) = read(
        "old: a\nnew: b\nladder: standart\nphase: live\nswitches:\n  emergenzy: E\njobs:\n  j: { kind: retire }\nsallt: s\n",
    );
    let said: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| {
            (diagnostic.code, diagnostic.line.zip(diagnostic.column), diagnostic.help.as_deref())
        })
        .collect();
    assert_eq!(
        said,
        [
            ("unknown_ladder", Some((4, 9)), Some("did you mean `standard`?")),
            ("unknown_switch", Some((7, 3)), Some("did you mean `emergency`?")),
            ("missing_key", Some((9, 6)), None),
            ("unknown_key", Some((10, 1)), Some("did you mean `salt`?")),
        ]
    );
}
