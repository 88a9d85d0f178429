//! Cohorts: who is in, what the streams do for both phases, and between which phases there may be one.

use super::{migration, read, route};
use crate::ErrorCode;
use crate::bucket::{Salt, Unit, inside};
use crate::migration::builtin::LADDERS;
use crate::value::Value;

const SHADOW: &str = "ladder: standard, phase: shadow, emergency: false";

#[test]
fn units_of_the_share_take_the_phase_of_the_cohort() {
    let migration = migration(&format!("{SHADOW}, cohort: {{ phase: live, rollout: 30%, by: orderId }}"));
    let mut taken = 0;
    for order in 0..1000_i64 {
        let route = route(&migration, Value::Int(order), 0, &());
        assert_eq!(route.cohort, inside(Salt::new("m").hash(Unit::Int(order)), 300_000));
        assert_eq!(route.phase, Some(if route.cohort { "live" } else { "shadow" }));
        assert_eq!(route.error, None);
        taken += u32::from(route.cohort);
    }
    assert!((250..350).contains(&taken), "{taken}");
}

#[test]
fn a_missing_unit_stays_and_says_so() {
    let half = migration(&format!("{SHADOW}, cohort: {{ phase: live, rollout: 50%, by: orderId }}"));
    for (unit, error) in
        [(Value::Null, ErrorCode::MissingUnit), (Value::Bool(true), ErrorCode::InvalidContext)]
    {
        let route = route(&half, unit, 0, &());
        assert_eq!((route.phase, route.cohort, route.error), (Some("shadow"), false, Some(error)));
    }
    for (share, phase) in [("0%", "shadow"), ("100%", "live")] {
        let all = migration(&format!("{SHADOW}, cohort: {{ phase: live, rollout: {share}, by: orderId }}"));
        let route = route(&all, Value::Null, 0, &());
        assert_eq!((route.phase, route.error), (Some(phase), None), "nobody and everybody need no unit");
    }
}

#[test]
fn a_ramp_takes_units_with_time_and_an_emergency_takes_each_in_its_phase() {
    let ramp = "{ phase: live, ramp: [{ at: 1000, to: 0% }, { at: 2000, to: 100% }], by: orderId }";
    let migration = migration(&format!("{SHADOW}, cohort: {ramp}, switches: {{ emergency: E }}"));
    assert!(migration.program.migration_reads_time(0) && migration.program.migration_reads(0).is_some());
    let phase = |now_ms, on| {
        let switches = [("E", on)];
        let route = route(&migration, Value::Int(7), now_ms, &switches);
        (route.phase.map(str::to_owned), route.emergency, route.write.get(1).map(|write| write.ack.name()))
    };
    assert_eq!(phase(0, false), (Some("shadow".to_owned()), false, Some("required")));
    assert_eq!(phase(2000, false), (Some("live".to_owned()), false, Some("required")));
    assert_eq!(phase(0, true), (Some("shadow".to_owned()), true, Some("required")));
    assert_eq!(phase(2000, true), (Some("live".to_owned()), true, Some("outbox")));
}

#[test]
fn the_salt_is_the_name_unless_it_is_given() {
    let cohort = "cohort: { phase: live, rollout: 50%, by: orderId }";
    let salted = migration(&format!("{SHADOW}, salt: s, {cohort}"));
    for order in 0..100_i64 {
        let expected = inside(Salt::new("s").hash(Unit::Int(order)), 500_000);
        assert_eq!(route(&salted, Value::Int(order), 0, &()).cohort, expected);
    }
}

#[test]
fn both_phases_share_the_streams() {
    let streams = |phase: &str, cohort: &str| {
        let keys =
            format!("ladder: standard, phase: {phase}, cohort: {{ phase: {cohort}, rollout: 50%, by: k }}");
        let migration = migration(&keys);
        let mut both: Vec<_> =
            (0..100_i64).map(|unit| route(&migration, Value::Int(unit), 0, &()).streams.unwrap()).collect();
        both.dedup();
        assert_eq!(both.len(), 1, "{phase} {cohort}");
        format!("{} {}", both[0].forward.name(), both[0].reverse.name())
    };
    assert_eq!(streams("sync", "dual_write"), "backfill off");
    assert_eq!(streams("dual_write", "shadow"), "draining off");
    assert_eq!(streams("shadow", "live"), "off armed");
    assert_eq!(streams("ramp_down", "live"), "off active");
}

#[test]
fn between_which_phases_there_may_be_one() {
    let mut unsafe_pairs = Vec::new();
    for ladder in LADDERS {
        for pair in ladder.phases.windows(2) {
            for (base, cohort) in [(pair[0].name, pair[1].name), (pair[1].name, pair[0].name)] {
                let (_, diagnostics) = read(&format!(
                    "{{old: a, new: b, ladder: {}, phase: {base}, cohort: {{ phase: {cohort}, rollout: 1%, by: k }}}}",
                    ladder.name
                ));
                let codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
                if !codes.is_empty() {
                    assert_eq!(codes, ["cohort_unsafe"]);
                    unsafe_pairs.push(format!("{}: {base} {cohort}", ladder.name));
                }
            }
        }
    }
    assert_eq!(
        unsafe_pairs,
        [
            "recruiters_four_phase: dual_read direct_write_3a",
            "recruiters_four_phase: direct_write_3a dual_read",
            "seven_step: dual_write write_new",
            "seven_step: write_new dual_write",
        ]
    );
}

#[test]
fn the_refusal_says_which_write_is_lost() {
    let (_, diagnostics) = read(
        "{old: recruiters, new: jobs_partners, ladder: recruiters_four_phase, phase: dual_read,
          cohort: {phase: direct_write_3a, rollout: 1%, by: offerId}}",
    );
    assert_eq!(
        diagnostics[0].message,
        "a write in `dual_read` goes to recruiters only, and is lost to `direct_write_3a`, which writes jobs_partners first; \
         a write in `direct_write_3a` is acknowledged once jobs_partners has it, whether or not recruiters takes it, \
         and is lost to `dual_read`, which writes recruiters first"
    );
}
