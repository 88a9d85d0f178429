//! Explanations: what a decision looked at, step by step.

mod expected;
mod record;
mod step;

pub use record::Explanation;
pub(crate) use record::Recorder;
pub use step::Step;
