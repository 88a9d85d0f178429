//! What a host asks for flag by flag, so that an engine of ten thousand flags is not described all at once.

use crate::engine::{Engine, FlagId};
use crate::packed::PackedContext;
use crate::value::Value;
use crate::{Outcome, Reason};
use serde::Serialize;

/// What a host knows of a flag: a [`FlagRow`](crate::wire::FlagRow) by itself.
#[derive(Debug, Serialize)]
pub struct Row<'a> {
    /// Its name.
    pub name: &'a str,
    /// Names and values of its variants, by their number.
    pub variants: Vec<(&'a str, &'a Value)>,
    /// The numbers of the attributes that it may read: the slots that a host has to fill.
    pub reads: Vec<usize>,
    /// True where the answer depends on the time.
    pub reads_time: bool,
    /// The packed outcome for everybody, where the flag reads neither attributes nor time.
    pub outcome: Option<u32>,
}

impl Engine {
    /// What a host knows of a flag; none where there is no such flag.
    ///
    /// ```
    /// use cutover::{Engine, FlagId};
    /// let engine = Engine::from_str("cutover: 1\nflags: { beta: { rules: [{ serve: { rollout: 50%, by: userId } }] } }")?;
    /// let row = engine.flag("beta").and_then(|flag| engine.row(flag));
    /// assert_eq!(row.map(|row| (row.name, row.reads)), Some(("beta", vec![0])));
    /// assert!(engine.row(FlagId::from_index(1)).is_none());
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn row(&self, flag: FlagId) -> Option<Row<'_>> {
        let reads_time = self.reads_time(flag)?;
        let serving = |variant| {
            let served = Outcome { variant: Some(variant), rule: None, reason: Reason::Default, error: None };
            let decision = self.decision(flag, served);
            decision.variant.zip(decision.value)
        };
        let reads: Vec<usize> = self.reads(flag).iter().map(|attribute| attribute.index()).collect();
        let fixed = reads.is_empty() && !reads_time;
        Some(Row {
            name: self.decision(flag, self.outcome(flag, &PackedContext::new(&[]), 0)).flag,
            variants: (0..).map_while(serving).collect(),
            reads,
            reads_time,
            outcome: fixed.then(|| self.outcome(flag, &PackedContext::new(&[]), 0).pack()),
        })
    }

    /// Whether deciding a flag may read the time; none where there is no such flag.
    fn reads_time(&self, flag: FlagId) -> Option<bool> {
        self.program().flags.get(flag.index()).map(|flag| flag.reads_time)
    }
}
