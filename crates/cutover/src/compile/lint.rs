//! Lints: what is allowed, and probably not meant.

use super::Compiler;
use crate::diagnostic::{Diagnostic, Position};
use crate::order::sort_unstable_by;
use crate::ruleset::condition::{Condition, Kind};
use crate::ruleset::flag::{Flag, Rule};
use crate::ruleset::how::How;
use crate::ruleset::operator::{Operator, Scalars, Test};
use crate::ruleset::scalar::ONE;
use crate::ruleset::serve::{Serve, Share};
use crate::value::ValueRef;
use cutover_decider::decide::number::Number;

impl Compiler<'_> {
    pub(super) fn lint(&mut self) {
        let ruleset = self.ruleset;
        for flag in &ruleset.flags {
            self.lint_rules(flag);
        }
        self.lint_segments();
    }

    pub(super) fn lint_rules(&mut self, flag: &Flag<'_>) {
        for (index, rule) in flag.rules.iter().enumerate() {
            let earlier = flag.rules.get(..index).unwrap_or_default();
            if let Some(first) = earlier.iter().position(|other| other.condition.is_none()) {
                self.reader.note(
                    self.warn(
                        "rule_never_matches",
                        rule,
                        format!("rule {first} matches everybody, so this rule is never reached"),
                    )
                    .help("move it up, or give the earlier rule a condition"),
                );
                continue;
            }
            self.lint_ramp(rule);
            let Some(condition) = &rule.condition else { continue };
            if let Some(first) = earlier
                .iter()
                .position(|other| other.condition.as_ref().is_some_and(|other| same(other, condition)))
            {
                self.reader.note(self.warn(
                    "rule_never_matches",
                    rule,
                    format!("rule {first} has the same condition and decides first"),
                ));
            }
            if let Some(why) = never(condition) {
                self.reader.note(self.warn(
                    "rule_never_matches",
                    rule,
                    format!("this condition can never hold: {why}"),
                ));
            }
        }
        self.lint_without_effect(flag);
    }

    fn warn(&self, code: &'static str, rule: &Rule<'_>, message: String) -> Diagnostic {
        Diagnostic::warning(code, self.reader.paths.render(rule.path), rule.at, message)
    }

    /// Rules above one that serves the same variant to everybody change nothing.
    fn lint_without_effect(&mut self, flag: &Flag<'_>) {
        let Some(last) = flag.rules.iter().position(|rule| rule.condition.is_none()) else { return };
        let Some(variant) = flag.rules.get(last).and_then(|rule| serves_everybody(&rule.serve)) else {
            return;
        };
        for (index, rule) in flag.rules.iter().enumerate().take(last).rev() {
            if serves_everybody(&rule.serve) != Some(variant) {
                break;
            }
            self.reader.note(
                Diagnostic::warning(
                    "condition_without_effect",
                    format!("{}.if", self.reader.paths.render(rule.path)),
                    rule.at,
                    format!("everybody gets `{variant}` from rule {last}, so the condition of rule {index} changes nothing"),
                )
                .help("lower the share of the later rule, or take the condition out"),
            );
        }
    }

    fn lint_ramp(&mut self, rule: &Rule<'_>) {
        let (Serve::Share { share: Share::Ramp(points), .. }
        | Serve::Split { within: Some(Share::Ramp(points)), .. }) = &rule.serve
        else {
            return;
        };
        if let [first, second, ..] = points.as_slice()
            && first.to > second.to
        {
            self.reader.note(
                Diagnostic::warning(
                    "ramp_starts_high",
                    self.reader.paths.render(rule.path),
                    rule.at,
                    "before its first point a ramp is nobody, and this one begins high",
                )
                .help("give it a first point far in the past"),
            );
        }
    }

    fn lint_segments(&mut self) {
        let ruleset = self.ruleset;
        let mut used = vec![false; ruleset.segments.len()];
        let inside = ruleset.segments.iter().map(|segment| &segment.condition);
        let rules =
            ruleset.flags.iter().flat_map(|flag| &flag.rules).filter_map(|rule| rule.condition.as_ref());
        for condition in inside.chain(rules) {
            each(condition, &mut |condition| {
                if let Kind::Segment(name) = &condition.kind
                    && let Some(slot) =
                        self.segment_number(name.value).and_then(|number| used.get_mut(number as usize))
                {
                    *slot = true;
                }
            });
        }
        // The steps of plans reach segments too.
        #[cfg(feature = "plans")]
        for name in &ruleset.plans.segments {
            let number = self.segment_number(name.value);
            if let Some(slot) = number.and_then(|number| used.get_mut(number as usize)) {
                *slot = true;
            }
        }
        for (segment, _) in ruleset.segments.iter().zip(used).filter(|(_, used)| !used) {
            let path = format!("segments.{}", segment.name);
            self.note_segment(path, segment.at, segment.name);
        }
    }

    fn note_segment(&mut self, path: String, at: Position, name: &str) {
        self.reader.note(Diagnostic::warning(
            "unused_segment",
            path,
            at,
            format!("nothing refers to the segment `{name}`"),
        ));
    }
}

fn each(condition: &Condition<'_>, visit: &mut impl FnMut(&Condition<'_>)) {
    visit(condition);
    match &condition.kind {
        Kind::All(inner) | Kind::Any(inner) => inner.iter().for_each(|inner| each(inner, visit)),
        Kind::Not(inner) => each(inner, visit),
        _ => {}
    }
}

/// The variant that everybody gets, where everybody gets the same one at any time.
fn serves_everybody<'a>(serve: &Serve<'a>) -> Option<&'a str> {
    match serve {
        Serve::Variant(variant) => Some(variant.value),
        Serve::Share { share: Share::Fixed(share), variant, .. } if share.0 == ONE => {
            Some(variant.as_ref().map_or("on", |variant| variant.value))
        }
        _ => None,
    }
}

/// True where two conditions are the same to the letter. Comparing their debug texts without the paths would
/// be slow; comparing attributes, operators and tests is enough for what people copy.
fn same(a: &Condition<'_>, b: &Condition<'_>) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Segment(a), Kind::Segment(b)) => a.value == b.value,
        (
            Kind::Attribute { attribute: a, operator: o, test: s, how: x },
            Kind::Attribute { attribute: b, operator: p, test: t, how: y },
        ) => a == b && o == p && x == y && same_test(s, t),
        (Kind::Bucket(a), Kind::Bucket(b)) => a == b,
        (Kind::All(a), Kind::All(b)) | (Kind::Any(a), Kind::Any(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Kind::Not(a), Kind::Not(b)) => same(a, b),
        _ => false,
    }
}

fn same_test(a: &Test<'_>, b: &Test<'_>) -> bool {
    match (a, b) {
        (Test::OneOf(a), Test::OneOf(b)) => a == b,
        (Test::Range { low: a, high: x }, Test::Range { low: b, high: y }) => a == b && x == y,
        (Test::Order { low: a, high: x }, Test::Order { low: b, high: y }) => a == b && x == y,
        (Test::Exists(a), Test::Exists(b)) => a == b,
        (Test::StartsWith(a), Test::StartsWith(b)) | (Test::EndsWith(a), Test::EndsWith(b)) => a == b,
        (Test::Matches { text: a, .. }, Test::Matches { text: b, .. }) => a == b,
        _ => false,
    }
}

/// Why a condition can never hold, where that is plain to see.
fn never(condition: &Condition<'_>) -> Option<String> {
    let Kind::All(parts) = &condition.kind else {
        return match &condition.kind {
            Kind::Any(parts) => parts.iter().map(never).collect::<Option<Vec<_>>>()?.into_iter().next(),
            _ => None,
        };
    };
    if let Some(why) = parts.iter().find_map(never) {
        return Some(why);
    }
    for (index, a) in parts.iter().enumerate() {
        for b in parts.iter().skip(index + 1) {
            if let (
                Kind::Attribute { attribute, operator: o, test: s, how: x },
                Kind::Attribute { attribute: other, operator: p, test: t, how: y },
            ) = (&a.kind, &b.kind)
                && attribute == other
                // What is converted, or true where nothing is known, excludes less.
                && [*x, *y] == [How::default(); 2]
                && exclude((*o, s), (*p, t))
            {
                return Some(format!("`{attribute}` cannot be both (`{}` and `{}`)", o.name(), p.name()));
            }
        }
    }
    None
}

/// True where no value passes both tests.
fn exclude(a: (Operator, &Test<'_>), b: (Operator, &Test<'_>)) -> bool {
    match (a, b) {
        ((_, Test::Exists(false)), (_, Test::Exists(wanted)))
        | ((_, Test::Exists(wanted)), (_, Test::Exists(false))) => *wanted,
        ((_, Test::Exists(false)), _) | (_, (_, Test::Exists(false))) => true,
        ((o, Test::OneOf(a)), (p, Test::OneOf(b))) => {
            let (left, right) = (scalars(*a), scalars(*b));
            let has = |list: &[_], scalar| list.binary_search(scalar).is_ok();
            match (o.negates(), p.negates()) {
                (false, false) => !left.iter().any(|scalar| has(&right, scalar)),
                (false, true) => left.iter().all(|scalar| has(&right, scalar)),
                (true, false) => right.iter().all(|scalar| has(&left, scalar)),
                (true, true) => false,
            }
        }
        ((_, Test::Range { low: a, high: x }), (_, Test::Range { low: b, high: y })) => {
            let apart = |high: &Option<(Number, bool)>, low: &Option<(Number, bool)>| {
                matches!((high, low), (Some((high, hi)), Some((low, li)))
                    if high.compare(*low).is_lt() || (high.compare(*low).is_eq() && !(*hi && *li)))
            };
            apart(x, b) || apart(y, a)
        }
        _ => false,
    }
}

/// The scalars of a list, sorted, so that equal ones are equal: a number of a ruleset is whole or a fraction, never both.
fn scalars<'a>(values: Scalars<'a>) -> Vec<(u8, &'a [u8], u64)> {
    let scalar = |value: ValueRef<'a>| match value {
        ValueRef::Bool(value) => (1, &[][..], u64::from(value)),
        ValueRef::Int(value) => (2, &[][..], value.cast_unsigned()),
        ValueRef::Float(value) => (3, &[][..], value.to_bits()),
        ValueRef::Text(text) => (4, text, 0),
        ValueRef::Missing | ValueRef::List(_) | ValueRef::Other => (0, &[][..], 0),
    };
    let mut scalars: Vec<_> = values.iter().map(scalar).collect();
    sort_unstable_by(&mut scalars, Ord::cmp);
    scalars
}
