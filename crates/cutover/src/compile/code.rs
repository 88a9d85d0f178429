//! Conditions to flat code.

use super::{Compiler, Footprint, number};
use crate::program::op::{Hashed, NumberRange, Op, TestRef, WindowProgram};
use crate::program::set::Set;
use crate::program::{Code, RequireProgram};
use crate::ruleset::condition::{Condition, Kind};
use crate::ruleset::fields::Spanned;
use crate::ruleset::operator::Test;
use crate::ruleset::window::Window;

impl Compiler<'_> {
    /// Appends the code of a condition.
    pub(super) fn condition(&mut self, condition: &Condition<'_>, footprint: &mut Footprint) -> Code {
        let start = number(self.program.code.len());
        self.emit(condition, footprint);
        let end = number(self.program.code.len());
        footprint.steps = footprint.steps.saturating_add(u64::from(end - start));
        Code { start, end }
    }

    fn push(&mut self, op: Op, condition: &Condition<'_>) -> usize {
        self.program.code.push(op);
        self.program.code_paths.push(self.reader.paths.render(condition.path).into());
        self.program.code.len() - 1
    }

    fn emit(&mut self, condition: &Condition<'_>, footprint: &mut Footprint) {
        match &condition.kind {
            Kind::All(conditions) => self.group(conditions, false, condition, footprint),
            Kind::Any(conditions) => self.group(conditions, true, condition, footprint),
            Kind::Not(inner) => {
                self.emit(inner, footprint);
                self.push(Op::Not, condition);
            }
            Kind::Attribute { attribute, operator, test } => {
                let attribute = self.attribute(attribute);
                footprint.reads.insert(attribute);
                let test = self.test_ref(test);
                self.push(Op::Test { attribute, operator: *operator, test }, condition);
                if operator.negates() {
                    self.push(Op::Not, condition);
                }
            }
            Kind::Segment(name) => {
                if let Some(segment) = self.segment_number(name.value) {
                    let other = self.footprints.get(segment as usize).cloned().unwrap_or_default();
                    footprint.add(&other);
                    self.push(Op::Segment(segment), condition);
                }
            }
            Kind::Flag { flag, variants } => {
                let path = self.reader.paths.render(condition.path);
                if let Some(test) = self.require_of(flag, variants, &path, footprint) {
                    let index = number(self.program.tables.flag_tests.len());
                    self.program.tables.flag_tests.push(test);
                    self.push(Op::Flag(index), condition);
                }
            }
            Kind::Time(window) => {
                footprint.reads_time = true;
                let window = self.window(window);
                let index = number(self.program.tables.windows.len());
                self.program.tables.windows.push(window);
                self.push(Op::Time(index), condition);
            }
        }
    }

    fn group(
        &mut self,
        conditions: &[Condition<'_>],
        any: bool,
        condition: &Condition<'_>,
        footprint: &mut Footprint,
    ) {
        if let [only] = conditions {
            return self.emit(only, footprint);
        }
        self.push(Op::Begin { any }, condition);
        let mut joins = Vec::with_capacity(conditions.len());
        for inner in conditions {
            self.emit(inner, footprint);
            joins.push(self.push(Op::Join { any, end: 0 }, condition));
        }
        let close = number(self.push(Op::End, condition));
        for join in joins {
            if let Some(Op::Join { end, .. }) = self.program.code.get_mut(join) {
                *end = close;
            }
        }
    }

    /// What asks whether a flag is one of some variants.
    pub(super) fn require_of(
        &mut self,
        flag: &Spanned<&str>,
        variants: &[Spanned<&str>],
        path: &str,
        footprint: &mut Footprint,
    ) -> Option<RequireProgram> {
        let index = self.flag_number(flag.value)?;
        let other =
            self.footprints.get(self.ruleset.segments.len() + index as usize).cloned().unwrap_or_default();
        footprint.add(&other);
        let names = super::flag::sorted_variants(self.ruleset.flags.get(index as usize)?);
        let variants = variants
            .iter()
            .filter_map(|variant| super::flag::variant_number(&names, variant.value))
            .collect();
        Some(RequireProgram { flag: index, variants, path: path.into() })
    }

    fn test_ref(&mut self, test: &Test<'_>) -> TestRef {
        let tables = &mut self.program.tables;
        match test {
            Test::OneOf(values) => TestRef::Set(store(&mut tables.sets, Set::new(values.iter()))),
            Test::Hashed { salt, digests } => {
                let mut digests = digests.clone();
                digests.sort_unstable();
                TestRef::Hashed(store(&mut tables.hashed, Hashed { salt: (*salt).to_owned(), digests }))
            }
            Test::Range { low, high } => {
                TestRef::Range(store(&mut tables.ranges, NumberRange { low: *low, high: *high }))
            }
            Test::Contains(values) => {
                let parts = to_bytes(values.texts());
                TestRef::Contains(store(&mut tables.contains, (Set::new(values.iter()), parts)))
            }
            Test::StartsWith(texts) => {
                TestRef::StartsWith(store(&mut tables.texts, to_bytes(texts.iter().copied())))
            }
            Test::EndsWith(texts) => {
                TestRef::EndsWith(store(&mut tables.texts, to_bytes(texts.iter().copied())))
            }
            Test::Matches(text) => match crate::decide::pattern::compile(text) {
                Ok(regex) => TestRef::Matches(store(&mut tables.regexes, ((*text).to_owned(), regex))),
                // It compiled while it was read; an index that nothing has is unknown to every decision.
                Err(_) => TestRef::Matches(u32::MAX),
            },
            Test::Exists(wanted) => TestRef::Exists(*wanted),
            Test::Semver(text, range) => {
                TestRef::Semver(store(&mut tables.semvers, ((*text).to_owned(), range.clone())))
            }
            Test::Before(instant) => TestRef::Before(*instant),
            Test::After(instant) => TestRef::After(*instant),
            Test::Cidr(networks) => TestRef::Cidr(store(&mut tables.networks, networks.clone())),
        }
    }

    fn window(&mut self, window: &Window<'_>) -> WindowProgram {
        let zone = self.zone(window.timezone.as_ref().map(|zone| zone.value));
        WindowProgram {
            hours: window.hours,
            days: window.days,
            zone,
            after: window.after,
            before: window.before,
        }
    }
}

fn store<T>(table: &mut Vec<T>, item: T) -> u32 {
    table.push(item);
    number(table.len() - 1)
}

fn to_bytes<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Box<[u8]>> {
    texts.map(|text| text.as_bytes().into()).collect()
}
