//! Conditions about to be written, with what is certain folded away.

use cutover::Value;
use cutover::import::Yaml;

/// A condition of a ruleset, or what it is for everybody.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    /// The same for everybody.
    Always(bool),
    /// One test, as a mapping.
    Test(Vec<(String, Yaml)>),
    /// A condition of this name.
    Segment(String),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
}

impl Condition {
    pub(crate) const TRUE: Self = Self::Always(true);
    pub(crate) const FALSE: Self = Self::Always(false);

    /// All of these.
    pub(crate) fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        let mut left = Vec::new();
        for condition in conditions {
            match condition {
                Self::Always(true) => {}
                Self::Always(false) => return Self::FALSE,
                Self::All(inner) => left.extend(inner),
                condition => left.push(condition),
            }
        }
        dedup(&mut left);
        match left.len() {
            0 => Self::TRUE,
            1 => left.remove(0),
            _ => Self::All(left),
        }
    }

    /// Any of these.
    pub(crate) fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        let mut left = Vec::new();
        for condition in conditions {
            match condition {
                Self::Always(false) => {}
                Self::Always(true) => return Self::TRUE,
                Self::Any(inner) => left.extend(inner),
                condition => left.push(condition),
            }
        }
        dedup(&mut left);
        match left.len() {
            0 => Self::FALSE,
            1 => left.remove(0),
            _ => Self::Any(left),
        }
    }

    /// The opposite. Unknown stays unknown, so a test under it has to say what it is otherwise.
    pub(crate) fn opposite(self) -> Self {
        match self {
            Self::Always(value) => Self::Always(!value),
            Self::Not(inner) => *inner,
            condition => Self::Not(Box::new(condition)),
        }
    }

    /// Whether it holds for nobody.
    pub(crate) fn is_never(&self) -> bool {
        *self == Self::FALSE
    }

    /// Says of a test, or of every test of a group, that it is false where it would be unknown, and of one that is turned
    /// around that it is true.
    pub(crate) fn certain(self) -> Self {
        self.otherwise(false)
    }

    /// Says what a test is where it would be unknown.
    pub(crate) fn otherwise(self, value: bool) -> Self {
        match self {
            Self::Test(mut entries) => {
                if !entries.iter().any(|(key, _)| ["otherwise", "exists", "time"].contains(&key.as_str())) {
                    entries.push(("otherwise".to_owned(), Yaml::Scalar(value.to_string())));
                }
                Self::Test(entries)
            }
            Self::All(inner) => Self::all(inner.into_iter().map(|inner| inner.otherwise(value))),
            Self::Any(inner) => Self::any(inner.into_iter().map(|inner| inner.otherwise(value))),
            Self::Not(inner) => inner.otherwise(!value).opposite(),
            other => other,
        }
    }

    /// The same for a rule, which does not match where its condition is unknown: under nothing that turns it around, a
    /// test need not say that it is false then.
    pub(crate) fn of_rule(self) -> Self {
        match self {
            Self::Test(mut entries) => {
                entries
                    .retain(|(key, value)| key != "otherwise" || *value != Yaml::Scalar("false".to_owned()));
                Self::Test(entries)
            }
            Self::All(inner) => Self::all(inner.into_iter().map(Self::of_rule)),
            Self::Any(inner) => Self::any(inner.into_iter().map(Self::of_rule)),
            other => other,
        }
    }

    /// As it stands behind `if`; none for everybody.
    pub(crate) fn write(&self) -> Option<Yaml> {
        (*self != Self::TRUE).then(|| self.yaml())
    }

    /// Calls `found` with the names of the segments that it asks for, and whether something turns them around.
    pub(crate) fn segments<'a>(&'a self, is_turned: bool, found: &mut impl FnMut(&'a str, bool)) {
        match self {
            Self::Always(_) | Self::Test(_) => {}
            Self::Segment(name) => found(name, is_turned),
            Self::All(inner) | Self::Any(inner) => {
                inner.iter().for_each(|inner| inner.segments(is_turned, found))
            }
            Self::Not(inner) => inner.segments(true, found),
        }
    }

    fn yaml(&self) -> Yaml {
        let list = |inner: &[Self]| Yaml::List(inner.iter().map(Self::yaml).collect());
        match self {
            // What is certain is folded away but for a whole condition, and nobody writes a rule for nobody.
            Self::Always(_) => Yaml::map([("any", Yaml::List(Vec::new()))]),
            Self::Test(entries) => Yaml::Map(entries.clone()),
            Self::Segment(name) => Yaml::map([("segment", Yaml::text(name))]),
            Self::All(inner) => Yaml::map([("all", list(inner))]),
            Self::Any(inner) => Yaml::map([("any", list(inner))]),
            Self::Not(inner) => Yaml::map([("not", inner.yaml())]),
        }
    }
}

fn dedup(conditions: &mut Vec<Condition>) {
    let mut kept: Vec<Condition> = Vec::with_capacity(conditions.len());
    for condition in conditions.drain(..) {
        if !kept.contains(&condition) {
            kept.push(condition);
        }
    }
    *conditions = kept;
}

/// How an attribute is read before it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum As {
    Itself,
    Text,
    Number,
    Version,
    PartialVersion,
    PaddedVersion,
    Size,
}

/// A test of an attribute.
pub(crate) fn test(attribute: &str, operator: &str, value: Yaml) -> Condition {
    Condition::Test(vec![("attribute".to_owned(), Yaml::text(attribute)), (operator.to_owned(), value)])
}

/// A test of an attribute that is read in some way first.
pub(crate) fn test_as(attribute: &str, read: As, operator: &str, value: Yaml) -> Condition {
    let word = match read {
        As::Itself => return test(attribute, operator, value),
        As::Text => "text",
        As::Number => "number",
        As::Version => "version",
        As::PartialVersion => "partial_version",
        As::PaddedVersion => "padded_version",
        As::Size => "size",
    };
    with(test(attribute, operator, value), "as", Yaml::text(word))
}

/// The same test with one key more.
pub(crate) fn with(condition: Condition, key: &str, value: Yaml) -> Condition {
    match condition {
        Condition::Test(mut entries) => {
            entries.push((key.to_owned(), value));
            Condition::Test(entries)
        }
        other => other,
    }
}

/// Whether the attribute is there, and not null.
pub(crate) fn exists(attribute: &str, value: bool) -> Condition {
    test(attribute, "exists", Yaml::Scalar(value.to_string()))
}

/// Whether the attribute is one of these texts.
pub(crate) fn one_of(attribute: &str, read: As, values: &[&str]) -> Condition {
    match values {
        [] => Condition::FALSE,
        [one] => test_as(attribute, read, "is", Yaml::text(one)),
        _ => test_as(attribute, read, "in", Yaml::texts(values)),
    }
}

/// Whether the unit's position lies in one of these ranges.
pub(crate) fn bucket(hash: &str, salt: Option<&str>, by: Yaml, of: u64, ranges: &[(u64, u64)]) -> Condition {
    let ranges: Vec<(u64, u64)> = ranges.iter().copied().filter(|(from, to)| from < to).collect();
    if ranges.is_empty() {
        return Condition::FALSE;
    }
    let ranges = ranges.iter().map(|(from, to)| Yaml::List(vec![number(*from), number(*to)]));
    let mut bucket = vec![("hash".to_owned(), Yaml::text(hash))];
    bucket.extend(salt.map(|salt| ("salt".to_owned(), Yaml::text(salt))));
    bucket.push(("by".to_owned(), by));
    bucket.push(("of".to_owned(), number(of)));
    bucket.push(("in".to_owned(), Yaml::List(ranges.collect())));
    Condition::Test(vec![("bucket".to_owned(), Yaml::Map(bucket))])
}

/// A window of time, in milliseconds: from the one on, and until before the other.
pub(crate) fn window(after: Option<i64>, before: Option<i64>) -> Condition {
    if let (Some(after), Some(before)) = (after, before)
        && after >= before
    {
        return Condition::FALSE;
    }
    let entry = |key: &str, ms: Option<i64>| ms.map(|ms| (key.to_owned(), crate::json::instant(ms)));
    let entries: Vec<(String, Yaml)> =
        entry("after", after).into_iter().chain(entry("before", before)).collect();
    if entries.is_empty() {
        return Condition::TRUE;
    }
    Condition::Test(vec![("time".to_owned(), Yaml::Map(entries))])
}

/// A whole number.
pub(crate) fn number(value: u64) -> Yaml {
    Yaml::Scalar(value.to_string())
}

/// A number of a foreign document.
pub(crate) fn float(value: f64) -> Yaml {
    Yaml::from(Value::number(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_certain_is_folded_away() {
        let vip = one_of("tier", As::Itself, &["vip"]);
        assert_eq!(Condition::all([Condition::TRUE, vip.clone(), vip.clone()]), vip);
        assert_eq!(Condition::all([vip.clone(), Condition::FALSE]), Condition::FALSE);
        assert_eq!(Condition::any([vip.clone(), Condition::TRUE]), Condition::TRUE);
        assert_eq!(Condition::any([]), Condition::FALSE);
        assert_eq!(vip.clone().opposite().opposite(), vip);
        assert_eq!(window(Some(2), Some(2)), Condition::FALSE);
        assert_eq!(bucket("eppo/md5", Some("s"), Yaml::text("id"), 10, &[(3, 3)]), Condition::FALSE);
    }
}
