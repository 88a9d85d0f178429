//! Shares: of a hash, or by chance.

use crate::env::used;
use crate::syntax::{File, each, is_remainder};
use crate::values::{number, words};
use crate::{Holds, Origin, Sure, Use};
use tree_sitter::Node;

pub(crate) fn found<'t>(file: &File<'t>, node: Node<'t>) -> Option<Use> {
    let (left, operator, right) = compared(file, node)?;
    // The share stands on the larger side.
    let (drawn, share) = match operator {
        "<" | "<=" => (left, right),
        ">" | ">=" => (right, left),
        _ => return None,
    };
    let given = number(file.of(share));
    let name = name_of(file, node, share);
    if let Some(scale) = chance(file, drawn) {
        let percent =
            given.map(|share| share * 100.0 / scale).filter(|percent| (0.0..=100.0).contains(percent))?;
        let why = "a draw by chance is compared with a number; it may be sampling, and each call draws anew"
            .to_owned();
        let holds = Holds::Share { percent: Some(percent), by: None };
        return Some(used(file, node, name, Origin::Chance, (Sure::Guess, why, holds)));
    }
    let remainder = match drawn.kind() {
        "identifier" => file.remainders.get(file.of(drawn)).copied()?,
        _ => Some(drawn).filter(|node| is_remainder(file, *node))?,
    };
    let inner = unwrapped(remainder);
    let (dividend, divisor) = (inner.child_by_field_name("left")?, inner.child_by_field_name("right")?);
    let Hashed { by } = hashed(file, dividend)?;
    let divisor = number(file.of(divisor))?;
    let percent =
        given.map(|share| share * 100.0 / divisor).filter(|percent| (0.0..=100.0).contains(percent));
    let why = "the remainder of a hash is compared with a share".to_owned();
    let sure = if by.is_some() || percent.is_some() { Sure::Sure } else { Sure::Likely };
    Some(used(file, node, name, Origin::HashedShare, (sure, why, Holds::Share { percent, by })))
}

fn compared<'t>(file: &File<'t>, node: Node<'t>) -> Option<(Node<'t>, &'t str, Node<'t>)> {
    match node.kind() {
        "binary_expression" => Some((
            node.child_by_field_name("left")?,
            file.of(node.child_by_field_name("operator")?),
            node.child_by_field_name("right")?,
        )),
        "comparison_operator" if node.child_count() == 3 => {
            Some((node.child(0)?, file.of(node.child(1)?), node.child(2)?))
        }
        _ => None,
    }
}

fn unwrapped(node: Node<'_>) -> Node<'_> {
    match node.kind() {
        "parenthesized_expression" => node.named_child(0).map_or(node, unwrapped),
        _ => node,
    }
}

/// The scale of a draw by chance.
fn chance(file: &File<'_>, node: Node<'_>) -> Option<f64> {
    let node = unwrapped(node);
    let text: String = file.of(node).split_whitespace().collect();
    match text.as_str() {
        "Math.random()" | "random.random()" | "random()" => Some(1.0),
        "Math.random()*100"
        | "100*Math.random()"
        | "random.random()*100"
        | "Math.floor(Math.random()*100)" => Some(100.0),
        "random.randint(1,100)"
        | "random.randrange(100)"
        | "random.randint(0,99)"
        | "random.uniform(0,100)" => Some(100.0),
        _ => None,
    }
}

/// What is hashed.
struct Hashed {
    /// The attribute, where the code tells it.
    by: Option<String>,
}

fn hashed(file: &File<'_>, node: Node<'_>) -> Option<Hashed> {
    let (mut is_hash, mut by) = (false, None);
    each(node, &mut |node| match node.kind() {
        "call" | "call_expression" if file.called(node).is_some_and(names_a_hash) => {
            is_hash = true;
            by = by.take().or_else(|| file.argument(node, 0).and_then(|node| attribute(file, node)));
        }
        "identifier" if names_a_hash(file.of(node)) => is_hash = true,
        _ => {}
    });
    is_hash.then_some(Hashed { by })
}

fn names_a_hash(name: &str) -> bool {
    const HASHES: [&str; 12] = [
        "hash",
        "hashed",
        "murmur",
        "murmurhash",
        "md5",
        "sha1",
        "sha256",
        "crc32",
        "xxhash",
        "xxh3",
        "fnv",
        "bucket",
    ];
    let is_hash = |word: &str| {
        HASHES.contains(&word) || HASHES.contains(&word.trim_end_matches(|char: char| char.is_ascii_digit()))
    };
    words(name).iter().any(|word| is_hash(word)) || is_hash(&name.to_ascii_lowercase())
}

/// `user.id` is `userId`, `userId` is itself.
fn attribute(file: &File<'_>, node: Node<'_>) -> Option<String> {
    match node.kind() {
        "identifier" => Some(file.of(node).to_owned()),
        "member_expression" | "attribute" => {
            let object = file.of(node.child_by_field_name("object")?).rsplit('.').next()?;
            let name =
                node.child_by_field_name("property").or_else(|| node.child_by_field_name("attribute"))?;
            let name = file.of(name);
            Some(if name == "id" { format!("{object}Id") } else { name.to_owned() })
        }
        _ => None,
    }
}

/// By the share where that has a name, else by the function around it.
fn name_of<'t>(file: &File<'t>, node: Node<'t>, share: Node<'t>) -> String {
    let named = match share.kind() {
        "identifier" => Some(file.of(share)),
        "member_expression" => share.child_by_field_name("property").map(|name| file.of(name)),
        "attribute" => share.child_by_field_name("attribute").map(|name| file.of(name)),
        _ => None,
    };
    let name = named.or_else(|| file.function_around(node));
    name.map_or_else(|| format!("share_at_line_{}", node.start_position().row + 1), str::to_owned)
}
