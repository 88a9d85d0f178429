//! Tables: entries that do not get in each other's way, ready to be searched.

use crate::check::check;
use crate::entry::{By, Entry};
use crate::found::{Found, Lines};
use crate::meets::meets;
use crate::overlap;
use crate::pattern::Pattern;
use crate::problem::Problem;
use crate::request::Request;
use crate::trie::Trie;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::ops::ControlFlow;

/// A path table: the entries of a ruleset, checked and indexed. Immutable.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) name: String,
    pub(crate) salt: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) trie: Trie,
}

/// An entry and what is worked out of it once.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) entry: Entry,
    pub(crate) pattern: Pattern,
    pub(crate) lines: Lines,
}

impl Table {
    /// Checks and indexes a table. Its name is the salt of its rollouts, unless [`Table::with_salt`] gives another.
    ///
    /// # Errors
    /// Every problem at once, in the order of the entries: paths and fields that are wrong, and entries that no
    /// request can reach, because another one takes the same requests (`ambiguous_entry`) or others always take them
    /// first (`shadowed_entry`). Percentages are never a reason, as they move while a rollout goes on.
    ///
    /// ```
    /// use cutover_paths::{Entry, Side, Table};
    /// let problems = Table::new("api", vec![
    ///     Entry::new("/api/:kind", "any", Side::Old),
    ///     Entry::new("/api/*", "never", Side::Old),
    /// ]).unwrap_err();
    /// assert_eq!((problems[0].code, problems[0].entry), ("shadowed_entry", 1));
    /// assert_eq!(problems[0].others, [0]);
    /// ```
    pub fn new(name: impl Into<String>, entries: Vec<Entry>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let rows: Vec<_> = entries
            .into_iter()
            .enumerate()
            .map(|(index, entry)| {
                let pattern = check(index, &entry, &mut problems);
                Row { lines: Lines::of(&entry), pattern, entry }
            })
            .collect();
        // What is wrong with a field would only be told again, in other words.
        let is_wrong = |index| problems.iter().any(|problem: &Problem| problem.entry == index);
        let mut sound: Vec<_> = rows.iter().enumerate().filter(|(index, _)| !is_wrong(*index)).collect();
        sound.sort_by_key(|(_, row)| Reverse(row.entry.conditions()));
        let trie = Trie::new(sound.iter().map(|(index, row)| (*index, &row.pattern)));
        let sound: Vec<_> = sound.into_iter().map(|(index, _)| index).collect();
        problems.extend(overlap::problems(&rows, &trie, &sound));
        problems.sort_by_key(|problem| problem.entry);
        let name = name.into();
        if problems.is_empty() { Ok(Self { salt: name.clone(), name, rows, trie }) } else { Err(problems) }
    }

    /// The same, whose rollouts hash with this salt. Units move where it changes.
    #[must_use]
    pub fn with_salt(self, salt: impl Into<String>) -> Self {
        Self { salt: salt.into(), ..self }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its entries, in their order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.rows.iter().map(|row| &row.entry)
    }

    /// The entry that takes a request, at `now_ms` milliseconds since the epoch, and `None` where none does.
    ///
    /// Time decides only whether answers say that they are deprecated. It does not allocate. It takes steps linear in
    /// the path, and where literals and parameters match alike, at most as many as the table has segments.
    #[must_use]
    pub fn find<'a>(&'a self, request: &'a Request<'a>, now_ms: i64) -> Option<Found<'a>> {
        let found = self.trie.walk(&request.path, |index| {
            let Some(row) = self.rows.get(index) else { return ControlFlow::Continue(()) };
            match meets(&row.entry, &self.salt, request) {
                Ok(share) => ControlFlow::Break(Found { table: self, row, index, request, share, now_ms }),
                Err(_) => ControlFlow::Continue(()),
            }
        });
        found.break_value()
    }

    /// The headers that its entries ask for, in lower case, sorted: a host need not pass others.
    #[must_use]
    pub fn asked_headers(&self) -> Vec<String> {
        let by = |entry: &Entry| match entry.rollout.as_ref().map(|rollout| &rollout.by) {
            Some(By::Header(name)) => Some(name.to_ascii_lowercase()),
            Some(By::Cookie(_)) => Some(String::from("cookie")),
            Some(By::Attribute(_)) | None => None,
        };
        let asked = |entry: &Entry| -> Vec<_> {
            let names = entry.headers.iter().map(|header| header.name.to_ascii_lowercase());
            names.chain(by(entry)).collect()
        };
        sorted(self.entries().flat_map(asked).collect())
    }

    /// The attributes that its rollouts hash, sorted: a host need not pass others.
    #[must_use]
    pub fn asked_attributes(&self) -> Vec<String> {
        let by = |entry: &Entry| match entry.rollout.as_ref().map(|rollout| &rollout.by) {
            Some(By::Attribute(name)) => Some(name.clone()),
            _ => None,
        };
        sorted(self.entries().filter_map(by).collect())
    }
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup();
    names
}
