//! The procedures of plans of work and of incidents: back to a restore point, or feature by feature.

use super::handbook::{HandbookOptions, Instruction, Sheet, Written};
use super::markdown::{code, duration, plain};
use super::step::quoted;
use super::{Cost, CostKind, Language, RunbookStep, Verify};
use crate::engine::Engine;
use crate::sections::commands::Commands;
use cutover_work::incident::{Policy, Severity};
use cutover_work::{Action, Phase, Rollback, Work};

/// How long feature by feature takes where the ruleset does not say it: 30 minutes.
const FEATURE_SECONDS: u64 = 1_800;

/// The way back of every phase of a plan of work, the last one first.
pub(super) fn of_work(engine: &Engine, name: &str, options: &HandbookOptions) -> Option<Written> {
    let work = engine.work(name)?;
    let writer = Writer { say: options.language, file: quoted(&options.file), name: quoted(name) };
    let procedures = work.phases.iter().enumerate().rev();
    let procedures = procedures.map(|(at, phase)| writer.phase(work, at, phase)).collect();
    Some((work.owner.clone(), vec![writer.by_itself()], procedures))
}

/// What to do about incidents: which class, feature by feature, and what is checked.
pub(super) fn of_incidents(engine: &Engine, name: &str, options: &HandbookOptions) -> Option<Written> {
    let policy = engine.incident(name)?;
    let usual = Commands::default();
    let commands = engine.sections().incident_commands.get(name).unwrap_or(&usual);
    let writer = Writer { say: options.language, file: quoted(&options.file), name: quoted(name) };
    let mut sheets = vec![writer.classes(policy)];
    sheets.extend(writer.communication(policy));
    let mut procedures: Vec<Instruction> = Vec::new();
    // The whole back to a restore point, where a plan of work has one.
    for work in engine.works() {
        let points = engine.work(work).into_iter().flat_map(|work| &work.phases);
        let points: Vec<String> =
            points.filter_map(|phase| Some(code(&phase.restore_point.as_ref()?.name))).collect();
        if !points.is_empty() {
            procedures.push(writer.restore(policy, work, &points));
        }
    }
    procedures.push(writer.features(engine, policy, commands));
    Some((commands.owner.clone(), sheets, procedures))
}

struct Writer {
    say: Language,
    /// Of the ruleset, as a word of a shell.
    file: String,
    /// What it is written of, as a word of a shell.
    name: String,
}

impl Writer {
    fn by_itself(&self) -> Sheet {
        let (say, file, name) = (self.say, &self.file, &self.name);
        let status = code(&format!("cutover work {file} {name} status --state STATE.json"));
        let event = r#"{"event":"rollback","actor":"NAME","reason":"WHY"}"#;
        let back = code(&format!("cutover work {file} {name} advance --state STATE.json --event '{event}'"));
        let run = code(&format!("cutover work {file} {name} run --state STATE.json"));
        Sheet {
            title: say.of("What the plan does by itself, while its host runs", "Ce que le plan fait seul, tant que son hôte tourne"),
            lines: vec![
                say.of(
                    "an action or a validation that fails in all its attempts → the phase is taken back; without a rollback it waits for somebody",
                    "une action ou une validation échoue à tous ses essais → la phase est défaite ; sans procédure de retour, elle attend quelqu'un",
                ),
                say.of(format!("where it stands: {status}"), format!("où il en est : {status}")),
                say.of(
                    format!("to let it do all of the below: {back}, then {run}"),
                    format!("pour lui laisser faire tout ce qui suit : {back}, puis {run}"),
                ),
            ],
        }
    }

    /// The way back of a phase: its actions, its restore point, its validations.
    fn phase(&self, work: &Work, at: usize, phase: &Phase) -> Instruction {
        let (say, name) = (self.say, code(&phase.name));
        let usual = Rollback::default();
        let rollback = phase.rollback.as_ref();
        let known = rollback.unwrap_or(&usual);
        let point = phase.restore_point.as_ref();
        let mut steps: Vec<RunbookStep> = Vec::new();
        let mut verify: Vec<Verify> = known.validations.iter().map(|check| self.validated(check)).collect();
        for action in &known.actions {
            steps.push(self.act(action));
        }
        if let Some(point) = point {
            let named = code(&point.name);
            let mut step = self.act(&point.restore);
            step.title = say.of(format!("Restore {named}"), format!("Restaurer {named}"));
            step.notes.insert(0, say.of(
                format!("It was taken and verified before {name} began. Hold writes first: they are overwritten."),
                format!("Il a été pris et vérifié avant le début de {name}. Suspendre d'abord les écritures : elles sont écrasées."),
            ));
            steps.push(step);
        }
        match steps.last_mut() {
            Some(last) => last.verify.append(&mut verify),
            None => steps.push(RunbookStep {
                title: say.of(
                    "Somebody decides: the plan has no way back here",
                    "Quelqu'un décide : le plan n'a pas de retour ici",
                ),
                command: None,
                notes: Vec::new(),
                verify,
            }),
        }
        let actions = known.actions.iter().chain(point.map(|point| &point.restore)).chain(&known.validations);
        let mut notes: Vec<String> = phase.description.iter().map(|text| plain(text)).collect();
        notes.extend(self.lasting(actions));
        let to = known.to.as_deref().and_then(|to| work.phases.iter().position(|phase| phase.name == to));
        if let Some(to) = to.filter(|to| *to < at) {
            let names = work.phases.iter().take(at).skip(to).rev().map(|phase| code(&phase.name));
            let names = names.collect::<Vec<_>>().join(", ");
            notes.push(say.of(
                format!("Then everything before it, in this order: {names}, each by its procedure below."),
                format!("Ensuite tout ce qui précède, dans cet ordre : {names}, chacune par sa procédure ci-dessous."),
            ));
        }
        Instruction {
            title: say.of(format!("Back out of {name}"), format!("Retour de {name}")),
            urgent: true,
            within: work.objective_ms.map(|ms| ms / 1000),
            notes,
            costs: point.map(|point| self.lost(&code(&point.name), point.max_age_ms)).into_iter().collect(),
            before: point.map(|point| self.backup(point)).unwrap_or_default(),
            steps,
            ..Instruction::default()
        }
    }

    /// What is lost by going back to a restore point.
    fn lost(&self, point: &str, max_age_ms: Option<u64>) -> Cost {
        let say = self.say;
        let age = max_age_ms.map(|ms| duration(say, ms / 1000));
        let before = age.map(|age| {
            say.of(
                format!(", and the point itself may be {age} older than the beginning of the phase"),
                format!(", et le point lui-même peut avoir {age} de plus que le début de la phase"),
            )
        });
        let before = before.unwrap_or_default();
        Cost {
            kind: CostKind::Lost,
            text: say.of(
                format!("every write since {point} was taken{before}"),
                format!("toutes les écritures depuis la prise de {point}{before}"),
            ),
            count: None,
        }
    }

    fn backup(&self, point: &cutover_work::RestorePoint) -> Vec<String> {
        let say = self.say;
        let named = code(&point.name);
        let how = point.verify.command.as_deref().map(|command| format!("{} {}", say.colon(), code(command)));
        let how = how.unwrap_or_default();
        vec![
            say.of(
                format!("{named} is there and can be read{how}"),
                format!("{named} est là et lisible{how}"),
            ),
        ]
    }

    fn act(&self, action: &Action) -> RunbookStep {
        let say = self.say;
        let mut notes: Vec<String> = self.lasting(std::iter::once(action));
        if action.attempts > 1 {
            let every = duration(say, action.every_ms / 1000);
            notes.push(say.of(
                format!("Try it up to {} times, {every} apart.", action.attempts),
                format!("Essayer jusqu'à {} fois, à {every} d'intervalle.", action.attempts),
            ));
        }
        let command = action.command.clone();
        if command.is_none() {
            let params: Vec<String> =
                action.params.iter().map(|(key, value)| code(&format!("{key}={value}"))).collect();
            let told = if params.is_empty() { String::new() } else { format!(" ({})", params.join(", ")) };
            notes.push(say.of(format!("The host does it{told}."), format!("L'hôte le fait{told}.")));
        }
        RunbookStep { title: code(&action.name), command, notes, verify: Vec::new() }
    }

    fn validated(&self, check: &Action) -> Verify {
        let expected = check.expect.as_ref().map(|expect| format!(" {expect}")).unwrap_or_default();
        Verify { text: format!("{}{expected}", code(&check.name)), command: check.command.clone() }
    }

    /// How long the actions take together, where all say it.
    fn lasting<'a>(&self, actions: impl Iterator<Item = &'a Action>) -> Vec<String> {
        let say = self.say;
        let takes: Option<Vec<_>> = actions.map(|action| action.takes).collect();
        let Some(takes) = takes.filter(|takes| !takes.is_empty()) else { return Vec::new() };
        let sum =
            |of: fn(&cutover_work::Takes) -> u64| duration(say, takes.iter().map(of).sum::<u64>() / 1000);
        let (from, to) = (sum(|takes| takes.from_ms), sum(|takes| takes.to_ms));
        if from == to {
            return vec![say.of(format!("It takes {to}."), format!("Il faut {to}."))];
        }
        vec![say.of(format!("It takes from {from} to {to}."), format!("Il faut de {from} à {to}."))]
    }

    /// Severities, with their objectives and what is of them.
    fn classes(&self, policy: &Policy) -> Sheet {
        let say = self.say;
        let mut lines: Vec<String> =
            policy.severities.iter().map(|severity| self.class(policy, severity)).collect();
        let open = code("cutover incident --help");
        lines.push(say.of(
            format!("what is not listed is of the worst; the clock runs from when it was noticed ({open} keeps it)"),
            format!("ce qui n'est pas listé est de la pire ; l'horloge court dès la détection ({open} la tient)"),
        ));
        Sheet { title: say.of("Which class, and how soon", "Quelle classe, et en combien de temps"), lines }
    }

    fn class(&self, policy: &Policy, severity: &Severity) -> String {
        let say = self.say;
        let features = policy.features.iter().filter(|(_, of)| **of == severity.name);
        let features: Vec<String> = features.map(|(name, _)| code(name)).collect();
        let examples = severity.examples.iter().map(|text| plain(text));
        let what: Vec<String> = examples.chain(features).collect();
        let within = duration(say, severity.objective_ms / 1000);
        let text = say.of(format!("in {within}"), format!("en {within}"));
        format!("**{}** ({text}){} {}", plain(&severity.name), say.colon(), what.join(&say.of("; ", " ; ")))
    }

    fn communication(&self, policy: &Policy) -> Option<Sheet> {
        let say = self.say;
        let lines = policy.notify.iter().map(|channel| {
            let channel = plain(channel);
            say.of(
                format!("{channel}: what happens, which class, when the next word comes; again at each step and when it is over"),
                format!("{channel} : ce qui se passe, quelle classe, quand viendra la suite ; puis à chaque étape et à la fin"),
            )
        });
        let lines: Vec<String> = lines.collect();
        (!lines.is_empty()).then(|| Sheet { title: say.of("Who is told", "Qui prévenir"), lines })
    }

    fn restore(&self, policy: &Policy, work: &str, points: &[String]) -> Instruction {
        let (say, file, points) = (self.say, &self.file, points.join(", "));
        let command = format!("cutover runbook {file} {} --section work", quoted(work));
        Instruction {
            title: say.of(
                format!("Everything back to a restore point ({points})"),
                format!("Tout revient à un point de restauration ({points})"),
            ),
            urgent: true,
            within: policy.severities.first().map(|severity| severity.objective_ms / 1000),
            notes: vec![say.of(
                "For data that is lost or damaged, and where no switch helps. A switch is quicker, and loses nothing.",
                "Pour des données perdues ou abîmées, et si aucun drapeau n'aide. Un drapeau est plus rapide, et ne perd rien.",
            )],
            steps: vec![RunbookStep {
                title: say.of(format!("Its procedures: {}", code(work)), format!("Ses procédures : {}", code(work))),
                command: Some(command),
                notes: Vec::new(),
                verify: Vec::new(),
            }],
            ..Instruction::default()
        }
    }

    /// A switch for every feature that is a flag, the worst first.
    fn features(&self, engine: &Engine, policy: &Policy, commands: &Commands) -> Instruction {
        let say = self.say;
        let mut steps = Vec::new();
        for severity in &policy.severities {
            let of = policy.features.iter().filter(|(_, of)| **of == severity.name);
            for (feature, _) in of.filter(|(name, _)| engine.flag(name).is_some()) {
                let within = duration(say, severity.objective_ms / 1000);
                let name = code(feature);
                let class = plain(&severity.name);
                let off = commands.one("set_flag");
                let off = off.map(|off| off.replace("{name}", &quoted(feature)).replace("{value}", "false"));
                let by_document = off.is_none().then(|| {
                    let whose = code(&format!("flags.{feature}"));
                    let publish =
                        commands.one("publish").map(code).map(|text| format!("{} {text}", say.colon()));
                    let publish = publish.unwrap_or_default();
                    say.of(
                        format!("Set `enabled: false` in {whose}, and publish it{publish}"),
                        format!("Mettre `enabled: false` dans {whose}, et publier{publish}"),
                    )
                });
                let eval = format!("cutover eval {} {} --context '{{}}'", self.file, quoted(feature));
                let shown = by_document.is_some().then_some(eval);
                steps.push(RunbookStep {
                    title: say.of(
                        format!("{name} off ({class}, in {within})"),
                        format!("{name} éteint ({class}, en {within})"),
                    ),
                    command: off,
                    notes: by_document.into_iter().collect(),
                    verify: vec![
                        Verify {
                            text: say.of("every node has taken it over", "chaque nœud l'a pris"),
                            command: commands.one("settled").map(str::to_owned),
                        },
                        Verify {
                            text: say.of(
                                "the feature is gone, and the problem with it",
                                "la fonction a disparu, et le problème avec elle",
                            ),
                            command: shown,
                        },
                    ],
                });
            }
        }
        let lines = commands.all("notify");
        if !lines.is_empty() {
            steps.push(RunbookStep {
                title: say.of("Tell people", "Prévenir les équipes"),
                command: Some(lines.join("\n")),
                notes: Vec::new(),
                verify: Vec::new(),
            });
        }
        let items =
            |items: &[cutover_work::incident::Item]| items.iter().map(|item| plain(&item.what)).collect();
        Instruction {
            title: say.of("Feature by feature", "Fonction par fonction"),
            urgent: false,
            within: Some(commands.within("feature").unwrap_or(FEATURE_SECONDS)),
            notes: vec![say.of(
                "Only the flag of what fails; watch the metrics after each one before the next.",
                "Seulement le drapeau de ce qui échoue ; regarder les métriques après chacun avant le suivant.",
            )],
            moves: vec![say.of(
                "everybody who has the feature loses it at once; no data is touched",
                "tous ceux qui ont la fonction la perdent d'un coup ; aucune donnée n'est touchée",
            )],
            before: items(&policy.before_rollback),
            steps,
            escalation: vec![say.of(
                "the data is damaged, or no flag helps: the restore point, above",
                "les données sont abîmées, ou aucun drapeau n'aide : le point de restauration, ci-dessus",
            )],
            after: items(&policy.after_rollback),
            ..Instruction::default()
        }
    }
}
