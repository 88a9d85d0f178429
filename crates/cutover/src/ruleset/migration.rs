//! Migrations as documents write them.

use super::fields::{Fields, Reader, Spanned};
use super::scalar::{ONE, Ppm};
use crate::diagnostic::{Diagnostic, Position};
use crate::document::{Node, Path};
use crate::migration::hazard::Stores;
use crate::migration::job::Job;
use crate::migration::ladder::{Ladder, Phase};
use crate::migration::read::{self, Cohort};
use crate::migration::switches::{Role, Switches};

/// A migration of a document.
#[derive(Debug, Clone)]
pub(crate) struct Migration {
    pub(crate) name: String,
    /// The names of the two stores.
    pub(crate) old: String,
    pub(crate) new: String,
    pub(crate) ladder: Ladder,
    /// The index of the phase in the ladder; without one, the switches select it.
    pub(crate) phase: Option<usize>,
    pub(crate) emergency: bool,
    pub(crate) switches: Switches,
    pub(crate) cohort: Option<Cohort>,
    pub(crate) salt: Option<String>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) compare: Option<Compare>,
    #[cfg(feature = "runbook")]
    pub(crate) runbook: Option<read::Procedures>,
    #[cfg(feature = "alerts")]
    pub(crate) alerts: Option<read::Alerts>,
    /// The name of its delivery policy.
    pub(crate) delivery: Option<Spanned<String>>,
}

/// How the results of both stores are compared, in phases that compare.
#[derive(Debug, Clone)]
pub(crate) struct Compare {
    pub(crate) profile: Option<Spanned<String>>,
    pub(crate) sample: Ppm,
}

pub(crate) const KEYS: &[&str] = &[
    "description",
    "owner",
    "old",
    "new",
    "ladder",
    "phases",
    "phase",
    "switches",
    "emergency",
    "cohort",
    "salt",
    "jobs",
    "week_one",
    "compare",
    "runbook",
    "alerts",
    "delivery",
];

impl Reader {
    /// Reads one migration. Parts that cannot be read are noted and left out, so that the rest is still checked.
    pub(crate) fn migration(&mut self, name: &str, node: &Node<'_>, path: Path<'_>) -> Option<Migration> {
        let mut fields = self.fields(node, path)?;
        for key in ["description", "owner"] {
            if let Some(node) = fields.take(key) {
                self.text(node, path.key(key));
            }
        }
        let (old, new) = stores(self, &mut fields, path);
        let ladder = read::ladder(self, &mut fields, path);
        let phase_node = fields.take("phase");
        let phase = phase_node.and_then(|node| read::phase(self, ladder.as_ref(), node, path.key("phase")));
        let switches_node = fields.take("switches");
        let switches = match switches_node {
            Some(node) => read::switches(self, ladder.as_ref(), node, path.key("switches")),
            None => Some(Switches::default()),
        };
        let selects = switches.as_ref().is_none_or(Switches::select_the_phase);
        if phase_node.is_none() && !selects {
            self.missing_phase(ladder.as_ref(), fields.at, path);
        }
        let emergency = fields
            .take("emergency")
            .and_then(|node| emergency(self, switches.as_ref(), node, path.key("emergency")));
        let salt = fields.take("salt").and_then(|node| self.salt(node, path.key("salt"))).map(str::to_owned);
        let cohort = fields.take("cohort").map(|node| {
            let path = path.key("cohort");
            if selects && switches_node.is_some() {
                self.note(
                    Diagnostic::error(
                        "contradiction",
                        path.to_string(),
                        node.at,
                        "a cohort is a share next to `phase`, which switches override",
                    )
                    .found("cohort and switches that select the phase")
                    .expected(["`cohort` with `phase`, and no switch but `emergency`"]),
                );
            }
            let (old, new) = (old.as_deref().unwrap_or("old"), new.as_deref().unwrap_or("new"));
            read::cohort(self, ladder.as_ref(), phase, Stores { old, new }, node, path)
        });
        let week_one = fields.take("week_one").and_then(|node| self.day(node, path.key("week_one")));
        let jobs = fields
            .take("jobs")
            .map(|node| read::jobs(self, ladder.as_ref(), week_one, node, path.key("jobs")));
        let compare =
            fields.take("compare").and_then(|node| compare(self, ladder.as_ref(), node, path.key("compare")));
        let runbook_node = fields.take("runbook");
        #[cfg(feature = "runbook")]
        let runbook =
            runbook_node.and_then(|node| read::runbook(self, ladder.as_ref(), node, path.key("runbook")));
        // Without it, what a runbook says beyond the ladder means nothing.
        #[cfg(not(feature = "runbook"))]
        let _ = runbook_node;
        let alerts_node = fields.take("alerts");
        #[cfg(feature = "alerts")]
        let alerts = alerts_node.and_then(|node| read::alerts(self, node, path.key("alerts")));
        // Without it, nothing writes alert rules.
        #[cfg(not(feature = "alerts"))]
        let _ = alerts_node;
        let delivery = fields.take("delivery").and_then(|node| reference(self, node, path.key("delivery")));
        fields.finish(self, path, KEYS);
        let cohort = match cohort {
            Some(cohort) => Some(cohort?),
            None => None,
        };
        Some(Migration {
            name: name.to_owned(),
            old: old?,
            new: new?,
            ladder: ladder?,
            phase,
            emergency: emergency.unwrap_or(false),
            switches: switches?,
            cohort,
            salt,
            jobs: jobs.unwrap_or_default(),
            compare,
            #[cfg(feature = "runbook")]
            runbook,
            #[cfg(feature = "alerts")]
            alerts,
            delivery,
        })
    }

    fn missing_phase(&mut self, ladder: Option<&Ladder>, at: Position, path: Path<'_>) {
        let with_switches = ladder.is_none_or(|ladder| !ladder.combinations.is_empty());
        let expected = if with_switches { &["phase", "switches"][..] } else { &["phase"] };
        self.note(
            Diagnostic::error(
                "missing_phase",
                path.to_string(),
                at,
                "nothing says which phase the migration is in",
            )
            .expected(expected.iter().copied()),
        );
    }
}

/// Takes `old` and `new`.
fn stores(reader: &mut Reader, fields: &mut Fields<'_>, path: Path<'_>) -> (Option<String>, Option<String>) {
    let mut store = |key| {
        let node = fields.need(reader, path, key)?;
        Some((read::name(reader, node, path.key(key))?, node.at))
    };
    let (old, new) = (store("old"), store("new"));
    if let (Some((old, _)), Some((new, at))) = (&old, &new)
        && old == new
    {
        reader.note(
            Diagnostic::error(
                "same_store",
                path.key("new").to_string(),
                *at,
                "a migration goes from one store to another",
            )
            .found(new)
            .expected([format!("a name other than that of `old`, {old}")]),
        );
    }
    (old.map(|(name, _)| name), new.map(|(name, _)| name))
}

fn emergency(
    reader: &mut Reader,
    switches: Option<&Switches>,
    node: &Node<'_>,
    path: Path<'_>,
) -> Option<bool> {
    let emergency = reader.bool(node, path)?;
    let is = switches.and_then(|switches| switches.get(Role::Emergency)).and_then(|switch| switch.is);
    if is.is_some_and(|is| is != emergency) {
        reader.note(
            Diagnostic::error(
                "contradiction",
                path.to_string(),
                node.at,
                "the switch of the emergency says otherwise",
            )
            .found(node.quoted())
            .expected([(!emergency).to_string()])
            .help("leave out `emergency`, or `is` of the switch"),
        );
    }
    Some(emergency)
}

/// Reads the name of something else in the ruleset.
fn reference(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Spanned<String>> {
    let Spanned { value, at, path } = reader.spanned_text(node, path)?;
    Some(Spanned { value: value.to_owned(), at, path })
}

fn compare(reader: &mut Reader, ladder: Option<&Ladder>, node: &Node<'_>, path: Path<'_>) -> Option<Compare> {
    let mut fields = reader.fields(node, path)?;
    let profile = fields.take("profile").and_then(|node| reference(reader, node, path.key("profile")));
    let sample = fields.take("sample").and_then(|node| reader.percent(node, path.key("sample")));
    fields.finish(reader, path, &["profile", "sample"]);
    let compares = |phase: &Phase| phase.shape.compare || phase.emergency.compare;
    if ladder.is_some_and(|ladder| !ladder.phases.iter().any(compares)) {
        reader.note(
            Diagnostic::warning("unused_compare", path.to_string(), node.at, "no phase of this ladder compares")
                .help("`compare` takes effect in phases that read both stores, such as `shadow` of the ladder `standard`"),
        );
    }
    Some(Compare { profile, sample: sample.unwrap_or(Ppm(ONE)) })
}
