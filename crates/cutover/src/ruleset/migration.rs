//! Migrations as documents write them.

use super::fields::{Fields, Reader, Spanned};
use super::scalar::{ONE, Ppm};
use super::serve::{Share, TARGETING_KEY};
use crate::diagnostic::{Diagnostic, Position};
use crate::document::{Content, Node, Path};
use crate::migration::ladder::{Ladder, Phase};
use crate::migration::{Job, JobKind, Role, Stores, Switch, Switches, losses, read};

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
}

/// A share of the units that is in the phase next to the migration's.
#[derive(Debug, Clone)]
pub(crate) struct Cohort {
    pub(crate) phase: usize,
    pub(crate) share: Share,
    /// The attribute that holds the unit.
    pub(crate) by: String,
}

/// How the results of both stores are compared, in phases that compare.
#[derive(Debug, Clone)]
pub(crate) struct Compare {
    pub(crate) profile: Option<Spanned<String>>,
    pub(crate) sample: Ppm,
}

pub(crate) const KEYS: &[&str] = &[
    "description", "owner", "old", "new", "ladder", "phases", "phase", "switches", "emergency", "cohort", "salt", "jobs",
    "compare",
];

/// The most jobs of a migration.
const MAX_JOBS: usize = 1000;

impl Reader {
    /// Reads one migration. Parts that cannot be read are noted and left out, so that the rest is still checked.
    pub(crate) fn migration(&mut self, name: &str, node: &Node, path: Path<'_>) -> Option<Migration> {
        let mut fields = self.fields(node, path)?;
        for key in ["description", "owner"] {
            if let Some(node) = fields.take(key) {
                self.text(node, path.key(key));
            }
        }
        let (old, new) = stores(self, &mut fields, path);
        let ladder = read::ladder(self, &mut fields, path);
        let phase_node = fields.take("phase");
        let phase = phase_node.and_then(|node| phase(self, ladder.as_ref(), node, path.key("phase")));
        let switches_node = fields.take("switches");
        let switches = match switches_node {
            Some(node) => switches(self, ladder.as_ref(), node, path.key("switches")),
            None => Some(Switches::default()),
        };
        let selects = switches.as_ref().is_none_or(Switches::select_the_phase);
        if phase_node.is_none() && !selects {
            self.missing_phase(ladder.as_ref(), fields.at, path);
        }
        let emergency = fields.take("emergency").and_then(|node| emergency(self, switches.as_ref(), node, path.key("emergency")));
        let salt = fields.take("salt").and_then(|node| self.text(node, path.key("salt"))).map(str::to_owned);
        let cohort = fields.take("cohort").map(|node| {
            let path = path.key("cohort");
            if selects && switches_node.is_some() {
                self.note(
                    Diagnostic::error("contradiction", path.to_string(), node.at, "a cohort is a share next to `phase`, which switches override")
                        .found("cohort and switches that select the phase")
                        .expected(["`cohort` with `phase`, and no switch but `emergency`"]),
                );
            }
            let (old, new) = (old.as_deref().unwrap_or("old"), new.as_deref().unwrap_or("new"));
            cohort(self, ladder.as_ref(), phase, Stores { old, new }, node, path)
        });
        let jobs = fields.take("jobs").map(|node| jobs(self, ladder.as_ref(), node, path.key("jobs")));
        let compare = fields.take("compare").and_then(|node| compare(self, ladder.as_ref(), node, path.key("compare")));
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
        })
    }

    fn missing_phase(&mut self, ladder: Option<&Ladder>, at: Position, path: Path<'_>) {
        let with_switches = ladder.is_none_or(|ladder| !ladder.combinations.is_empty());
        let expected = if with_switches { &["phase", "switches"][..] } else { &["phase"] };
        self.note(
            Diagnostic::error("missing_phase", path.to_string(), at, "nothing says which phase the migration is in")
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
            Diagnostic::error("same_store", path.key("new").to_string(), *at, "a migration goes from one store to another")
                .found(new)
                .expected([format!("a name other than that of `old`, {old}")]),
        );
    }
    (old.map(|(name, _)| name), new.map(|(name, _)| name))
}

/// Reads the name of one phase of the ladder.
fn phase(reader: &mut Reader, ladder: Option<&Ladder>, node: &Node, path: Path<'_>) -> Option<usize> {
    let name = reader.spanned_text(node, path)?;
    let ladder = ladder?;
    if let Some(index) = ladder.index(&name.value) {
        return Some(index);
    }
    let members: Vec<&str> = ladder.group(&name.value).collect();
    if members.is_empty() {
        reader.unknown_name("unknown_phase", "phase", &name, ladder.names());
    } else {
        reader.note(
            Diagnostic::error("ambiguous_phase", name.path, name.at, format!("`{}` is a group of phases", name.value))
                .found(&name.value)
                .expected(members),
        );
    }
    None
}

fn switches(reader: &mut Reader, ladder: Option<&Ladder>, node: &Node, path: Path<'_>) -> Option<Switches> {
    let Content::Map(entries) = &node.content else {
        reader.wrong_type(node, path, "a mapping of switches");
        return None;
    };
    let selecting = ladder.is_none_or(|ladder| !ladder.combinations.is_empty());
    let roles = || Role::ALL.into_iter().filter(|role| selecting || *role == Role::Emergency);
    let mut switches = Switches::default();
    let mut complete = true;
    for entry in entries {
        let path = path.key(&entry.key);
        let Some(role) = roles().find(|role| role.name() == entry.key) else {
            let diagnostic =
                Diagnostic::error("unknown_switch", path.to_string(), entry.key_at, format!("this ladder has no switch `{}`", entry.key))
                    .found(&entry.key)
                    .expected(roles().map(Role::name));
            let elsewhere = Role::ALL.into_iter().any(|role| role.name() == entry.key);
            reader.note(if elsewhere {
                diagnostic.help("the phases of this ladder are selected by `phase`")
            } else {
                diagnostic.nearest(&entry.key, roles().map(Role::name))
            });
            complete = false;
            continue;
        };
        let Some(switch) = switch(reader, &entry.value, path) else {
            complete = false;
            continue;
        };
        if let Some((other, _)) = switches.iter().find(|(_, other)| other.name == switch.name) {
            reader.note(
                Diagnostic::error("duplicate_switch", path.to_string(), entry.value.at, "one switch cannot have two roles")
                    .found(&switch.name)
                    .help(format!("it is the switch `{}` already", other.name())),
            );
        }
        switches.set(role, switch);
    }
    complete.then_some(switches)
}

fn switch(reader: &mut Reader, node: &Node, path: Path<'_>) -> Option<Switch> {
    match &node.content {
        Content::Text(_) => return Some(Switch { name: read::name(reader, node, path)?, is: None }),
        Content::Map(_) => {}
        _ => {
            reader.wrong_type(node, path, "the name of a switch, or a mapping with `name` and `is`");
            return None;
        }
    }
    let mut fields = reader.fields(node, path)?;
    let name = fields.need(reader, path, "name").and_then(|node| read::name(reader, node, path.key("name")));
    let is = fields.take("is").and_then(|node| reader.bool(node, path.key("is")));
    fields.finish(reader, path, &["name", "is"]);
    Some(Switch { name: name?, is })
}

fn emergency(reader: &mut Reader, switches: Option<&Switches>, node: &Node, path: Path<'_>) -> Option<bool> {
    let emergency = reader.bool(node, path)?;
    let is = switches.and_then(|switches| switches.get(Role::Emergency)).and_then(|switch| switch.is);
    if is.is_some_and(|is| is != emergency) {
        reader.note(
            Diagnostic::error("contradiction", path.to_string(), node.at, "the switch of the emergency says otherwise")
                .found(node.quoted())
                .expected([(!emergency).to_string()])
                .help("leave out `emergency`, or `is` of the switch"),
        );
    }
    Some(emergency)
}

fn cohort(
    reader: &mut Reader,
    ladder: Option<&Ladder>,
    base: Option<usize>,
    stores: Stores<'_>,
    node: &Node,
    path: Path<'_>,
) -> Option<Cohort> {
    let mut fields = reader.fields(node, path)?;
    let phase_node = fields.need(reader, path, "phase");
    let index = phase_node.and_then(|node| phase(reader, ladder, node, path.key("phase")));
    let has_share = fields.take("rollout").is_some() || fields.take("ramp").is_some();
    let share = reader.share(&mut fields, path);
    if !has_share {
        reader.note(
            Diagnostic::error("missing_key", path.to_string(), node.at, "a cohort is a share of the units")
                .expected(["rollout", "ramp"]),
        );
    }
    let by = match fields.take("by") {
        Some(node) => reader.attribute_path(node, path.key("by")),
        None => {
            reader.note(
                Diagnostic::warning("cohort_unit", path.to_string(), node.at, format!("without `by`, the unit is {TARGETING_KEY}"))
                    .expected(["by"])
                    .help("the unit of a cohort is the key of the data, such as orderId, and not the user"),
            );
            Some(TARGETING_KEY.to_owned())
        }
    };
    fields.finish(reader, path, &["phase", "rollout", "ramp", "by"]);
    let (ladder, phase_node, index, base) = (ladder?, phase_node?, index?, base?);
    let (inside, outside) = (ladder.phases.get(index)?, ladder.phases.get(base)?);
    let path = path.key("phase");
    let wrong = |code, message| Diagnostic::error(code, path.to_string(), phase_node.at, message).found(&inside.name);
    if index.abs_diff(base) != 1 {
        let neighbours = [base.checked_sub(1), base.checked_add(1)].into_iter().flatten();
        let expected = neighbours.filter_map(|neighbour| ladder.phases.get(neighbour)).map(|phase| phase.name.as_str());
        let message = format!("`{}` is not next to `{}`, the phase of the migration", inside.name, outside.name);
        reader.note(wrong("cohort_not_adjacent", message).expected(expected));
    } else if let Some(message) = unsafe_sharing(stores, outside, inside) {
        reader.note(wrong("cohort_unsafe", message).help(
            "units in both phases share keys; move everybody at once, or write both stores with `required` in both phases",
        ));
    }
    Some(Cohort { phase: index, share: share?, by: by? })
}

/// Which writes are lost where units in the two phases share a key, in one sentence.
fn unsafe_sharing(stores: Stores<'_>, base: &Phase, cohort: &Phase) -> Option<String> {
    let lost = |emergency: bool| {
        let losses = losses(base.shape_in(emergency), cohort.shape_in(emergency));
        losses.map(|loss| loss.sentence(stores, &base.name, &cohort.name)).collect::<Vec<_>>().join("; ")
    };
    match (lost(false), lost(true)) {
        (calm, _) if !calm.is_empty() => Some(calm),
        (_, emergency) if !emergency.is_empty() => Some(format!("in an emergency, {emergency}")),
        _ => None,
    }
}

fn jobs(reader: &mut Reader, ladder: Option<&Ladder>, node: &Node, path: Path<'_>) -> Vec<Job> {
    let entries = reader.named(node, path);
    if entries.len() > MAX_JOBS {
        reader.note(
            Diagnostic::error("too_many", path.to_string(), node.at, "a migration has too many jobs")
                .found(entries.len().to_string())
                .expected([format!("at most {MAX_JOBS}")]),
        );
        return Vec::new();
    }
    let mut jobs = Vec::new();
    for entry in entries {
        let kind = job(reader, ladder, &entry.value, path.key(&entry.key));
        jobs.extend(kind.map(|kind| Job { name: entry.key.clone(), kind }));
    }
    // The order of keys means nothing, so it must not show in the bytes of a route either.
    jobs.sort_by(|a, b| a.name.cmp(&b.name));
    jobs
}

/// The kinds of jobs as words; `retire` gets its phase from `after`.
const KINDS: &[(&str, JobKind)] =
    &[("rewrite", JobKind::Rewrite), ("update", JobKind::Update), ("retire", JobKind::Retire { after: 0 })];

fn job(reader: &mut Reader, ladder: Option<&Ladder>, node: &Node, path: Path<'_>) -> Option<JobKind> {
    let mut fields = reader.fields(node, path)?;
    let kind = fields.need(reader, path, "kind").and_then(|node| reader.word(node, path.key("kind"), KINDS));
    let after = fields.take("after");
    fields.finish(reader, path, &["kind", "after"]);
    match (kind?, after) {
        (JobKind::Retire { .. }, Some(node)) => {
            let name = reader.spanned_text(node, path.key("after"))?;
            let ladder = ladder?;
            if let Some(after) = ladder.last_index(&name.value) {
                return Some(JobKind::Retire { after });
            }
            reader.unknown_name("unknown_phase", "phase", &name, ladder.names());
            None
        }
        (JobKind::Retire { .. }, None) => {
            reader.note(
                Diagnostic::error("missing_key", path.to_string(), node.at, "`after` is missing: a job retires after a phase")
                    .expected(["after"]),
            );
            None
        }
        (_, Some(node)) => {
            reader.note(
                Diagnostic::error("contradiction", path.key("after").to_string(), node.at, "only a job that retires does so after a phase")
                    .found("after")
                    .expected(["`after` with `kind: retire`"]),
            );
            None
        }
        (kind, None) => Some(kind),
    }
}

fn compare(reader: &mut Reader, ladder: Option<&Ladder>, node: &Node, path: Path<'_>) -> Option<Compare> {
    let mut fields = reader.fields(node, path)?;
    let profile = fields.take("profile").and_then(|node| reader.spanned_text(node, path.key("profile")));
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
