//! What the tests share.
#![allow(dead_code, reason = "no test uses all of it")]

use cutover_compare::{Comparison, Profile, compare};

/// The profile that lets nothing pass.
pub(crate) fn default() -> Profile {
    Profile::default()
}

/// Where two documents differ and in what way.
pub(crate) fn told(comparison: &Comparison) -> Vec<String> {
    comparison
        .differences
        .iter()
        .map(|difference| format!("{}: {}", difference.path, difference.kind))
        .collect()
}

/// Compares both ways round.
#[track_caller]
pub(crate) fn check(profile: &Profile, control: &str, candidate: &str, expected: &[&str]) {
    let found = compare(profile, control.as_bytes(), candidate.as_bytes()).unwrap();
    assert_eq!(told(&found), expected, "{control} against {candidate}");
    let back = compare(profile, candidate.as_bytes(), control.as_bytes()).unwrap();
    assert_eq!(back.count, found.count, "{candidate} against {control}");
}

/// All of these are equal, both ways round.
#[track_caller]
pub(crate) fn matches(profile: &Profile, pairs: &[(&str, &str)]) {
    for (control, candidate) in pairs {
        check(profile, control, candidate, &[]);
    }
}
