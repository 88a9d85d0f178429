//! What a binding asks for one flag at a time, so that a host makes its objects when somebody asks for them and a
//! ruleset of ten thousand flags costs it nothing before.

use crate::engine::{Engine, FlagId};
use crate::wire::FlagRow;

impl Engine {
    /// The row of one flag in the [table](Engine::table) of this engine; none where there is no such flag.
    ///
    /// ```
    /// use cutover::{Engine, FlagId};
    /// let engine = Engine::from_str("cutover: 1\nflags: {beta: {}}")?;
    /// assert_eq!(engine.row_of_flag(FlagId::from_index(0)).map(|row| row.name), Some("beta"));
    /// assert!(engine.row_of_flag(FlagId::from_index(1)).is_none());
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn row_of_flag(&self, flag: FlagId) -> Option<FlagRow<'_>> {
        let (program, number) = (self.program(), u32::try_from(flag.index()).ok()?);
        program.flag_record(number)?;
        Some(FlagRow {
            name: program.flag_name(number),
            variants: program
                .variants(number)
                .filter_map(|(name, value)| Some((name, self.value(value)?)))
                .collect(),
            reads: self.reads(flag).map(|attribute| attribute.index()).collect(),
            reads_time: program.reads_time(number),
            outcome: program.fixed(number),
        })
    }
}
