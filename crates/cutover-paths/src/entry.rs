//! Entries as plain data, as a ruleset writes them.

use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// A side of the migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What is migrated from.
    Old,
    /// What is migrated to.
    New,
}

impl Side {
    /// `old` or `new`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// One line of a path table: which requests it takes, and who serves them.
///
/// Instants are milliseconds since the epoch; a date is its midnight in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path, such as `/api/products`, `/api/products/:id` or `/api/orders/*`.
    pub path: String,
    /// A name for logs and answers.
    pub name: Option<String>,
    /// Takes the path alone, and nothing below it.
    pub exact: bool,
    /// The methods that it takes, in capitals; `None` takes every method. `GET` does not include `HEAD`.
    pub methods: Option<Vec<String>>,
    /// Headers that a request must have, all of them.
    pub headers: Vec<Header>,
    /// The percentage of units that it takes; `None` takes everybody.
    pub rollout: Option<Rollout>,
    /// Who serves the request.
    pub service: String,
    /// The side that serves it.
    pub side: Side,
    /// The store behind the service, for `X-Data-Source`; the side's name stands for it where there is none.
    pub store: Option<String>,
    /// When it was moved; only with [`Side::New`].
    pub migrated_at: Option<i64>,
    /// When its move is planned. It moves nothing by itself.
    pub planned: Option<i64>,
    /// From when on answers carry `Deprecation`.
    pub deprecated_at: Option<i64>,
    /// When the service ends. Answers say so from the deprecation on, or at once where there is none.
    pub sunset: Option<i64>,
    /// An address that tells more about deprecation or sunset.
    pub link: Option<String>,
    /// Who may serve the request where the service fails.
    pub fallback: Option<Fallback>,
}

impl Entry {
    /// An entry without conditions.
    pub fn new(path: impl Into<String>, service: impl Into<String>, side: Side) -> Self {
        Self {
            path: path.into(),
            name: None,
            exact: false,
            methods: None,
            headers: Vec::new(),
            rollout: None,
            service: service.into(),
            side,
            store: None,
            migrated_at: None,
            planned: None,
            deprecated_at: None,
            sunset: None,
            link: None,
            fallback: None,
        }
    }

    /// How many conditions it has: the methods are one, each header is one, and so is a rollout that lets others go on.
    #[must_use]
    pub fn conditions(&self) -> usize {
        usize::from(self.methods.is_some()) + self.headers.len() + usize::from(self.lets_others_go_on())
    }

    /// True where a request that meets path, methods and headers may still go on to the next entry.
    pub(crate) fn lets_others_go_on(&self) -> bool {
        matches!(self.rollout, Some(Rollout { otherwise: Otherwise::Next, .. }))
    }
}

/// A header that a request must have. Names compare without regard to case, values byte for byte; of a header that is
/// there twice, either will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// What it must be.
    pub test: HeaderTest,
}

/// What a header must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderTest {
    /// There, whatever its value.
    Present,
    /// One of these values.
    OneOf(Vec<String>),
}

/// A percentage of units.
///
/// All entries of a table hash with the table's salt, so that a unit which one entry takes at 10 % is taken by each at
/// 10 % or more. Raising a percentage only adds units. A request without the unit is outside: nothing is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// The share, in millionths.
    pub ppm: u32,
    /// What is hashed.
    pub by: By,
    /// Where units outside the share go.
    pub otherwise: Otherwise,
}

/// What a rollout hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The value of this header.
    Header(String),
    /// The value of this cookie.
    Cookie(String),
    /// This attribute of the context.
    Attribute(String),
}

/// Where units outside of a rollout go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Otherwise {
    /// On to the next entry that matches.
    Next,
    /// To the entry's other service.
    Serve(Target),
}

/// A service, its side and its store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Who serves the request.
    pub service: String,
    /// The side that serves it.
    pub side: Side,
    /// The store behind the service.
    pub store: Option<String>,
}

/// Who may serve a request where the service fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// The service.
    pub service: String,
    /// For which methods. `None` is the safe ones: `GET`, `HEAD`, `OPTIONS` and `TRACE`. A write whose outcome is not
    /// known must not be done again elsewhere: what it left on the first side, nobody would know of.
    pub methods: Option<Vec<String>>,
}

/// The methods that change nothing (RFC 9110, section 9.2.1).
const SAFE: [&str; 4] = ["GET", "HEAD", "OPTIONS", "TRACE"];

impl Fallback {
    /// A fallback for the safe methods.
    pub fn new(service: impl Into<String>) -> Self {
        Self { service: service.into(), methods: None }
    }

    /// True where requests of this method may fall back.
    #[must_use]
    pub fn allows(&self, method: &str) -> bool {
        match &self.methods {
            Some(methods) => methods.iter().any(|allowed| allowed == method),
            None => SAFE.contains(&method),
        }
    }
}
