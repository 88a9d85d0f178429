//! Properties of diffs, replays and runbooks.

use cutover::diff::{ChangeKind, Diff, DiffOptions};
use cutover::replay::Replay;
use cutover::runbook::{Language, RunbookOptions, Scope};
use cutover::{Attributes, Engine, HazardCode, Value};
use proptest::prelude::*;

const OLD: &str = include_str!("rulesets/design.yaml");

/// The design's ruleset, some changes later.
fn changed() -> String {
    [
        ("rollout: 50%, by: userId", "rollout: 60%, by: userId"),
        ("[enterprise, premium]", "[premium, gold]"),
        ("control: 2, wide: 1, dense: 1", "control: 1, wide: 2, dense: 1"),
        ("sample: 1%", "sample: 2%"),
        ("every: 5m", "every: 6m"),
    ]
    .into_iter()
    .fold(OLD.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

fn engines() -> (Engine, Engine) {
    (Engine::from_str(OLD).unwrap(), Engine::from_str(&changed()).unwrap())
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let user = prop_oneof![
        (0..400_i64).prop_map(Value::Int),
        "[a-e]{1,2}".prop_map(Value::from),
        Just(Value::Null),
        any::<f64>().prop_map(Value::number)
    ];
    let tier = prop_oneof![Just("gold"), Just("premium"), Just("enterprise"), Just("free")];
    (user, tier).prop_map(|(user, tier)| Attributes::new().with("userId", user).with("tenant.tier", tier))
}

/// Any value of JSON, three deep. A number that is not finite is none of JSON's.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::number),
        "\\PC{0,6}".prop_map(Value::from),
        Just(Value::from("\u{0}\u{2028}\"\\digest\":\"")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec(("\\PC{0,5}", inner), 0..4).prop_map(Value::map),
        ]
    })
}

fn json(diff: &Diff<'_>) -> String {
    cutover::wire::to_json(&diff.report())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_population_in_parts_is_the_whole(
        population in prop::collection::vec(attributes(), 0..200),
        cuts in prop::collection::vec(0..3_usize, 200),
    ) {
        let (old, new) = engines();
        let fresh = || Diff::new(&old, &new, DiffOptions::at(1_796_299_200_000));
        let mut whole = fresh();
        let mut parts = [fresh(), fresh(), fresh()];
        for (line, (attributes, part)) in (1..).zip(population.iter().zip(&cuts)) {
            whole.add(line, attributes);
            parts[*part].add(line, attributes);
        }
        let mut merged = fresh();
        parts.iter().rev().for_each(|part| merged.merge(part));
        prop_assert_eq!(json(&merged), json(&whole));
    }

    #[test]
    fn what_moves_is_what_is_decided_otherwise(population in prop::collection::vec(attributes(), 0..60)) {
        let (old, new) = engines();
        let now = 1_796_299_200_000;
        let mut diff = Diff::new(&old, &new, DiffOptions::at(now));
        for (line, attributes) in (1..).zip(&population) {
            diff.add(line, attributes);
        }
        for flag in old.flags() {
            let moved = population.iter().filter(|attributes| {
                let (before, after) = (old.context(attributes), new.context(attributes));
                let (before, after) = (old.decide(flag, &before, now), new.decide(flag, &after, now));
                (before.variant, before.value) != (after.variant, after.value)
            });
            let report = diff.report();
            let found = report.flags.iter().find(|found| found.flag == flag).map_or(0, |found| found.moved);
            prop_assert_eq!(found, moved.count() as u64, "{}", flag);
        }
    }

    #[test]
    fn what_is_logged_replays_to_the_byte(context in any_value(), user in any_value(), now in any::<i64>()) {
        let (old, new) = engines();
        let attributes = Attributes::new().with("userId", user).with("tenant", context);
        let mut same = Replay::new(&old);
        let mut other = Replay::new(&new).with_original(&old);
        for (line, flag) in (1..).zip(old.flags()) {
            let text = old.log_decision(flag, &attributes, now);
            same.add(line, &text);
            other.add(line, &text);
        }
        let route = old.log_route("recruiters", &attributes, now, &Value::Null);
        same.add(9, &route);
        let (same, other) = (same.report(), other.report());
        prop_assert_eq!((same.lines, same.identical), (5, 5));
        prop_assert_eq!(other.unreplayable + other.contradicted, 0);
    }

    #[test]
    fn no_line_breaks_a_replay(text in "\\PC{0,80}", cut in 0..200_usize) {
        let (old, _) = engines();
        let mut replay = Replay::new(&old);
        replay.add(1, &text);
        let line = old.log_decision("orders_mongodb", &Attributes::new().with("userId", 7), 0);
        replay.add(2, line.get(..cut.min(line.len() - 1)).unwrap_or_default());
        prop_assert_eq!(replay.report().unreplayable, 2);
    }
}

#[test]
fn what_changed_is_told_by_path_and_gates_begin_again() {
    let (old, new) = engines();
    let diff = Diff::new(&old, &new, DiffOptions::at(0));
    let report = diff.with_documents(OLD.as_bytes(), changed().as_bytes()).unwrap().report();
    let changes: Vec<String> = report.changes.iter().flatten().map(|change| change.path.clone()).collect();
    assert_eq!(
        changes,
        [
            "flags.checkout_layout.rules[0].serve.split.control",
            "flags.checkout_layout.rules[0].serve.split.wide",
            "flags.orders_mongodb.rules[2].serve.rollout",
            "migrations.recruiters.compare.sample",
            "plans.supersmartmatch_v2.rollback.every",
            "segments.large_customers.if.in",
        ]
    );
    let gates: Vec<(&str, &str)> =
        report.gates.iter().flatten().map(|reset| (reset.gate.as_str(), reset.because.as_str())).collect();
    assert_eq!(gates, [("v2_step", "plans.supersmartmatch_v2.rollback.every")]);
    let in_list = report.changes.iter().flatten().last().unwrap();
    assert_eq!(
        (in_list.from.as_deref(), in_list.to.as_deref()),
        (Some("1: \"enterprise\""), Some("1: \"gold\""))
    );
    // Flags that changed and moved nobody, and a migration that changed and moved nobody.
    let flags: Vec<_> = report.flags.iter().map(|found| (found.flag, found.change, found.moved)).collect();
    let changed = Some(ChangeKind::Changed);
    assert_eq!(flags, [("checkout_layout", changed, 0), ("orders_mongodb", changed, 0)]);
    assert!(report.migrations[0].moves.is_empty() && report.migrations[0].change == changed);
}

#[test]
fn the_flag_of_a_plan_that_divides_otherwise_resets_its_gates() {
    let ruleset = |salt: &str| {
        format!(
            r#"{{"cutover":1,"flags":{{"f":{{"salt":"{salt}","rules":[{{"serve":{{"rollout":"50%","by":"id"}}}}]}}}},
            "gates":{{"g":{{"checks":[{{"metric":"m","below":1}}]}}}},"plans":{{"p":{{"flag":"f","steps":["5%","100%"],"bake":"48h","gate":"g"}}}}}}"#
        )
    };
    let (before, after) = (ruleset("a"), ruleset("b"));
    let (Ok(old), Ok(new)) = (Engine::from_str(&before), Engine::from_str(&after)) else {
        panic!("{:?}", Engine::from_str(&before).err())
    };
    let diff = Diff::new(&old, &new, DiffOptions::at(0));
    let report = diff.with_documents(before.as_bytes(), after.as_bytes()).unwrap().report();
    let gates = report.gates.unwrap();
    assert_eq!((gates[0].gate.as_str(), gates[0].because.as_str()), ("g", "flags.f.salt"));
}

#[test]
fn what_comes_and_goes() {
    let migration = |stores: &str| {
        format!("cutover: 1\nmigrations: {{ m: {{ {stores}, ladder: standard, phase: sync }} }}")
    };
    let with = Engine::from_str(&migration("old: a, new: b")).unwrap();
    let other = Engine::from_str(&migration("old: a, new: c")).unwrap();
    let none = Engine::from_str("cutover: 1\nflags: { f: { rules: [{ serve: on }] } }").unwrap();
    let codes = |old: &Engine, new: &Engine| {
        let mut diff = Diff::new(old, new, DiffOptions::at(0));
        diff.add(1, &Attributes::new());
        let report = diff.report();
        (report.hazards, report.population.moved)
    };
    assert_eq!(codes(&with, &none), (vec![HazardCode::LostWrite], 1));
    assert_eq!(codes(&none, &with), (vec![], 1));
    assert_eq!(codes(&with, &other), (vec![HazardCode::SplitBrain], 1));
    assert_eq!(codes(&with, &with), (vec![], 0));
}

#[test]
fn every_procedure_of_every_ladder_is_written_in_both_languages() {
    for ladder in ["standard", "recruiters_four_phase", "seven_step"] {
        let text =
            format!("cutover: 1\nmigrations: {{ m: {{ old: a, new: b, ladder: {ladder}, phase: PHASE }} }}");
        let phase = match ladder {
            "standard" => "live",
            "recruiters_four_phase" => "dual_read",
            _ => "read_new",
        };
        let engine = Engine::from_str(&text.replace("PHASE", phase)).unwrap();
        for language in Language::ALL {
            let options = RunbookOptions { scope: Scope::All, language, ..RunbookOptions::default() };
            let runbook = engine.runbook("m", &options).unwrap().unwrap();
            for procedure in &runbook.procedures {
                assert!(!procedure.steps.is_empty(), "{ladder} {procedure:?}");
            }
            let markdown = runbook.markdown();
            let titles = markdown.lines().filter(|line| line.starts_with("## ")).count();
            assert_eq!(titles, runbook.procedures.len());
        }
    }
}
