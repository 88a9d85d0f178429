//! One step of a procedure: what it does, its command, and how to see that it is done.

use super::markdown::code;
use super::steps::{Setting, Writer};
use super::{RunbookStep, Verify};
use crate::migration::{Role, Shape, Side};

impl Writer<'_> {
    pub(super) fn by_switch(&self, role: Role, name: &str, on: bool, stand: Setting) -> RunbookStep {
        let (say, old, new) = (self.say(), &self.migration.old, &self.migration.new);
        let side = if on { new } else { old };
        let what = match (role, on) {
            (Role::Read, _) => {
                say.of(format!("Reads go to {side}"), format!("Les lectures vont dans {side}"))
            }
            (Role::Write, _) => {
                say.of(format!("Writes go to {side}"), format!("Les écritures vont dans {side}"))
            }
            (Role::Backup, true) => say.of(
                format!("Writes are copied to {old} too"),
                format!("Les écritures sont aussi copiées dans {old}"),
            ),
            (Role::Backup, false) => {
                say.of(format!("No copies to {old} any more"), format!("Plus de copies dans {old}"))
            }
            (Role::Emergency, _) => say.of(
                format!("Everything goes to {old}, whatever the other switches say"),
                format!("Tout va dans {old}, quoi que disent les autres interrupteurs"),
            ),
        };
        let mut notes = Vec::new();
        if role == Role::Backup && !on && stand.get(Role::Write as usize) == Some(&false) {
            notes.push(say.of(
                format!("While writes go to {old} this switch has no effect; off, it cannot surprise anybody on the way up."),
                format!("Tant que les écritures vont dans {old}, cet interrupteur est sans effet ; éteint, il ne surprendra personne à la remontée."),
            ));
        }
        let value = if on { "true" } else { "false" };
        RunbookStep {
            title: format!("{what}{} {}", say.colon(), code(&format!("{name}={value}"))),
            command: self.set_switch(name, value),
            notes,
            verify: self.verified(role, stand),
        }
    }

    pub(super) fn set_switch(&self, name: &str, value: &str) -> Option<String> {
        let template = self.command("set_switch")?;
        Some(template.replace("{name}", &quoted(name)).replace("{value}", value))
    }

    /// How to see that a switch was taken over.
    pub(super) fn verified(&self, role: Role, stand: Setting) -> Vec<Verify> {
        let say = self.say();
        let mut verify = vec![self.settled()];
        let on = |role: Role| stand.get(role as usize).copied().unwrap_or(false);
        let shape = self.migration.combination_shape(on);
        let given = self.migration.switches().iter().map(|(role, switch)| {
            let value = if on(role) { "true" } else { "false" };
            format!(" --switch {}={value}", quoted(&switch.name))
        });
        let given: String = given.collect();
        verify.push(self.route(shape, &given));
        if role == Role::Backup {
            return verify;
        }
        let reads = shape.filter(|_| role != Role::Write).map(|shape| shape.from);
        if let Some(from) = reads {
            verify.push(self.reads_from(from));
        }
        if role == Role::Write {
            verify.push(Verify {
                text: say.of("no write fails", "aucune écriture n'échoue"),
                command: Some("sum by (target) (rate(migration_write_errors_total[5m]))".to_owned()),
            });
        }
        verify
    }

    pub(super) fn settled(&self) -> Verify {
        let text = self.say().of(
            "every node has taken it over, and no write from before still runs",
            "chaque nœud l'a pris, et aucune écriture d'avant n'est encore en cours",
        );
        Verify { text, command: self.command("settled") }
    }

    pub(super) fn reads_from(&self, side: Side) -> Verify {
        let store = if side == Side::Old { &self.migration.old } else { &self.migration.new };
        let text = self.say().of(
            format!("reads come from {store} only"),
            format!("les lectures viennent de {store} seulement"),
        );
        Verify { text, command: Some("sum by (source) (rate(migration_reads_total[1m]))".to_owned()) }
    }

    pub(super) fn route(&self, shape: Option<Shape>, switches: &str) -> Verify {
        let (file, name) = (quoted(&self.options.file), quoted(&self.migration.name));
        let command = format!("cutover route {file} {name}{switches}");
        let text =
            shape.map_or_else(|| self.say().of("the route", "la route"), |shape| self.described(shape));
        Verify { text, command: Some(command) }
    }

    /// What a shape does, in a sentence.
    pub(super) fn described(&self, shape: Shape) -> String {
        let say = self.say();
        let store = |side| if side == Side::Old { &self.migration.old } else { &self.migration.new };
        let from = store(shape.from);
        let other = store(shape.from.other());
        let reads = if shape.fallback.is_never() {
            say.of(format!("reads {from}"), format!("lit {from}"))
        } else {
            let on: Vec<&str> = shape.fallback.members().iter().map(|on| on.name()).collect();
            let on = on.join(", ");
            say.of(format!("reads {from}, or {other} on {on}"), format!("lit {from}, ou {other} sur {on}"))
        };
        let first = store(shape.first);
        let second = shape.second.map(|ack| format!(", {} ({})", store(shape.first.other()), ack.name()));
        let second = second.unwrap_or_default();
        say.of(
            format!("the migration now {reads}; writes {first}{second}"),
            format!("la migration {reads} ; écrit {first}{second}"),
        )
    }

    pub(super) fn by_document(&self, key: &str, value: &str) -> RunbookStep {
        let say = self.say();
        let (file, name) = (&self.options.file, &self.migration.name);
        let entry = code(&format!("{key}: {value}"));
        let whose = code(&format!("migrations.{name}"));
        let shape = match key {
            "phase" => {
                self.migration.ladder.index(value).and_then(|at| self.phase(at)).map(|phase| phase.shape)
            }
            _ => None,
        };
        RunbookStep {
            title: say.of(
                format!("Set {entry} in {whose} of {}, and publish it", code(file)),
                format!("Mettre {entry} dans {whose} de {}, et publier", code(file)),
            ),
            command: self.command("publish"),
            notes: vec![say.of(
                format!(
                    "Before it is published, {} tells whom it moves.",
                    code("cutover diff OLD NEW --population KEYS.ndjson")
                ),
                format!(
                    "Avant de publier, {} dit qui bouge.",
                    code("cutover diff ANCIEN NOUVEAU --population CLES.ndjson")
                ),
            )],
            verify: vec![self.settled(), self.route(shape, "")],
        }
    }

    pub(super) fn start(&self, key: &str, from: &str, to: &str, maybe_runs: bool) -> RunbookStep {
        let say = self.say();
        let running = maybe_runs.then(|| {
            say.of(
                "Where it runs already, there is nothing to do.",
                "S'il tourne déjà, il n'y a rien à faire.",
            )
        });
        let position = say.of(
            "It goes on from a position of before step 1, so that it misses no write.",
            "Il reprend à une position d'avant l'étape 1, pour ne manquer aucune écriture.",
        );
        RunbookStep {
            title: say.of(
                format!("Start the stream from {from} to {to}"),
                format!("Redémarrer le flux de {from} vers {to}"),
            ),
            command: self.command(&format!("start_{key}")),
            notes: std::iter::once(position).chain(running).collect(),
            verify: vec![Verify {
                text: say.of("the stream runs, and its lag falls", "le flux tourne, et son retard diminue"),
                command: None,
            }],
        }
    }

    pub(super) fn stop(&self, key: &str, from: &str, to: &str) -> RunbookStep {
        let say = self.say();
        RunbookStep {
            title: say.of(
                format!("Stop the stream from {from} to {to}, once it is empty"),
                format!("Arrêter le flux de {from} vers {to}, une fois vide"),
            ),
            command: self.command(&format!("stop_{key}")),
            notes: Vec::new(),
            verify: vec![Verify {
                text: say
                    .of("it has stopped, and nothing was left in it", "il est arrêté, et rien n'y est resté"),
                command: None,
            }],
        }
    }
}

/// A word of a shell that means itself.
pub(super) fn quoted(text: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "_-./:@%+,".contains(sign);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_of_a_shell_mean_themselves() {
        assert_eq!(quoted("USE_NEW_READ"), "USE_NEW_READ");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("$(rm -rf /)"), "'$(rm -rf /)'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
