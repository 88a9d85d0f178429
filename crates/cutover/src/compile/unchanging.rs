//! Without the feature `change`: whatever changed, all of a ruleset is compiled.

use super::{Compiled, Digests};
use crate::document::Spans;
use cutover_decider::Program;

/// What a program was compiled from is not kept.
#[derive(Debug, Clone)]
pub(crate) enum Source {}

impl Source {
    pub(super) fn of(_: &[u8], _: &Spans, _: Digests, _: &Program) -> Option<Self> {
        None
    }
}

pub(crate) fn apply(before: &Compiled, _: &[u8]) -> Option<Compiled> {
    match *before.source.as_ref()? {}
}
