//! The status page as HTML, without a script, in English and in French.

use super::{Level, Progress, Rollout, Status, Text};
use crate::notify::at;
use std::fmt::Write as _;

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    French,
}

impl Language {
    /// The one that somebody reads best, by their `Accept-Language`; English where it names neither.
    pub(crate) fn accepted(header: &str) -> Self {
        let weight = |name: &str| {
            let found = header.split(',').filter_map(|part| {
                let (tag, rest) = part.trim().split_once(';').unwrap_or((part.trim(), ""));
                let primary = tag.split('-').next().unwrap_or_default();
                let weight =
                    rest.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.parse::<f32>().ok());
                weight.filter(|_| primary.eq_ignore_ascii_case(name))
            });
            found.fold(0.0, f32::max)
        };
        if weight("fr") > weight("en") { Self::French } else { Self::English }
    }

    const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    const fn of(self, english: &'static str, french: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::French => french,
        }
    }

    /// A text in this language, or in the first that it has.
    fn text(self, text: &Text) -> &str {
        text.get(self.tag())
            .or_else(|| text.get("en"))
            .or_else(|| text.values().next())
            .map_or("", String::as_str)
    }
}

fn word(state: Progress, language: Language) -> &'static str {
    match state {
        Progress::Planned => language.of("Planned", "Prévu"),
        Progress::Running => language.of("In progress", "En cours"),
        Progress::Paused => language.of("Paused", "En pause"),
        Progress::GoingBack => language.of("Going back", "Retour en arrière en cours"),
        Progress::TakenBack => language.of("Taken back", "Annulé"),
        Progress::Stopped => language.of("Stopped", "Arrêté"),
        Progress::Complete => language.of("Complete", "Terminé"),
    }
}

/// What a banner says of a rollout that goes back; none for any other.
pub(super) fn back(rollout: &Rollout) -> Option<(Level, Text)> {
    let (level, english, french) = match rollout.state {
        Progress::GoingBack => (
            Level::Warning,
            "we are going back to the previous version. You need not do anything.",
            "nous revenons à la version précédente. Vous n'avez rien à faire.",
        ),
        Progress::Stopped => (
            Level::Critical,
            "a problem was found, and the previous version is back. We are looking into it.",
            "un problème a été constaté et la version précédente est rétablie. Nous nous en occupons.",
        ),
        _ => return None,
    };
    let english = format!("{}: {english}", Language::English.text(&rollout.title));
    let french = format!("{}\u{a0}: {french}", Language::French.text(&rollout.title));
    Some((level, Text::from([("en".to_owned(), english), ("fr".to_owned(), french)])))
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// How the page looks, in light and dark. The policy of the page names what it hashes to.
pub(crate) const STYLE: &str = ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
body{max-width:44rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.5rem}h2{font-size:1.1rem;margin:0}\
ul{list-style:none;padding:0}li{border:1px solid GrayText;border-radius:.5rem;padding:1rem;margin:1rem 0}\
p{margin:.25rem 0}progress{width:100%}.critical,.warning{border-left-width:.5rem}footer{color:GrayText}";

/// The page.
pub(crate) fn html(status: &Status, language: Language) -> String {
    let title = match language.text(&status.title) {
        "" => language.of("Deployment status", "État du déploiement"),
        title => title,
    };
    let title = escaped(title);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><meta http-equiv=\"refresh\" content=\"60\">\
         <style>{STYLE}</style></head><body><main><h1>{title}</h1>",
        language.tag()
    );
    if !status.notices.is_empty() {
        page.push_str("<ul>");
        for notice in &status.notices {
            let kind = match notice.banner.level {
                Level::Info => "info",
                Level::Warning => "warning",
                Level::Critical => "critical",
            };
            let text = escaped(language.text(&notice.banner.text));
            let _ = write!(page, "<li class=\"{kind}\">{text}</li>");
        }
        page.push_str("</ul>");
    }
    page.push_str("<ul>");
    for rollout in &status.rollouts {
        let (name, state) = (escaped(language.text(&rollout.title)), word(rollout.state, language));
        let _ = write!(page, "<li><h2>{name}</h2><p>{state}");
        if let Some(share) = rollout.percentage {
            let gap = language.of("", "\u{a0}");
            let _ = write!(
                page,
                " · {share}{gap}%</p><progress max=\"100\" value=\"{share}\" aria-label=\"{name}\"></progress>"
            );
        } else {
            page.push_str("</p>");
        }
        let about = escaped(language.text(&rollout.description));
        if !about.is_empty() {
            let _ = write!(page, "<p>{about}</p>");
        }
        let since = at(rollout.since);
        let _ = write!(page, "<p>{} <time>{since}</time></p></li>", language.of("Since", "Depuis le"));
    }
    page.push_str("</ul>");
    if status.rollouts.is_empty() {
        let _ = write!(page, "<p>{}</p>", language.of("Nothing is under way.", "Rien n'est en cours."));
    }
    let known = language.of("As of", "Au");
    let _ =
        writeln!(page, "</main><footer><p>{known} <time>{}</time></p></footer></body></html>", at(status.at));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_somebody_reads_best() {
        for (header, language) in [
            ("", Language::English),
            ("fr", Language::French),
            ("fr-CH, en;q=0.9", Language::French),
            ("de, en;q=0.5, fr;q=0.4", Language::English),
            ("en;q=0.2, FR;q=0.7", Language::French),
            ("fr;q=x", Language::English),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }

    #[test]
    fn what_somebody_wrote_is_text() {
        let text = Text::from([("en".to_owned(), "<script>\"&'".to_owned())]);
        let status = Status {
            environment: "dev".to_owned(),
            title: text,
            rollouts: Vec::new(),
            notices: Vec::new(),
            at: 0,
        };
        let page = html(&status, Language::French);
        assert!(page.contains("&lt;script&gt;&quot;&amp;&#39;") && !page.contains("<script"), "{page}");
    }
}
