//! Where in a document something stands: `flags.a.rules[0].if`.
//!
//! A [`Path`] lives on the stack while a document is walked. What has to be named later is kept in [`Paths`], at a
//! dozen bytes a step and without an allocation; both are made into text only where somebody is told.

use std::fmt;
use std::num::NonZero;

/// A path, linked to its parents on the stack, so that walking a document allocates nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path<'a> {
    /// None for the document itself, whose step is none.
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
    /// Its number, where it is kept already.
    id: Option<PathId>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// The document itself.
    pub(crate) const ROOT: Path<'static> =
        Path { parent: None, step: Step::Index(0), id: Some(PathId::ROOT) };

    /// The value under `key`.
    #[inline(never)]
    pub(crate) fn key(&'a self, key: &'a str) -> Path<'a> {
        Path { parent: Some(self), step: Step::Key(key), id: None }
    }

    /// The item at `index`, from 0.
    #[inline(never)]
    pub(crate) fn index(&'a self, index: usize) -> Path<'a> {
        Path { parent: Some(self), step: Step::Index(index), id: None }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(parent) = self.parent else { return Ok(()) };
        // Depth is bounded by the depth of documents, so recursion is too.
        parent.fmt(f)?;
        self.step.write(f, parent.parent.is_none())
    }
}

impl Step<'_> {
    /// Writes one step; `first` where nothing stands before it.
    fn write(self, to: &mut impl fmt::Write, first: bool) -> fmt::Result {
        match self {
            Step::Index(index) => write!(to, "[{index}]"),
            Step::Key(key) if !is_plain(key) => write!(to, "[{key:?}]"),
            Step::Key(key) => {
                if !first {
                    to.write_char('.')?;
                }
                to.write_str(key)
            }
        }
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// The number of a path that is kept in [`Paths`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PathId(NonZero<u32>);

impl PathId {
    /// The document itself.
    pub(crate) const ROOT: Self = Self(NonZero::<u32>::MIN);
}

/// Paths that somebody may have to be told later.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    /// The step of each path but the root, and the path that it leads on from, which always stands before it.
    kept: Vec<Kept>,
    /// The keys of all steps, one behind the other.
    keys: String,
}

#[derive(Debug, Clone, Copy)]
struct Kept {
    parent: PathId,
    /// The index of an item, or [`KEY`].
    index: u32,
    /// Where the key ends in the keys; it begins where that of the path before ends.
    end: u32,
}

/// What the text of a path takes, usually.
const USUAL_BYTES: usize = 64;

/// Stands for a step to a key. No list is so long.
const KEY: u32 = u32::MAX;

impl Paths {
    /// Keeps a path. What it shares with one that was kept is kept again, unless that one was [anchored](Self::anchor).
    pub(crate) fn keep(&mut self, path: Path<'_>) -> PathId {
        if let Some(id) = path.id {
            return id;
        }
        let parent = path.parent.map_or(PathId::ROOT, |parent| self.keep(*parent));
        let index = match path.step {
            Step::Index(index) => number(index),
            Step::Key(key) => {
                self.keys.push_str(key);
                KEY
            }
        };
        self.kept.push(Kept { parent, index, end: number(self.keys.len()) });
        PathId(NonZero::<u32>::MIN.saturating_add(number(self.kept.len())))
    }

    /// Keeps a path below which others will be kept.
    pub(crate) fn anchor<'a>(&mut self, path: Path<'a>) -> Path<'a> {
        Path { id: Some(self.keep(path)), ..path }
    }

    /// The path as text, such as `flags.a.rules[0].if`; empty for the document itself.
    pub(crate) fn render(&self, id: PathId) -> String {
        self.render_from(id, PathId::ROOT)
    }

    /// What follows in the path behind that of `ancestor`, such as `.if` behind `flags.a.rules[0]`: the text of the
    /// one and this make the text of the other. All of it where the path does not lead through `ancestor`.
    pub(crate) fn render_from(&self, id: PathId, ancestor: PathId) -> String {
        let mut text = String::with_capacity(USUAL_BYTES);
        // Writing to a String cannot fail.
        let _ = self.write_from(id, ancestor, &mut text);
        text
    }

    /// The same at the end of a text that there is.
    pub(crate) fn append_from(&self, id: PathId, ancestor: PathId, to: &mut String) {
        // Writing to a String cannot fail.
        let _ = self.write_from(id, ancestor, to);
    }

    fn write_from(&self, id: PathId, ancestor: PathId, to: &mut String) -> fmt::Result {
        let Some(index) = before(id).filter(|_| id != ancestor) else { return Ok(()) };
        let Some(kept) = self.kept.get(index) else { return Ok(()) };
        // Depth is bounded by the depth of documents, so recursion is too.
        self.write_from(kept.parent, ancestor, to)?;
        self.step(index, *kept).write(to, kept.parent == PathId::ROOT)
    }

    fn step(&self, index: usize, kept: Kept) -> Step<'_> {
        if kept.index != KEY {
            return Step::Index(kept.index as usize);
        }
        let start = index.checked_sub(1).and_then(|index| self.kept.get(index)).map_or(0, |kept| kept.end);
        Step::Key(self.keys.get(start as usize..kept.end as usize).unwrap_or_default())
    }
}

/// The index of a path among those that are kept, where it is not the root.
fn before(id: PathId) -> Option<usize> {
    id.0.get().checked_sub(2).map(|index| index as usize)
}

/// Documents are far too small for one that does not fit.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Path, PathId, Paths};

    #[test]
    fn reads_like_the_document() {
        let flags = Path::ROOT.key("flags");
        assert_eq!(flags.key("a").key("rules").index(0).key("if").to_string(), "flags.a.rules[0].if");
        assert_eq!(flags.key("my key").to_string(), "flags[\"my key\"]");
        assert_eq!(Path::ROOT.to_string(), "");
    }

    #[test]
    fn is_kept_and_told_later() {
        let mut paths = Paths::default();
        let flags = Path::ROOT.key("flags");
        let mut kept = Vec::new();
        for name in ["a", "ä b", ""] {
            let flag = paths.anchor(flags.key(name));
            let rules = flag.key("rules");
            let rule = rules.index(7);
            kept.push((paths.keep(rule), rule.to_string()));
            let (condition, all) = (rule.key("if"), rule.key("if"));
            let all = all.key("all");
            kept.push((paths.keep(all.index(0)), all.index(0).to_string()));
            kept.push((paths.keep(condition), condition.to_string()));
            kept.push((paths.keep(flag), flag.to_string()));
        }
        for (id, text) in kept {
            assert_eq!(paths.render(id), text);
        }
        let root = paths.keep(Path::ROOT);
        assert_eq!(paths.render(root), "");
    }

    #[test]
    fn is_told_from_an_ancestor_on() {
        let mut paths = Paths::default();
        let flags = Path::ROOT.key("flags");
        let rule = paths.anchor(flags.index(1));
        let id = |path: Path<'_>| path.id.unwrap_or(PathId::ROOT);
        let (condition, other) = (rule.key("if"), paths.anchor(Path::ROOT.key("other")));
        let kept = paths.keep(condition.key("a b").index(2));
        assert_eq!(paths.render_from(kept, id(rule)), ".if[\"a b\"][2]");
        assert_eq!(paths.render_from(kept, kept), "");
        assert_eq!(paths.render_from(kept, id(other)), "flags[1].if[\"a b\"][2]");
    }
}
