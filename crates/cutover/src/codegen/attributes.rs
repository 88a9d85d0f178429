//! Which values conditions can do something with, attribute by attribute.

use crate::ruleset::condition::{Condition, Kind};
use crate::ruleset::contract::Contract;
use crate::ruleset::how::{How, ReadAs};
use crate::ruleset::operator::{Scalars, Test};
use crate::ruleset::serve::{By, Unit};
use crate::value::ValueRef;
use cutover_decider::contract::Hash;
use std::collections::BTreeMap;

/// What an attribute may be, as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) const TEXT: Self = Self(1);
    pub(super) const NUMBER: Self = Self(2);
    pub(super) const BOOL: Self = Self(4);
    /// A moment: a date of the language, a text, or milliseconds.
    pub(super) const INSTANT: Self = Self(8);
    pub(super) const TEXTS: Self = Self(16);
    pub(super) const NUMBERS: Self = Self(32);
    pub(super) const BOOLS: Self = Self(64);

    /// What a unit may be that is hashed.
    const UNIT: Self = Self(Self::TEXT.0 | Self::NUMBER.0);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// True where nothing asks for anything but that it is there.
    pub(super) fn is_any(self) -> bool {
        self.0 == 0
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Bool(_) => Self::BOOL,
            ValueRef::Int(_) | ValueRef::Float(_) => Self::NUMBER,
            ValueRef::Text(_) => Self::TEXT,
            _ => Self::default(),
        }
    }

    fn of_each(scalars: Scalars<'_>) -> Self {
        scalars.iter().fold(Self::default(), |kinds, value| kinds.and(Self::of(value)))
    }

    /// What can match a test that is made like this.
    fn of_converted(test: &Test<'_>, how: How) -> Self {
        let one = match how.read_as {
            None => Self::of_test(test),
            Some(ReadAs::Number | ReadAs::Version) => Self::UNIT,
            Some(ReadAs::Text) => Self::UNIT.and(Self::BOOL),
            Some(ReadAs::PartialVersion | ReadAs::PaddedVersion) => Self::TEXT,
            Some(ReadAs::Size) => Self::TEXTS.and(Self::NUMBERS).and(Self::BOOLS),
        };
        if how.each { one.and(one.lists()) } else { one }
    }

    /// Lists of such values. An instant in a list is a text or a number.
    fn lists(self) -> Self {
        let items = if self.has(Self::INSTANT) { self.and(Self::UNIT) } else { self };
        Self(items.0 << 4 & (Self::TEXTS.0 | Self::NUMBERS.0 | Self::BOOLS.0))
    }

    /// What can match such a test.
    fn of_test(test: &Test<'_>) -> Self {
        match test {
            Test::OneOf(scalars) => Self::of_each(*scalars),
            Test::Hashed { .. } => Self::UNIT,
            Test::Range { .. } => Self::NUMBER,
            Test::Contains(scalars) => {
                let items = Self::of_each(*scalars);
                // A text contains texts; a list contains anything.
                let text = if items.has(Self::TEXT) { Self::TEXT } else { Self::default() };
                text.and(items.lists())
            }
            Test::Order { .. }
            | Test::StartsWith(_)
            | Test::EndsWith(_)
            | Test::Matches { .. }
            | Test::Semver(..)
            | Test::Cidr(_) => Self::TEXT,
            Test::Exists(_) => Self::default(),
            Test::Before(_) | Test::After(_) => Self::INSTANT,
        }
    }
}

/// Attributes as nested objects: `tenant.tier` is `tier` of `tenant`.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) branches: BTreeMap<String, Branch>,
}

/// An attribute, a part of the paths of others, or both.
#[derive(Debug, Default)]
pub(super) struct Branch {
    /// What it may be itself; none where it is only part of the paths of others.
    pub(super) kinds: Option<Kinds>,
    pub(super) inside: Tree,
}

/// The attributes that are read.
#[derive(Debug, Default)]
pub(super) struct Read(BTreeMap<String, Kinds>);

impl Read {
    fn add(&mut self, attribute: &str, kinds: Kinds) {
        let known = self.0.entry(attribute.to_owned()).or_default();
        *known = known.and(kinds);
    }

    pub(super) fn unit(&mut self, attribute: &str) {
        self.add(attribute, Kinds::UNIT);
    }

    pub(super) fn drawn(&mut self, unit: &Unit<'_>) {
        match unit {
            // A flag has a list of attributes for `java31` alone, which hashes texts.
            Unit::OfFlag(by) => self.by(by, Kinds::TEXT),
            Unit::Named(contract) => self.contract(contract),
        }
    }

    fn contract(&mut self, contract: &Contract<'_>) {
        self.by(&contract.by, if contract.hash == Hash::Java31 { Kinds::TEXT } else { Kinds::UNIT });
    }

    fn by(&mut self, by: &By<'_>, of_several: Kinds) {
        match by {
            By::Attribute(attribute) => self.unit(attribute),
            By::FirstOf { attributes, .. } => {
                attributes.iter().for_each(|attribute| self.add(attribute, of_several));
            }
        }
    }

    pub(super) fn condition(&mut self, condition: &Condition<'_>) {
        match &condition.kind {
            Kind::All(inner) | Kind::Any(inner) => inner.iter().for_each(|inner| self.condition(inner)),
            Kind::Not(inner) => self.condition(inner),
            Kind::Attribute { attribute, test, how, .. } => {
                self.add(attribute, Kinds::of_converted(test, *how));
            }
            Kind::Bucket(bucket) => self.contract(&bucket.contract),
            Kind::Segment(_) | Kind::Flag { .. } | Kind::Time(_) => {}
        }
    }

    /// As they are given: flat by the whole path, and nested.
    pub(super) fn tree(&self) -> Tree {
        let mut tree = Tree::default();
        for (path, kinds) in &self.0 {
            tree.branches.entry(path.clone()).or_default().kinds = Some(*kinds);
            let parts: Vec<&str> = path.split('.').collect();
            let Some((last, folders)) = parts.split_last() else { continue };
            let mut place = &mut tree;
            for folder in folders {
                place = &mut place.branches.entry((*folder).to_owned()).or_default().inside;
            }
            place.branches.entry((*last).to_owned()).or_default().kinds = Some(*kinds);
        }
        tree
    }
}
