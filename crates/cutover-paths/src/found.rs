//! What a table says of a request.

use crate::date::http_date;
use crate::entry::{Entry, Fallback, Otherwise, Rollout, Side};
use crate::meets::Share;
use crate::path::Path;
use crate::pattern::End;
use crate::request::Request;
use crate::segment::decoded;
use crate::table::{Row, Table};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// The entry that takes a request, and what follows from it.
///
/// [Serialises](serde::Serialize) as `{"table", "path", "entry": {"index", "name", "path", "migrated_at", "planned",
/// "deprecated_at", "sunset"}, "service", "side", "store", "migrated", "inside", "lifecycle", "fallback", "params",
/// "headers", "fallback_headers"}`; every key is always there, and dates are RFC 3339.
///
/// ```
/// use cutover_paths::{Entry, Request, Side, Table};
/// let table = Table::new("api", vec![Entry::new("/api/orders/:id", "order-service-sql", Side::Old)]).unwrap();
/// let request = Request::new("GET", "/api/orders/7").unwrap();
/// let found = table.find(&request, 0).unwrap();
/// assert_eq!(serde_json::to_string(&found).unwrap(), concat!(
///     r#"{"table":"api","path":"/api/orders/7","#,
///     r#""entry":{"index":0,"name":null,"path":"/api/orders/:id","migrated_at":null,"planned":null,"#,
///     r#""deprecated_at":null,"sunset":null},"#,
///     r#""service":"order-service-sql","side":"old","store":null,"migrated":false,"inside":null,"#,
///     r#""lifecycle":"active","fallback":null,"params":{"id":"7"},"#,
///     r#""headers":{"X-Data-Source":"old","X-Service":"order-service-sql","X-Migrated":"false"},"#,
///     r#""fallback_headers":null}"#,
/// ));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    pub(crate) table: &'a Table,
    pub(crate) row: &'a Row,
    pub(crate) index: usize,
    pub(crate) request: &'a Request<'a>,
    pub(crate) share: Share,
    pub(crate) now_ms: i64,
}

/// How long an entry still serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lifecycle {
    /// Nothing is said against it.
    Active,
    /// It is past its deprecation.
    Deprecated,
    /// It is past its sunset. It is still found: whether to answer 410 is the host's to say.
    Sunset,
}

/// The header lines of an entry that are worked out once.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    deprecation: Option<String>,
    sunset: Option<String>,
    link: Option<String>,
}

impl Lines {
    pub(crate) fn of(entry: &Entry) -> Self {
        let relation = if entry.deprecated_at.is_some() { "deprecation" } else { "sunset" };
        Self {
            deprecation: entry.deprecated_at.map(|at| format!("@{}", at.div_euclid(1_000))),
            sunset: entry.sunset.map(http_date),
            link: entry.link.as_ref().map(|link| format!("<{link}>; rel=\"{relation}\"")),
        }
    }
}

/// Who serves: the service, its side, and its store.
type Serving<'a> = (&'a str, Side, Option<&'a str>);

impl<'a> Found<'a> {
    /// The entry.
    #[must_use]
    pub fn entry(&self) -> &'a Entry {
        &self.row.entry
    }

    /// Which entry of the table it is, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &'a Table {
        self.table
    }

    /// The path of the request, as it was given, without the query.
    #[must_use]
    pub fn path(&self) -> Path<'a> {
        self.request.path
    }

    fn target(&self) -> Serving<'a> {
        let entry = self.entry();
        match (self.share, &entry.rollout) {
            (Share::Outside, Some(Rollout { otherwise: Otherwise::Serve(target), .. })) => {
                (&target.service, target.side, target.store.as_deref())
            }
            _ => (&entry.service, entry.side, entry.store.as_deref()),
        }
    }

    /// Who serves the request.
    #[must_use]
    pub fn service(&self) -> &'a str {
        self.target().0
    }

    /// The side that serves it.
    #[must_use]
    pub fn side(&self) -> Side {
        self.target().1
    }

    /// The store behind the service, where the entry says so.
    #[must_use]
    pub fn store(&self) -> Option<&'a str> {
        self.target().2
    }

    /// True where the new side serves.
    #[must_use]
    pub fn is_migrated(&self) -> bool {
        self.side() == Side::New
    }

    /// Whether the entry's rollout takes the unit, and `None` where it has none.
    #[must_use]
    pub fn inside(&self) -> Option<bool> {
        match self.share {
            Share::Everybody => None,
            Share::Inside => Some(true),
            Share::Outside => Some(false),
        }
    }

    /// Who may serve the request where the service fails, and `None` where nobody may: there is no fallback, it is not
    /// for this method, or it has failed already.
    #[must_use]
    pub fn fallback(&self) -> Option<&'a str> {
        let is_allowed = |fallback: &&Fallback| fallback.allows(self.request.method);
        let fallback = self.entry().fallback.as_ref().filter(is_allowed)?;
        Some(fallback.service.as_str()).filter(|service| *service != self.service())
    }

    /// The headers that the answer of the [fallback](Found::fallback) should carry, where there is one: those of the entry,
    /// but for who serves. A fallback is of the old side, and the table calls it by name, and by nothing else.
    #[must_use]
    pub fn fallback_headers(&self) -> Option<impl Iterator<Item = (&'static str, &'a str)> + use<'a>> {
        Some(self.headers_of((self.fallback()?, Side::Old, None)))
    }

    /// How long the entry still serves.
    #[must_use]
    pub fn lifecycle(&self) -> Lifecycle {
        let is_past = |at: Option<i64>| at.is_some_and(|at| self.now_ms >= at);
        match self.entry() {
            entry if is_past(entry.sunset) => Lifecycle::Sunset,
            entry if is_past(entry.deprecated_at) => Lifecycle::Deprecated,
            _ => Lifecycle::Active,
        }
    }

    /// What the parameters took, decoded, by their names; `*` is the rest of the path, without a slash before it.
    pub fn params(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        let Self { row, request: Request { path, .. }, .. } = *self;
        let depth = row.pattern.segments.len();
        let named =
            row.pattern.parameters().filter_map(|(index, name)| Some((name, text(path.segment(index)?))));
        let rest = (row.pattern.end == End::Below).then(|| ("*", rest(path, depth)));
        named.chain(rest)
    }

    /// The headers that the answer should carry: `X-Data-Source` (the store, or else the side), `X-Service` and
    /// `X-Migrated`; from the deprecation on `Deprecation` (RFC 9745); from then on, or at once where there is no
    /// deprecation, `Sunset` (RFC 8594) and `Link`. No value can end a line.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'a str)> + use<'a> {
        self.headers_of(self.target())
    }

    fn headers_of(
        &self,
        (service, side, store): Serving<'a>,
    ) -> impl Iterator<Item = (&'static str, &'a str)> + use<'a> {
        let lines = &self.row.lines;
        let is_said = self.entry().deprecated_at.is_none_or(|at| self.now_ms >= at);
        let said = |line: &'a Option<String>| line.as_deref().filter(|_| is_said);
        [
            ("X-Data-Source", Some(store.unwrap_or(side.as_str()))),
            ("X-Service", Some(service)),
            ("X-Migrated", Some(if side == Side::New { "true" } else { "false" })),
            ("Deprecation", said(&lines.deprecation)),
            ("Sunset", said(&lines.sunset)),
            ("Link", said(&lines.link)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }
}

/// A checked segment, decoded.
fn text(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return Cow::Borrowed(segment);
    }
    let bytes: Vec<u8> = decoded(segment).collect();
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn rest<'a>(path: &Path<'a>, depth: usize) -> Cow<'a, str> {
    let mut segments = path.segments_from(depth).map(text);
    let first = segments.next().unwrap_or_default();
    segments.fold(first, |rest, segment| rest + "/" + segment)
}
