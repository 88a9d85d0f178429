//! The procedures of a plan: at once, or step by step.

use super::costs::{Leg, costs};
use super::handbook::{HandbookOptions, Instruction, Sheet, Written};
use super::markdown::{code, duration};
use super::step::quoted;
use super::told::{self, whom};
use super::{Cost, Language, RunbookError, RunbookStep, Verify};
use crate::engine::Engine;
use crate::migration::{CompiledMigration, Role, combination_index};
use crate::sections::commands::Commands;
use cutover_plans::{Action, Guarded, Step, Target, percent};

/// Writes the procedures of a plan.
pub(super) struct Writer<'a> {
    pub(super) engine: &'a Engine,
    pub(super) name: &'a str,
    pub(super) plan: &'a Guarded,
    pub(super) commands: &'a Commands,
    pub(super) options: &'a HandbookOptions,
}

/// Who is reached: a share, and segments as wholes.
type Reached = (u32, Vec<String>);

pub(super) fn written(
    engine: &Engine,
    name: &str,
    options: &HandbookOptions,
) -> Result<Option<Written>, RunbookError> {
    let Some(plan) = engine.plan(name) else { return Ok(None) };
    if let Some(migration) = &plan.plan().spec().migration {
        return Err(RunbookError {
            message: format!("`{name}` moves the migration `{migration}`, whose runbook has the way back"),
            expected: vec![migration.clone()],
        });
    }
    let usual = Commands::default();
    let commands = engine.sections().plan_commands.get(name).unwrap_or(&usual);
    let writer = Writer { engine, name, plan, commands, options };
    let (step, reached) = writer.stands()?;
    let mut procedures = vec![writer.immediate(&reached)];
    procedures.extend(writer.progressive(step, &reached));
    Ok(Some((commands.owner.clone(), vec![writer.by_itself()], procedures)))
}

impl Writer<'_> {
    pub(super) fn say(&self) -> Language {
        self.options.language
    }

    /// The step that the plan is at, and who is reached there.
    fn stands(&self) -> Result<(usize, Reached), RunbookError> {
        let plan = self.plan.plan();
        let last = plan.last();
        let Some(at) = self.options.at.as_deref() else { return Ok((last, plan.audience(last))) };
        let steps = &plan.spec().steps;
        if let Some(step) =
            steps.iter().position(|step| matches!(&step.to, Target::Segment(name) if name == at))
        {
            return Ok((step, plan.audience(step)));
        }
        let top = plan.audience(last).0;
        let share = crate::ruleset::scalar::parse_percent(at).ok().map(|share| share.0);
        match share.filter(|share| *share > 0 && *share <= top) {
            Some(share) => {
                let step = (0..=last).find(|step| plan.audience(*step).0 >= share).unwrap_or(last);
                Ok((step, (share, plan.audience(step).1)))
            }
            None => Err(RunbookError {
                message: format!("the plan never stands at `{at}`"),
                expected: steps
                    .iter()
                    .filter_map(|step| match &step.to {
                        Target::Segment(name) => Some(name.clone()),
                        Target::Share(_) | Target::Phase(_) => None,
                    })
                    .chain((top > 0).then(|| format!("a share above 0%, up to {}", percent(top))))
                    .collect(),
            }),
        }
    }

    /// Which alarms do what, with nobody there.
    fn by_itself(&self) -> Sheet {
        let (say, spec) = (self.say(), self.plan.plan().spec());
        let mut lines: Vec<String> = spec
            .triggers
            .iter()
            .zip(self.plan.watched())
            .map(|(trigger, watched)| self.trigger(trigger, watched.as_ref()))
            .collect();
        lines.push(self.on_fail());
        let (file, name) = (quoted(&self.options.file), quoted(self.name));
        let status = code(&format!("cutover plan status {file} {name} --state STATE.json"));
        lines.push(say.of(
            format!("where it stands: {status} (`rolling_back`: it does the work; watch it. `rolled_back`: it is done)"),
            format!("où il en est : {status} (`rolling_back` : il fait le travail, le surveiller ; `rolled_back` : c'est fait)"),
        ));
        let title = say.of(
            "What the plan does by itself, while its host runs",
            "Ce que le plan fait seul, tant que son hôte tourne",
        );
        Sheet { title, lines }
    }

    fn immediate(&self, reached: &Reached) -> Instruction {
        let (say, spec) = (self.say(), self.plan.plan().spec());
        let flag = code(&spec.flag);
        let mut steps = vec![self.nobody(reached, self.commands.all("immediate"))];
        let told = self.tell(r#"{"event":"abort","actor":"NAME","reason":"WHY"}"#);
        steps.push(RunbookStep {
            title: say.of("Tell the plan", "Le dire au plan"),
            command: Some(told),
            notes: vec![say.of(
                "A plan that does not know of it goes on, and can raise the share again. Where its host runs, this alone takes everybody back.",
                "Un plan qui ne le sait pas continue, et peut remonter la part. Si son hôte tourne, ceci suffit à ramener tout le monde.",
            )],
            verify: vec![self.status("rolled_back")],
        });
        steps.extend(self.notify());
        let within = self.commands.within("immediate").unwrap_or(spec.rollback.ack_within_ms / 1000);
        let ack = duration(say, spec.rollback.ack_within_ms / 1000);
        Instruction {
            title: say.of(format!("Immediate rollback: {flag} to 0%"), format!("Retour immédiat : {flag} à 0 %")),
            urgent: true,
            within: Some(within),
            moves: self.moving(reached, &(0, Vec::new())),
            costs: self.hazards(),
            steps,
            escalation: vec![say.of(
                format!("not every node has taken it over after {ack}: the plan asks again and tells somebody; take the nodes that are left out of the load balancer"),
                format!("un nœud ne l'a pas pris après {ack} : le plan redemande et alerte ; sortir ces nœuds de l'équilibreur de charge"),
            )],
            after: self.after(),
            ..Instruction::default()
        }
    }

    /// None where there is no step between where the plan stands and nobody.
    fn progressive(&self, step: usize, reached: &Reached) -> Option<Instruction> {
        let (say, plan) = (self.say(), self.plan.plan());
        let rollback = &plan.spec().rollback;
        let mut ladder = vec![reached.clone()];
        while let Some((share, segments)) =
            ladder.last().filter(|(share, segments)| *share > 0 || !segments.is_empty())
        {
            let next = plan.below(step, *share, segments);
            ladder.push(next);
        }
        if ladder.len() < 3 {
            return None;
        }
        let every = rollback.every_ms / 1000;
        let held = ladder.len() as u64 - 2;
        let mut steps = vec![self.take_in_hand()];
        let gates = plan.spec().steps.get(step).map_or(&[][..], |step: &Step| &step.gates);
        for (from, to) in ladder.iter().zip(ladder.iter().skip(1)) {
            steps.push(if to.0 == 0 && to.1.is_empty() {
                self.nobody(from, &[])
            } else {
                self.down(from, to, gates)
            });
        }
        steps.push(RunbookStep {
            title: say.of("Call the rollout off", "Abandonner le déploiement"),
            command: Some(self.tell(r#"{"event":"abort","actor":"NAME","reason":"WHY"}"#)),
            notes: Vec::new(),
            verify: vec![self.status("rolled_back")],
        });
        steps.extend(self.notify());
        let (from, wait) = (whom(say, reached), duration(say, every));
        let failures = rollback.failures;
        let ack = duration(say, rollback.ack_within_ms / 1000);
        let lasts = duration(say, every * held);
        Some(Instruction {
            title: say.of(format!("Progressive rollback from {from}"), format!("Retour progressif depuis {from}")),
            within: self.commands.within("progressive"),
            notes: vec![say.of(
                format!("It takes {lasts} until nobody is left: {held} × {wait}. Where errors hurt now, take the immediate one."),
                format!("Il faut {lasts} jusqu'à ce qu'il ne reste personne : {held} × {wait}. Si des erreurs font mal maintenant, prendre le retour immédiat."),
            )],
            moves: self.moving(reached, &(0, Vec::new())),
            costs: self.hazards(),
            before: self.commands.checks("before").to_vec(),
            steps,
            escalation: vec![
                say.of(
                    format!("a gate that still fails at a step: go on to the next one without waiting; at {failures} such steps: the immediate rollback"),
                    format!("un contrôle échoue encore à un palier : passer au suivant sans attendre ; à {failures} paliers en échec : le retour immédiat"),
                ),
                say.of(
                    format!("not every node has taken a step over after {ack}: the immediate rollback"),
                    format!("un nœud n'a pas pris un palier après {ack} : le retour immédiat"),
                ),
                say.of(
                    "the plan's host does both by itself",
                    "l'hôte du plan fait les deux seul",
                ),
            ],
            after: self.after(),
            ..Instruction::default()
        })
    }

    /// The plan goes down by itself.
    fn take_in_hand(&self) -> RunbookStep {
        let say = self.say();
        let event = r#"{"event":"roll_back","mode":"progressive","actor":"NAME","reason":"WHY"}"#;
        RunbookStep {
            title: say.of("Let the plan do it", "Laisser le plan le faire"),
            command: Some(self.tell(event)),
            notes: vec![say.of(
                "Where its host runs, the rest is to be watched, not done. Where it does not, the plan no longer goes up, and the steps below are done by hand.",
                "Si son hôte tourne, la suite est à surveiller, non à faire. Sinon, le plan ne remonte plus, et les paliers ci-dessous se font à la main.",
            )],
            verify: vec![self.status("rolling_back")],
        }
    }

    /// One step down.
    fn down(&self, from: &Reached, to: &Reached, gates: &[String]) -> RunbookStep {
        let say = self.say();
        let wait = duration(say, self.plan.plan().spec().rollback.every_ms / 1000);
        let to_whom = whom(say, to);
        let command = self.setting(from, to);
        let moved = self.moving(from, to).into_iter().take(1).map(told::sentence);
        let mut verify = vec![self.settled()];
        verify.extend(gates.iter().map(|gate| self.gate(gate)));
        RunbookStep {
            title: say.of(
                format!("Down to {to_whom}, for {wait}"),
                format!("Descendre à {to_whom}, pendant {wait}"),
            ),
            notes: command.is_none().then(|| self.by_document(from, to)).into_iter().chain(moved).collect(),
            command,
            verify,
        }
    }

    fn nobody(&self, from: &Reached, immediate: &[String]) -> RunbookStep {
        let say = self.say();
        let nobody = (0, Vec::new());
        let command =
            if immediate.is_empty() { self.setting(from, &nobody) } else { Some(immediate.join("\n")) };
        RunbookStep {
            title: say.of("Nobody on the new side", "Plus personne du nouveau côté"),
            notes: if command.is_none() { vec![self.by_document(from, &nobody)] } else { Vec::new() },
            command,
            verify: vec![self.settled(), self.silent()],
        }
    }

    /// The commands that bring the flag from whom it reaches to whom it is to reach.
    fn setting(&self, from: &Reached, to: &Reached) -> Option<String> {
        let mut lines = Vec::new();
        if from.0 != to.0 {
            lines.push(
                self.commands
                    .one("set_percentage")?
                    .replace("{percentage}", percent(to.0).trim_end_matches('%')),
            );
        }
        for segment in from.1.iter().filter(|segment| !to.1.contains(segment)) {
            let command = self.commands.one("set_segment")?;
            lines.push(command.replace("{segment}", &quoted(segment)).replace("{value}", "false"));
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// Where no command sets the flag, the document does.
    fn by_document(&self, from: &Reached, to: &Reached) -> String {
        let (say, flag) = (self.say(), &self.plan.plan().spec().flag);
        let (whose, file) = (code(&format!("flags.{flag}")), code(&self.options.file));
        let mut what = Vec::new();
        if from.0 != to.0 {
            let entry = code(&format!("rollout: {}", percent(to.0)));
            what.push(say.of(format!("set {entry}"), format!("mettre {entry}")));
        }
        for segment in from.1.iter().filter(|segment| !to.1.contains(segment)) {
            let segment = code(segment);
            what.push(
                say.of(
                    format!("take {segment} out of its rules"),
                    format!("retirer {segment} de ses règles"),
                ),
            );
        }
        let what = what.join(", ");
        let publish =
            self.commands.one("publish").map(|command| format!("{} {}", say.colon(), code(command)));
        let publish = publish.unwrap_or_default();
        say.of(
            format!("In {whose} of {file}: {what}; and publish it{publish}"),
            format!("Dans {whose} de {file} : {what} ; et publier{publish}"),
        )
    }

    fn notify(&self) -> Option<RunbookStep> {
        let lines = self.commands.all("notify");
        (!lines.is_empty()).then(|| RunbookStep {
            title: self.say().of("Tell people", "Prévenir les équipes"),
            command: Some(lines.join("\n")),
            notes: Vec::new(),
            verify: Vec::new(),
        })
    }

    fn after(&self) -> Vec<String> {
        let (say, plan) = (self.say(), self.plan.plan());
        let mut lines: Vec<String> = Vec::new();
        for trigger in &plan.spec().triggers {
            for action in &trigger.actions {
                if let Action::SetFlag(flag) = action {
                    let off = self
                        .commands
                        .one("set_flag")
                        .map(|command| command.replace("{name}", &quoted(flag)).replace("{value}", "false"));
                    let off = off.map(|off| format!("{} {}", say.colon(), code(&off))).unwrap_or_default();
                    let flag = code(flag);
                    lines.push(say.of(
                        format!("{flag} is off again, where a trigger has switched it on: the plan never switches it off{off}"),
                        format!("{flag} est de nouveau éteint, si un déclencheur l'a allumé : le plan ne l'éteint jamais{off}"),
                    ));
                }
            }
        }
        lines.extend(self.commands.checks("after").iter().cloned());
        let first = whom(say, &plan.audience(0));
        lines.push(say.of(
            format!("the cause is known before the plan is started again: it begins at {first}, not where it was"),
            format!("la cause est connue avant de relancer le plan : il recommence à {first}, non là où il en était"),
        ));
        lines
    }

    /// What a rollback costs where the flag is a switch of a migration.
    fn hazards(&self) -> Vec<Cost> {
        let flag = &self.plan.plan().spec().flag;
        let mut found: Vec<Cost> = Vec::new();
        for migration in self.engine.compiled_migrations() {
            let role =
                migration.switches().iter().find(|(_, switch)| switch.name == *flag).map(|(role, _)| role);
            for cost in role.map(|role| self.turned(migration, role)).unwrap_or_default() {
                if !found.contains(&cost) {
                    found.push(cost);
                }
            }
        }
        found.sort_by_key(|cost| std::cmp::Reverse(cost.kind));
        found
    }

    /// What it costs to switch off a switch, in every phase that it selects.
    fn turned(&self, migration: &CompiledMigration, role: Role) -> Vec<Cost> {
        let say = self.say();
        let phase = |[read, write, backup]: [bool; 3]| {
            let found = migration.ladder.combinations.get(combination_index(read, write, backup))?;
            let index = migration.ladder.index(found.phases.first()?)?;
            Some((index, migration.ladder.phases.get(index)?))
        };
        let mut all = Vec::new();
        for bits in 0..8_u8 {
            let on = [bits & 4 != 0, bits & 2 != 0, bits & 1 != 0];
            let mut off = on;
            let Some(slot) = off.get_mut(role as usize).filter(|slot| **slot) else { continue };
            *slot = false;
            let (Some((start, from)), Some((end, to))) = (phase(on), phase(off)) else { continue };
            if start <= end {
                continue;
            }
            let leg = Leg {
                migration,
                start,
                from: (&from.name, from.shape),
                to: (&to.name, to.shape),
                guarded: false,
            };
            let (file, name) = (quoted(&self.options.file), quoted(&migration.name));
            let way = code(&format!(
                "cutover runbook {file} {name} --from {} --to {}",
                quoted(&from.name),
                quoted(&to.name)
            ));
            for cost in costs(say, leg) {
                let (a, b, text) = (code(&from.name), code(&to.name), cost.text);
                let text = say.of(
                    format!("the flag is a switch of {}, {a} → {b}: {text}; its way back: {way}", code(&migration.name)),
                    format!("le drapeau est un interrupteur de {}, {a} → {b} : {text} ; son chemin de retour : {way}", code(&migration.name)),
                );
                all.push(Cost { text, ..cost });
            }
        }
        all
    }

    fn tell(&self, event: &str) -> String {
        let event = quoted(event);
        if let Some(command) = self.commands.one("tell") {
            return command.replace("{event}", &event);
        }
        let (file, name) = (quoted(&self.options.file), quoted(self.name));
        format!("printf '%s' {event} | cutover plan advance {file} {name} --state STATE.json --event -")
    }

    pub(super) fn command(&self, key: &str) -> Option<String> {
        self.commands.one(key).map(str::to_owned)
    }

    fn status(&self, stage: &str) -> Verify {
        let (file, name) = (quoted(&self.options.file), quoted(self.name));
        let stage = match stage {
            "rolled_back" => {
                let (now, then) = (code("rolling_back"), code(stage));
                self.say().of(
                    format!("{now}, and {then} once the nodes have acknowledged it"),
                    format!("{now}, puis {then} une fois que les nœuds l'ont pris"),
                )
            }
            _ => code(stage),
        };
        Verify {
            text: self.say().of(format!("the plan is {stage}"), format!("le plan est {stage}")),
            command: Some(format!("cutover plan status {file} {name} --state STATE.json")),
        }
    }
}
