//! What can be wrong with an entry by itself.

use crate::date::{MAX_MS, iso_date};
use crate::entry::{By, Entry, Header, HeaderTest, Otherwise, Rollout, Side};
use crate::path::MAX_SEGMENTS;
use crate::pattern::{End, Pattern};
use crate::problem::Problem;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The most headers of one entry.
const MAX_HEADERS: usize = 32;
const EVERYBODY: u32 = 1_000_000;

/// Adds the problems of an entry, and gives its path; where that is wrong, one that is never searched.
pub(crate) fn check(index: usize, entry: &Entry, problems: &mut Vec<Problem>) -> Pattern {
    let mut checker = Checker { index, problems };
    let pattern = checker.path(entry);
    if let Some(methods) = &entry.methods {
        checker.methods("methods", methods);
    }
    checker.headers(&entry.headers);
    if let Some(rollout) = &entry.rollout {
        checker.rollout(rollout);
    }
    checker.text("service", &entry.service);
    if let Some(store) = &entry.store {
        checker.text("store", store);
    }
    checker.instants(entry);
    checker.link(entry);
    checker.fallback(entry);
    pattern
}

struct Checker<'a> {
    index: usize,
    problems: &'a mut Vec<Problem>,
}

impl Checker<'_> {
    fn add(
        &mut self,
        code: &'static str,
        field: impl Into<String>,
        found: impl ToString,
        expected: &str,
        message: impl Into<String>,
    ) {
        let problem = Problem::new(code, (self.index, field), found, message);
        self.problems.push(problem.expected([expected]));
    }

    fn path(&mut self, entry: &Entry) -> Pattern {
        let flaws = match Pattern::read(&entry.path, entry.exact) {
            Ok(pattern) => return pattern,
            Err(flaws) => flaws,
        };
        for flaw in flaws {
            let problem = Problem::new("bad_path", (self.index, "path"), flaw.found, flaw.message);
            let problem = problem.expected([flaw.expected]);
            self.problems.push(match flaw.help {
                Some(help) => problem.help(help),
                None => problem,
            });
        }
        Pattern { segments: Vec::new(), end: End::Only }
    }

    fn methods(&mut self, field: &str, methods: &[String]) {
        if methods.is_empty() {
            let message = "an empty list of methods takes nothing";
            self.add("bad_method", field, "[]", "one method or more, or no list", message);
        }
        for (at, method) in methods.iter().enumerate() {
            let field = format!("{field}[{at}]");
            let capitals = method.to_ascii_uppercase();
            if !is_token(method) {
                self.add("bad_method", field, method, "a method such as GET", "this is not a method");
            } else if *method != capitals {
                self.add("bad_method", field, method, &capitals, "methods are written in capitals");
            } else if methods.iter().take(at).any(|before| before == method) {
                self.add("bad_method", field, method, "each method once", "the method is there twice");
            }
        }
    }

    fn headers(&mut self, headers: &[Header]) {
        if headers.len() > MAX_HEADERS {
            let message = format!("an entry asks for at most {MAX_HEADERS} headers");
            self.add("bad_header", "headers", headers.len(), "at most 32 headers", message);
        }
        for (at, header) in headers.iter().enumerate() {
            let is_before = |before: &Header| before.name.eq_ignore_ascii_case(&header.name);
            if !is_token(&header.name) {
                let field = format!("headers[{at}].name");
                self.add(
                    "bad_header",
                    field,
                    &header.name,
                    "a name such as X-Tenant",
                    "this is not a header",
                );
            } else if headers.iter().take(at).any(is_before) {
                let message = "the header is there twice";
                self.add(
                    "bad_header",
                    format!("headers[{at}].name"),
                    &header.name,
                    "each header once",
                    message,
                );
            }
            if let HeaderTest::OneOf(values) = &header.test {
                self.values(&format!("headers[{at}].values"), values);
            }
        }
    }

    fn values(&mut self, field: &str, values: &[String]) {
        if values.is_empty() {
            let message = "an empty list of values takes nothing";
            self.add("bad_header", field, "[]", "one value or more, or only that it is there", message);
        }
        for (at, value) in values.iter().enumerate() {
            if value.trim() != value || value.chars().any(char::is_control) {
                let message =
                    "no header has this value: spaces around it and control characters are not sent";
                self.add(
                    "bad_header",
                    format!("{field}[{at}]"),
                    value.escape_debug(),
                    "a value without them",
                    message,
                );
            }
        }
    }

    fn rollout(&mut self, rollout: &Rollout) {
        if rollout.ppm > EVERYBODY {
            let message = "a percentage is 0 % to 100 %, in millionths";
            self.add("bad_percentage", "rollout.ppm", rollout.ppm, "0 to 1000000", message);
        }
        match &rollout.by {
            By::Header(name) | By::Cookie(name) if !is_token(name) => {
                self.add(
                    "bad_unit",
                    "rollout.by",
                    name,
                    "a name such as X-User-Id",
                    "no request has this name",
                );
            }
            By::Attribute(name) if name.is_empty() => {
                self.add(
                    "bad_unit",
                    "rollout.by",
                    name,
                    "the name of an attribute",
                    "the attribute has no name",
                );
            }
            _ => {}
        }
        if let Otherwise::Serve(target) = &rollout.otherwise {
            self.text("rollout.otherwise.service", &target.service);
            if let Some(store) = &target.store {
                self.text("rollout.otherwise.store", store);
            }
        }
    }

    /// What becomes the value of a header must not end it.
    fn text(&mut self, field: &str, text: &str) {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message =
                "the name goes into a header: it has letters, digits and signs of ASCII, and no spaces";
            self.add("bad_name", field, text.escape_debug(), "a name such as order-service", message);
        }
    }

    fn instants(&mut self, entry: &Entry) {
        let instants = [
            ("migrated_at", entry.migrated_at),
            ("planned", entry.planned),
            ("deprecated_at", entry.deprecated_at),
            ("sunset", entry.sunset),
        ];
        for (field, instant) in instants {
            if let Some(ms) = instant.filter(|ms| !(0..=MAX_MS).contains(ms)) {
                let message = "an instant lies between the years 1970 and 9999";
                self.add("bad_instant", field, ms, "milliseconds since the epoch", message);
            }
        }
        if let (Some(deprecated), Some(sunset)) = (entry.deprecated_at, entry.sunset)
            && sunset < deprecated
        {
            let not_before = format!("{} or later", iso_date(deprecated));
            let message = "what is not deprecated yet cannot end";
            self.add("sunset_before_deprecation", "sunset", iso_date(sunset), &not_before, message);
        }
        if let (Some(migrated), Side::Old) = (entry.migrated_at, entry.side) {
            let message = "what the old side serves is not migrated";
            let problem =
                Problem::new("not_migrated", (self.index, "migrated_at"), iso_date(migrated), message);
            let problem = problem.expected(["`side: new`, or no `migrated_at`"]);
            self.problems.push(problem.help("a date to come is `planned`"));
        }
    }

    fn link(&mut self, entry: &Entry) {
        let Some(link) = &entry.link else { return };
        let is_fit = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"');
        if link.is_empty() || !link.bytes().all(is_fit) {
            self.add("bad_link", "link", link.escape_debug(), "an address", "this is not an address");
        }
        if entry.deprecated_at.is_none() && entry.sunset.is_none() {
            let message = "the link tells more about a deprecation or a sunset, and there is none";
            self.add("bad_link", "link", link, "`deprecated_at` or `sunset`", message);
        }
    }

    fn fallback(&mut self, entry: &Entry) {
        let Some(fallback) = &entry.fallback else { return };
        self.text("fallback.service", &fallback.service);
        if let Some(methods) = &fallback.methods {
            self.methods("fallback.methods", methods);
        }
        if fallback.service == entry.service {
            let message = "the fallback is the service that failed";
            self.add("fallback_to_itself", "fallback.service", &fallback.service, "another service", message);
        }
    }
}

/// A token of HTTP (RFC 9110, section 5.6.2).
fn is_token(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_part)
}

const _: () = assert!(MAX_SEGMENTS == 16 && MAX_HEADERS == 32, "messages name these numbers");
