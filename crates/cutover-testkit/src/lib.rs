//! What Cutover's own tests share: generated rulesets, what they decide, and the runner of the vectors.

pub mod answers;
pub mod conformance;
pub mod generate;
pub mod random;
