//! Scenarios in Gherkin.

use gherkin::{Feature, GherkinEnv};
use serde_json::Value;
use std::path::{Path, PathBuf};

pub(crate) struct Step {
    pub(crate) text: String,
    pub(crate) rows: Vec<Vec<String>>,
}

pub(crate) struct Scenario {
    pub(crate) feature: String,
    pub(crate) name: String,
    pub(crate) tags: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

pub(crate) fn conformance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/openfeature")
}

/// The folder with the suite of the specification (`specification/assets/gherkin` of the repository open-feature/spec), where
/// somebody has brought it.
pub(crate) fn suite() -> Option<PathBuf> {
    let given = std::env::var_os("OPENFEATURE_SUITE").map(PathBuf::from);
    let folders = given.into_iter().chain([conformance().join("../suites/openfeature")]);
    folders.into_iter().find(|folder| folder.join("evaluation_v2.feature").exists())
}

/// The scenarios of a folder, one for each example of an outline.
pub(crate) fn read(folder: &Path) -> Vec<Scenario> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "feature"));
    files.sort();
    files.iter().flat_map(|file| scenarios_of(file)).collect()
}

fn scenarios_of(file: &Path) -> Vec<Scenario> {
    // The reader of the crate takes no such escape, and a quote stands for itself in a cell.
    let text = std::fs::read_to_string(file).unwrap().replace("\\\"", "\"");
    let feature =
        Feature::parse(text, GherkinEnv::default()).unwrap_or_else(|error| panic!("{file:?}: {error}"));
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let background = feature.background.iter().flat_map(|background| &background.steps).collect::<Vec<_>>();
    let mut found = Vec::new();
    for scenario in &feature.scenarios {
        let tables: Vec<_> =
            scenario.examples.iter().filter_map(|examples| examples.table.as_ref()).collect();
        let mut rows: Vec<Vec<(String, String)>> = Vec::new();
        for table in &tables {
            let [head, body @ ..] = table.rows.as_slice() else { continue };
            rows.extend(body.iter().map(|row| head.iter().cloned().zip(row.iter().cloned()).collect()));
        }
        if tables.is_empty() {
            rows.push(Vec::new());
        }
        for row in rows {
            let fill = |text: &str| {
                row.iter()
                    .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("<{name}>"), value))
            };
            let steps = background.iter().copied().chain(&scenario.steps).map(|step| Step {
                text: fill(&step.value),
                rows: step.table.as_ref().map(|table| table.rows.clone()).unwrap_or_default(),
            });
            found.push(Scenario {
                feature: name.clone(),
                name: fill(&scenario.name),
                tags: scenario.tags.clone(),
                steps: steps.collect(),
            });
        }
    }
    found
}

/// Which scenarios of the specification are not run, and why.
pub(crate) struct NotRun(Vec<(String, String)>);

impl NotRun {
    pub(crate) fn read(language: &str) -> Self {
        let text = std::fs::read_to_string(conformance().join("not_run.json")).unwrap();
        let listed: Value = serde_json::from_str(&text).unwrap();
        let lists = ["all", language].map(|list| listed[list].as_object().unwrap().clone());
        let entries = lists.into_iter().flatten().flat_map(|(feature, names)| {
            let names: Vec<String> = names.as_object().unwrap().keys().cloned().collect();
            names.into_iter().map(move |name| (feature.clone(), name))
        });
        Self(entries.collect())
    }

    pub(crate) fn has(&self, scenario: &Scenario) -> bool {
        self.0.iter().any(|entry| matches(entry, scenario))
    }

    /// The entries of which there is no scenario.
    pub(crate) fn stale(&self, all: &[Scenario]) -> Vec<String> {
        let stale = self.0.iter().filter(|entry| !all.iter().any(|scenario| matches(entry, scenario)));
        stale.map(|(feature, name)| format!("{feature}: {name}")).collect()
    }
}

fn matches((feature, name): &(String, String), scenario: &Scenario) -> bool {
    *feature == scenario.feature && (name == "*" || *name == scenario.name)
}
