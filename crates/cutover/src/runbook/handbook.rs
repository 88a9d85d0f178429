//! The runbook of what is no migration: of a plan, of a plan of work, of incidents.

use super::markdown::{checklist, code, cost, duration, plain, step};
use super::{Cost, Language, RunbookStep};
use crate::engine::Engine;
use serde::Serialize;
use std::fmt::Write as _;

/// What a handbook is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A plan: a rollout in steps.
    Plan,
    /// A plan of work.
    Work,
    /// Incidents: severities, features and checklists.
    Incidents,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Plan, Self::Work, Self::Incidents];

    /// The key of its section in a ruleset.
    ///
    /// ```
    /// assert_eq!(cutover::runbook::Subject::Plan.section(), "plans");
    /// ```
    #[must_use]
    pub const fn section(self) -> &'static str {
        match self {
            Self::Plan => "plans",
            Self::Work => "work",
            Self::Incidents => "incidents",
        }
    }
}

/// What a handbook is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandbookOptions {
    /// Where a plan stands: a share such as `60%`, or a segment that a step reaches. Its last step without it.
    pub at: Option<String>,
    /// The language of its sentences. What the document says stays as it is.
    pub language: Language,
    /// What the ruleset is called in commands.
    pub file: String,
}

impl Default for HandbookOptions {
    fn default() -> Self {
        Self { at: None, language: Language::English, file: "ruleset.yaml".to_owned() }
    }
}

/// The procedures of a plan, of a plan of work, or of incidents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Handbook {
    /// What it is of.
    pub of: Subject,
    /// Its name in the ruleset.
    pub name: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The language of its sentences.
    pub language: Language,
    /// What to know before one acts.
    pub sheets: Vec<Sheet>,
    /// The procedures, the quickest first.
    pub procedures: Vec<Instruction>,
    /// The digest of the ruleset.
    pub digest: String,
}

/// Some lines under a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// The title.
    pub title: String,
    /// The lines.
    pub lines: Vec<String>,
}

/// One procedure.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Instruction {
    /// What it does.
    pub title: String,
    /// Whether commands come first, and what is to be known of them after.
    pub urgent: bool,
    /// How soon it has to be done, in seconds.
    pub within: Option<u64>,
    /// What to know of it.
    pub notes: Vec<String>,
    /// Who moves, and what else changes for whom.
    pub moves: Vec<String>,
    /// What it costs beyond that; nothing where it is empty.
    pub costs: Vec<Cost>,
    /// What has to be so before.
    pub before: Vec<String>,
    /// What to do, in order.
    pub steps: Vec<RunbookStep>,
    /// When to leave it for something quicker.
    pub escalation: Vec<String>,
    /// What has to be so after.
    pub after: Vec<String>,
}

impl Handbook {
    /// The handbook as Markdown (GitHub's, with check boxes).
    #[must_use]
    pub fn markdown(&self) -> String {
        let say = self.language;
        let mut out = String::new();
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(out, "# Runbook{} {}\n", say.colon(), plain(&self.name));
        let owner = self.owner.as_deref().map(|owner| {
            let owner = plain(owner);
            say.of(format!("Ask: {owner}. "), format!("Responsable : {owner}. "))
        });
        let digest = code(&self.digest);
        let rules = say.of(format!("Ruleset {digest}."), format!("Règles {digest}."));
        let _ = writeln!(out, "{}{rules}", owner.unwrap_or_default());
        for sheet in &self.sheets {
            let _ = writeln!(out, "\n## {}\n", sheet.title);
            for line in &sheet.lines {
                let _ = writeln!(out, "- {line}");
            }
        }
        self.procedures.iter().for_each(|found| instruction(&mut out, say, found));
        out
    }
}

fn instruction(out: &mut String, say: Language, found: &Instruction) {
    let _ = writeln!(out, "\n## {}", found.title);
    if let Some(seconds) = found.within {
        let limit = duration(say, seconds);
        let text = say.of(format!("**To be done in: {limit}**"), format!("**Objectif : {limit}**"));
        let _ = writeln!(out, "\n{text}");
    }
    for note in &found.notes {
        let _ = writeln!(out, "\n{note}");
    }
    if !found.moves.is_empty() || !found.costs.is_empty() {
        let _ = writeln!(out, "\n**{}**\n", say.of("What it costs", "Ce que cela coûte"));
        for line in &found.moves {
            let _ = writeln!(out, "- {line}");
        }
        found.costs.iter().for_each(|found| cost(out, say, found));
    }
    checklist(out, &say.of("Before", "Avant"), &found.before);
    for (number, found_step) in (1..).zip(&found.steps) {
        let _ = writeln!(out, "\n### {number}. {}", found_step.title);
        step(out, say, found_step, found.urgent);
    }
    if !found.escalation.is_empty() {
        let _ = writeln!(out, "\n### {}\n", say.of("When it does not help", "Si cela n'aide pas"));
        for line in &found.escalation {
            let _ = writeln!(out, "- {line}");
        }
    }
    checklist(out, &say.of("After", "Après"), &found.after);
}

impl Engine {
    /// The names of which there are handbooks, sorted.
    pub fn subjects(&self, of: Subject) -> impl Iterator<Item = &str> {
        let names: Vec<&str> = match of {
            #[cfg(feature = "plans")]
            Subject::Plan => self.plans().collect(),
            #[cfg(feature = "work")]
            Subject::Work => self.works().collect(),
            #[cfg(feature = "work")]
            Subject::Incidents => self.incidents().collect(),
            #[cfg(not(all(feature = "plans", feature = "work")))]
            _ => Vec::new(),
        };
        names.into_iter()
    }

    /// The procedures of a plan, of a plan of work, or of incidents, by its name. None where there is none of that name.
    ///
    /// # Errors
    /// [`RunbookError`](super::RunbookError) where `at` is no place in the plan.
    ///
    /// ```
    /// use cutover::Engine;
    /// use cutover::runbook::{HandbookOptions, Subject};
    /// let engine = Engine::from_str(
    ///     "cutover: 1
    /// flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
    /// gates: { errors: { checks: [{ metric: errors, test: harm }] } }
    /// plans: { v2: { flag: use_v2, steps: [5%, 50%, 100%], bake: 48h, gate: errors } }
    /// ",
    /// )?;
    /// let options = HandbookOptions { at: Some("60%".to_owned()), ..HandbookOptions::default() };
    /// let handbook = engine.handbook(Subject::Plan, "v2", &options)?.unwrap();
    /// assert!(handbook.markdown().contains("Immediate rollback: `use_v2` to 0%"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn handbook(
        &self,
        of: Subject,
        name: &str,
        options: &HandbookOptions,
    ) -> Result<Option<Handbook>, super::RunbookError> {
        let written = match of {
            #[cfg(feature = "plans")]
            Subject::Plan => super::rollout::written(self, name, options)?,
            #[cfg(feature = "work")]
            Subject::Work => super::restore::of_work(self, name, options),
            #[cfg(feature = "work")]
            Subject::Incidents => super::restore::of_incidents(self, name, options),
            #[cfg(not(all(feature = "plans", feature = "work")))]
            _ => None,
        };
        Ok(written.map(|(owner, sheets, procedures)| Handbook {
            of,
            name: name.to_owned(),
            owner,
            language: options.language,
            sheets,
            procedures,
            digest: self.digest().to_owned(),
        }))
    }
}

/// Who answers, what to know, and what to do.
pub(super) type Written = (Option<String>, Vec<Sheet>, Vec<Instruction>);
