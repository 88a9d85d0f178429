//! A JSON document as a flat row of nodes that borrow its text.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::text::unescaped;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    False,
    True,
    Number,
    Text,
    Array,
    Object,
}

/// A value, or the name of a member, which stands right before its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// The text of this is not as it stands in the document: it is at the place `next` of `Tape::spans`.
    pub(crate) owned: bool,
    /// A name that was changed to be compared.
    pub(crate) renamed: bool,
    /// A name that comes again in its object: the last one counts.
    pub(crate) overridden: bool,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// For an array or object, the node behind it.
    pub(crate) next: u32,
}

/// A document that has been read.
#[derive(Debug, Default)]
pub(crate) struct Tape<'a> {
    pub(crate) text: &'a str,
    pub(crate) nodes: Vec<Node>,
    /// Texts whose escapes were taken apart and names that were changed, one behind the other.
    pub(crate) owned: String,
    /// Where each of them begins and ends.
    pub(crate) spans: Vec<(u32, u32)>,
}

/// What stands for a node that does not exist; no place that a tape gives leads there.
const NOWHERE: Node = Node {
    kind: Kind::Null,
    owned: false,
    renamed: false,
    overridden: false,
    start: 0,
    end: 0,
    next: u32::MAX,
};

impl<'a> Tape<'a> {
    pub(crate) fn node(&self, place: u32) -> Node {
        self.nodes.get(place as usize).copied().unwrap_or(NOWHERE)
    }

    pub(crate) fn kind(&self, place: u32) -> Kind {
        self.node(place).kind
    }

    /// A value as the document writes it.
    pub(crate) fn written(&self, place: u32) -> &'a str {
        let node = self.node(place);
        self.text.get(node.start as usize..node.end as usize).unwrap_or("")
    }

    /// What a text says, or the name under which a member is compared.
    pub(crate) fn said(&self, place: u32) -> &str {
        let node = self.node(place);
        if node.owned {
            let span = self.spans.get(node.next as usize);
            return span
                .and_then(|(start, end)| self.owned.get(*start as usize..*end as usize))
                .unwrap_or("");
        }
        let inside = node.start as usize + 1..(node.end as usize).saturating_sub(1);
        self.text.get(inside).unwrap_or("")
    }

    /// A name as the document says it.
    pub(crate) fn original(&self, place: u32) -> Cow<'_, str> {
        let node = self.node(place);
        if !node.renamed {
            return Cow::Borrowed(self.said(place));
        }
        let inside = node.start as usize + 1..(node.end as usize).saturating_sub(1);
        let inside = self.text.get(inside).unwrap_or("");
        if inside.contains('\\') {
            Cow::Owned(unescaped(inside).unwrap_or_default())
        } else {
            Cow::Borrowed(inside)
        }
    }

    /// Gives a name back what the document says.
    pub(crate) fn undo_rename(&mut self, place: u32) {
        let original = self.original(place).into_owned();
        let start = self.owned.len();
        self.owned.push_str(&original);
        self.own(place, start);
        if let Some(node) = self.nodes.get_mut(place as usize) {
            node.renamed = false;
        }
    }

    /// What was written to `owned` from `start` on is what the node says.
    pub(crate) fn own(&mut self, place: u32, start: usize) {
        if let Some(node) = self.nodes.get_mut(place as usize) {
            node.owned = true;
            node.next = self.spans.len() as u32;
            self.spans.push((start as u32, self.owned.len() as u32));
        }
    }

    /// The place behind a value.
    pub(crate) fn behind(&self, place: u32) -> u32 {
        let node = self.node(place);
        if matches!(node.kind, Kind::Array | Kind::Object) { node.next } else { place + 1 }
    }

    /// The members of an object that count: names, and places of values.
    pub(crate) fn members(&self, object: u32) -> Members<'_, 'a> {
        Members { tape: self, at: object + 1, end: self.behind(object) }
    }

    /// The places of the elements of an array.
    pub(crate) fn elements(&self, array: u32) -> impl Iterator<Item = u32> + '_ {
        let (mut at, end) = (array + 1, self.behind(array));
        core::iter::from_fn(move || {
            let place = at;
            (place < end).then(|| {
                at = self.behind(place);
                place
            })
        })
    }

    /// Follows names into a value.
    pub(crate) fn part(&self, mut place: u32, names: &[String]) -> Option<u32> {
        for name in names {
            if self.kind(place) != Kind::Object {
                return None;
            }
            place = self.members(place).find(|(key, _)| key == name)?.1;
        }
        Some(place)
    }
}

/// See [`Tape::members`].
#[derive(Debug, Clone)]
pub(crate) struct Members<'t, 'a> {
    tape: &'t Tape<'a>,
    at: u32,
    end: u32,
}

impl Members<'_, '_> {
    /// The members behind the one with this value.
    pub(crate) fn behind(self, value: u32) -> Self {
        Self { at: self.tape.behind(value), ..self }
    }
}

impl<'t> Iterator for Members<'t, '_> {
    type Item = (&'t str, u32);

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.end {
            let name = self.at;
            self.at = self.tape.behind(name + 1);
            if !self.tape.node(name).overridden {
                return Some((self.tape.said(name), name + 1));
            }
        }
        None
    }
}
