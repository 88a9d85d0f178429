//! Numbers, as sections write them.

use crate::document::{Content, Node, Path};
use crate::ruleset::fields::Reader;

/// Reads a number, whole or not.
pub(super) fn read(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<f64> {
    match node.content {
        Content::Float(number) => Some(number),
        #[expect(clippy::cast_precision_loss, reason = "bounds beyond 2^53 are one more or less")]
        Content::Int(number) => Some(number as f64),
        _ => {
            reader.wrong_type(node, path, "a number");
            None
        }
    }
}
