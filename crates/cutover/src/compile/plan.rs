//! What plans refer to, and what their thresholds do to healthy migrations.

use super::Compiler;
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Entry, Node, Path};
use crate::ruleset::fields::Spanned;
use crate::sections::Sections;
use cutover_plans::{LOOK_MS, risks};

/// The share of healthy migrations above which a plan that rolls them back is told.
const TOLD: f64 = 0.05;

impl Compiler<'_> {
    pub(super) fn check_plans(&mut self, sections: &Sections) {
        let ruleset = self.ruleset;
        #[cfg(feature = "work")]
        self.check_incidents(sections);
        #[cfg(not(feature = "work"))]
        let _ = sections;
        for segment in &ruleset.plans.segments {
            if self.segment_number(segment.value).is_none() && !ruleset.unreadable.contains(&segment.value) {
                let known = ruleset.segments.iter().map(|segment| segment.name);
                self.reader.unknown_name("unknown_segment", "segment", segment, known);
            }
        }
        for flag in ruleset.plans.moved.iter().chain(&ruleset.plans.set) {
            self.check_flag_of_plan(flag);
        }
        self.check_moved_once("flag_of_two_plans", "flag", &ruleset.plans.moved);
        self.check_moved_once("migration_of_two_plans", "migration", &ruleset.plans.migrations);
    }

    /// Two plans of one thing would undo each other.
    fn check_moved_once(&mut self, code: &'static str, what: &str, moved: &[Spanned<&str>]) {
        for (index, name) in moved.iter().enumerate() {
            let Some(other) = moved.iter().take(index).find(|other| other.value == name.value) else {
                continue;
            };
            let first = self.reader.paths.render(other.path);
            let path = self.reader.paths.render(name.path);
            self.reader.note(
                Diagnostic::error(code, path, name.at, format!("`{first}` moves this {what} already"))
                    .found(name.value)
                    .expected([format!("a {what} that no other plan moves")]),
            );
        }
    }

    /// An incident that a trigger opens has a policy, and is of one of its classes.
    #[cfg(feature = "work")]
    fn check_incidents(&mut self, sections: &Sections) {
        let ruleset = self.ruleset;
        for (policy, severity) in &ruleset.plans.incidents {
            let Some(known) = sections.incidents.get(policy.value) else {
                let known = sections.incidents.keys().map(String::as_str);
                self.reader.unknown_name("unknown_incidents", "policy for incidents", policy, known);
                continue;
            };
            if known.severity(severity.value).is_none() {
                let known = known.severities.iter().map(|severity| severity.name.as_str());
                self.reader.unknown_name("unknown_severity", "class of severity", severity, known);
            }
        }
    }

    /// A name that is nearly one of the document's flags is a slip; another one is a flag that is kept elsewhere.
    fn check_flag_of_plan(&mut self, flag: &Spanned<&str>) {
        let ruleset = self.ruleset;
        if self.flag_number(flag.value).is_some() || ruleset.unreadable.contains(&flag.value) {
            return;
        }
        let known = || ruleset.flags.iter().map(|flag| flag.name);
        if crate::suggest::nearest(flag.value, known()).is_some() {
            self.reader.unknown_name("unknown_flag", "flag", flag, known());
            return;
        }
        self.reader.note(
            Diagnostic::warning(
                "flag_elsewhere",
                self.reader.paths.render(flag.path),
                flag.at,
                format!("this ruleset has no flag `{}`, so it must be kept elsewhere", flag.value),
            )
            .found(flag.value)
            .expected(known().take(12)),
        );
    }

    /// Tells of plans that would roll back migrations with which nothing is wrong.
    pub(super) fn lint_plans(&mut self, document: &Node<'_>, sections: &Sections) {
        let root = Path::ROOT;
        let plans = root.key("plans");
        for (name, guarded) in &sections.plans {
            let at = place_of(document, name);
            for risk in risks(guarded, None, LOOK_MS).filter(|risk| risk.plan > TOLD) {
                let message = format!(
                    "the check `{}` of `{}` would roll back {:.0} % of the migrations in which {} of the requests are bad, \
                     half of what it allows: with {} requests every five minutes, over {} looks",
                    risk.check,
                    risk.gate,
                    risk.plan * 100.0,
                    rate(risk.rate),
                    risk.samples,
                    risk.all_looks,
                );
                self.reader.note(
                    Diagnostic::warning("rolls_back_healthy", plans.key(name).key("gate").to_string(), at, message).help(
                        "raise `min_samples`, let it hold `for` several looks, or use `test: share` or `test: harm`, which may be looked at any time",
                    ),
                );
            }
        }
    }
}

fn rate(rate: f64) -> String {
    let percent = format!("{:.4}", rate * 100.0);
    format!("{} %", percent.trim_end_matches('0').trim_end_matches('.'))
}

/// Where a plan stands.
fn place_of(document: &Node<'_>, name: &str) -> crate::Position {
    let plan = entry(document, "plans").and_then(|plans| entry(&plans.value, name));
    plan.map_or(document.at, |plan| plan.key_at)
}

fn entry<'a>(node: &Node<'a>, key: &str) -> Option<&'a Entry<'a>> {
    match node.content {
        Content::Map(entries) => entries.iter().find(|entry| entry.key == key),
        _ => None,
    }
}
