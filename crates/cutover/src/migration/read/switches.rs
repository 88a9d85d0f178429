//! Switches, as a document writes them: `role: NAME`, or `role: { name: NAME, is: true }`.

use super::name;
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::migration::ladder::Ladder;
use crate::migration::switches::{Role, Switch, Switches};
use crate::ruleset::fields::Reader;

/// Reads the switches that the ladder has: those that select its phase, and the emergency.
pub(crate) fn switches(
    reader: &mut Reader,
    ladder: Option<&Ladder>,
    node: &Node<'_>,
    path: Path<'_>,
) -> Option<Switches> {
    let Content::Map(entries) = node.content else {
        reader.wrong_type(node, path, "a mapping of switches");
        return None;
    };
    let selecting = ladder.is_none_or(|ladder| !ladder.combinations.is_empty());
    let roles = || Role::ALL.into_iter().filter(|role| selecting || *role == Role::Emergency);
    let mut switches = Switches::default();
    let mut complete = true;
    for entry in entries {
        let path = path.key(entry.key);
        let Some(role) = roles().find(|role| role.name() == entry.key) else {
            let diagnostic = Diagnostic::error(
                "unknown_switch",
                path.to_string(),
                entry.key_at,
                format!("this ladder has no switch `{}`", entry.key),
            )
            .found(entry.key)
            .expected(roles().map(Role::name));
            let elsewhere = Role::ALL.into_iter().any(|role| role.name() == entry.key);
            reader.note(if elsewhere {
                diagnostic.help("the phases of this ladder are selected by `phase`")
            } else {
                diagnostic.nearest(entry.key, roles().map(Role::name))
            });
            complete = false;
            continue;
        };
        let Some(switch) = switch(reader, &entry.value, path) else {
            complete = false;
            continue;
        };
        if let Some((other, _)) = switches.iter().find(|(_, other)| other.name == switch.name) {
            reader.note(
                Diagnostic::error(
                    "duplicate_switch",
                    path.to_string(),
                    entry.value.at,
                    "one switch cannot have two roles",
                )
                .found(&switch.name)
                .help(format!("it is the switch `{}` already", other.name())),
            );
        }
        switches.set(role, switch);
    }
    complete.then_some(switches)
}

fn switch(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Switch> {
    match &node.content {
        Content::Text(_) => return Some(Switch { name: name(reader, node, path)?, is: None }),
        Content::Map(_) => {}
        _ => {
            reader.wrong_type(node, path, "the name of a switch, or a mapping with `name` and `is`");
            return None;
        }
    }
    let mut fields = reader.fields(node, path)?;
    let name = fields.need(reader, path, "name").and_then(|node| name(reader, node, path.key("name")));
    let is = fields.take("is").and_then(|node| reader.bool(node, path.key("is")));
    fields.finish(reader, path, &["name", "is"]);
    Some(Switch { name: name?, is })
}
