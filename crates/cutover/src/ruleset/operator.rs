//! Operators: how a condition compares an attribute.

use super::cidr::Network;
use super::fields::Reader;
use super::how::How;
use super::semver::Range;
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::value::ValueRef;
use cutover_decider::decide::number::Number;
use cutover_regex::{ErrorKind, Limits};

macro_rules! operators {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// An operator of a condition.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Operator { $($variant),* }

        impl Operator {
            /// All of them, in the order of the documentation.
            pub(crate) const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// The key that stands for it in a ruleset.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The operator of this name.
            pub(crate) fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
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
    /// True for the two whose test is the opposite of another's.
    pub(crate) fn negates(self) -> bool {
        matches!(self, Self::IsNot | Self::NotIn)
    }
}

/// What an attribute is compared with.
#[derive(Debug, Clone)]
pub(crate) enum Test<'a> {
    /// Equal to one of these scalars.
    OneOf(Scalars<'a>),
    /// Equal to one of those whose salted SHA-256 is listed.
    Hashed {
        salt: &'a str,
        digests: Vec<[u8; 32]>,
    },
    /// Within these bounds; `bool` says whether the bound itself belongs to it.
    Range {
        low: Option<(Number, bool)>,
        high: Option<(Number, bool)>,
    },
    /// Between these texts; `bool` says whether the text itself belongs to it.
    Order {
        low: Option<(&'a str, bool)>,
        high: Option<(&'a str, bool)>,
    },
    Contains(Scalars<'a>),
    StartsWith(Vec<&'a str>),
    EndsWith(Vec<&'a str>),
    /// A regular expression, and the automaton that it compiles to.
    Matches {
        text: &'a str,
        automaton: Vec<u32>,
    },
    Exists(bool),
    Semver(&'a str, Range),
    Before(i64),
    After(i64),
    Cidr(Vec<Network>),
}

/// Scalars of a document: the items of a list, or one value alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scalars<'a>(&'a [Node<'a>]);

impl<'a> Scalars<'a> {
    fn of(node: &'a Node<'a>) -> Self {
        match node.content {
            Content::List(items) => Self(items),
            _ => Self(std::slice::from_ref(node)),
        }
    }

    /// How many there are.
    pub(crate) fn len(self) -> usize {
        self.0.len()
    }

    /// The scalars, in order.
    pub(crate) fn iter(self) -> impl Iterator<Item = ValueRef<'a>> {
        self.0.iter().map(|node| match node.content {
            Content::Bool(value) => ValueRef::Bool(value),
            Content::Int(value) => ValueRef::Int(value),
            Content::Float(value) => ValueRef::Float(value),
            Content::Text(text) => ValueRef::Text(text.as_bytes()),
            // Checked while reading.
            Content::Null | Content::List(_) | Content::Map(_) => ValueRef::Missing,
        })
    }

    /// Those that are texts.
    pub(crate) fn texts(self) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(|node| match node.content {
            Content::Text(text) => Some(text),
            _ => None,
        })
    }
}

/// Wherever they stand in the document.
impl PartialEq for Scalars<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(|node| node.content).eq(other.0.iter().map(|node| node.content))
    }
}

/// The longest regular expression, in bytes; regexes of that size compile to a bounded program.
const MAX_REGEX_BYTES: usize = 1024;
/// How many words all automata of a ruleset may have: 64 MiB.
const MAX_REGEX_WORDS: usize = 1 << 24;
/// How much work is put into tables for the regular expressions of a ruleset, which is a second or less. Others become
/// steps, which decide the same.
const MAX_REGEX_WORK: usize = 1 << 27;

/// What the regular expressions of a ruleset may take yet.
#[derive(Debug)]
pub(super) struct RegexBudget {
    work: usize,
    words: usize,
    /// Whether it was said that there are too many words.
    is_told: bool,
}

impl Default for RegexBudget {
    fn default() -> Self {
        Self { work: MAX_REGEX_WORK, words: MAX_REGEX_WORDS, is_told: false }
    }
}

impl Reader {
    /// Reads what stands behind an operator.
    pub(crate) fn test<'a>(
        &mut self,
        operator: Operator,
        node: &'a Node<'a>,
        path: Path<'_>,
        how: How,
    ) -> Option<Test<'a>> {
        if how.orders_texts()
            && let Some(test) = self.order(operator, node, path)
        {
            return test;
        }
        match operator {
            Operator::Is | Operator::IsNot => {
                self.scalar(node, path).map(|()| Test::OneOf(Scalars::of(node)))
            }
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
            Operator::Contains => self
                .one_or_more(node, path, |reader, node, path| reader.contained(node, path))
                .map(|_: Vec<()>| Test::Contains(Scalars::of(node))),
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

    /// Reads a text that others are compared with by their order; none for any other operator.
    fn order<'a>(&mut self, operator: Operator, node: &Node<'a>, path: Path<'_>) -> Option<Option<Test<'a>>> {
        let test: fn(&'a str) -> Test<'a> = match operator {
            Operator::Above => |low| Test::Order { low: Some((low, false)), high: None },
            Operator::AtLeast => |low| Test::Order { low: Some((low, true)), high: None },
            Operator::Below => |high| Test::Order { low: None, high: Some((high, false)) },
            Operator::AtMost => |high| Test::Order { low: None, high: Some((high, true)) },
            _ => return None,
        };
        Some(self.text(node, path).map(test))
    }

    /// Checks that this is a scalar.
    fn scalar(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<()> {
        match &node.content {
            Content::Bool(_) | Content::Int(_) | Content::Float(_) | Content::Text(_) => Some(()),
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

    fn number(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<Number> {
        match node.content {
            Content::Int(int) => Some(Number::Int(int)),
            Content::Float(float) => Some(Number::Float(float)),
            _ => {
                self.wrong_type(node, path, "a number");
                None
            }
        }
    }

    fn set<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Test<'a>> {
        if let Content::Map(_) = node.content {
            return self.hashed(node, path);
        }
        let items = self.list(node, path)?;
        if items.is_empty() {
            self.empty(node, path, "a list without values matches nobody");
            return None;
        }
        self.scalars(items, path).map(Test::OneOf)
    }

    /// Checks that each of these is a scalar.
    fn scalars<'a>(&mut self, items: &'a [Node<'a>], path: Path<'_>) -> Option<Scalars<'a>> {
        let mut complete = true;
        for (index, item) in items.iter().enumerate() {
            complete &= self.scalar(item, path.index(index)).is_some();
        }
        complete.then_some(Scalars(items))
    }

    /// Reads `{ sha256: [hex, …], salt: text }`.
    fn hashed<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Test<'a>> {
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
        Some(Test::Hashed { salt: salt?, digests })
    }

    fn between<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Test<'a>> {
        let Content::List(items) = node.content else {
            self.wrong_type(node, path, "a list of two numbers");
            return None;
        };
        let [low, high] = items else {
            self.note(
                Diagnostic::error("wrong_type", path.to_string(), node.at, "`between` takes two numbers")
                    .found(format!("{} items", items.len()))
                    .expected(["a list of two numbers, the lower one first"]),
            );
            return None;
        };
        let (low, high) = (self.number(low, path.index(0))?, self.number(high, path.index(1))?);
        if low.compare(high).is_gt() {
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

    fn one_or_more<'a, T>(
        &mut self,
        node: &Node<'a>,
        path: Path<'_>,
        read: impl Fn(&mut Self, &Node<'a>, Path<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Content::List(items) = node.content else { return read(self, node, path).map(|one| vec![one]) };
        if items.is_empty() {
            self.empty(node, path, "a list without values matches nobody");
            return None;
        }
        let read: Vec<Option<T>> =
            items.iter().enumerate().map(|(index, item)| read(self, item, path.index(index))).collect();
        read.into_iter().collect()
    }

    fn texts<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Vec<&'a str>> {
        self.one_or_more(node, path, |reader, node, path| {
            let text = reader.text(node, path)?;
            if text.is_empty() {
                reader.empty(node, path, "every text begins and ends with the empty one");
                return None;
            }
            Some(text)
        })
    }

    fn contained(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<()> {
        if node.content == Content::Text("") {
            self.empty(node, path, "every text has the empty one in it");
            return None;
        }
        self.scalar(node, path)
    }

    fn empty(&mut self, node: &Node<'_>, path: Path<'_>, message: &str) {
        self.note(
            Diagnostic::error("empty_list", path.to_string(), node.at, message)
                .expected(["at least one value"]),
        );
    }

    fn regex<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Test<'a>> {
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
        match cutover_regex::compile_within(text, &Limits::default(), &mut self.regex.work) {
            Ok(automaton) if automaton.len() <= self.regex.words => {
                self.regex.words -= automaton.len();
                Some(Test::Matches { text, automaton })
            }
            // It is said once.
            Ok(_) if std::mem::replace(&mut self.regex.is_told, true) => None,
            Ok(_) => {
                self.note(
                    Diagnostic::error(
                        "regex_too_large",
                        path.to_string(),
                        node.at,
                        "the regular expressions of this ruleset are too large together",
                    )
                    .found(text)
                    .expected([format!("at most {MAX_REGEX_WORDS} words of automata")])
                    .help("use `in`, `starts_with`, `ends_with` or `contains` with a list"),
                );
                None
            }
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

    fn semver<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<(&'a str, Range)> {
        let text = self.text(node, path)?;
        match Range::parse(text) {
            Ok(range) => Some((text, range)),
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

    fn network(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<Network> {
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
