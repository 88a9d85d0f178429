//! A table as one would write it down: every entry is looked at, and precedence is compared pair by pair.

use cutover_paths::{By, Entry, Header, HeaderTest, Otherwise, Rollout, Side};
use std::cmp::Ordering;

/// A segment of an entry's path: a literal, or a parameter.
pub(crate) type Segment = Option<&'static str>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Only,
    Below,
    Onwards,
}

/// An entry of few parts. The header is `h`; a list without values asks for its presence.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) segments: Vec<Segment>,
    pub(crate) end: End,
    pub(crate) methods: Option<Vec<&'static str>>,
    pub(crate) header: Option<Vec<&'static str>>,
    pub(crate) unit: Option<Unit>,
}

/// What the entry's rollout hashes. Half of all units are inside, and the others go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Attribute,
    Header,
}

/// A request of as many parts.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) segments: Vec<&'static str>,
    pub(crate) method: &'static str,
    pub(crate) header: Option<&'static str>,
}

impl Spec {
    pub(crate) fn path(&self) -> String {
        let names = ["p0", "p1", "p2", "p3", "p4"];
        let segment = |(segment, name): (&Segment, &str)| match segment {
            Some(text) => format!("/{text}"),
            None => format!("/:{name}"),
        };
        let path: String = self.segments.iter().zip(names).map(segment).collect();
        match (self.end, path.as_str()) {
            (End::Below, _) => path + "/*",
            (_, "") => "/".into(),
            _ => path,
        }
    }

    pub(crate) fn entry(&self, service: String) -> Entry {
        let texts = |texts: &Vec<&str>| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let test = |values: &Vec<&str>| match values.as_slice() {
            [] => HeaderTest::Present,
            _ => HeaderTest::OneOf(texts(values)),
        };
        let by = |unit: Unit| match unit {
            Unit::Attribute => By::Attribute("unit".into()),
            Unit::Header => By::Header("H".into()),
        };
        Entry {
            exact: self.end == End::Only,
            methods: self.methods.as_ref().map(texts),
            headers: self
                .header
                .iter()
                .map(|values| Header { name: "h".into(), test: test(values) })
                .collect(),
            rollout: self.unit.map(|unit| Rollout { ppm: 500_000, by: by(unit), otherwise: Otherwise::Next }),
            ..Entry::new(self.path(), service, Side::New)
        }
    }

    fn conditions(&self) -> usize {
        [self.methods.is_some(), self.header.is_some(), self.unit.is_some()]
            .into_iter()
            .filter(|is| *is)
            .count()
    }

    /// True where path, method and header match: what the rollout says is not known here.
    pub(crate) fn matches(&self, asked: &Asked) -> bool {
        let more = asked.segments.len().cmp(&self.segments.len());
        let ends = match self.end {
            End::Only => more == Ordering::Equal,
            End::Below => more == Ordering::Greater,
            End::Onwards => more != Ordering::Less,
        };
        let same = |(own, other): (&Segment, &&str)| own.is_none_or(|own| own == *other);
        ends && self.segments.iter().zip(&asked.segments).all(same)
            && self.methods.as_ref().is_none_or(|methods| methods.contains(&asked.method))
            && self.header.as_ref().is_none_or(|values| {
                asked.header.is_some_and(|value| values.is_empty() || values.contains(&value))
            })
            && (self.unit != Some(Unit::Header) || asked.header.is_some())
    }

    /// Whether this one is tried before another that matches the same request; ties fall to the first in the table.
    pub(crate) fn precedes(&self, other: &Self) -> Ordering {
        let ranks = |spec: &Self| -> Vec<u8> {
            let segments = spec.segments.iter().map(|segment| u8::from(segment.is_none()));
            segments.chain([if spec.end == End::Onwards { 3 } else { 2 }]).collect()
        };
        ranks(self).cmp(&ranks(other)).then(other.conditions().cmp(&self.conditions()))
    }
}

/// The entries that match a request, the one that is tried first first.
pub(crate) fn candidates(specs: &[Spec], asked: &Asked) -> Vec<usize> {
    let mut all: Vec<usize> = (0..specs.len()).filter(|index| specs[*index].matches(asked)).collect();
    all.sort_by(|one, other| specs[*one].precedes(&specs[*other]).then(one.cmp(other)));
    all
}
