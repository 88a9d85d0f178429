//! A flag: its prerequisites, then targets, rules and the fallthrough as rules, and its off variation as the default.

use super::names::{MALFORMED, NONE, Names};
use super::reference::USER;
use super::segment::{Segments, keys};
use super::{Stop, clause, rollout};
use crate::condition::Condition;
use crate::flag::Flag;
use crate::json;
use crate::report::FlagReport;
use cutover::import::Yaml;
use serde_json::Value as Json;

/// What is known of a flag that another one asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) names: Names,
    /// Whether it decides.
    pub(super) is_on: bool,
    /// Its variant while it does not.
    pub(super) off: String,
    /// Whether it may be malformed for somebody.
    pub(super) may_fail: bool,
}

impl Asked {
    pub(super) fn of(flag: &Json) -> Self {
        let names = Names::of(json::items(flag, "variations"));
        let off = match flag.get("offVariation").filter(|index| index.is_number()) {
            None => NONE.to_owned(),
            Some(index) => names.at(Some(index)).unwrap_or(MALFORMED).to_owned(),
        };
        let is_on = flag.get("on").and_then(Json::as_bool) == Some(true);
        Self { names, is_on, may_fail: off == MALFORMED, off }
    }
}

/// A flag about to be written.
pub(super) struct Reading<'a> {
    pub(super) key: &'a str,
    pub(super) document: &'a Json,
    pub(super) asked: Asked,
    pub(super) flag: Flag,
}

impl<'a> Reading<'a> {
    pub(super) fn of(key: &'a str, document: &'a Json) -> Self {
        let asked = Asked::of(document);
        let mut flag = Flag { disabled: !asked.is_on, ..Flag::default() };
        flag.description = json::text(document, "description").map(str::to_owned);
        let values = json::items(document, "variations").iter().map(json::yaml);
        flag.variants = asked.names.all().iter().cloned().zip(values).collect();
        let mut reading = Self { key, document, asked, flag };
        let off = reading.asked.off.clone();
        reading.flag.default = Some(reading.declared(off));
        reading
    }

    /// The name of a variant, which is declared where it stands for null.
    fn declared(&mut self, name: String) -> String {
        if name == MALFORMED || name == NONE {
            self.asked.may_fail |= name == MALFORMED;
            return self.flag.nothing(&name);
        }
        name
    }

    /// The variant of an index.
    fn variant(&mut self, index: Option<&Json>) -> String {
        let name = self.asked.names.at(index).unwrap_or(MALFORMED).to_owned();
        self.declared(name)
    }

    /// Adds a rule that serves null, and notes why.
    fn malformed(&mut self, description: &str, whom: Condition, stop: &Stop, report: &mut FlagReport) {
        report.note(
            stop.place.as_str(),
            format!(
                "{}, so the flag is MALFORMED_FLAG there; here null is served, and so the caller's default",
                stop.problem
            ),
        );
        let name = self.declared(MALFORMED.to_owned());
        self.flag.rule(Some(description), whom, Yaml::text(&name));
    }

    /// Takes over a flag that has to be one of its variations.
    pub(super) fn prerequisite(
        &mut self,
        place: &str,
        key: &str,
        index: Option<&Json>,
        of: Option<&Asked>,
        report: &mut FlagReport,
    ) {
        let never = |why: String| {
            format!("{why}, so this flag serves its off variation, there and here: it is imported off")
        };
        let Some(of) = of else {
            report.note(place, never(format!("there is no flag `{key}`")));
            self.flag.disabled = true;
            return;
        };
        let Some(wanted) = of.names.at(index) else {
            report.note(place, never(format!("`{key}` has no such variation")));
            self.flag.disabled = true;
            return;
        };
        if !of.is_on && of.off == wanted {
            report.note(place, never(format!("`{key}` is off, and serves this variation for that alone")));
            self.flag.disabled = true;
            return;
        }
        let mut is = vec![Yaml::text(wanted)];
        if of.may_fail {
            is.push(Yaml::text(MALFORMED));
            let fails = vec![("flag".to_owned(), Yaml::text(key)), ("is".to_owned(), Yaml::text(MALFORMED))];
            let stop = Stop::malformed(place, &format!("`{key}` may be malformed"));
            self.malformed("a prerequisite is malformed", Condition::Test(fails), &stop, report);
        }
        let is = if let [only] = is.as_slice() { only.clone() } else { Yaml::List(is) };
        self.flag.requires.push(Yaml::map([("flag", Yaml::text(key)), ("is", is)]));
    }

    /// Everything behind the prerequisites.
    pub(super) fn rules(&mut self, segments: &mut Segments<'_>, report: &mut FlagReport) -> Result<(), Stop> {
        let document = self.document;
        self.targets(report);
        for (index, rule) in json::items(document, "rules").iter().enumerate() {
            // A rule without a list of clauses is passed over.
            if !rule.get("clauses").is_some_and(Json::is_array) {
                continue;
            }
            let place = format!("rules[{index}]");
            let description = match json::text(rule, "description").filter(|text| !text.is_empty()) {
                Some(text) => format!("rule {index}: {text}"),
                None => format!("rule {index}"),
            };
            let (whom, malformed) = clause::all(json::items(rule, "clauses"), segments, &place)?;
            if let Some(whom) = malformed {
                let stop = Stop::malformed(&place, "a clause names no right attribute");
                self.malformed(&description, whom, &stop, report);
                continue;
            }
            self.serve(&description, whom, rule, &place, report)?;
        }
        let nothing = Json::Null;
        let fallthrough = document.get("fallthrough").unwrap_or(&nothing);
        self.serve("fallthrough", Condition::TRUE, fallthrough, "fallthrough", report)
    }

    fn serve(
        &mut self,
        description: &str,
        whom: Condition,
        given: &Json,
        place: &str,
        report: &mut FlagReport,
    ) -> Result<(), Stop> {
        let salt = json::text(self.document, "salt").unwrap_or_default();
        let names = self.asked.names.clone();
        let name = |index: Option<&Json>| names.at(index).unwrap_or(MALFORMED).to_owned();
        match rollout::serve(given, self.key, salt, place, name) {
            Ok(serve) => {
                if indices(given).any(|index| names.at(index).is_none()) {
                    let stop = Stop::malformed(place, "there is no such variation");
                    self.missing(&stop, report);
                }
                self.flag.rule(Some(description), whom, serve);
                Ok(())
            }
            Err(stop) if stop.is_malformed => {
                self.malformed(description, whom, &stop, report);
                Ok(())
            }
            Err(stop) => Err(stop),
        }
    }

    /// Notes that a variation is not there, and declares what stands for it.
    fn missing(&mut self, stop: &Stop, report: &mut FlagReport) {
        self.declared(MALFORMED.to_owned());
        report.note(
            stop.place.as_str(),
            format!(
                "{}, so the flag is MALFORMED_FLAG there; here null is served, and so the caller's default",
                stop.problem
            ),
        );
    }

    fn targets(&mut self, report: &mut FlagReport) {
        let users = json::items(self.document, "targets");
        let contexts = json::items(self.document, "contextTargets");
        let kind_of = |target: &Json| {
            json::text(target, "contextKind").filter(|kind| !kind.is_empty()).unwrap_or(USER).to_owned()
        };
        if contexts.is_empty() {
            for target in users {
                self.target(&kind_of(target), target, report);
            }
            return;
        }
        for target in contexts {
            let kind = kind_of(target);
            // Those of users stand in a list of their own; here is their place in the order.
            let target = match kind == USER {
                true => users.iter().find(|user| user.get("variation") == target.get("variation")),
                false => Some(target),
            };
            if let Some(target) = target {
                self.target(&kind, target, report);
            }
        }
    }

    fn target(&mut self, kind: &str, target: &Json, report: &mut FlagReport) {
        let whom = keys(kind, &json::texts(target, "values"));
        if whom.is_never() {
            return;
        }
        let index = target.get("variation");
        if self.asked.names.at(index).is_none() {
            self.missing(&Stop::malformed("targets", "there is no such variation"), report);
        }
        let variant = self.variant(index);
        self.flag.rule(Some("target"), whom, Yaml::text(&variant));
    }
}

/// The indices of variations that a rule or the fallthrough names.
fn indices(given: &Json) -> impl Iterator<Item = Option<&Json>> {
    let one = given.get("variation").filter(|variation| !variation.is_null());
    let rollout = given.get("rollout").filter(|_| one.is_none());
    let several = rollout.map_or(&[][..], |rollout| json::items(rollout, "variations"));
    one.map(Some).into_iter().chain(several.iter().map(|variation| variation.get("variation")))
}
