//! Reading the sections.

use super::Sections;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path};
use crate::ruleset::fields::{Fields, Reader};

/// The sections that this build acts on.
const ACTIVE: &[&str] = &[
    #[cfg(feature = "paths")]
    "paths",
    #[cfg(feature = "compare")]
    "comparators",
    #[cfg(feature = "delivery")]
    "delivery",
    #[cfg(feature = "gates")]
    "metrics",
    #[cfg(feature = "gates")]
    "gates",
    #[cfg(feature = "plans")]
    "plans",
    #[cfg(feature = "work")]
    "work",
    #[cfg(feature = "work")]
    "incidents",
];

/// All of them, each after those that it names things of.
const ALL: [&str; 8] = ["paths", "comparators", "metrics", "gates", "plans", "delivery", "work", "incidents"];

/// The names of what migrations refer to.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    pub(crate) comparators: Vec<&'a str>,
    pub(crate) policies: Vec<&'a str>,
    /// What plans refer to.
    #[cfg(feature = "plans")]
    pub(crate) plans: super::PlanNames<'a>,
}

impl Reader {
    /// Reads the sections of a document, and gives the names in them that migrations refer to.
    pub(crate) fn sections<'a>(
        &mut self,
        fields: &mut Fields<'a>,
        path: Path<'_>,
        #[cfg(feature = "plans")] around: super::Around<'_>,
    ) -> (Sections, Names<'a>) {
        let mut sections = Sections::default();
        let mut names = Names::default();
        #[cfg(feature = "plans")]
        let mut gates: Vec<&str> = Vec::new();
        for section in ALL {
            let Some(node) = fields.take(section) else { continue };
            let path = path.key(section);
            let entries = self.named(node, path);
            match section {
                "comparators" => names.comparators = entries.iter().map(|entry| entry.key).collect(),
                "delivery" => names.policies = entries.iter().map(|entry| entry.key).collect(),
                #[cfg(feature = "plans")]
                "gates" => gates = entries.iter().map(|entry| entry.key).collect(),
                #[cfg(feature = "plans")]
                "plans" => {
                    names.plans = super::plan::read_all(self, &mut sections, entries, path, &gates, around)
                }
                _ => {}
            }
            #[cfg(feature = "gates")]
            if section == "metrics" {
                sections.metrics = Some(std::collections::BTreeMap::new());
            }
            for entry in entries.iter().filter(|_| ACTIVE.contains(&section)) {
                self.section(&mut sections, section, entry.key, &entry.value, path.key(entry.key));
            }
            if !ACTIVE.contains(&section) {
                self.note(
                    Diagnostic::warning(
                        "section_without_effect",
                        section,
                        node.at,
                        format!("this version does not act on `{section}`"),
                    )
                    .help("this section is kept for later versions, or for a package that acts on it"),
                );
            }
        }
        (sections, names)
    }

    #[cfg_attr(
        not(any(
            feature = "compare",
            feature = "paths",
            feature = "delivery",
            feature = "gates",
            feature = "work"
        )),
        expect(unused_variables, reason = "no section is active without these features")
    )]
    fn section(
        &mut self,
        sections: &mut Sections,
        section: &str,
        name: &str,
        node: &Node<'_>,
        path: Path<'_>,
    ) {
        match section {
            #[cfg(feature = "compare")]
            "comparators" => {
                let read = super::comparator::read(self, node, path);
                sections.comparators.extend(read.map(|profile| (name.to_owned(), profile)));
            }
            #[cfg(feature = "delivery")]
            "delivery" => {
                let read = super::delivery::read(self, node, path);
                sections.delivery.extend(read.map(|policy| (name.to_owned(), policy)));
            }
            #[cfg(feature = "paths")]
            "paths" => {
                let read = super::path_table::read(self, name, node, path);
                sections.paths.extend(read.map(|table| (name.to_owned(), table)));
            }
            #[cfg(feature = "gates")]
            "metrics" => {
                // A metric that cannot be read is noted, and its name is known all the same.
                let read = super::metric::read(self, node, path).unwrap_or_else(super::metric::unreadable);
                sections.metrics.get_or_insert_default().insert(name.to_owned(), read);
            }
            #[cfg(feature = "gates")]
            "gates" => {
                let read = super::gate::read(self, name, node, path, sections.metrics.as_ref());
                sections.gates.extend(read.map(|gate| (name.to_owned(), gate)));
            }
            #[cfg(feature = "work")]
            "work" => {
                let read = super::work::read(self, node, path);
                sections.work.extend(read.map(|work| (name.to_owned(), work)));
            }
            #[cfg(feature = "work")]
            "incidents" => {
                let read = super::incident::read(self, node, path);
                sections.incidents.extend(read.map(|policy| (name.to_owned(), policy)));
                #[cfg(feature = "runbook")]
                {
                    use super::commands::{INCIDENTS, INCIDENTS_WITHIN, under};
                    let commands = under(self, node, path, INCIDENTS, INCIDENTS_WITHIN);
                    sections.incident_commands.insert(name.to_owned(), commands);
                }
            }
            _ => {}
        }
    }
}

impl Reader {
    /// Reads a list of texts, or one text alone.
    pub(crate) fn owned_texts(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<Vec<String>> {
        if let crate::document::Content::Text(text) = node.content {
            return Some(vec![text.to_owned()]);
        }
        let items = self.list(node, path)?;
        let texts = items.iter().enumerate().map(|(index, item)| self.text(item, path.index(index)));
        let texts: Vec<Option<&str>> = texts.collect();
        texts.into_iter().map(|text| text.map(str::to_owned)).collect()
    }
}
