//! How the test of an attribute is made: what its value is read as, and what it is where that cannot be told.

use super::fields::{Fields, Reader};
use super::operator::Operator;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path};
use cutover_decider::format::converted;
use cutover_decider::pad_version;
use std::borrow::Cow;

/// What stands beside the operator of a condition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct How {
    /// What the test is where it would be unknown.
    pub(crate) otherwise: Option<bool>,
    pub(crate) read_as: Option<ReadAs>,
    pub(crate) ignore_case: bool,
    /// Each item of a list is tested, and one has to pass.
    pub(crate) each: bool,
}

/// What a value is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum ReadAs {
    Number = converted::NUMBER,
    Text = converted::TEXT,
    Version = converted::VERSION,
    PartialVersion = converted::PARTIAL_VERSION,
    PaddedVersion = converted::PADDED_VERSION,
    Size = converted::SIZE,
}

impl ReadAs {
    const WORDS: [(&'static str, Self); 6] = [
        ("number", Self::Number),
        ("text", Self::Text),
        ("version", Self::Version),
        ("partial_version", Self::PartialVersion),
        ("padded_version", Self::PaddedVersion),
        ("size", Self::Size),
    ];

    /// Whether the test takes what this gives.
    fn suits(self, operator: Operator) -> bool {
        match self {
            Self::Version | Self::PartialVersion => operator == Operator::Semver,
            Self::Number => !matches!(
                operator,
                Operator::Semver
                    | Operator::Matches
                    | Operator::StartsWith
                    | Operator::EndsWith
                    | Operator::Contains
                    | Operator::Cidr
                    | Operator::Exists
            ),
            Self::Text => !matches!(operator, Operator::Between | Operator::Exists),
            Self::PaddedVersion => is_compared(operator) && operator != Operator::Between,
            Self::Size => is_compared(operator),
        }
    }
}

/// Whether an operator compares a value as a whole, for being the same or by order.
fn is_compared(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::Is
            | Operator::IsNot
            | Operator::In
            | Operator::NotIn
            | Operator::Above
            | Operator::AtLeast
            | Operator::Below
            | Operator::AtMost
            | Operator::Between
    )
}

/// Whether an operator compares texts, so that the case of letters may be ignored.
fn takes_letters(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::Is
            | Operator::IsNot
            | Operator::In
            | Operator::NotIn
            | Operator::Contains
            | Operator::StartsWith
            | Operator::EndsWith
    )
}

/// The word that a value is read as, by its number in a program.
pub(crate) fn read_as_word(how: u32) -> Option<&'static str> {
    let words = ReadAs::WORDS.iter();
    words.clone().find(|(_, read_as)| *read_as as u32 == how & converted::AS).map(|(word, _)| *word)
}

/// What may stand beside `attribute` and an operator.
pub(crate) const KEYS: &[&str] = &["otherwise", "as", "ignore_case", "each"];

/// The word behind `each`: one item has to pass.
pub(crate) const EACH_ANY: &str = "any";

impl How {
    /// Whether `above` and its neighbours compare texts.
    pub(crate) fn orders_texts(self) -> bool {
        matches!(self.read_as, Some(ReadAs::Text | ReadAs::PaddedVersion))
    }

    /// A text of the test as it is compared.
    pub(crate) fn compared(self, text: &str) -> Cow<'_, str> {
        match self.read_as {
            Some(ReadAs::PaddedVersion) => Cow::Owned(padded_version(text)),
            _ if self.ignore_case => Cow::Owned(lower_case(text)),
            _ => Cow::Borrowed(text),
        }
    }

    /// The word of the conversion in a program; 0 where there is none.
    pub(crate) fn word(self) -> u32 {
        let ignore_case = if self.ignore_case { converted::IGNORE_CASE } else { 0 };
        let each = if self.each { converted::EACH } else { 0 };
        self.read_as.map_or(0, |read_as| read_as as u32) | ignore_case | each
    }
}

impl Reader {
    /// Takes what says how a test is made. None where that could not be read.
    pub(crate) fn how(
        &mut self,
        fields: &mut Fields<'_>,
        path: Path<'_>,
        operator: Option<Operator>,
    ) -> Option<How> {
        let (settled, read, letters, items) =
            (fields.take("otherwise"), fields.take("as"), fields.take("ignore_case"), fields.take("each"));
        let otherwise = self.whether(settled, path.key("otherwise"))?;
        let read_as = match read {
            Some(node) => Some(self.word(node, path.key("as"), &ReadAs::WORDS)?),
            None => None,
        };
        let ignore_case = self.whether(letters, path.key("ignore_case"))?.unwrap_or(false);
        let each = match items {
            Some(node) => self.word(node, path.key("each"), &[(EACH_ANY, true)])?,
            None => false,
        };
        let operator = operator?;
        if let (Some(read_as), Some(node)) = (read_as, read)
            && !read_as.suits(operator)
        {
            self.does_not_go(node, path.key("as"), "as", operator);
            return None;
        }
        if let Some(node) = letters
            && (!takes_letters(operator) || matches!(read_as, Some(ReadAs::PaddedVersion | ReadAs::Size)))
        {
            self.does_not_go(node, path.key("ignore_case"), "ignore_case", operator);
            return None;
        }
        // Whether "some item is not" or "no item is" is meant, `not` says.
        if let Some(node) = items
            && (operator == Operator::Exists || operator.negates() || read_as == Some(ReadAs::Size))
        {
            self.does_not_go(node, path.key("each"), "each", operator);
            return None;
        }
        Some(How { otherwise, read_as, ignore_case, each })
    }

    /// Reads yes or no where it is there. None where it is something else.
    fn whether(&mut self, node: Option<&Node<'_>>, path: Path<'_>) -> Option<Option<bool>> {
        match node {
            Some(node) => self.bool(node, path).map(Some),
            None => Some(None),
        }
    }

    fn does_not_go(&mut self, node: &Node<'_>, path: Path<'_>, key: &str, operator: Operator) {
        let help = match (key, operator) {
            ("as", Operator::Semver) => "`semver` takes `as: version`, `as: partial_version` and `as: text`",
            ("as", Operator::Between) => "texts and versions take `at_least` and `at_most` in an `all`",
            ("each", Operator::Exists) => "`exists` asks of the list as a whole",
            ("each", _) if !operator.negates() => "`size` counts the items of the list as a whole",
            ("each", _) => "for \"no item\", write `not` around `is` or `in`",
            ("as", Operator::Exists) => "`exists` asks whether there is a value, whatever it is read as",
            ("as", _) => "read it as what the operator compares, or take another operator",
            (_, Operator::Matches) => "write `(?i)` at the beginning of the expression",
            _ => "the case of letters means something to tests of texts alone",
        };
        self.note(
            Diagnostic::error(
                "contradiction",
                path.to_string(),
                node.at,
                format!("`{key}: {}` does not go with `{}`", node.quoted(), operator.name()),
            )
            .found(node.quoted())
            .help(help),
        );
    }
}

/// A version as `as: padded_version` compares it.
fn padded_version(text: &str) -> String {
    let mut padded = Vec::new();
    pad_version(text.as_bytes(), |part| padded.extend_from_slice(part));
    // Parts end at signs of ASCII alone.
    String::from_utf8(padded).unwrap_or_default()
}

/// A text in lower case as `ignore_case` compares it: character by character, the same wherever they stand in a word.
/// Entries of a hashed list beside `ignore_case` are hashes of such texts.
///
/// ```
/// assert_eq!(cutover::lower_case("ΣΟΦΟΣ"), "σοφοσ");
/// ```
#[must_use]
pub fn lower_case(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}
