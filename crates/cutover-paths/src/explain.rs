//! Why an entry takes a request, and why the others do not.

use crate::entry::Entry;
use crate::meets::{Miss, meets};
use crate::request::Request;
use crate::table::Table;
use alloc::vec::Vec;
use core::ops::ControlFlow;
use serde::Serialize;

/// An entry, and what became of it.
///
/// Serialises as `{"index", "path", "verdict"}` and, where a header is missing, `"header"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Considered<'a> {
    /// Which entry of the table it is, from 0.
    pub index: usize,
    /// Its path.
    pub path: &'a str,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict<'a>,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict<'a> {
    /// It takes the request.
    Taken,
    /// It would take the request if the one that is taken did not come first.
    Later,
    /// It is not for this method.
    Method,
    /// The request does not have this header, or not with a value that the entry takes.
    Header {
        /// The name of the header.
        header: &'a str,
    },
    /// Its rollout does not take the unit.
    Outside,
    /// The request does not have the unit that its rollout hashes.
    NoUnit,
    /// Its path is another one.
    Path,
}

impl Table {
    /// Every entry and what became of it: first those whose path matches, as they are tried, then the others.
    ///
    /// ```
    /// use cutover_paths::{Entry, Request, Side, Table, Verdict};
    /// let table = Table::new("api", vec![
    ///     Entry::new("/api", "monolith", Side::Old),
    ///     Entry { methods: Some(vec!["GET".into()]), ..Entry::new("/api/orders", "orders", Side::New) },
    ///     Entry::new("/api/users", "users", Side::New),
    /// ]).unwrap();
    /// let request = Request::new("POST", "/api/orders").unwrap();
    /// let considered: Vec<_> = table.explain(&request).into_iter().map(|one| (one.index, one.verdict)).collect();
    /// assert_eq!(considered, [(1, Verdict::Method), (0, Verdict::Taken), (2, Verdict::Path)]);
    /// ```
    #[must_use]
    pub fn explain<'a>(&'a self, request: &Request<'_>) -> Vec<Considered<'a>> {
        let mut considered: Vec<Considered<'a>> = Vec::new();
        let mut is_taken = false;
        let _ = self.trie.walk(&request.path, |index| {
            if let Some(row) = self.rows.get(index) {
                let verdict = self.verdict(&row.entry, request, is_taken);
                is_taken |= verdict == Verdict::Taken;
                considered.push(Considered { index, path: &row.entry.path, verdict });
            }
            ControlFlow::<()>::Continue(())
        });
        let mut is_tried: Vec<_> = self.rows.iter().map(|_| false).collect();
        for one in &considered {
            if let Some(is_tried) = is_tried.get_mut(one.index) {
                *is_tried = true;
            }
        }
        let others = self.entries().zip(is_tried).enumerate().filter(|(_, (_, is_tried))| !is_tried);
        considered.extend(others.map(|(index, (entry, _))| Considered {
            index,
            path: &entry.path,
            verdict: Verdict::Path,
        }));
        considered
    }

    fn verdict<'a>(&self, entry: &'a Entry, request: &Request<'_>, is_taken: bool) -> Verdict<'a> {
        match meets(entry, &self.salt, request) {
            Ok(_) if is_taken => Verdict::Later,
            Ok(_) => Verdict::Taken,
            Err(Miss::Method) => Verdict::Method,
            Err(Miss::Header(index)) => {
                Verdict::Header { header: entry.headers.get(index).map_or("", |header| &header.name) }
            }
            Err(Miss::Outside) => Verdict::Outside,
            Err(Miss::NoUnit) => Verdict::NoUnit,
        }
    }
}
