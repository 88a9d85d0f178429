//! LaunchDarkly's flags and segments, as its server-side SDKs get them.
//!
//! A flag's off variation is its default, so that turning it off is what it was; targets, rules and the fallthrough are its
//! rules. Where the SDKs differ, it is what the one for Node does.

mod clause;
mod context;
mod flag;
mod names;
mod pattern;
mod reference;
mod rollout;
mod segment;

use crate::assemble::{Draft, Read};
use crate::flag::Flag;
use crate::json;
use crate::report::FlagReport;
pub(crate) use context::called;
use flag::{Asked, Reading};
use segment::Segments;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Why something stops: it is malformed, and LaunchDarkly answers so, or it cannot be said here.
#[derive(Debug)]
struct Stop {
    place: String,
    problem: String,
    is_malformed: bool,
}

impl Stop {
    fn malformed(place: &str, problem: &str) -> Self {
        Self { place: place.to_owned(), problem: problem.to_owned(), is_malformed: true }
    }

    fn refused(place: &str, problem: &str) -> Self {
        Self { place: place.to_owned(), problem: problem.to_owned(), is_malformed: false }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

/// Whether an item is what stands for one that was deleted.
fn is_deleted(item: &Json) -> bool {
    item.get("deleted").and_then(Json::as_bool) == Some(true)
}

pub(crate) fn read(document: &Json) -> Result<Draft, String> {
    // The stream wraps the flags and segments in `data`, and an event of it has its name beside them.
    let document = document.get("data").filter(|data| data.is_object()).unwrap_or(document);
    let Some(all) = document.get("flags").and_then(Json::as_object) else {
        return Err(
            "there is no mapping `flags`; what LaunchDarkly's SDKs get has one, and beside it `segments`"
                .to_owned(),
        );
    };
    let mut reader = Reader {
        all,
        done: BTreeMap::new(),
        open: Vec::new(),
        asks: BTreeMap::new(),
        segments: Segments::of(document),
    };
    let mut draft = Draft::default();
    for (key, flag) in all {
        if is_deleted(flag) {
            continue;
        }
        reader.flag(key);
        draft.flags.extend(reader.done.get_mut(key).and_then(|done| done.read.take()));
    }
    draft.segments = reader.segments.into_conditions();
    Ok(draft)
}

/// Reads flags, those before others that the others ask for.
struct Reader<'a> {
    all: &'a Map<String, Json>,
    done: BTreeMap<String, Done>,
    /// Those that are being read, each asked for by the one before.
    open: Vec<String>,
    /// Which flags ask for which, of those that were read.
    asks: BTreeMap<String, Vec<String>>,
    segments: Segments<'a>,
}

/// What came of a flag.
#[derive(Debug, Default)]
struct Done {
    read: Option<Read>,
    asked: Asked,
    is_refused: bool,
}

impl Reader<'_> {
    fn flag(&mut self, key: &str) {
        let Some((key, document)) =
            self.all.get_key_value(key).filter(|(key, _)| !self.done.contains_key(*key))
        else {
            return;
        };
        let mut report = FlagReport::new(key);
        let mut reading = Reading::of(key, document);
        self.open.push(key.clone());
        let read = self.fill(&mut reading, &mut report);
        self.open.pop();
        if let Err(stop) = read {
            if reading.asked.is_on {
                report.refuse(stop.place, stop.problem);
            } else {
                report.differs(
                    stop.place,
                    format!("{}; the flag is off and serves what it did, and has no rules: write them before it is turned on", stop.problem),
                );
                (reading.flag.rules, reading.flag.requires) = (Vec::new(), Vec::new());
                self.asks.remove(key);
            }
        }
        let is_refused = report.fate == crate::Fate::Refused;
        let flags: Vec<(String, Flag)> = vec![(key.clone(), reading.flag)];
        let done = Done { read: Some(Read { report, flags }), asked: reading.asked, is_refused };
        self.done.insert(key.clone(), done);
    }

    /// Whether a flag asks for another one, or for one that does.
    fn leads(&self, from: &str, to: &str) -> bool {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(flag) = open.pop() {
            if flag == to {
                return true;
            }
            if seen.insert(flag) {
                open.extend(self.asks.get(flag).into_iter().flatten().map(String::as_str));
            }
        }
        false
    }

    fn fill(&mut self, reading: &mut Reading<'_>, report: &mut FlagReport) -> Result<(), Stop> {
        let document = reading.document;
        if !document.get("variations").is_some_and(Json::is_array) {
            let found = document.get("variations").map_or("nothing", json::kind);
            return Err(Stop::refused(
                "variations",
                &format!("{found} is where the list of values belongs: ask LaunchDarkly for its data anew"),
            ));
        }
        for (index, prerequisite) in json::items(document, "prerequisites").iter().enumerate() {
            let place = format!("prerequisites[{index}]");
            let key = json::text(prerequisite, "key").unwrap_or_default();
            let is_there = self.all.get(key).is_some_and(|flag| !is_deleted(flag));
            let circle = |flags: &str| {
                let problem = format!(
                    "the flags {flags} ask for each other in a circle, which is MALFORMED_FLAG in LaunchDarkly once all \
                     of them are on: take one prerequisite away"
                );
                Err(Stop::refused(&place, &problem))
            };
            // What a flag that is off is for others is known without what it asks for itself.
            let off = self.all.get(key).filter(|_| is_there).map(Asked::of).filter(|asked| !asked.is_on);
            if off.is_none() {
                if self.open.iter().any(|open| open == key) {
                    return circle(&format!("`{}`", self.open.join("`, `")));
                }
                self.flag(key);
            }
            if self.leads(key, reading.key) {
                return circle(&format!("`{}`, `{key}`", reading.key));
            }
            self.asks.entry(reading.key.to_owned()).or_default().push(key.to_owned());
            let done = self.done.get(key).filter(|_| is_there);
            if done.is_some_and(|done| done.is_refused) {
                return Err(Stop::refused(&place, &format!("`{key}` could not be taken over: see there")));
            }
            let of = off.as_ref().or(done.map(|done| &done.asked));
            reading.prerequisite(&place, key, prerequisite.get("variation"), of, report);
        }
        reading.rules(&mut self.segments, report)
    }
}
