//! A runbook as Markdown.

use super::{Cost, CostKind, Language, Procedure, Runbook, RunbookStep};
use std::fmt::Write as _;

impl Runbook {
    /// The runbook as Markdown (GitHub's, with check boxes).
    #[must_use]
    pub fn markdown(&self) -> String {
        let say = self.language;
        let mut out = String::new();
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(out, "# Runbook{} {}\n", say.colon(), plain(&self.migration));
        let _ = writeln!(
            out,
            "{}",
            say.of(
                format!(
                    "From {} (old) to {} (new). Ruleset {}.",
                    code(&self.old),
                    code(&self.new),
                    code(&self.digest)
                ),
                format!(
                    "De {} (ancienne base) vers {} (nouvelle base). Règles {}.",
                    code(&self.old),
                    code(&self.new),
                    code(&self.digest)
                ),
            )
        );
        if self.procedures.is_empty() {
            let nothing = say.of(
                "There is no way back from here, and the emergency changes nothing.",
                "Il n'y a pas de retour d'ici, et l'urgence ne change rien.",
            );
            let _ = writeln!(out, "\n{nothing}");
        }
        self.procedures.iter().for_each(|found| procedure(&mut out, say, found));
        out
    }
}

fn procedure(out: &mut String, say: Language, found: &Procedure) {
    let _ = writeln!(out, "\n## {}\n", title(say, found));
    if let Some(seconds) = found.within {
        let limit = duration(say, seconds);
        let text = say.of(format!("**To be done in: {limit}**"), format!("**Objectif : {limit}**"));
        let _ = writeln!(out, "{text}\n");
    }
    let _ = writeln!(out, "**{}**", say.of("What it costs", "Ce que cela coûte"));
    out.push('\n');
    if found.costs.is_empty() {
        let none = say.of(
            "nothing: no write is lost, and no read is stale, where every node has taken a step before the next one begins",
            "rien : aucune écriture n'est perdue et aucune lecture n'est périmée, si chaque nœud a pris une étape avant la suivante",
        );
        let _ = writeln!(out, "- {none}");
    }
    found.costs.iter().for_each(|found| cost(out, say, found));
    checklist(out, &say.of("Before", "Avant"), &found.before);
    for (number, step) in (1..).zip(&found.steps) {
        let _ = writeln!(out, "\n### {number}. {}", step.title);
        self::step(out, say, step, found.emergency);
    }
    checklist(out, &say.of("After", "Après"), &found.after);
}

fn title(say: Language, found: &Procedure) -> String {
    let names: Vec<String> = found.from.iter().map(|name| code(name)).collect();
    let from = names.join(&say.of(" or ", " ou "));
    match &found.to {
        Some(to) => {
            let to = code(to);
            say.of(format!("Back: {from} → {to}"), format!("Retour : {from} → {to}"))
        }
        None => say.of(format!("Emergency in {from}"), format!("Urgence en {from}")),
    }
}

pub(super) fn cost(out: &mut String, say: Language, found: &Cost) {
    let kind = match found.kind {
        CostKind::Stale => say.of("stale", "périmé"),
        CostKind::Lost => say.of("LOST", "PERDU"),
    };
    let _ = writeln!(out, "- **{kind}**{} {}", say.colon(), found.text);
    if let Some(count) = &found.count {
        let how = say.of("how many", "combien");
        let _ = writeln!(out, "  - {how}{} {}", say.colon(), code(count));
    }
}

pub(super) fn checklist(out: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n### {title}\n");
    for line in lines {
        let _ = writeln!(out, "- [ ] {line}");
    }
}

pub(super) fn step(out: &mut String, say: Language, step: &RunbookStep, emergency: bool) {
    // In an emergency the command comes first: what is to be known of it can be read while it runs.
    let notes = |out: &mut String| {
        for note in &step.notes {
            let _ = writeln!(out, "\n{note}");
        }
    };
    if !emergency {
        notes(out);
    }
    if let Some(command) = &step.command {
        let _ = writeln!(out, "\n```bash\n{command}\n```");
    }
    if emergency {
        notes(out);
    }
    if step.verify.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}\n", say.of("Verify:", "Vérifier :"));
    for verify in &step.verify {
        match &verify.command {
            Some(command) => {
                let _ = writeln!(out, "- [ ] {}{} {}", verify.text, say.colon(), code(command));
            }
            None => {
                let _ = writeln!(out, "- [ ] {}", verify.text);
            }
        }
    }
}

/// A name of the document where Markdown would read it.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .flat_map(|sign| ("\\`*_[]<>#|".contains(sign).then_some('\\')).into_iter().chain([sign]))
        .collect()
}

/// A text as code, whatever is in it.
pub(super) fn code(text: &str) -> String {
    let longest = text.split(|sign| sign != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

pub(super) fn duration(say: Language, seconds: u64) -> String {
    let (number, english, french) = match seconds {
        seconds if seconds.is_multiple_of(3600) => (seconds / 3600, "hour", "heure"),
        seconds if seconds.is_multiple_of(60) => (seconds / 60, "minute", "minute"),
        seconds => (seconds, "second", "seconde"),
    };
    let many = if number == 1 { "" } else { "s" };
    say.of(format!("{number} {english}{many}"), format!("{number} {french}{many}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_what_they_are() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("`a``"), "``` `a`` ```");
        assert_eq!(plain("a_b*c"), "a\\_b\\*c");
    }

    #[test]
    fn durations_are_said_in_words() {
        assert_eq!(duration(Language::English, 60), "1 minute");
        assert_eq!(duration(Language::French, 90), "90 secondes");
        assert_eq!(duration(Language::English, 7200), "2 hours");
    }
}
