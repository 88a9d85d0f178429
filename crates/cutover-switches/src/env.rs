//! Variables of the environment that are read as switches.

use crate::syntax::{File, around};
use crate::values::{literal, reads_like_a_share, reads_like_a_switch, truth, words};
use crate::{Holds, Origin, Sure, Use};
use tree_sitter::Node;

/// What every program reads, and nobody means as a switch of its own.
const SETTINGS: [&str; 14] = [
    "node_env",
    "env",
    "ci",
    "debug",
    "port",
    "host",
    "home",
    "path",
    "user",
    "shell",
    "tz",
    "lang",
    "no_color",
    "force_color",
];

pub(crate) fn found<'t>(file: &File<'t>, node: Node<'t>) -> Vec<Use> {
    if let Some((name, default)) = read(file, node) {
        return judged(file, node, name, default).into_iter().collect();
    }
    destructured(file, node)
}

/// The variable that a node reads, and what it gives where there is none.
fn read<'t>(file: &File<'t>, node: Node<'t>) -> Option<(String, Option<Node<'t>>)> {
    match node.kind() {
        "member_expression" => {
            let object = node.child_by_field_name("object")?;
            let name = file.of(node.child_by_field_name("property")?);
            is_environment(file.of(object)).then(|| (name.to_owned(), None)).filter(|_| !is_call(node))
        }
        "subscript_expression" => {
            let (object, index) = (node.child_by_field_name("object")?, node.child_by_field_name("index")?);
            Some((file.string(index).filter(|_| is_environment(file.of(object)))?, None))
        }
        "subscript" => {
            let (object, index) =
                (node.child_by_field_name("value")?, node.child_by_field_name("subscript")?);
            Some((file.string(index).filter(|_| is_environment(file.of(object)))?, None))
        }
        "call" | "call_expression" => {
            let function = file.of(node.child_by_field_name("function")?);
            let reads = matches!(
                function,
                "os.environ.get" | "environ.get" | "os.getenv" | "getenv" | "Deno.env.get" | "Bun.env.get"
            );
            let name = file.string(file.argument(node, 0)?).filter(|_| reads)?;
            Some((name, file.argument(node, 1)))
        }
        _ => None,
    }
}

fn is_environment(text: &str) -> bool {
    matches!(text, "process.env" | "import.meta.env" | "Bun.env" | "env" | "os.environ" | "environ")
        && text != "env"
}

/// `process.env.X()` is no variable.
fn is_call(node: Node<'_>) -> bool {
    node.parent().is_some_and(|parent| {
        parent.kind() == "call_expression" && parent.child_by_field_name("function") == Some(node)
    })
}

/// `const { A, B } = process.env`
fn destructured<'t>(file: &File<'t>, node: Node<'t>) -> Vec<Use> {
    let parts = (node.child_by_field_name("name"), node.child_by_field_name("value"));
    let (Some(pattern), Some(value)) = parts else { return Vec::new() };
    if node.kind() != "variable_declarator"
        || pattern.kind() != "object_pattern"
        || !is_environment(file.of(value))
    {
        return Vec::new();
    }
    let mut cursor = pattern.walk();
    let names = pattern.named_children(&mut cursor).filter_map(|part| match part.kind() {
        "shorthand_property_identifier_pattern" => Some(part),
        "pair_pattern" => part.child_by_field_name("key"),
        "object_assignment_pattern" => part.child_by_field_name("left"),
        _ => None,
    });
    names.filter_map(|name| judged(file, name, file.of(name).to_owned(), None)).collect()
}

/// How sure it is that a variable is a switch.
fn judged<'t>(file: &File<'t>, node: Node<'t>, name: String, default: Option<Node<'t>>) -> Option<Use> {
    if SETTINGS.contains(&name.to_ascii_lowercase().as_str()) {
        return None;
    }
    let default = default.and_then(|node| literal(file, node));
    let usage = usage(file, node);
    let default = match (&usage.or, default) {
        (Some(or), _) => Some(or.clone()),
        (None, default) => default,
    };
    let unset = match &default {
        Some(Holds::Text(text)) => truth(text),
        Some(Holds::Bool(value)) => Some(*value),
        _ => None,
    };
    let named = reads_like_a_switch(&name);
    let (sure, why, holds) = match usage.how {
        How::Compared { with, same } => {
            // Unset, it is not that text.
            let unset = unset.map_or(!same, |unset| (unset == with) == same);
            (Sure::Sure, "it is compared with a text that says yes or no".to_owned(), Holds::Bool(unset))
        }
        How::Parsed(function) if !is_number(&function) => {
            let why = format!("`{function}` makes true or false of it");
            (if named { Sure::Sure } else { Sure::Likely }, why, Holds::Bool(unset.unwrap_or(false)))
        }
        _ if reads_like_a_share(&name) => {
            let percent = match &default {
                Some(Holds::Text(text)) => crate::values::number(text),
                Some(Holds::Number(number)) => Some(*number),
                _ => None,
            };
            (Sure::Likely, "its name is that of a share".to_owned(), Holds::Share { percent, by: None })
        }
        How::Asked if named => (
            Sure::Likely,
            "it is asked as a condition, and named like a switch".to_owned(),
            Holds::Bool(unset.unwrap_or(false)),
        ),
        How::Asked => {
            let why = "it is asked as a condition, which may only ask whether it is set";
            (Sure::Guess, why.to_owned(), Holds::Bool(unset.unwrap_or(false)))
        }
        _ if named && unset.is_some() => {
            let why = "it is named like a switch, and says yes or no where it is not set";
            (Sure::Likely, why.to_owned(), Holds::Bool(unset.unwrap_or(false)))
        }
        _ if named => (Sure::Guess, "it is named like a switch".to_owned(), Holds::Bool(false)),
        _ => return None,
    };
    Some(crate::env::used(file, node, name, Origin::Environment, (sure, why, holds)))
}

/// A use at a node.
pub(crate) fn used(
    file: &File<'_>,
    node: Node<'_>,
    name: String,
    origin: Origin,
    judged: (Sure, String, Holds),
) -> Use {
    let (sure, why, holds) = judged;
    let place = node.start_position();
    let code =
        file.quoted(node.parent().filter(|parent| parent.start_position().row == place.row).unwrap_or(node));
    Use { name, origin, line: place.row + 1, column: place.column + 1, code, sure, why, holds }
}

/// What is done with a variable.
struct Usage {
    how: How,
    /// What stands for it where it is not set.
    or: Option<Holds>,
}

enum How {
    Compared { with: bool, same: bool },
    Parsed(String),
    Asked,
    Read,
}

/// Methods that leave a text what it is.
const SAME: [&str; 9] = [
    "toLowerCase",
    "toUpperCase",
    "toLocaleLowerCase",
    "trim",
    "toString",
    "lower",
    "upper",
    "strip",
    "casefold",
];

fn usage<'t>(file: &File<'t>, node: Node<'t>) -> Usage {
    let (mut place, mut or) = (node, None);
    loop {
        let Some((inner, outer)) = around(place) else { return Usage { how: How::Read, or } };
        match outer.kind() {
            // `.toLowerCase()`, which is a member, then a call.
            "member_expression" | "attribute" => {
                let name =
                    outer.child_by_field_name("property").or_else(|| outer.child_by_field_name("attribute"));
                let method = name.map(|name| file.of(name)).unwrap_or_default();
                match outer.parent() {
                    Some(call)
                        if SAME.contains(&method) && matches!(call.kind(), "call" | "call_expression") =>
                    {
                        place = call;
                        continue;
                    }
                    _ => return Usage { how: How::Read, or },
                }
            }
            "binary_expression" | "boolean_operator" => {
                let operator =
                    outer.child_by_field_name("operator").map(|node| file.of(node)).unwrap_or_default();
                let right = outer.child_by_field_name("right");
                if matches!(operator, "??" | "||" | "or")
                    && let Some(held) =
                        right.filter(|right| *right != inner).and_then(|right| literal(file, right))
                {
                    (or, place) = (Some(held), outer);
                    continue;
                }
                return Usage { how: compared(file, inner, outer).unwrap_or(How::Asked), or };
            }
            "comparison_operator" => {
                return Usage { how: compared(file, inner, outer).unwrap_or(How::Read), or };
            }
            "arguments" | "argument_list" => {
                let call = outer.parent().filter(|call| matches!(call.kind(), "call" | "call_expression"));
                let function = call.and_then(|call| file.called(call)).unwrap_or_default();
                let how = match reads_truth(function) || is_number(function) {
                    true => How::Parsed(function.to_owned()),
                    false => How::Read,
                };
                return Usage { how, or };
            }
            "unary_expression" | "not_operator" => return Usage { how: How::Asked, or },
            "if_statement" | "ternary_expression" | "while_statement" | "elif_clause" => {
                let asked = outer.child_by_field_name("condition") == Some(inner);
                return Usage { how: if asked { How::Asked } else { How::Read }, or };
            }
            "conditional_expression" => {
                let asked = outer.named_child(1) == Some(inner);
                return Usage { how: if asked { How::Asked } else { How::Read }, or };
            }
            _ => return Usage { how: How::Read, or },
        }
    }
}

/// A comparison with a text that says yes or no.
fn compared<'t>(file: &File<'t>, inner: Node<'t>, outer: Node<'t>) -> Option<How> {
    let mut cursor = outer.walk();
    let others: Vec<Node<'t>> = outer.children(&mut cursor).filter(|child| *child != inner).collect();
    let operator = others.iter().find(|node| !node.is_named()).map(|node| file.of(*node))?;
    let same = match operator {
        "===" | "==" | "in" => true,
        "!==" | "!=" | "not in" => false,
        _ => return None,
    };
    let other = others.iter().find(|node| node.is_named())?;
    let with = match other.kind() {
        "tuple" | "list" | "set" => truth(&file.string(other.named_child(0)?)?)?,
        _ => truth(&file.string(*other)?)?,
    };
    Some(How::Compared { with, same })
}

fn is_number(function: &str) -> bool {
    matches!(function, "Number" | "parseInt" | "parseFloat" | "int" | "float")
}

/// Whether a function makes true or false of a text, by its name.
fn reads_truth(function: &str) -> bool {
    let words = words(function);
    let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    has(&["bool", "boolean", "strtobool", "truthy", "truth"])
        || (has(&["is"]) && has(&["true", "enabled", "on"]))
}
