//! Documents: YAML or JSON text read into a tree that knows where each part stands.
//!
//! The tree keeps what the text says: the order of keys, the position of keys and values, integers apart from
//! floats. Reading accepts hostile text: size, depth and number of nodes are limited, and whatever is wrong
//! becomes a [`Diagnostic`] with its place.

mod json;
mod limits;
mod node;
#[cfg(feature = "yaml")]
mod yaml;

use crate::diagnostic::{Diagnostic, Position};
pub(crate) use json::read_lossy as read_json_value;
pub(crate) use limits::{MAX_DEPTH, MAX_NODES, MAX_TEXT_BYTES};
pub(crate) use node::{Content, Entry, Node};
