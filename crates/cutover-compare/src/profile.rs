//! What a comparison lets pass, and how far it goes.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::names::{Case, Names};
use crate::number::{Scaled, Tolerance};
use crate::path::{Pattern, Patterns};

/// What may differ between two stores without being a difference: plain data, made once and shared.
///
/// The default lets nothing pass but the order of members, and other spellings of the same number (`1`, `1.0`, `10e-1`).
///
/// ```
/// use cutover_compare::{Case, Dates, Profile, compare};
/// let profile = Profile::builder()
///     .ignore("_id")
///     .ignore("updated_at")
///     .case(Case::SnakeToCamel)
///     .tolerance(0.0001)
///     .dates(Dates::Iso)
///     .booleans_from_01(true)
///     .build()?;
/// let old = br#"{"user_id": 7, "active": 1, "score": 0.33333, "at": "2024-03-01T10:00:00+01:00"}"#;
/// let new = br#"{"_id": "65e1", "userId": 7, "active": true, "score": 0.33334, "at": "2024-03-01T09:00:00.000Z"}"#;
/// assert!(compare(&profile, old, new)?.is_match());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Profile {
    pub(crate) names: Names,
    pub(crate) ignored: Patterns,
    pub(crate) unordered: Patterns,
    pub(crate) keyed: Patterns,
    /// For each pattern of `keyed`, the names that lead to the key.
    pub(crate) keys: Vec<Vec<String>>,
    pub(crate) tolerance: Tolerance,
    pub(crate) decimals: bool,
    pub(crate) dates: Dates,
    pub(crate) booleans_from_01: bool,
    pub(crate) null_is_missing: bool,
    pub(crate) limits: Limits,
    ignored_as_written: Vec<String>,
}

impl Profile {
    /// A builder that begins with the default.
    pub fn builder() -> ProfileBuilder {
        ProfileBuilder::default()
    }

    /// The fields that are not looked at, as they were given: a report that does not list them says too much.
    pub fn ignored(&self) -> &[String] {
        &self.ignored_as_written
    }
}

/// What a text with a date in it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dates {
    /// A text like any other.
    #[default]
    AsText,
    /// Texts by RFC 3339 are the instant that they name, whatever offset and fraction they are written with; a date
    /// alone is its midnight in UTC. A time without an offset names no instant and stays a text.
    Iso,
    /// The same, and a number is equal to the instant that is so many milliseconds behind the epoch.
    IsoOrEpochMilliseconds,
}

/// How far a comparison goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// So many differences are listed, and the others counted: 100.
    pub differences: usize,
    /// A value is shown up to so many bytes: 120.
    pub value_bytes: usize,
    /// Documents that are nested more deeply are refused: 128, and at most 512.
    pub depth: usize,
    /// Larger documents are refused: 4 MiB, and at most 64 MiB.
    pub document_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { differences: 100, value_bytes: 120, depth: 128, document_bytes: 4 << 20 }
    }
}

/// An option that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// Its name, such as `ignore`.
    pub option: &'static str,
    /// What was given.
    pub found: String,
    /// What it would take.
    pub expected: &'static str,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is `{}`, and should be {}", self.option, self.found, self.expected)
    }
}

impl core::error::Error for Invalid {}

/// Every option that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidProfile(pub Vec<Invalid>);

impl fmt::Display for InvalidProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, invalid) in self.0.iter().enumerate() {
            write!(f, "{}{invalid}", if place == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl core::error::Error for InvalidProfile {}

/// Makes a [`Profile`]; options that are given twice add up, or the last one counts.
///
/// A *path* is names with points between them (`address.city`), from the root. `*` stands for any one name or place in
/// an array (`items.*.price`), `**` for any number of them, `items[3]` for one place, `["a.b"]` for a name with a point
/// in it; the paths that differences have are such paths. A single name, such as `_id`, means that field wherever it
/// is: at the top, in nested objects and in the elements of arrays; `$._id` means it at the top alone. Names may be
/// given as they are before or after they are renamed.
#[derive(Debug, Clone, Default)]
pub struct ProfileBuilder {
    ignore: Vec<String>,
    unordered: Vec<String>,
    keyed: Vec<(String, String)>,
    rename: Vec<(String, String)>,
    case: Option<Case>,
    tolerance: f64,
    relative_tolerance: f64,
    profile: Profile,
}

impl ProfileBuilder {
    /// What is at this path is not looked at, on either side.
    #[must_use]
    pub fn ignore(mut self, path: &str) -> Self {
        self.ignore.push(path.to_string());
        self
    }

    /// Fields named `old` are compared as if they were named `new`, at any depth and on both sides.
    ///
    /// Both sides, because the control may be either store, and is both when noise is measured. Where an object has
    /// two fields that renaming would give one name, they keep their own.
    #[must_use]
    pub fn rename(mut self, old: &str, new: &str) -> Self {
        self.rename.push((old.to_string(), new.to_string()));
        self
    }

    /// Names that differ in their case are one name, at any depth and on both sides; the same as for
    /// [`rename`](Self::rename) holds, which is done first.
    #[must_use]
    pub fn case(mut self, case: Case) -> Self {
        self.case = Some(case);
        self
    }

    /// Numbers may be so far apart; the bound itself is allowed.
    #[must_use]
    pub fn tolerance(mut self, absolute: f64) -> Self {
        self.tolerance = absolute;
        self
    }

    /// Numbers may be so many times the larger of both apart; enough if this or the other tolerance holds.
    #[must_use]
    pub fn relative_tolerance(mut self, relative: f64) -> Self {
        self.relative_tolerance = relative;
        self
    }

    /// A text that is a number by the grammar of JSON, such as `"12.50"`, is that number, exactly.
    #[must_use]
    pub fn decimals(mut self, decimals: bool) -> Self {
        self.profile.decimals = decimals;
        self
    }

    /// What texts with dates are.
    #[must_use]
    pub fn dates(mut self, dates: Dates) -> Self {
        self.profile.dates = dates;
        self
    }

    /// `false` is equal to 0 and `true` to 1; two numbers, or a boolean and any other number, are not.
    #[must_use]
    pub fn booleans_from_01(mut self, booleans: bool) -> Self {
        self.profile.booleans_from_01 = booleans;
        self
    }

    /// A member that is `null` is the same as none. An element of an array is not.
    #[must_use]
    pub fn null_is_missing(mut self, null_is_missing: bool) -> Self {
        self.profile.null_is_missing = null_is_missing;
        self
    }

    /// The order of the array at this path does not count, but how often an element is in it does; `$` is the whole
    /// document.
    ///
    /// With a tolerance, elements are paired in the order of their numbers, which finds partners for plain numbers
    /// and for elements that are otherwise distinct; where it does not, elements are reported that have no partner.
    #[must_use]
    pub fn unordered(mut self, path: &str) -> Self {
        self.unordered.push(path.to_string());
        self
    }

    /// Elements of the array at this path are partners if they have the same `key`, which is a name, or names with
    /// points between them. Of several with one key, the first are partners, then the second; elements without a key are
    /// partners if they are equal.
    #[must_use]
    pub fn keyed(mut self, path: &str, key: &str) -> Self {
        self.keyed.push((path.to_string(), key.to_string()));
        self
    }

    /// How far a comparison goes.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.profile.limits = limits;
        self
    }

    /// Makes the profile.
    ///
    /// # Errors
    ///
    /// Every option that cannot be taken: paths that cannot be read or mean everything, renames that lead on to another
    /// one, tolerances that are no numbers from 0, and limits that are out of bounds.
    pub fn build(self) -> Result<Profile, InvalidProfile> {
        let mut wrong = Vec::new();
        let mut profile = self.profile;
        profile.names = read_names(self.rename, self.case, &mut wrong);
        for path in &self.ignore {
            match Pattern::read(path, &profile.names) {
                Ok(pattern) if pattern.is_everything() => {
                    wrong.push(invalid("ignore", path, "a path that leaves something to compare"));
                }
                Ok(pattern) => profile.ignored.push(pattern),
                Err(expected) => wrong.push(invalid("ignore", path, expected)),
            }
        }
        profile.ignored_as_written = self.ignore;
        for path in &self.unordered {
            match Pattern::read(path, &profile.names) {
                Ok(pattern) => profile.unordered.push(pattern),
                Err(expected) => wrong.push(invalid("unordered", path, expected)),
            }
        }
        for (path, key) in &self.keyed {
            match Pattern::read(path, &profile.names) {
                Ok(pattern) => profile.keyed.push(pattern),
                Err(expected) => wrong.push(invalid("keyed", path, expected)),
            }
            let names: Vec<String> = key.split('.').map(|name| profile.names.of(name)).collect();
            if names.iter().any(String::is_empty) {
                wrong.push(invalid("keyed", key, "a name, or names with points between them"));
            }
            profile.keys.push(names);
        }
        let mut tolerance = |option, number: f64| {
            Scaled::of_float(number).unwrap_or_else(|| {
                wrong.push(invalid(option, &format!("{number}"), "a number from 0"));
                Scaled::default()
            })
        };
        profile.tolerance = Tolerance {
            absolute: tolerance("tolerance", self.tolerance),
            relative: tolerance("relative_tolerance", self.relative_tolerance),
        };
        let limits = profile.limits;
        if limits.depth == 0 || limits.depth > 512 {
            wrong.push(invalid("limits.depth", &limits.depth.to_string(), "1 to 512"));
        }
        if limits.document_bytes > MOST_BYTES {
            let found = limits.document_bytes.to_string();
            wrong.push(invalid("limits.document_bytes", &found, "at most 64 MiB"));
        }
        if wrong.is_empty() { Ok(profile) } else { Err(InvalidProfile(wrong)) }
    }
}

/// With these two, all names of a document, renamed, take fewer bytes than 32 bits count.
const MOST_BYTES: usize = 64 << 20;
const NAME_BYTES: usize = 256;

fn read_names(mut table: Vec<(String, String)>, case: Option<Case>, wrong: &mut Vec<Invalid>) -> Names {
    table.sort();
    table.dedup();
    for (old, new) in &table {
        let listed = |name: &String| table.iter().filter(|(old, _)| old == name).count();
        if listed(old) > 1 {
            wrong.push(invalid("rename", old, "given once"));
        }
        if new.len() > NAME_BYTES {
            wrong.push(invalid("rename", new, "at most 256 bytes long"));
        }
        if listed(new) > 0 {
            wrong.push(invalid("rename", new, "an old name or a new one, not both"));
        }
    }
    Names { table, case }
}

fn invalid(option: &'static str, found: &str, expected: &'static str) -> Invalid {
    Invalid { option, found: found.to_string(), expected }
}
