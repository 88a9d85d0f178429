//! Operators: how a condition compares an attribute.

use super::cidr::Network;
use super::fields::Reader;
use super::semver::Range;
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::value::Value;
use cutover_decider::decide::number::Number;
use cutover_regex::{ErrorKind, Limits};

macro_rules! operators {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// An operator of a condition.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Operator { $($variant),* }

        impl Operator {
            /// All of them, in the order of the documentation.
            pub(crate) const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// The key that stands for it in a ruleset.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

operators! {
    Is "is", IsNot "is_not", In "in", NotIn "not_in", Above "above", AtLeast "at_least", Below "below", AtMost "at_most",
    Between "between", Contains "contains", StartsWith "starts_with", EndsWith "ends_with", Matches "matches",
    Exists "exists", Semver "semver", Before "before", After "after", Cidr "cidr",
}

impl Operator {
    /// The operator of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }

    /// True for the two whose test is the opposite of another's.
    pub(crate) fn negates(self) -> bool {
        matches!(self, Self::IsNot | Self::NotIn)
    }
}

/// What an attribute is compared with.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    /// Equal to one of these scalars.
    OneOf(Vec<Value>),
    /// Equal to one of those whose salted SHA-256 is listed.
    Hashed {
        salt: String,
        digests: Vec<[u8; 32]>,
    },
    /// Within these bounds; `bool` says whether the bound itself belongs to it.
    Range {
        low: Option<(Number, bool)>,
        high: Option<(Number, bool)>,
    },
    Contains(Vec<Value>),
    StartsWith(Vec<String>),
    EndsWith(Vec<String>),
    /// A regular expression, and the automaton that it compiles to.
    Matches {
        text: String,
        automaton: Vec<u32>,
    },
    Exists(bool),
    Semver(String, Range),
    Before(i64),
    After(i64),
    Cidr(Vec<Network>),
}

/// The longest regular expression, in bytes; regexes of that size compile to a bounded program.
const MAX_REGEX_BYTES: usize = 1024;

/// The largest compiled regular expression, in bytes.

impl Reader {
    /// Reads what stands behind an operator.
    pub(crate) fn test(&mut self, operator: Operator, node: &Node, path: Path<'_>) -> Option<Test> {
        match operator {
            Operator::Is | Operator::IsNot => self.scalar(node, path).map(|value| Test::OneOf(vec![value])),
            Operator::In | Operator::NotIn => self.set(node, path),
            Operator::Above => {
                self.number(node, path).map(|low| Test::Range { low: Some((low, false)), high: None })
            }
            Operator::AtLeast => {
                self.number(node, path).map(|low| Test::Range { low: Some((low, true)), high: None })
            }
            Operator::Below => {
                self.number(node, path).map(|high| Test::Range { low: None, high: Some((high, false)) })
            }
            Operator::AtMost => {
                self.number(node, path).map(|high| Test::Range { low: None, high: Some((high, true)) })
            }
            Operator::Between => self.between(node, path),
            Operator::Contains => self.one_or_more(node, path, Self::contained).map(Test::Contains),
            Operator::StartsWith => self.texts(node, path).map(Test::StartsWith),
            Operator::EndsWith => self.texts(node, path).map(Test::EndsWith),
            Operator::Matches => self.regex(node, path),
            Operator::Exists => self.bool(node, path).map(Test::Exists),
            Operator::Semver => self.semver(node, path).map(|(text, range)| Test::Semver(text, range)),
            Operator::Before => self.instant(node, path).map(Test::Before),
            Operator::After => self.instant(node, path).map(Test::After),
            Operator::Cidr => self.one_or_more(node, path, Self::network).map(Test::Cidr),
        }
    }

    fn scalar(&mut self, node: &Node, path: Path<'_>) -> Option<Value> {
        match &node.content {
            Content::Bool(_) | Content::Int(_) | Content::Float(_) | Content::Text(_) => {
                Some(node.to_value())
            }
            Content::Null => {
                self.note(
                    Diagnostic::error(
                        "wrong_type",
                        path.to_string(),
                        node.at,
                        "nothing equals null: a null attribute is a missing one",
                    )
                    .found("null")
                    .expected(["a text, a number or a boolean"])
                    .help("to ask whether an attribute is missing, write `exists: false`"),
                );
                None
            }
            _ => {
                self.wrong_type(node, path, "a text, a number or a boolean");
                None
            }
        }
    }

    fn number(&mut self, node: &Node, path: Path<'_>) -> Option<Number> {
        match node.content {
            Content::Int(int) => Some(Number::Int(int)),
            Content::Float(float) => Some(Number::Float(float)),
            _ => {
                self.wrong_type(node, path, "a number");
                None
            }
        }
    }

    fn set(&mut self, node: &Node, path: Path<'_>) -> Option<Test> {
        if let Content::Map(_) = node.content {
            return self.hashed(node, path);
        }
        let items = self.list(node, path)?;
        if items.is_empty() {
            self.empty(node, path, "a list without values matches nobody");
            return None;
        }
        let values: Vec<Option<Value>> =
            items.iter().enumerate().map(|(index, item)| self.scalar(item, path.index(index))).collect();
        values.into_iter().collect::<Option<Vec<_>>>().map(Test::OneOf)
    }

    /// Reads `{ sha256: [hex, …], salt: text }`.
    fn hashed(&mut self, node: &Node, path: Path<'_>) -> Option<Test> {
        let mut fields = self.fields(node, path)?;
        let salt = fields.need(self, path, "salt").and_then(|node| self.text(node, path.key("salt")));
        let list = fields.need(self, path, "sha256");
        fields.finish(self, path, &["sha256", "salt"]);
        let (list, path) = (list?, path.key("sha256"));
        let items = self.list(list, path)?;
        if items.is_empty() {
            self.empty(list, path, "a list without values matches nobody");
            return None;
        }
        let mut digests = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let text = self.text(item, path.index(index))?;
            let Some(digest) = crate::hash_list::parse_hex(text) else {
                self.note(
                    Diagnostic::error(
                        "bad_hash",
                        path.index(index).to_string(),
                        item.at,
                        "this is no SHA-256",
                    )
                    .found(text)
                    .expected(["64 hexadecimal digits"])
                    .help("`cutover hash-list --salt SALT` writes such a list"),
                );
                return None;
            };
            digests.push(digest);
        }
        Some(Test::Hashed { salt: salt?.to_owned(), digests })
    }

    fn between(&mut self, node: &Node, path: Path<'_>) -> Option<Test> {
        let Content::List(items) = &node.content else {
            self.wrong_type(node, path, "a list of two numbers");
            return None;
        };
        let [low, high] = items.as_slice() else {
            self.note(
                Diagnostic::error("wrong_type", path.to_string(), node.at, "`between` takes two numbers")
                    .found(format!("{} items", items.len()))
                    .expected(["a list of two numbers, the lower one first"]),
            );
            return None;
        };
        let (low, high) = (self.number(low, path.index(0))?, self.number(high, path.index(1))?);
        if low.cmp(high).is_gt() {
            self.note(
                Diagnostic::error(
                    "empty_range",
                    path.to_string(),
                    node.at,
                    "no number lies between these two",
                )
                .expected(["a list of two numbers, the lower one first"]),
            );
            return None;
        }
        Some(Test::Range { low: Some((low, true)), high: Some((high, true)) })
    }

    fn one_or_more<T>(
        &mut self,
        node: &Node,
        path: Path<'_>,
        read: impl Fn(&mut Self, &Node, Path<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Content::List(items) = &node.content else { return read(self, node, path).map(|one| vec![one]) };
        if items.is_empty() {
            self.empty(node, path, "a list without values matches nobody");
            return None;
        }
        let read: Vec<Option<T>> =
            items.iter().enumerate().map(|(index, item)| read(self, item, path.index(index))).collect();
        read.into_iter().collect()
    }

    fn texts(&mut self, node: &Node, path: Path<'_>) -> Option<Vec<String>> {
        self.one_or_more(node, path, |reader, node, path| {
            let text = reader.text(node, path)?;
            if text.is_empty() {
                reader.empty(node, path, "every text begins and ends with the empty one");
                return None;
            }
            Some(text.to_owned())
        })
    }

    fn contained(&mut self, node: &Node, path: Path<'_>) -> Option<Value> {
        if node.content == Content::Text(String::new()) {
            self.empty(node, path, "every text has the empty one in it");
            return None;
        }
        self.scalar(node, path)
    }

    fn empty(&mut self, node: &Node, path: Path<'_>, message: &str) {
        self.note(
            Diagnostic::error("empty_list", path.to_string(), node.at, message)
                .expected(["at least one value"]),
        );
    }

    fn regex(&mut self, node: &Node, path: Path<'_>) -> Option<Test> {
        let text = self.text(node, path)?;
        if text.len() > MAX_REGEX_BYTES {
            self.note(
                Diagnostic::error(
                    "regex_too_large",
                    path.to_string(),
                    node.at,
                    "this regular expression is too long",
                )
                .found(format!("{} bytes", text.len()))
                .expected([format!("at most {MAX_REGEX_BYTES} bytes")])
                .help("use `in`, `starts_with`, `ends_with` or `contains` with a list"),
            );
            return None;
        }
        match cutover_regex::compile(text, &Limits::default()) {
            Ok(automaton) => Some(Test::Matches { text: text.to_owned(), automaton }),
            Err(error) => {
                let code = if error.kind() == ErrorKind::TooLarge { "regex_too_large" } else { "bad_regex" };
                self.note(
                    Diagnostic::error(
                        code,
                        path.to_string(),
                        node.at,
                        format!("this regular expression is refused: {error}"),
                    )
                    .found(text)
                    .expected(["a regular expression without look-around and back-references"]),
                );
                None
            }
        }
    }

    fn semver(&mut self, node: &Node, path: Path<'_>) -> Option<(String, Range)> {
        let text = self.text(node, path)?;
        match Range::parse(text) {
            Ok(range) => Some((text.to_owned(), range)),
            Err(problem) => {
                self.note(
                    Diagnostic::error("bad_semver", path.to_string(), node.at, problem).found(text).expected(
                        ["a range such as `>=1.2.0 <2.0.0`, `^1.4.0`, `~2.1.0` or `1.0.0 || ^2.0.0`"],
                    ),
                );
                None
            }
        }
    }

    fn network(&mut self, node: &Node, path: Path<'_>) -> Option<Network> {
        let text = self.text(node, path)?;
        let network = Network::parse(text);
        if network.is_none() {
            self.note(
                Diagnostic::error("bad_cidr", path.to_string(), node.at, "this is no network")
                    .found(text)
                    .expected([
                        "a network such as 10.0.0.0/8 or 2001:db8::/32, with no bit set behind the prefix",
                    ]),
            );
        }
        network
    }
}
