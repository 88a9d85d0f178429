//! What Cutover's own tests share: generated rulesets, what they decide, the runner of the vectors, and
//! that of the suites of other systems.

pub mod answers;
pub mod conformance;
mod edge;
pub mod generate;
pub mod random;
pub mod suites;
