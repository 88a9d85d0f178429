//! Laws that hold whatever the ruleset and the context say.

use cutover::{AttributeId, Attributes, Context, ContextView, Engine, Reason, Value, ValueRef};
use proptest::prelude::*;
use std::cell::RefCell;

fn load(text: &str) -> Engine {
    Engine::from_str(text).unwrap_or_else(|refused| panic!("{refused}\n{text}"))
}

fn percentage(ppm: u32) -> String {
    format!("{}.{:04}%", ppm / 10_000, ppm % 10_000)
}

fn rollout(ppm: u32) -> Engine {
    load(&format!(
        "cutover: 1\nflags: {{ f: {{ rules: [{{ serve: {{ rollout: {}, by: u }} }}] }} }}",
        percentage(ppm)
    ))
}

fn unit(engine: &Engine, unit: impl Into<Value>) -> Context {
    engine.context(&Attributes::new().with("u", unit))
}

/// A condition of three attributes, and the truth of each: `Some` for a known one.
#[derive(Debug, Clone)]
enum Tree {
    Leaf(usize),
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

fn tree() -> impl Strategy<Value = Tree> {
    (0_usize..3).prop_map(Tree::Leaf).prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Tree::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::All),
            prop::collection::vec(inner, 1..4).prop_map(Tree::Any),
        ]
    })
}

impl Tree {
    fn text(&self) -> String {
        let list = |items: &[Tree]| items.iter().map(Tree::text).collect::<Vec<_>>().join(", ");
        match self {
            Self::Leaf(index) => format!("{{ attribute: a{index}, is: true }}"),
            Self::Not(inner) => format!("{{ not: {} }}", inner.text()),
            Self::All(items) => format!("{{ all: [{}] }}", list(items)),
            Self::Any(items) => format!("{{ any: [{}] }}", list(items)),
        }
    }

    /// Kleene's strong logic, written as minimum and maximum of 0 (false), 1 (unknown) and 2 (true).
    fn truth(&self, leaves: [Option<bool>; 3]) -> u8 {
        match self {
            Self::Leaf(index) => leaves[*index].map_or(1, |known| if known { 2 } else { 0 }),
            Self::Not(inner) => 2 - inner.truth(leaves),
            Self::All(items) => items.iter().map(|item| item.truth(leaves)).min().unwrap_or(2),
            Self::Any(items) => items.iter().map(|item| item.truth(leaves)).max().unwrap_or(0),
        }
    }
}

/// A view that writes down which attributes it was asked for.
struct Watched<'a> {
    inner: &'a Context,
    asked: RefCell<Vec<AttributeId>>,
}

impl ContextView for Watched<'_> {
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        self.asked.borrow_mut().push(attribute);
        self.inner.value(attribute)
    }
}

proptest! {
    #[test]
    fn raising_a_percentage_never_removes_a_unit(low in 0_u32..=1_000_000, more in 0_u32..=1_000_000, id in any::<String>()) {
        let high = low.saturating_add(more).min(1_000_000);
        let (low, high) = (rollout(low), rollout(high));
        let inside = |engine: &Engine| engine.is_enabled("f", &unit(engine, id.as_str()), 0);
        prop_assert!(!inside(&low) || inside(&high));
    }

    #[test]
    fn a_rollout_that_becomes_a_split_moves_nobody(ppm in 1_u32..1_000_000, id in any::<i64>()) {
        let rollout = rollout(ppm);
        let split = load(&format!(
            "cutover: 1\nflags: {{ f: {{ rules: [{{ serve: {{ split: {{ off: {}, on: {ppm} }}, by: u }} }}] }} }}", 1_000_000 - ppm
        ));
        let inside = |engine: &Engine| engine.is_enabled("f", &unit(engine, id), 0);
        prop_assert_eq!(inside(&rollout), inside(&split));
    }

    #[test]
    fn conditions_follow_the_three_valued_logic(tree in tree(), leaves in any::<[Option<bool>; 3]>()) {
        let engine = load(&format!("cutover: 1\nflags: {{ f: {{ rules: [{{ if: {}, serve: on }}] }} }}", tree.text()));
        let attributes = leaves.iter().enumerate().fold(Attributes::new(), |attributes, (index, known)| match known {
            Some(known) => attributes.with(format!("a{index}"), *known),
            None => attributes,
        });
        let matched = engine.is_enabled("f", &engine.context(&attributes), 0);
        prop_assert_eq!(matched, tree.truth(leaves) == 2);
        // An unknown condition matches neither as it stands nor turned around.
        let turned = load(&format!("cutover: 1\nflags: {{ f: {{ rules: [{{ if: {{ not: {} }}, serve: on }}] }} }}", tree.text()));
        prop_assert_eq!(turned.is_enabled("f", &turned.context(&attributes), 0), tree.truth(leaves) == 0);
    }

    #[test]
    fn a_decision_reads_only_the_attributes_that_it_lists(tree in tree(), leaves in any::<[Option<bool>; 3]>()) {
        let engine = load(&format!(
            "cutover: 1\nflags: {{ other: {{ rules: [{{ if: {{ attribute: z, is: 1 }}, serve: on }}] }}, f: {{ rules: [{{ if: {}, serve: {{ rollout: 50%, by: u }} }}] }} }}",
            tree.text()
        ));
        let flag = engine.flag("f").unwrap();
        let attributes = leaves.iter().enumerate().fold(Attributes::new().with("u", "x"), |attributes, (index, known)| {
            attributes.with(format!("a{index}"), known.map_or(Value::Null, Value::Bool))
        });
        let context = engine.context(&attributes);
        let watched = Watched { inner: &context, asked: RefCell::default() };
        let _ = engine.outcome(flag, &watched, 0);
        for asked in watched.asked.into_inner() {
            prop_assert!(engine.reads(flag).any(|read| read == asked));
        }
    }

    #[test]
    fn the_order_of_keys_means_nothing(seed in any::<u64>()) {
        let one = "{\"cutover\":1,\"flags\":{\"f\":{\"variants\":{\"a\":1,\"b\":2,\"c\":3},\"default\":\"c\",\"rules\":[{\"serve\":{\"split\":{\"a\":1,\"b\":2,\"c\":3},\"by\":\"u\"}}]}}}";
        let two = "{\"flags\":{\"f\":{\"rules\":[{\"serve\":{\"by\":\"u\",\"split\":{\"c\":3,\"b\":2,\"a\":1}}}],\"default\":\"c\",\"variants\":{\"c\":3,\"a\":1,\"b\":2}}},\"cutover\":1}";
        let (one, two) = (load(one), load(two));
        prop_assert_eq!(one.digest(), two.digest());
        let id = i64::from_ne_bytes(seed.to_ne_bytes());
        prop_assert_eq!(one.decide("f", &unit(&one, id), 0), two.decide("f", &unit(&two, id), 0));
    }

    #[test]
    fn time_means_nothing_to_a_flag_that_does_not_read_it(now in any::<i64>(), id in any::<String>()) {
        let engine = rollout(500_000);
        let context = unit(&engine, id);
        prop_assert_eq!(engine.decide("f", &context, now), engine.decide("f", &context, 0));
    }

    #[test]
    fn any_context_gets_an_answer(id in prop_oneof![
        any::<f64>().prop_map(Value::number), any::<bool>().prop_map(Value::Bool), any::<String>().prop_map(Value::Text), Just(Value::Null),
        Just(Value::List(vec![])), Just(Value::Map(vec![])),
    ]) {
        let engine = rollout(500_000);
        let decision = engine.decide("f", &unit(&engine, id), 0);
        prop_assert_eq!(decision.error.is_some(), decision.reason == Reason::Error);
        prop_assert_eq!(decision.error.is_some(), decision.value.is_none());
    }

    #[test]
    fn no_text_makes_loading_panic(text in ".{0,200}") {
        let _ = Engine::from_str(&text);
        let _ = Engine::from_str(&format!("cutover: 1\nflags: {{ f: {text} }}"));
    }
}

#[test]
fn splits_hit_their_weights_within_binomial_bounds() {
    let engine = load(
        "cutover: 1\nflags: { f: { variants: { a: 1, b: 2, c: 3 }, rules: [{ serve: { split: { a: 1, b: 3, c: 6 }, by: u } }] } }",
    );
    let units = 50_000_u32;
    let mut counts = [0_u32; 3];
    for number in 0..units {
        let decision = engine.decide("f", &unit(&engine, i64::from(number)), 0);
        counts[["a", "b", "c"].iter().position(|name| Some(*name) == decision.variant).unwrap()] += 1;
    }
    for (count, share) in counts.into_iter().zip([0.1, 0.3, 0.6]) {
        let (mean, deviation) = (f64::from(units) * share, (f64::from(units) * share * (1.0 - share)).sqrt());
        assert!((f64::from(count) - mean).abs() < 5.0 * deviation, "{counts:?}");
    }
}

#[test]
fn the_draw_inside_a_rollout_is_independent_of_the_rollout() {
    let engine = load(
        "cutover: 1\nflags: { f: { variants: { a: 1, b: 2, none: 0 }, default: none, rules: [{ serve: { rollout: 10%, split: { a: 1, b: 1 }, by: u } }] } }",
    );
    let (mut a, mut b) = (0_i32, 0_i32);
    for number in 0..50_000 {
        match engine.decide("f", &unit(&engine, number), 0).variant {
            Some("a") => a += 1,
            Some("b") => b += 1,
            _ => {}
        }
    }
    // With one salt for both, everybody inside a rollout of 10 % would draw `a`.
    assert!((a + b - 5000).abs() < 350 && (a - b).abs() < 360, "{a} {b}");
}
