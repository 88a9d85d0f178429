//! Carrying a run out: the machine says what, shell commands do it, and the file knows how far it came.

use super::commands::Commands;
use super::perform::{Came, perform};
use super::{bad, exit_of, file};
use crate::args::work::Run;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::{now, render};
use cutover::work::{Call, Effect, Event, Mode, State, Task, Work, status, step};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

/// No sleep is longer, so that a clock that was set does not keep anybody waiting.
const SLEEP_MS: u64 = 1_000;

struct Runner<'a> {
    work: &'a Work,
    asked: &'a Run,
    commands: Commands,
    folder: &'a Path,
    held: File,
    screen: &'a Screen,
    state: State,
    effects: VecDeque<Effect>,
}

pub(super) fn run(
    ruleset: &Path,
    name: &str,
    work: &Work,
    asked: &Run,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let commands = Commands::read(asked.actions.as_deref(), work)?;
    let held = file::hold(&asked.state.state, asked.wait)?;
    let saved = file::read(&asked.state.state, work)?;
    let folder = ruleset.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (state, event) = match saved {
        Some(state) if state.mode != Mode::Planned => (state, Event::Restarted { now: now::clock() }),
        _ => {
            // Two runs of one plan have ids of their own.
            let run = Some(format!("{name}-{}", now::clock()));
            (State::new(work), Event::Start { run, actor: Some(asked.actor.clone()), now: now::clock() })
        }
    };
    let effects = VecDeque::new();
    let mut runner = Runner { work, asked, commands, folder, held, screen, state, effects };
    runner.tell(event)?;
    runner.go()?;
    let found = status(work, &runner.state);
    if screen.is_json() {
        screen.value(&found)?;
    } else {
        screen.text(&render::work::page(name, &found, &[]))?;
    }
    Ok(exit_of(&found))
}

impl Runner<'_> {
    /// Tells the machine what happened, and saves before anything is done of what it says.
    fn tell(&mut self, event: Event) -> Result<(), Failure> {
        let (state, effects) = step(self.work, self.state.clone(), event)
            .map_err(|refused| bad("wrong_state", refused.to_string()))?;
        if state != self.state {
            file::save(&self.asked.state.state, &state)?;
        }
        self.state = state;
        self.effects.extend(effects);
        Ok(())
    }

    fn go(&mut self) -> Result<(), Failure> {
        loop {
            let Some(effect) = self.effects.pop_front() else {
                // Commands are waited for, with their timeouts: what is left to wait for is the next attempt.
                let pending = self.state.pending.as_ref().filter(|_| self.state.paused.is_none());
                let Some(due) = pending.and_then(|pending| pending.due) else { return Ok(()) };
                self.sleep(due);
                self.tell(Event::Tick { now: now::clock() })?;
                continue;
            };
            let Some(event) = self.perform(&effect) else {
                if matches!(effect, Effect::WakeAt { .. } | Effect::Ignored { .. }) {
                    continue;
                }
                return Ok(());
            };
            self.tell(event)?;
        }
    }

    fn sleep(&self, until: i64) {
        loop {
            let left = u64::try_from(until.saturating_sub(now::clock())).unwrap_or(0).min(SLEEP_MS);
            if left == 0 {
                return;
            }
            thread::sleep(Duration::from_millis(left));
        }
    }

    /// Performs an effect, and says what came of it; nothing where nobody knows, and the run stops here.
    fn perform(&self, effect: &Effect) -> Option<Event> {
        match effect {
            Effect::RunAction(task) | Effect::TakeRestorePoint(task) | Effect::Restore(task) => {
                let came = self.command(task)?;
                Some(done(&task.call, came))
            }
            Effect::RunValidation(task) | Effect::VerifyRestorePoint(task) | Effect::ValidateData(task) => {
                let came = self.command(task)?;
                Some(validated(task, came))
            }
            // The state is saved whenever it changes.
            Effect::SaveCheckpoint { call, .. } => Some(done(call, Came::Well(None))),
            Effect::Notify { call, message, .. } => {
                self.note(&render::work::notice(message));
                Some(done(call, Came::Well(None)))
            }
            Effect::RequestApproval { call } => self.approval(call),
            // Commands are waited for, and nobody else holds the run: nothing of an earlier one is under way.
            Effect::Cancel { call } => {
                Some(done(call, Came::NotAtAll("nothing of it is under way".to_owned())))
            }
            Effect::WakeAt { .. } | Effect::Ignored { .. } => None,
            Effect::Refused { why } => {
                self.note(&render::work::notice(why));
                None
            }
        }
    }

    fn command(&self, task: &Task) -> Option<Came> {
        let command = self.commands.of(task);
        self.note(&render::work::begins(task, command));
        if !self.asked.yes && !self.may(&format!("run `{}`?", task.name)) {
            return None;
        }
        let show = |line: &str| self.note(&render::work::line(line));
        let came = perform(task, command, self.folder, &self.held, &show);
        if let Came::NotAtAll(why) = &came {
            self.note(&render::work::notice(why));
        }
        Some(came)
    }

    /// Asks a person who is there.
    fn approval(&self, call: &Call) -> Option<Event> {
        if !io::stdin().is_terminal()
            || !self.may(&format!("approve `{}`, as {}?", call.phase, self.asked.actor))
        {
            return None;
        }
        Some(Event::Approve { id: call.id.clone(), actor: self.asked.actor.clone(), now: now::clock() })
    }

    fn may(&self, question: &str) -> bool {
        self.note(&format!("{question} [y/N] "));
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
    }

    fn note(&self, text: &str) {
        self.screen.note(text);
    }
}

fn done(call: &Call, came: Came) -> Event {
    let (id, attempt, now) = (call.id.clone(), Some(call.attempt), now::clock());
    let error = match came {
        Came::Well(evidence) => return Event::Done { id, attempt, evidence, now },
        Came::Otherwise(code, last) => ended(code, last),
        Came::NotAtAll(why) => why,
    };
    Event::Failed { id, attempt, error, now }
}

fn validated(task: &Task, came: Came) -> Event {
    let (id, attempt, now) = (task.call.id.clone(), Some(task.call.attempt), now::clock());
    let number = |last: &Option<String>| {
        task.expect
            .and_then(|_| last.as_ref()?.trim().parse::<f64>().ok())
            .filter(|number| number.is_finite())
    };
    match came {
        Came::Well(last) => {
            let value = number(&last);
            // A number is told as one.
            let evidence = last.filter(|_| value.is_none());
            Event::Validated { id, attempt, ok: Some(true), value, evidence, now }
        }
        Came::Otherwise(code, last) => {
            let evidence = Some(ended(code, last));
            Event::Validated { id, attempt, ok: Some(false), value: None, evidence, now }
        }
        Came::NotAtAll(error) => Event::Failed { id, attempt, error, now },
    }
}

fn ended(code: i32, last: Option<String>) -> String {
    match last.filter(|last| !last.is_empty()) {
        Some(last) => format!("it ended with {code}: {last}"),
        None => format!("it ended with {code}"),
    }
}
