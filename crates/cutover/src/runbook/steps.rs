//! The steps of a procedure, from what the phases do and how the switches stand in them.

use super::costs::{Leg, costs};
use super::language::Language;
use super::markdown::code;
use super::step::quoted;
use super::{Cost, Procedure, RunbookOptions, RunbookStep, Verify};
use crate::migration::ladder::Phase;
use crate::migration::{Ack, CompiledMigration, Reach, Role, Shape, Side, StreamState, combination_index};

/// Writes the procedures of a migration.
pub(super) struct Writer<'a> {
    pub(super) migration: &'a CompiledMigration,
    pub(super) options: &'a RunbookOptions,
}

/// How the switches `read`, `write`, `backup` and `emergency` stand.
pub(super) type Setting = [bool; 4];

impl Writer<'_> {
    pub(super) fn say(&self) -> Language {
        self.options.language
    }

    pub(super) fn phase(&self, index: usize) -> Option<&Phase> {
        self.migration.ladder.phases.get(index)
    }

    pub(super) fn command(&self, key: &str) -> Option<String> {
        self.migration.procedures.command(key).map(str::to_owned)
    }

    /// The way back from `from` to the phase at `to`.
    pub(super) fn back(&self, from: &[usize], to: usize) -> Procedure {
        let phases: Vec<(usize, &Phase)> =
            from.iter().filter_map(|at| Some((*at, self.phase(*at)?))).collect();
        let mut procedure = Procedure {
            emergency: false,
            from: phases.iter().map(|(_, phase)| phase.name.clone()).collect(),
            to: self.phase(to).map(|phase| phase.name.clone()),
            within: self.migration.procedures.back_within,
            costs: Vec::new(),
            before: Vec::new(),
            steps: Vec::new(),
            after: Vec::new(),
        };
        let Some(target) = self.phase(to) else { return procedure };
        let legs = phases.iter().map(|(start, phase)| Leg {
            migration: self.migration,
            start: *start,
            from: (&phase.name, phase.shape),
            to: (&target.name, target.shape),
            guarded: true,
        });
        procedure.costs = self.all_costs(legs);
        procedure.before = self.before(&phases, (to, target));
        procedure.steps = self.moving(&phases, (to, target));
        procedure.steps.extend(self.streams(&phases, target));
        procedure.steps.extend(self.catch_up(&phases, target));
        procedure.after = self.after(&phases, to);
        procedure
    }

    /// The emergency of the phases; none where it changes nothing there.
    pub(super) fn emergency(&self, from: &[usize]) -> Option<Procedure> {
        let phases: Vec<(usize, &Phase)> =
            from.iter().filter_map(|at| Some((*at, self.phase(*at)?))).collect();
        if phases.iter().all(|(_, phase)| phase.shape == phase.emergency) {
            return None;
        }
        let say = self.say();
        let name = say.of("the emergency", "l'urgence");
        let legs = phases.iter().map(|(start, phase)| Leg {
            migration: self.migration,
            start: *start,
            from: (&phase.name, phase.shape),
            to: (&name, phase.emergency),
            guarded: false,
        });
        Some(Procedure {
            emergency: true,
            from: phases.iter().map(|(_, phase)| phase.name.clone()).collect(),
            to: None,
            within: self.migration.procedures.emergency_within,
            costs: self.all_costs(legs),
            before: Vec::new(),
            steps: self.entering(&phases),
            after: self.clearing(&phases),
        })
    }

    /// The costs of all legs, each said once.
    fn all_costs<'l>(&self, legs: impl Iterator<Item = Leg<'l>>) -> Vec<Cost> {
        let mut all: Vec<(Cost, Vec<String>)> = Vec::new();
        let mut count = 0;
        for leg in legs {
            count += 1;
            for cost in costs(self.say(), leg) {
                let phase = code(leg.from.0);
                match all.iter_mut().find(|(known, _)| *known == cost) {
                    Some((_, phases)) => phases.push(phase),
                    None => all.push((cost, vec![phase])),
                }
            }
        }
        // What only some of the phases cost says which.
        let said = all.into_iter().map(|(cost, phases)| {
            if phases.len() == count {
                return cost;
            }
            let (phases, text) = (phases.join(", "), &cost.text);
            let text = self.say().of(format!("from {phases}: {text}"), format!("depuis {phases} : {text}"));
            Cost { text, ..cost }
        });
        let mut said: Vec<Cost> = said.collect();
        said.sort_by_key(|cost| std::cmp::Reverse(cost.kind));
        said
    }

    fn before(&self, phases: &[(usize, &Phase)], (to, target): (usize, &Phase)) -> Vec<String> {
        let (say, old, new) = (self.say(), &self.migration.old, &self.migration.new);
        let mut lines = Vec::new();
        let skipped = phases.first().is_some_and(|(first, _)| *first > to + 1);
        if skipped {
            let names = self.migration.ladder.names().skip(to + 1);
            let between = phases.first().map_or(0, |(first, _)| first.saturating_sub(to + 1));
            let between: Vec<String> = names.take(between).map(code).collect();
            let between = between.join(", ");
            lines.push(say.of(
                format!("this way leaves out {between}, which would keep both stores in step: go by them if there is time"),
                format!("ce chemin saute {between}, qui garderait les deux bases en phase : passer par là s'il y a le temps"),
            ));
        }
        if phases.iter().any(|(_, phase)| phase.frozen) && !target.frozen {
            lines.push(say.of(
                format!("{old} is there, complete and writable: from here on it may have been removed, and then it comes from a backup"),
                format!("{old} existe, est complète et accepte les écritures : elle a pu être supprimée, et vient alors d'une sauvegarde"),
            ));
        }
        let lossy = |shape: Shape| matches!(shape.reach(Side::Old), Reach::BestEffort | Reach::Never);
        if target.shape.first == Side::Old && phases.iter().any(|(_, phase)| lossy(phase.shape)) {
            let how = self.command("repair").map(|command| format!("{} {}", say.colon(), code(&command)));
            let how = how.unwrap_or_else(|| {
                say.of(
                    " (`reconcile` of the packages computes the corrections)",
                    " (`reconcile` des paquets calcule les corrections)",
                )
            });
            lines.push(say.of(
                format!("what only {new} has is copied to {old}{how}"),
                format!("ce que seule {new} contient est copié dans {old}{how}"),
            ));
        }
        let shapes = || phases.iter().map(|(_, phase)| phase.shape).chain([target.shape]);
        if shapes().any(|shape| shape.second == Some(Ack::Outbox)) {
            lines.push(
                say.of("outbox and dead letters are empty", "l'outbox et les lettres mortes sont vides"),
            );
        }
        if phases.iter().any(|(_, phase)| phase.shape.reverse.follows()) {
            lines.push(say.of(
                format!("the stream from {new} to {old} has caught up"),
                format!("le flux de {new} vers {old} a rattrapé son retard"),
            ));
        }
        lines
    }

    /// The steps that bring the migration into the phase: by its switches, or by its document.
    fn moving(&self, phases: &[(usize, &Phase)], (to, target): (usize, &Phase)) -> Vec<RunbookStep> {
        let settings = phases.iter().map(|(index, _)| self.setting(*index));
        let settings: Option<Vec<Setting>> = settings.collect();
        let (Some(settings), Some(goal)) = (settings, self.setting(to)) else {
            return vec![self.by_document("phase", &target.name)];
        };
        let mut stand = settings.last().copied().unwrap_or(goal);
        let mut steps = Vec::new();
        // Writes first: while they go to old, a backup has no effect, and reads find there what is written.
        for role in [Role::Write, Role::Backup, Role::Read] {
            let at = role as usize;
            let (Some(wanted), Some(slot)) = (goal.get(at).copied(), stand.get_mut(at)) else { continue };
            if settings.iter().all(|setting| setting.get(at) == Some(&wanted)) {
                continue;
            }
            *slot = wanted;
            let Some(switch) = self.migration.switches().get(role) else { continue };
            steps.push(self.by_switch(role, &switch.name, wanted, stand));
        }
        if steps.is_empty() && phases.iter().any(|(_, phase)| phase.shape != target.shape) {
            steps.push(self.by_document("phase", &target.name));
        }
        steps
    }

    /// How the switches stand in a phase; none where they do not select it.
    fn setting(&self, phase: usize) -> Option<Setting> {
        let name = &self.phase(phase)?.name;
        let migration = self.migration;
        if !migration.switches().select_the_phase() {
            return None;
        }
        let settings = (0..8_u8).map(|bits| [bits & 4 != 0, bits & 2 != 0, bits & 1 != 0]);
        let selects = |[read, write, backup]: &[bool; 3]| {
            let combination = migration.ladder.combinations.get(combination_index(*read, *write, *backup));
            combination.is_some_and(|found| found.phases.contains(&name.as_str()) && !found.backup_ignored)
        };
        let [read, write, backup] = settings.into_iter().find(selects)?;
        Some([read, write, backup, false])
    }

    /// Streams that run in the one and not in the other.
    fn streams(&self, phases: &[(usize, &Phase)], target: &Phase) -> Vec<RunbookStep> {
        let runs = |state: StreamState| !matches!(state, StreamState::Off | StreamState::Armed);
        let (old, new) = (&self.migration.old, &self.migration.new);
        let ways = [(Side::New, "stream", old, new), (Side::Old, "reverse", new, old)];
        let mut steps = Vec::new();
        for (side, key, from, to) in ways {
            let before = || phases.iter().map(|(_, phase)| runs(phase.shape.stream_to(side)));
            let after = runs(target.shape.stream_to(side));
            if after && before().any(|ran| !ran) {
                steps.push(self.start(key, from, to, before().any(|ran| ran)));
            } else if !after && before().any(|ran| ran) {
                steps.push(self.stop(key, from, to));
            }
        }
        steps
    }

    /// New is read and no longer written: what old has and new lacks is brought there.
    fn catch_up(&self, phases: &[(usize, &Phase)], target: &Phase) -> Option<RunbookStep> {
        let (say, old, new) = (self.say(), &self.migration.old, &self.migration.new);
        let needed = target.shape.reach(Side::New) == Reach::Stream
            && phases.iter().any(|(_, phase)| phase.shape.first == Side::New);
        needed.then(|| RunbookStep {
            title: say.of(
                format!("Bring {new} up to date with {old}"),
                format!("Rattraper {new} à partir de {old}"),
            ),
            command: self.command("catch_up"),
            notes: vec![say.of(
                format!("This copies {old} over {new}: a write that only {new} has is overwritten, unless it was copied back before."),
                format!("Ceci copie {old} par-dessus {new} : une écriture que seule {new} contient est écrasée, si elle n'a pas été recopiée avant."),
            )],
            verify: vec![Verify {
                text: say.of("both stores hold as many records", "les deux bases ont autant d'enregistrements"),
                command: None,
            }],
        })
    }

    /// What has to be so in the phase: which jobs run, and what the document asks for.
    fn after(&self, phases: &[(usize, &Phase)], to: usize) -> Vec<String> {
        let (say, migration) = (self.say(), self.migration);
        let mut lines: Vec<String> = Vec::new();
        let jobs = migration.jobs_in(to);
        for (name, variant) in jobs {
            let was =
                |phase: usize| migration.jobs_in(phase).find(|(job, _)| *job == name).map(|(_, was)| was);
            if phases.iter().any(|(phase, _)| was(*phase) != Some(variant)) {
                let (name, variant) = (code(name), code(variant.name()));
                lines.push(say.of(
                    format!("the job {name} runs as {variant}"),
                    format!("le job {name} tourne en {variant}"),
                ));
            }
        }
        lines.extend(self.checks(to));
        lines
    }

    /// The checklist of a phase in the document: its own, and that of its group.
    fn checks(&self, phase: usize) -> Vec<String> {
        let Some(found) = self.phase(phase) else { return Vec::new() };
        let asked = |name: &str| name == found.name || Some(name) == found.group;
        let lists = self.migration.procedures.checks.iter().filter(|(name, _)| asked(name));
        lists.flat_map(|(_, lines)| lines.iter().cloned()).collect()
    }

    fn entering(&self, phases: &[(usize, &Phase)]) -> Vec<RunbookStep> {
        let say = self.say();
        let mut step = match self.migration.switches().get(Role::Emergency) {
            Some(switch) => {
                let last = phases.last().and_then(|(index, _)| self.setting(*index)).unwrap_or_default();
                let [read, write, backup, _] = last;
                let mut step =
                    self.by_switch(Role::Emergency, &switch.name, true, [read, write, backup, true]);
                // Where no switch selects the phase, the phase of the document says what the emergency does.
                if !self.migration.switches().select_the_phase() {
                    let shape = phases.last().map(|(_, phase)| phase.emergency);
                    let given = format!(" --switch {}=true", quoted(&switch.name));
                    step.verify = vec![self.settled(), self.route(shape, &given), self.reads_from(Side::Old)];
                }
                if let Some(other) = self.migration.switches().get(Role::Write).filter(|_| write) {
                    let command = self.set_switch(&other.name, "false");
                    let command = command.unwrap_or_else(|| format!("{}=false", other.name));
                    step.notes.push(say.of(
                        format!("A service that looks at {} itself goes on writing to {}, where the emergency never reads; then this too: {}", code(&other.name), self.migration.new, code(&command)),
                        format!("Un service qui lit lui-même {} continue d'écrire dans {}, où l'urgence ne lit jamais ; dans ce cas, aussi : {}", code(&other.name), self.migration.new, code(&command)),
                    ));
                }
                step
            }
            None => self.by_document("emergency", "true"),
        };
        if let Some(command) = self.command("verify_emergency") {
            let text = say.of("the services say so", "les services le disent");
            step.verify.insert(0, Verify { text, command: Some(command) });
        }
        let mut steps = vec![step];
        if phases.iter().any(|(_, phase)| phase.emergency.reverse == StreamState::Draining) {
            let (old, new) = (&self.migration.old, &self.migration.new);
            steps.push(RunbookStep {
                title: say.of(
                    format!("Let the stream from {new} to {old} run empty"),
                    format!("Laisser le flux de {new} vers {old} se vider"),
                ),
                command: None,
                notes: vec![say.of(
                    format!("Until it is empty, {old} misses the newest writes; holding writes meanwhile keeps them in order."),
                    format!("Tant qu'il n'est pas vide, {old} manque les dernières écritures ; suspendre les écritures entre-temps préserve leur ordre."),
                )],
                verify: vec![Verify { text: say.of("its lag is 0", "son retard est de 0"), command: None }],
            });
        }
        steps
    }

    /// What has to be so before the emergency is cleared.
    fn clearing(&self, phases: &[(usize, &Phase)]) -> Vec<String> {
        let (say, old, new) = (self.say(), &self.migration.old, &self.migration.new);
        let missed = |phase: &Phase| {
            let lacks = matches!(phase.emergency.reach(phase.shape.from), Reach::Never | Reach::BestEffort);
            lacks && phase.shape.from == Side::New
        };
        let line = if phases.iter().any(|(_, phase)| missed(phase)) {
            say.of(
                format!("clearing it is a move and no switch back: nothing carries the writes of the emergency from {old} to {new}, and they are lost to readers unless they are copied first"),
                format!("la lever est un déplacement et non un simple retour : rien ne porte les écritures de l'urgence de {old} vers {new}, et elles sont perdues pour les lecteurs si elles ne sont pas copiées avant"),
            )
        } else {
            let reaches = |reach| phases.iter().any(|(_, phase)| phase.emergency.reach(Side::New) == reach);
            let english = [(Reach::Stream, "the stream"), (Reach::Outbox, "outbox and dead letters")];
            let french = [(Reach::Stream, "le flux"), (Reach::Outbox, "l'outbox et les lettres mortes")];
            let named = |words: [(Reach, &str); 2], and: &str| {
                let words: Vec<&str> =
                    words.into_iter().filter(|(reach, _)| reaches(*reach)).map(|(_, word)| word).collect();
                if words.is_empty() { String::new() } else { format!(" ({})", words.join(and)) }
            };
            say.of(
                format!("before it is cleared, {new} has caught up with {old}{}", named(english, " and ")),
                format!("avant de la lever, {new} a rattrapé {old}{}", named(french, " et ")),
            )
        };
        vec![line]
    }
}
