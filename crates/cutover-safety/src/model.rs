//! The model: a path of phases, the guards of its moves, and what may happen on the way.

use crate::phase::{Phase, Side};
use crate::state::{Cell, Copy, Held, MAX_NODES, MAX_PHASES, MAX_WRITES, State};
use crate::world::{Faults, Guards};

/// One record in two stores while nodes move along a path of phases.
///
/// ```
/// use cutover_safety::{Faults, Guards, Model, Phase, Side, Stream};
/// // Reads move to the new store while writes go to the old one: inside the stream's lag, reads are stale.
/// let sync = Phase::new(Side::Old, Side::Old).forward(Stream::Follows);
/// let dual_read = Phase::new(Side::New, Side::Old).forward(Stream::Follows);
/// let path = [sync, dual_read];
/// let findings = Model::new(&path, Guards::ALL, Faults::USUAL)?.explore();
/// assert!(findings.stale.is_some() && findings.lost.is_none());
/// # Ok::<(), cutover_safety::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Model<'a> {
    pub(crate) phases: &'a [Phase],
    pub(crate) guards: Guards,
    pub(crate) faults: Faults,
    pub(crate) cohort: bool,
    copied: bool,
    most_states: u32,
}

/// A model that cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalid {
    /// A path has 1 to 16 phases.
    Phases(usize),
    /// There are 1 to 3 nodes.
    Nodes(u8),
    /// There are 1 to 3 writes.
    Writes(u8),
    /// At most 3 deliveries happen twice.
    Duplicates(u8),
}

impl core::fmt::Display for Invalid {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Phases(count) => write!(f, "a path has 1 to {MAX_PHASES} phases, and this one has {count}"),
            Self::Nodes(count) => write!(f, "a model has 1 to {MAX_NODES} nodes, and {count} were asked for"),
            Self::Writes(count) => {
                write!(f, "a model has 1 to {MAX_WRITES} writes, and {count} were asked for")
            }
            Self::Duplicates(count) => {
                write!(f, "a model has at most 3 deliveries that happen twice, and {count} were asked for")
            }
        }
    }
}

impl core::error::Error for Invalid {}

/// So many states are explored before an answer is given up.
const MOST_STATES: u32 = 50_000_000;

impl<'a> Model<'a> {
    /// A model of a path that begins with both stores holding the record.
    ///
    /// # Errors
    /// [`Invalid`] where the path or a number is out of the model's bounds.
    pub fn new(phases: &'a [Phase], guards: Guards, faults: Faults) -> Result<Self, Invalid> {
        if !(1..=MAX_PHASES).contains(&phases.len()) {
            return Err(Invalid::Phases(phases.len()));
        }
        if !(1..=MAX_NODES).contains(&faults.nodes) {
            return Err(Invalid::Nodes(faults.nodes));
        }
        if !(1..=MAX_WRITES).contains(&faults.writes) {
            return Err(Invalid::Writes(faults.writes));
        }
        if faults.duplicates > 3 {
            return Err(Invalid::Duplicates(faults.duplicates));
        }
        Ok(Self { phases, guards, faults, cohort: false, copied: true, most_states: MOST_STATES })
    }

    /// The same, but the new store is empty at first, and the first phase whose forward stream copies fills it.
    #[must_use]
    pub fn not_copied_yet(self) -> Self {
        Self { copied: false, ..self }
    }

    /// Two nodes that stay where they are, one in each of the path's two phases, as units of a cohort do.
    ///
    /// # Errors
    /// [`Invalid`] where the path has not two phases.
    pub fn cohort(self) -> Result<Self, Invalid> {
        match self.phases.len() {
            2 => Ok(Self { cohort: true, faults: Faults { nodes: 2, ..self.faults }, ..self }),
            count => Err(Invalid::Phases(count)),
        }
    }

    /// The same, which gives up after so many states.
    #[must_use]
    pub fn at_most(self, states: u32) -> Self {
        Self { most_states: states, ..self }
    }

    pub(crate) fn most_states(&self) -> u32 {
        self.most_states
    }

    pub(crate) fn phase(&self, index: u8) -> &'a Phase {
        const NOWHERE: &Phase = &Phase::new(Side::Old, Side::Old);
        self.phases.get(usize::from(index)).unwrap_or(NOWHERE)
    }

    pub(crate) fn start(&self) -> State {
        let mut state = State(0);
        state.set_cell(Side::Old, Cell::Row(0));
        if self.copied {
            state.set_cell(Side::New, Cell::Row(0));
            state.set_copy(Copy::Done);
        }
        state.set_duplicates(self.faults.duplicates);
        if self.cohort {
            state.set_target(1);
            state.set_node(1, 1);
        }
        state
    }

    /// Whether nothing is on its way any more: what a read misses now, every read will.
    pub(crate) fn is_at_rest(&self, state: State) -> bool {
        let end = usize::from(state.target()) + 1 == self.phases.len();
        let adopted = (0..self.faults.nodes).all(|node| state.node(node) == state.target());
        let copying = self.phases.iter().any(|phase| phase.forward.copies()) && state.copy() != Copy::Done;
        end && (adopted || self.cohort)
            && !copying
            && state.held() == Held::No
            && !state.runs(|_| true)
            && state.outbox_is_empty()
            && Side::ALL.iter().all(|side| state.queued(*side) == 0)
    }
}
