//! Where in the document the first pass stands: the lists and mappings that have begun and not ended.

use super::parts::Parts;
use crate::document::Path;

/// The open lists and mappings, the innermost last.
#[derive(Default)]
pub(super) struct Nest {
    open: Vec<Open>,
}

/// A list or mapping that has begun and not ended.
pub(super) struct Open {
    /// Its index among the parts.
    pub(super) part: usize,
    /// The number of its anchor, or 0.
    pub(super) anchor: usize,
    /// How many values and bytes of text came before it.
    pub(super) nodes: usize,
    pub(super) bytes: usize,
    /// How deep the deepest of its children is nested, itself not counted.
    pub(super) height: usize,
    pub(super) child: Child,
}

/// The child that began last.
#[derive(Clone, Copy)]
pub(super) enum Child {
    /// None in a list.
    NoItem,
    Item(usize),
    /// None in a mapping.
    NoKey,
    /// The key at this index among the parts, its value being next.
    Key(usize),
    /// The value of the key at this index.
    Value(usize),
}

/// Which path is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// That of the part which has just been noted with [`Nest::place`].
    Part,
    /// That of what would come next, where reading broke off before it.
    Next,
}

impl Nest {
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Notes that the part at index `next` is the next child of the innermost, and tells whether it is a key.
    pub(super) fn place(&mut self, next: usize) -> bool {
        let Some(parent) = self.open.last_mut() else { return false };
        parent.child = match parent.child {
            Child::NoItem => Child::Item(0),
            Child::Item(index) => Child::Item(index + 1),
            Child::NoKey | Child::Value(_) => Child::Key(next),
            Child::Key(key) => Child::Value(key),
        };
        matches!(parent.child, Child::Key(_))
    }

    pub(super) fn begin(&mut self, open: Open) {
        self.open.push(open);
    }

    /// Ends the innermost, which then counts itself in its height.
    pub(super) fn end(&mut self) -> Option<Open> {
        let mut open = self.open.pop()?;
        open.height += 1;
        self.raise(open.height);
        Some(open)
    }

    /// Notes that a child of the innermost is `height` deep.
    pub(super) fn raise(&mut self, height: usize) {
        if let Some(parent) = self.open.last_mut() {
            parent.height = parent.height.max(height);
        }
    }

    pub(super) fn path(&self, parts: &Parts<'_>, place: Place) -> String {
        below(&self.open, parts, &Path::ROOT, place)
    }
}

/// The path within `path`, at which the first of `open` stands.
fn below(open: &[Open], parts: &Parts<'_>, path: &Path<'_>, place: Place) -> String {
    let Some((first, rest)) = open.split_first() else { return path.to_string() };
    let within = place == Place::Part || !rest.is_empty();
    let key = match first.child {
        Child::Item(index) if within => return below(rest, parts, &path.index(index), place),
        Child::Value(key) if within => parts.text(key),
        Child::Key(key) if !within => parts.text(key),
        // Before or in a key, or behind the last child: that is the list or mapping itself.
        _ => None,
    };
    match key {
        Some(key) => below(rest, parts, &path.key(key), place),
        None => below(rest, parts, path, place),
    }
}
