//! Routes as the hosts see them: their JSON, their jobs, and the table that they are taken from.

use super::{load, migration, read, route};
use crate::migration::RouteChoice;
use crate::migration::builtin::LADDERS;
use crate::value::Value;

#[test]
fn the_json_is_that_of_the_contract() {
    let (migration, diagnostics) = read(
        "{ description: d, owner: o, old: recruiters, new: jobs_partners, ladder: recruiters_four_phase,
           phase: dual_read,
           switches: { read: USE_JOBS_PARTNERS_READ, write: USE_JOBS_PARTNERS_WRITE,
                       backup: KEEP_RECRUITERS_BACKUP, emergency: FORCE_RECRUITERS_FALLBACK },
           jobs: { lbaJobToJobsPartners: { kind: retire, after: direct_write }, cancelOfferJob: { kind: rewrite } },
           compare: { profile: offers, sample: 1% } }",
    );
    assert_eq!(diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), ["unused_compare"]);
    let migration = migration.unwrap();
    assert_eq!(
        serde_json::to_string(&route(&migration, Value::Null, 0, &())).unwrap(),
        r#"{"migration":"m","phase":"dual_read","emergency":false,"#.to_owned()
            + r#""read":{"from":"jobs_partners","fallback":"recruiters","fallback_on":["not_found"],"compare":null},"#
            + r#""write":[{"to":"recruiters","ack":"required"}],"#
            + r#""streams":{"forward":"active","reverse":"off"},"#
            + r#""jobs":{"cancelOfferJob":"old","lbaJobToJobsPartners":"old"},"#
            + r#""hazards":[{"code":"stale_read","severity":"warning","#
            + r#""message":"reads come from jobs_partners while writes go to recruiters and follow by a stream","#
            + r#""cost":"a read inside the stream's lag misses the newest writes to recruiters"}],"#
            + r#""digest":"digest","error":null,"cohort":false}"#
    );
}

#[test]
fn a_phase_that_compares_says_with_what() {
    let compared = |keys: &str| {
        let migration = migration(&format!("ladder: standard, {keys}"));
        serde_json::to_string(&route(&migration, Value::Null, 0, &()).read).unwrap()
    };
    assert_eq!(
        compared("phase: shadow, compare: { profile: offers, sample: 0.25% }"),
        r#"{"from":"old_store","fallback":null,"fallback_on":[],"compare":{"with":"new_store","profile":"offers","sample":2500}}"#
    );
    assert_eq!(
        compared("phase: live"),
        r#"{"from":"new_store","fallback":"old_store","fallback_on":["error","timeout"],"compare":{"with":"old_store","profile":null,"sample":1000000}}"#
    );
    assert!(compared("phase: ramp_down, compare: { profile: offers }").ends_with(r#""compare":null}"#));
}

#[test]
fn jobs_follow_the_phase() {
    let keys = "ladder: recruiters_four_phase, jobs: { a: { kind: rewrite }, b: { kind: update },
                c: { kind: retire, after: direct_write }, d: { kind: retire, after: dual_read } }";
    let table = [
        ("sync", "old old old old", "old old old old"),
        ("dual_read", "old old old old", "old old old old"),
        ("direct_write_3a", "new new old off", "old old old old"),
        ("direct_write_3b", "new new old off", "old old old old"),
        ("cleanup", "new new off off", "old old old old"),
    ];
    for (phase, calm, emergency) in table {
        for (on, expected) in [(false, calm), (true, emergency)] {
            let migration = migration(&format!("{keys}, phase: {phase}, emergency: {on}"));
            let route = route(&migration, Value::Null, 0, &());
            let variants: Vec<&str> = route.jobs.iter().map(|(_, variant)| variant.name()).collect();
            assert_eq!(variants.join(" "), expected, "{phase} {on}");
        }
    }
}

#[test]
fn the_table_holds_every_phase_and_every_combination() {
    for ladder in LADDERS {
        let first = ladder.phases[0].name;
        let plain = migration(&format!("ladder: {}, phase: {first}", ladder.name));
        assert_eq!(plain.routes.len(), ladder.phases.len() * 2);
        for (index, phase) in ladder.phases.iter().enumerate() {
            for (offset, emergency) in [false, true].into_iter().enumerate() {
                let choice = RouteChoice { index: index * 2 + offset, error: None, unreadable: 0 };
                let route = plain.route(choice, &(), "").unwrap();
                assert_eq!((route.phase, route.emergency), (Some(phase.name), emergency));
            }
        }
        let beyond = RouteChoice { index: plain.routes.len(), error: None, unreadable: 0 };
        assert!(plain.route(beyond, &(), "").is_none());
    }
    let switched = migration("ladder: recruiters_four_phase, switches: { backup: B }");
    assert_eq!(switched.routes.len(), 5 * 2 + 16);
    assert_eq!(switched.program.switches(0).collect::<Vec<_>>(), [(2, "B")]);
    let emergency_only = migration("ladder: recruiters_four_phase, phase: sync, switches: { emergency: E }");
    assert_eq!(emergency_only.routes.len(), 5 * 2);
}

#[test]
fn phases_that_are_written_out_route_as_they_say() {
    let keys = r#"phase: ahead, phases: [
        { name: before, read: old, write: [old], streams: { forward: backfill } },
        { name: ahead, read: { from: new, fallback: old, on: [timeout, not_found], compare: old },
          write: [old, { to: new, ack: best_effort }], streams: { forward: active, reverse: "off" },
          emergency: { read: old, write: [{ to: old, ack: required }, { to: new, ack: outbox }] } },
        { name: after, read: new, write: [new, old], streams: { reverse: draining } },
      ]"#;
    let line = |keys: &str| {
        let migration = load(&format!("{{old: a, new: b, {keys}}}"));
        let route = route(&migration, Value::Null, 0, &());
        let json = serde_json::to_value(&route).unwrap();
        format!("{} {} {}", json["read"], json["write"], json["streams"]).replace('"', "")
    };
    assert_eq!(
        line(keys),
        "{compare:{profile:null,sample:1000000,with:a},fallback:a,fallback_on:[not_found,timeout],from:b} \
         [{ack:required,to:a},{ack:best_effort,to:b}] {forward:active,reverse:off}"
    );
    assert_eq!(
        line(&format!("{keys}, emergency: true")),
        "{compare:null,fallback:null,fallback_on:[],from:a} \
         [{ack:required,to:a},{ack:outbox,to:b}] {forward:active,reverse:off}"
    );
    assert_eq!(
        line(&keys.replace("phase: ahead", "phase: after, emergency: true")),
        "{compare:null,fallback:null,fallback_on:[],from:a} \
         [{ack:required,to:a},{ack:outbox,to:b}] {forward:off,reverse:draining}"
    );
}
