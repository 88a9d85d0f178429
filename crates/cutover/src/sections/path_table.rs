//! Path tables, as a document writes them: a list of entries, or `entries` beside a `salt`.

use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::engine::Engine;
use crate::ruleset::fields::{Fields, Reader};
use cutover_paths::{By, Entry, Fallback, Header, HeaderTest, Otherwise, Rollout, Side, Table, Target};

pub(crate) const KEYS: &[&str] = &[
    "path",
    "service",
    "side",
    "name",
    "exact",
    "methods",
    "headers",
    "rollout",
    "by",
    "otherwise",
    "store",
    "migrated_at",
    "planned",
    "deprecated_at",
    "sunset",
    "link",
    "fallback",
];

const SIDES: &[(&str, Side)] = &[("old", Side::Old), ("new", Side::New)];

/// Reads a table; its name is the salt of its percentages, unless it has another one.
pub(super) fn read(reader: &mut Reader, name: &str, node: &Node<'_>, path: Path<'_>) -> Option<Table> {
    let (salt, entries, path) = match node.content {
        Content::Map(_) => {
            let mut fields = reader.fields(node, path)?;
            let salt = fields.take("salt").and_then(|node| reader.salt(node, path.key("salt")));
            let entries = fields.need(reader, path, "entries");
            fields.finish(reader, path, &["salt", "entries"]);
            (salt, entries?, path.key("entries"))
        }
        _ => (None, node, path),
    };
    let nodes = reader.list(entries, path)?;
    let read: Vec<Option<Entry>> =
        nodes.iter().enumerate().map(|(index, node)| entry(reader, node, path.index(index))).collect();
    let entries: Vec<Entry> = read.into_iter().collect::<Option<_>>()?;
    match Table::new(name, entries) {
        Ok(table) => Some(match salt {
            Some(salt) => table.with_salt(salt),
            None => table,
        }),
        Err(problems) => {
            for problem in problems {
                let at = nodes.get(problem.entry).map_or(node.at, |node| node.at);
                let place = format!("{}.{}", path.index(problem.entry), problem.field);
                let mut diagnostic = Diagnostic::error(problem.code, place, at, problem.message)
                    .found(problem.found)
                    .expected(problem.expected);
                if let Some(help) = problem.help {
                    diagnostic = diagnostic.help(help);
                }
                reader.note(diagnostic);
            }
            None
        }
    }
}

fn entry(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Entry> {
    let mut fields = reader.fields(node, path)?;
    let pattern = fields.need(reader, path, "path").and_then(|node| reader.text(node, path.key("path")));
    let (service, side, store) = target(reader, &mut fields, path);
    let named = pattern.zip(service.as_deref()).is_some();
    let mut entry = Entry::new(pattern.unwrap_or_default(), service.unwrap_or_default(), side?);
    entry.store = store;
    let mut text = |reader: &mut Reader, key| Some(reader.text(fields.take(key)?, path.key(key))?.to_owned());
    entry.name = text(reader, "name");
    entry.link = text(reader, "link");
    let mut instant = |reader: &mut Reader, key| reader.day(fields.take(key)?, path.key(key));
    entry.migrated_at = instant(reader, "migrated_at");
    entry.planned = instant(reader, "planned");
    entry.deprecated_at = instant(reader, "deprecated_at");
    entry.sunset = instant(reader, "sunset");
    if let Some(node) = fields.take("exact") {
        entry.exact = reader.bool(node, path.key("exact"))?;
    }
    if let Some(node) = fields.take("methods") {
        entry.methods = Some(reader.owned_texts(node, path.key("methods"))?);
    }
    if let Some(node) = fields.take("headers") {
        entry.headers = headers(reader, node, path.key("headers"))?;
    }
    entry.rollout = rollout(reader, &mut fields, path)?;
    if let Some(node) = fields.take("fallback") {
        entry.fallback = Some(fallback(reader, node, path.key("fallback"))?);
    }
    fields.finish(reader, path, KEYS);
    // That one of them could not be read is noted; the table says whether what was read will do.
    named.then_some(entry)
}

/// Takes `service`, `side` and `store`.
fn target(
    reader: &mut Reader,
    fields: &mut Fields<'_>,
    path: Path<'_>,
) -> (Option<String>, Option<Side>, Option<String>) {
    let service = fields.need(reader, path, "service");
    let service = service.and_then(|node| reader.text(node, path.key("service"))).map(str::to_owned);
    let side = fields.need(reader, path, "side");
    let side = side.and_then(|node| reader.word(node, path.key("side"), SIDES));
    let store = fields.take("store").and_then(|node| reader.text(node, path.key("store")));
    (service, side, store.map(str::to_owned))
}

/// Reads headers: `true` for one that has to be there, else its value or one of its values.
fn headers(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Vec<Header>> {
    let mut headers = Vec::new();
    for entry in reader.fields(node, path)?.rest() {
        let test = match entry.value.content {
            Content::Bool(true) => HeaderTest::Present,
            _ => HeaderTest::OneOf(reader.owned_texts(&entry.value, path.key(entry.key))?),
        };
        headers.push(Header { name: entry.key.to_owned(), test });
    }
    Some(headers)
}

/// Takes `rollout`, `by` and `otherwise`: none of them, or a share and what is hashed. The outer `None` is a problem.
fn rollout(reader: &mut Reader, fields: &mut Fields<'_>, path: Path<'_>) -> Option<Option<Rollout>> {
    let (by, otherwise) = (fields.take("by"), fields.take("otherwise"));
    let Some(share) = fields.take("rollout") else {
        if let Some(node) = by.or(otherwise) {
            reader.note(
                Diagnostic::error(
                    "missing_key",
                    path.to_string(),
                    node.at,
                    "only a percentage is by something, and otherwise something else",
                )
                .expected(["rollout"]),
            );
            return None;
        }
        return Some(None);
    };
    let ppm = reader.percent(share, path.key("rollout"))?.0;
    let Some(by) = by else {
        reader.note(
            Diagnostic::error("missing_key", path.to_string(), share.at, "nothing says what is hashed")
                .expected(["`by`, such as { header: X-User } or { cookie: session }"]),
        );
        return None;
    };
    let by = unit(reader, by, path.key("by"))?;
    let otherwise = match otherwise {
        None => Otherwise::Next,
        Some(node) => otherwise_of(reader, node, path.key("otherwise"))?,
    };
    Some(Some(Rollout { ppm, by, otherwise }))
}

fn unit(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<By> {
    let mut fields = reader.fields(node, path)?;
    type Kind = (&'static str, fn(String) -> By);
    let kinds: [Kind; 3] = [("header", By::Header), ("cookie", By::Cookie), ("attribute", By::Attribute)];
    let mut found = None;
    for (key, make) in kinds {
        if let Some(node) = fields.take(key) {
            found = found.or(reader.text(node, path.key(key)).map(|name| make(name.to_owned())));
        }
    }
    let at = fields.at;
    fields.finish(reader, path, &["header", "cookie", "attribute"]);
    if found.is_none() {
        reader.note(
            Diagnostic::error("missing_key", path.to_string(), at, "nothing says what is hashed").expected([
                "header",
                "cookie",
                "attribute",
            ]),
        );
    }
    found
}

fn otherwise_of(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Otherwise> {
    if let Content::Text(_) = node.content {
        reader.word(node, path, &[("next", ())])?;
        return Some(Otherwise::Next);
    }
    let mut fields = reader.fields(node, path)?;
    let (service, side, store) = target(reader, &mut fields, path);
    fields.finish(reader, path, &["service", "side", "store"]);
    Some(Otherwise::Serve(Target { service: service?, side: side?, store }))
}

/// Reads a fallback: a service, or a service and the methods that it may serve.
fn fallback(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Fallback> {
    if let Content::Text(service) = node.content {
        return Some(Fallback::new(service));
    }
    let mut fields = reader.fields(node, path)?;
    let service = fields.need(reader, path, "service");
    let service = service.and_then(|node| reader.text(node, path.key("service")));
    let methods = match fields.take("methods") {
        Some(node) => Some(reader.owned_texts(node, path.key("methods"))?),
        None => None,
    };
    fields.finish(reader, path, &["service", "methods"]);
    Some(Fallback { service: service?.to_owned(), methods })
}

impl Engine {
    /// The path table of a name. [`Table::find`] says who serves a request.
    ///
    /// ```
    /// use cutover::{Engine, paths::Request};
    /// let engine = Engine::from_str(
    ///     "cutover: 1
    /// paths:
    ///   api:
    ///     - { path: /api/products, service: products-mongo, side: new, migrated_at: 2024-01-15 }
    ///     - { path: /api, service: monolith, side: old }
    /// ",
    /// )?;
    /// let table = engine.path_table("api").unwrap();
    /// let request = Request::new("GET", "/api/products/42?page=2")?;
    /// assert_eq!(table.find(&request, 0).unwrap().service(), "products-mongo");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn path_table(&self, name: &str) -> Option<&Table> {
        self.sections().paths.get(name)
    }

    /// The names of the path tables, sorted.
    pub fn path_tables(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sections().paths.keys().map(String::as_str)
    }
}

#[cfg(all(test, feature = "yaml"))]
mod tests {
    use crate::engine::Engine;

    #[test]
    fn a_table_is_refused_and_never_left_out() {
        for (entry, code, path) in [
            ("{ path: /api, service: \"\", side: old }", "bad_name", "paths.api[0].service"),
            ("{ path: \"\", service: monolith, side: old }", "bad_path", "paths.api[0].path"),
            ("{ service: monolith, side: old }", "missing_key", "paths.api[0]"),
            ("{ path: /api, side: old }", "missing_key", "paths.api[0]"),
        ] {
            let refused = Engine::from_str(&format!("cutover: 1\npaths: {{ api: [{entry}] }}")).unwrap_err();
            let first = refused.diagnostics.first().unwrap();
            assert_eq!((first.code, first.path.as_str()), (code, path), "{entry}");
        }
    }
}
