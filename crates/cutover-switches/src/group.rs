//! Uses of one switch, brought together.

use crate::migration::{Migration, migrations};
use crate::values::words;
use crate::{Holds, Origin, Sure, Use, propose};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A use and the file that it is in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    /// The path from the root of the tree.
    pub file: String,
    /// The use.
    #[serde(flatten)]
    pub found: Use,
}

/// A switch of the code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Switch {
    /// What the code calls it.
    pub name: String,
    /// What the proposed ruleset calls it.
    pub flag: String,
    /// Where it comes from.
    pub origin: Origin,
    /// As sure as the surest of its uses.
    pub sure: Sure,
    /// What it holds, by that use.
    pub holds: Holds,
    /// Why, by that use.
    pub why: String,
    /// Where it is read.
    pub uses: Vec<Place>,
}

/// What was found in a tree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// How many files of code were read.
    pub files: usize,
    /// By origin, the surest first.
    pub switches: Vec<Switch>,
    /// Migrations that some of the switches are those of.
    pub migrations: Vec<Migration>,
    /// What could not be read, and why.
    pub skipped: Vec<String>,
}

impl Found {
    /// A ruleset for the switches that are at least so sure, as YAML. It loads; where nothing was found it has no flags.
    #[must_use]
    pub fn ruleset(&self, sure: Sure) -> String {
        propose::ruleset(self, sure)
    }
}

pub(crate) fn grouped(places: Vec<Place>, files: usize, skipped: Vec<String>) -> Found {
    let mut groups: BTreeMap<(Kind, String), Vec<Place>> = BTreeMap::new();
    for place in places {
        groups.entry((Kind::of(place.found.origin), place.found.name.clone())).or_default().push(place);
    }
    let mut switches: Vec<Switch> = groups
        .into_values()
        .filter_map(|uses| {
            // The first of those that are equally sure.
            let best = uses.iter().rev().max_by_key(|place| place.found.sure)?.found.clone();
            Some(Switch {
                flag: String::new(),
                name: best.name,
                origin: best.origin,
                sure: best.sure,
                holds: best.holds,
                why: best.why,
                uses,
            })
        })
        .collect();
    switches.sort_by(|a, b| (a.origin, b.sure, &a.name).cmp(&(b.origin, a.sure, &b.name)));
    let mut taken = BTreeSet::new();
    for switch in &mut switches {
        switch.flag = flag_of(switch, &mut taken);
    }
    let migrations = migrations(&switches);
    Found { files, switches, migrations, skipped }
}

/// Names of different kinds are different switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Variable,
    Flag,
    Share,
}

impl Kind {
    fn of(origin: Origin) -> Self {
        match origin {
            Origin::Environment => Self::Variable,
            Origin::HashedShare | Origin::Chance => Self::Share,
            _ => Self::Flag,
        }
    }
}

/// A name for a flag that no other has.
fn flag_of(switch: &Switch, taken: &mut BTreeSet<String>) -> String {
    let wanted = match Kind::of(switch.origin) {
        Kind::Flag => switch.name.clone(),
        Kind::Variable | Kind::Share => words(&switch.name).join("_"),
    };
    let wanted = if wanted.is_empty() { "switch".to_owned() } else { wanted };
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    let name = std::iter::once(wanted.clone())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .unwrap_or_default();
    taken.insert(name.clone());
    name
}
