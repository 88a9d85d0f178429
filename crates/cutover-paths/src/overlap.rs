//! Entries that no request can reach.
//!
//! An entry is reached where some request matches it and none of those that are tried before. A few requests are
//! enough to know: parameters and rests that are no literal of the table match the fewest other entries, and so do
//! methods and header values that nobody names, and headers that are not there.

use crate::entry::{By, Entry, Header, HeaderTest};
use crate::path::Path;
use crate::pattern::{End, Pattern, Segment};
use crate::problem::Problem;
use crate::table::Row;
use crate::trie::Trie;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::ops::ControlFlow;

/// So many times an entry is compared with others before it counts as reached: lists of values of many headers can
/// multiply. A table is never refused for want of looking.
const MOST_COMPARED: u32 = 200_000;

/// The problems of the entries `sound`, which are those of the trie.
pub(crate) fn problems(rows: &[Row], trie: &Trie, sound: &[usize]) -> Vec<Problem> {
    let patterns = || sound.iter().filter_map(|index| Some(&rows.get(*index)?.pattern));
    let deepest = patterns().map(|pattern| pattern.segments.len()).max().unwrap_or_default();
    let literals: BTreeSet<_> = patterns().flat_map(Pattern::literals).collect();
    let mut fresh = String::from("x");
    while literals.contains(fresh.as_str()) {
        fresh.push('x');
    }
    let problem = |index: &usize| {
        let row = rows.get(*index)?;
        let blockers = blockers(rows, trie, *index, row, deepest, &fresh)?;
        Some(unreached(rows, *index, row, blockers))
    };
    sound.iter().filter_map(problem).collect()
}

/// The entries that together take every request of this one, and `None` where it is reached.
fn blockers(
    rows: &[Row],
    trie: &Trie,
    index: usize,
    row: &Row,
    deepest: usize,
    fresh: &str,
) -> Option<Vec<usize>> {
    let own = row.pattern.segments.len();
    let lengths = match row.pattern.end {
        End::Only => own..=own,
        End::Below => own + 1..=deepest + 1,
        End::Onwards => own..=deepest + 1,
    };
    let mut search =
        Search { before: Vec::new(), axes: axes(&row.entry), left: MOST_COMPARED, blockers: Vec::new() };
    for length in lengths {
        let target = target(&row.pattern, length, fresh);
        let path = Path::new(&target).ok()?;
        search.before.clear();
        let _ = trie.walk(&path, |other| {
            if other == index {
                return ControlFlow::Break(());
            }
            search.before.extend(rows.get(other).map(|row| (other, &row.entry)));
            ControlFlow::Continue(())
        });
        search.before.retain(|(_, entry)| !entry.lets_others_go_on());
        if search.is_reached(&mut Vec::new()) {
            return None;
        }
    }
    search.blockers.sort_unstable();
    Some(search.blockers)
}

/// The target of a request of so many segments that matches a pattern, and otherwise as little as possible.
fn target(pattern: &Pattern, length: usize, fresh: &str) -> String {
    let mut target = String::from("/");
    for segment in pattern.segments.iter().map(Some).chain(core::iter::repeat(None)).take(length) {
        match segment {
            Some(Segment::Literal(text)) => {
                for byte in text.bytes() {
                    // Encoded, as a literal may hold what stands for something else in a path.
                    let _ = write!(target, "%{byte:02X}");
                }
            }
            Some(Segment::Parameter(_)) | None => target.push_str(fresh),
        }
        target.push('/');
    }
    target
}

/// What a request can be in one respect: the method, or a header. A value of `None` is one that no entry names.
struct Axis<'a> {
    /// The header, and `None` for the method.
    header: Option<&'a str>,
    values: Vec<Option<&'a str>>,
}

/// The requests that meet an entry's conditions, and no others that they need not.
fn axes(entry: &Entry) -> Vec<Axis<'_>> {
    let methods = entry.methods.as_deref().map_or_else(|| Vec::from([None]), values);
    let mut axes = Vec::from([Axis { header: None, values: methods }]);
    axes.extend(entry.headers.iter().map(|header| Axis {
        header: Some(&header.name),
        values: match &header.test {
            HeaderTest::Present => Vec::from([None]),
            HeaderTest::OneOf(wanted) => values(wanted),
        },
    }));
    // An entry that takes only units needs the header that they stand in.
    let unit = match entry.rollout.as_ref().filter(|_| entry.lets_others_go_on()).map(|rollout| &rollout.by) {
        Some(By::Header(name)) => Some(name.as_str()),
        Some(By::Cookie(_)) => Some("cookie"),
        Some(By::Attribute(_)) | None => None,
    };
    let is_asked = |name: &&str| entry.headers.iter().any(|header| header.name.eq_ignore_ascii_case(name));
    axes.extend(
        unit.filter(|name| !is_asked(name))
            .map(|name| Axis { header: Some(name), values: Vec::from([None]) }),
    );
    axes
}

fn values(texts: &[String]) -> Vec<Option<&str>> {
    texts.iter().map(|text| Some(text.as_str())).collect()
}

struct Search<'a> {
    /// The entries that are tried before, and take everybody who meets their conditions.
    before: Vec<(usize, &'a Entry)>,
    axes: Vec<Axis<'a>>,
    left: u32,
    blockers: Vec<usize>,
}

impl<'a> Search<'a> {
    /// Whether some request with these values on the first axes is taken by nobody before.
    fn is_reached(&mut self, chosen: &mut Vec<Option<&'a str>>) -> bool {
        let compared = u32::try_from(self.before.len()).unwrap_or(u32::MAX);
        let Some(left) = self.left.checked_sub(compared.max(1)) else { return true };
        self.left = left;
        if let Some((blocker, _)) = self.before.iter().find(|(_, entry)| self.is_met(entry, chosen)) {
            if !self.blockers.contains(blocker) {
                self.blockers.push(*blocker);
            }
            return false;
        }
        let Some(values) = self.axes.get(chosen.len()).map(|axis| axis.values.clone()) else { return true };
        values.into_iter().any(|value| {
            chosen.push(value);
            let is_reached = self.is_reached(chosen);
            chosen.pop();
            is_reached
        })
    }

    /// True where an entry takes every request with these values on the first axes.
    fn is_met(&self, entry: &Entry, chosen: &[Option<&str>]) -> bool {
        let on = |header: Option<&str>| {
            let same = |axis: &Axis<'_>| match (axis.header, header) {
                (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
                (one, other) => one.is_none() && other.is_none(),
            };
            let (_, value) = self.axes.iter().zip(chosen).find(|(axis, _)| same(axis))?;
            Some(*value)
        };
        let is_one_of = |value: Option<&str>, wanted: &[String]| {
            value.is_some_and(|value| wanted.iter().any(|wanted| wanted == value))
        };
        let has_method = match &entry.methods {
            None => true,
            Some(methods) => on(None).is_some_and(|value| is_one_of(value, methods)),
        };
        has_method
            && entry.headers.iter().all(|header| match (on(Some(&header.name)), &header.test) {
                (None, _) => false,
                (Some(_), HeaderTest::Present) => true,
                (Some(value), HeaderTest::OneOf(wanted)) => is_one_of(value, wanted),
            })
    }
}

/// The problem of an entry that others always take first.
fn unreached(rows: &[Row], index: usize, row: &Row, blockers: Vec<usize>) -> Problem {
    let place = (index, "path");
    let twin = match blockers.as_slice() {
        [one] => rows.get(*one).filter(|other| is_twin(other, row)).map(|_| *one),
        _ => None,
    };
    if let Some(twin) = twin {
        let message = format!("entry {twin} matches the same requests");
        let problem = Problem::new("ambiguous_entry", place, &row.entry.path, message);
        return problem
            .expected(["a path or conditions of its own"])
            .help(format!("remove one of both, or give entry {index} a condition"))
            .others(blockers);
    }
    let names: Vec<_> = blockers.iter().map(|blocker| format!("entry {blocker}")).collect();
    let (takers, take) = match names.as_slice() {
        [one] => (one.clone(), "takes"),
        several => (several.join(" and "), "together take"),
    };
    let message = format!("no request reaches this entry: {takers} {take} all of them first");
    let is_late = |blocker: &usize| {
        let has_same_rank = |other: &Row| {
            other.pattern.is_like(&row.pattern) && other.entry.conditions() == row.entry.conditions()
        };
        rows.get(*blocker).is_some_and(has_same_rank)
    };
    let help = match blockers.first() {
        Some(first) if blockers.iter().all(is_late) => format!("put it before entry {first}"),
        _ => String::from("remove it, or give it a longer path or more conditions"),
    };
    Problem::new("shadowed_entry", place, &row.entry.path, message)
        .expected(["an entry that some request reaches"])
        .help(help)
        .others(blockers)
}

/// True where two entries take the same requests with the same precedence.
fn is_twin(one: &Row, other: &Row) -> bool {
    let (a, b) = (&one.entry, &other.entry);
    let all_in = |some: &[Header], others: &[Header]| some.iter().all(|header| has_same(header, others));
    one.pattern.is_like(&other.pattern)
        && a.conditions() == b.conditions()
        && !b.lets_others_go_on()
        && match (&a.methods, &b.methods) {
            (Some(one), Some(other)) => is_same_set(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
        && all_in(&a.headers, &b.headers)
        && all_in(&b.headers, &a.headers)
}

fn has_same(header: &Header, others: &[Header]) -> bool {
    others.iter().any(|other| {
        other.name.eq_ignore_ascii_case(&header.name)
            && match (&other.test, &header.test) {
                (HeaderTest::OneOf(one), HeaderTest::OneOf(other)) => is_same_set(one, other),
                (one, other) => one == other,
            }
    })
}

fn is_same_set(one: &[String], other: &[String]) -> bool {
    one.iter().all(|text| other.contains(text)) && other.iter().all(|text| one.contains(text))
}
