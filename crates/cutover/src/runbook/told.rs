//! What a plan watches and does, in sentences.

use super::markdown::{code, duration};
use super::rollout::Writer;
use super::step::quoted;
use super::{Language, Verify};
use cutover_gates::{Bound, Check, Level, Query, Test};
use cutover_plans::{Action, OnFail, Trigger, Watched, percent};

/// A share as people of the language write it.
fn share(say: Language, millionths: u32) -> String {
    let share = percent(millionths);
    say.of(share.clone(), format!("{} %", share.trim_end_matches('%').replace('.', ",")))
}

/// A share, and segments as wholes.
pub(super) fn whom(say: Language, (millionths, segments): &(u32, Vec<String>)) -> String {
    let names: Vec<String> = segments.iter().map(|name| code(name)).collect();
    let names = names.join(", ");
    match (millionths, segments.is_empty()) {
        (_, true) => share(say, *millionths),
        (0, false) => names,
        _ => format!("{} + {names}", share(say, *millionths)),
    }
}

/// With a capital at its beginning, and a full stop.
pub(super) fn sentence(text: String) -> String {
    let mut signs = text.chars();
    let first = signs.next().map(|sign| sign.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", signs.as_str())
}

fn bound(say: Language, bound: &Bound, baseline: Option<f64>) -> String {
    let level = |level: Level| match (level, baseline) {
        (Level::Absolute(number), _) => format!("{number}"),
        (Level::OfBaseline(times), Some(known)) => format!("{times} × {known}"),
        (Level::OfBaseline(times), None) => {
            say.of(format!("{times} × the old side"), format!("{times} × l'ancien côté"))
        }
    };
    match *bound {
        Bound::Above(one) => say.of(format!("above {}", level(one)), format!("au-dessus de {}", level(one))),
        Bound::AtLeast(one) => say.of(format!("at least {}", level(one)), format!("au moins {}", level(one))),
        Bound::Below(one) => say.of(format!("below {}", level(one)), format!("en dessous de {}", level(one))),
        Bound::AtMost(one) => say.of(format!("at most {}", level(one)), format!("au plus {}", level(one))),
        Bound::Between(low, high) => say.of(
            format!("between {} and {}", level(low), level(high)),
            format!("entre {} et {}", level(low), level(high)),
        ),
    }
}

impl Writer<'_> {
    /// When a trigger acts, and what it does.
    pub(super) fn trigger(&self, trigger: &Trigger, watched: Option<&Watched>) -> String {
        let say = self.say();
        let what = match watched {
            Some(watched) => {
                let threshold = &watched.threshold;
                format!("{} {}", code(&watched.metric), bound(say, &threshold.bound, threshold.baseline))
            }
            // A person, or the host, says so.
            None => say.of(
                format!("somebody says: “{}”", trigger.name),
                format!("quelqu'un le dit : « {} »", trigger.name),
            ),
        };
        let hold = duration(say, trigger.for_ms / 1000);
        let hold = match trigger.for_ms {
            0 => String::new(),
            _ => say.of(format!(" for {hold}"), format!(" pendant {hold}")),
        };
        let does: Vec<String> = trigger.actions.iter().map(|action| self.action(action)).collect();
        format!("{what}{hold} → {}", does.join(", "))
    }

    fn action(&self, action: &Action) -> String {
        let say = self.say();
        match action {
            Action::RollbackImmediate => say.of("**immediate rollback**", "**retour immédiat**"),
            Action::RollbackProgressive => say.of("**progressive rollback**", "**retour progressif**"),
            Action::Pause => say.of("the plan pauses", "le plan se met en pause"),
            Action::SetFlag(flag) => {
                say.of(format!("{} is switched on", code(flag)), format!("{} est allumé", code(flag)))
            }
            Action::Investigate => say.of("somebody looks into it", "quelqu'un enquête"),
            Action::OpenIncident { policy, severity } => {
                let (policy, severity) = (code(policy), code(severity));
                say.of(
                    format!("an incident of {policy} is opened, {severity}"),
                    format!("un incident de {policy} est ouvert, {severity}"),
                )
            }
            Action::Notify => say.of("somebody is told", "quelqu'un est prévenu"),
        }
    }

    pub(super) fn on_fail(&self) -> String {
        let say = self.say();
        let does = match self.plan.plan().spec().on_fail {
            OnFail::RollbackImmediate => self.action(&Action::RollbackImmediate),
            OnFail::RollbackProgressive => self.action(&Action::RollbackProgressive),
            OnFail::Pause => self.action(&Action::Pause),
        };
        say.of(format!("a gate of a step fails → {does}"), format!("un contrôle d'un palier échoue → {does}"))
    }

    /// Who moves from the new side to the old one.
    pub(super) fn moving(&self, from: &(u32, Vec<String>), to: &(u32, Vec<String>)) -> Vec<String> {
        let say = self.say();
        let mut whose = Vec::new();
        if from.0 > to.0 {
            let moved = share(say, from.0 - to.0);
            whose.push(say.of(format!("{moved} of the units"), format!("{moved} des unités")));
        }
        let gone = from.1.iter().filter(|name| !to.1.contains(name));
        whose.extend(
            gone.map(|name| {
                say.of(format!("the segment {}", code(name)), format!("le segment {}", code(name)))
            }),
        );
        let whose = whose.join(", ");
        vec![
            say.of(
                format!("from the new side to the old one: {whose}; nobody else moves"),
                format!("du nouveau côté à l'ancien : {whose} ; personne d'autre ne bouge"),
            ),
            say.of(
                "the old side takes their load: see that it has the capacity it had before",
                "l'ancien côté reprend leur charge : vérifier qu'il a encore sa capacité d'avant",
            ),
            say.of(
                "who comes back later is the same: the salt of the flag stays",
                "ceux qui y reviendront plus tard sont les mêmes : le sel du drapeau reste",
            ),
        ]
    }

    pub(super) fn settled(&self) -> Verify {
        let text = self.say().of("every node has taken it over", "chaque nœud l'a pris");
        Verify { text, command: self.command("settled") }
    }

    /// Nobody is on the new side any more: its metrics fall silent, which is no pass.
    pub(super) fn silent(&self) -> Verify {
        let text = self.say().of(
            "the new side answers no request any more (its gates then say `no_data`, which is what is wanted here)",
            "le nouveau côté ne répond plus à aucune requête (ses contrôles disent alors `no_data`, ce qui est voulu ici)",
        );
        let metrics = self.engine.sections().metrics.as_ref();
        let watched = self.plan.watched().iter().flatten().map(|watched| watched.metric.as_str());
        let query = watched.filter_map(|name| self.query(metrics?.get(name)?.query.as_ref()?)).next();
        Verify { text, command: query }
    }

    /// What a gate has to say, and what shows it.
    pub(super) fn gate(&self, name: &str) -> Verify {
        let say = self.say();
        let gate = self.plan.gates().find(|gate| gate.name() == name);
        let checks: Vec<String> =
            gate.into_iter().flat_map(|gate| gate.checks()).map(|check| check_text(say, check)).collect();
        let checks = checks.join(&say.of("; ", " ; "));
        let wait = duration(say, self.plan.plan().spec().rollback.every_ms / 1000);
        let measure = self.command("measure").map(|command| format!("{command} && ")).unwrap_or_default();
        let (file, gate) = (quoted(&self.options.file), quoted(name));
        Verify {
            text: say.of(
                format!("after {wait}, {} passes ({checks})", code(name)),
                format!("après {wait}, {} passe ({checks})", code(name)),
            ),
            command: Some(format!("{measure}cutover gate {file} {gate} --metrics measured.json")),
        }
    }

    fn query(&self, query: &Query) -> Option<String> {
        match query {
            Query::Value(query) => Some(query.clone()),
            Query::Counts { total, .. } => Some(total.clone()),
        }
    }
}

fn check_text(say: Language, check: &Check) -> String {
    let metric = code(&check.metric);
    match &check.test {
        Test::Threshold(threshold) => {
            format!("{metric} {}", bound(say, &threshold.bound, threshold.baseline))
        }
        Test::Harm { .. } | Test::Margin { .. } => say.of(
            format!("{metric} not worse than on the old side"),
            format!("{metric} pas pire que l'ancien côté"),
        ),
        Test::Share { at_most } => {
            say.of(format!("{metric} below {at_most}"), format!("{metric} en dessous de {at_most}"))
        }
        Test::SlowerThan { than, at_most } => say.of(
            format!("{metric}: the share slower than {than} ms below {at_most}"),
            format!("{metric} : part plus lente que {than} ms en dessous de {at_most}"),
        ),
        Test::SampleRatio { .. } => say.of(
            format!("{metric}: the shares of the samples as planned"),
            format!("{metric} : parts des échantillons comme prévu"),
        ),
        Test::Divergence { .. } => say.of(
            format!("{metric}: results do not differ"),
            format!("{metric} : les résultats ne diffèrent pas"),
        ),
    }
}
