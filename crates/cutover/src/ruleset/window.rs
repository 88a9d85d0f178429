//! Time windows: hours of the day and days of the week in a time zone, and bounds on the calendar.

use super::fields::{Reader, Spanned};
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path};

/// A window that `now` lies in or not.
#[derive(Debug, Clone, Default)]
pub(crate) struct Window<'a> {
    /// Seconds after local midnight, the first within and the first after; the second may lie before the
    /// first, then the window crosses midnight.
    pub(crate) hours: Option<(u32, u32)>,
    /// The days of the week on which the window begins, bit 0 for Monday; 0 for every day.
    pub(crate) days: u8,
    /// The zone; the ruleset's where there is none.
    pub(crate) timezone: Option<Spanned<&'a str>>,
    /// The first millisecond within.
    pub(crate) after: Option<i64>,
    /// The first millisecond that is no longer within.
    pub(crate) before: Option<i64>,
}

const DAYS: [(&str, u8); 7] =
    [("mon", 1), ("tue", 2), ("wed", 4), ("thu", 8), ("fri", 16), ("sat", 32), ("sun", 64)];

impl Reader {
    /// Reads the value of `time`.
    pub(crate) fn window<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Window<'a>> {
        let mut fields = self.fields(node, path)?;
        let (from, to) = (fields.take("from"), fields.take("to"));
        let mut window = Window::default();
        let mut complete = true;
        match (from, to) {
            (Some(from), Some(to)) => {
                match (self.clock(from, path.key("from")), self.clock(to, path.key("to"))) {
                    (Some(start), Some(end)) if start == end => {
                        self.note(
                            Diagnostic::error("empty_range", path.to_string(), node.at, "a window that ends when it begins")
                                .expected(["different times for `from` and `to`; \"00:00\" to \"24:00\" is the whole day"]),
                        );
                        complete = false;
                    }
                    (Some(start), Some(end)) => window.hours = Some((start, end)),
                    _ => complete = false,
                }
            }
            (None, None) => {}
            (from, _) => {
                let missing = if from.is_some() { "to" } else { "from" };
                self.note(
                    Diagnostic::error(
                        "missing_key",
                        path.to_string(),
                        node.at,
                        format!("`{missing}` is missing"),
                    )
                    .expected([missing]),
                );
                complete = false;
            }
        }
        if let Some(node) = fields.take("days") {
            let path = path.key("days");
            for (index, item) in self.list(node, path)?.iter().enumerate() {
                match self.word(item, path.index(index), &DAYS) {
                    Some(day) => window.days |= day,
                    None => complete = false,
                }
            }
            if window.days == 0 && complete {
                self.note(
                    Diagnostic::error("empty_list", path.to_string(), node.at, "no day is left")
                        .expected(DAYS.map(|day| day.0)),
                );
                complete = false;
            }
        }
        window.timezone = fields.take("timezone").and_then(|node| self.timezone(node, path.key("timezone")));
        for (key, slot) in [("after", &mut window.after), ("before", &mut window.before)] {
            if let Some(node) = fields.take(key) {
                *slot = self.instant(node, path.key(key));
                complete &= slot.is_some();
            }
        }
        fields.finish(self, path, &["from", "to", "days", "timezone", "after", "before"]);
        if complete
            && window.hours.is_none()
            && window.days == 0
            && window.after.is_none()
            && window.before.is_none()
        {
            self.note(
                Diagnostic::error("missing_key", path.to_string(), node.at, "this window is always open")
                    .expected(["from and to", "days", "after", "before"]),
            );
            return None;
        }
        if let (Some(after), Some(before)) = (window.after, window.before)
            && after >= before
        {
            self.note(
                Diagnostic::error(
                    "empty_range",
                    path.to_string(),
                    node.at,
                    "no instant lies after the one and before the other",
                )
                .expected(["`after` before `before`"]),
            );
            return None;
        }
        complete.then_some(window)
    }

    /// Reads the name of a time zone and checks that it is one.
    pub(crate) fn timezone<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Spanned<&'a str>> {
        let name = self.spanned_text(node, path)?;
        if crate::compile::zone::exists(name.value) {
            return Some(name);
        }
        if cfg!(not(feature = "zones")) {
            self.note(
                Diagnostic::error(
                    "unknown_timezone",
                    path.to_string(),
                    node.at,
                    format!("this build has no time zones, and knows no `{}`", name.value),
                )
                .found(name.value)
                .expected(["UTC"])
                .help("compile the ruleset where the time zones are, or load `cutover/full`"),
            );
            return None;
        }
        let near = crate::compile::zone::names().collect::<Vec<_>>();
        self.note(
            Diagnostic::error(
                "unknown_timezone",
                path.to_string(),
                node.at,
                format!("there is no time zone `{}`", name.value),
            )
            .found(name.value)
            .expected(["an IANA name such as Europe/Paris"])
            .nearest(name.value, near.iter().map(String::as_str)),
        );
        None
    }
}
