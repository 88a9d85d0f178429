//! The shell commands of a plan of work.

use super::bad;
use crate::failure::Failure;
use crate::input::Source;
use cutover::Value;
use cutover::work::{Action, Phase, Task, Work};
use std::collections::BTreeMap;
use std::path::Path;

/// Commands by the names of actions, before those that the plan has.
pub(super) struct Commands(BTreeMap<String, String>);

impl Commands {
    /// Reads the file of `--actions`, and refuses where an action of the plan has no command at all.
    pub(super) fn read(file: Option<&Path>, work: &Work) -> Result<Self, Failure> {
        let mut commands = BTreeMap::new();
        if let Some(path) = file {
            let source = Source::read(path)?;
            let document = cutover::wire::document(&source.bytes)
                .map_err(|error| Failure::ruleset(source, error.diagnostics))?;
            let Value::Map(entries) = document else {
                return Err(bad("bad_actions", "--actions is a mapping of names to commands"));
            };
            for (name, command) in entries {
                let Value::Text(command) = command else {
                    return Err(bad("bad_actions", format!("--actions: the command of `{name}` is a text")));
                };
                if !all(work).any(|action| action.name == name) {
                    let message = format!("--actions: the plan has no action `{name}`");
                    return Err(bad("unknown_action", message));
                }
                commands.insert(name, command);
            }
        }
        let commands = Self(commands);
        let missing: Vec<String> = all(work)
            .filter(|action| action.command.is_none() && !commands.0.contains_key(&action.name))
            .map(|action| format!("`{}`", action.name))
            .collect();
        if missing.is_empty() {
            return Ok(commands);
        }
        let message =
            format!("no command is known for {}: give it in the plan or in --actions", missing.join(", "));
        Err(bad("missing_command", message))
    }

    /// The command of an effect.
    pub(super) fn of<'a>(&'a self, task: &'a Task) -> &'a str {
        let own = self.0.get(&task.name).or(task.command.as_ref());
        // That there is one was looked at before the run began.
        own.map_or("exit 127", String::as_str)
    }
}

/// All that a plan may ask for.
fn all(work: &Work) -> impl Iterator<Item = &Action> {
    work.phases.iter().flat_map(|phase: &Phase| {
        let point = phase.restore_point.iter().flat_map(|point| [&point.take, &point.verify, &point.restore]);
        let back =
            phase.rollback.iter().flat_map(|rollback| rollback.actions.iter().chain(&rollback.validations));
        phase.actions.iter().chain(&phase.validations).chain(point).chain(back)
    })
}
