//! Where the entries of a JSON document's sections stand in its text, so that one of them can be read again alone.

use crate::diagnostic::Position;

/// The bytes of an entry in the text of a document (as [`decode`](super::decode) gives it), from its key to the end
/// of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The line and column of `start`.
    pub(crate) at: Position,
}

/// The entries of the sections that are mappings (`flags`, `segments`, …), in the order of the text: as many, and in
/// the same order, as the entries of the tree. Empty for a document in YAML.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    sections: Vec<(String, Vec<Span>)>,
}

impl Spans {
    /// The entries of a section; none where it is no mapping.
    #[cfg(any(feature = "change", test))]
    pub(crate) fn of(&self, section: &str) -> &[Span] {
        let found = self.sections.iter().find(|(name, _)| name == section);
        found.map_or(&[], |(_, spans)| spans)
    }

    pub(super) fn push(&mut self, section: &str, spans: Vec<Span>) {
        self.sections.push((section.to_owned(), spans));
    }
}
