//! What a move waits for, and what the world may do meanwhile.

/// The guards of a move, by their numbers; one that is not held is not waited for.
///
/// G7, that units in two phases share keys only where the phases agree, is not a thing to wait for: [`Model::cohort`]
/// asks about two phases at once.
///
/// [`Model::cohort`]: crate::Model::cohort
///
/// ```
/// use cutover_safety::Guards;
/// let guards = Guards { g1_adopted: false, ..Guards::ALL };
/// assert!(guards.g5_versions && !guards.g1_adopted);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guards {
    /// G1: every node has adopted the phase before the next move begins.
    pub g1_adopted: bool,
    /// G2: no operation runs that began under an earlier phase.
    pub g2_finished: bool,
    /// G3: the streams have delivered everything.
    pub g3_caught_up: bool,
    /// G4: the copy of the records that were there is complete.
    pub g4_copied: bool,
    /// G5: writes and deliveries are conditional on a version.
    pub g5_versions: bool,
    /// G5: a delete leaves a tombstone.
    pub g5_tombstones: bool,
    /// G6: the reverse stream is proven to work.
    pub g6_reverse_proven: bool,
    /// G8: the generators of ids are ahead on the side that begins to be written.
    pub g8_ids_ahead: bool,
    /// G9: outbox and dead letters are empty.
    pub g9_delivered: bool,
    /// G10: new values still fit the old schema.
    pub g10_fits: bool,
    /// How writes are held while a move takes place, where they are.
    pub fence: Fence,
}

impl Guards {
    /// All guards, without a write outage.
    pub const ALL: Self = Self {
        g1_adopted: true,
        g2_finished: true,
        g3_caught_up: true,
        g4_copied: true,
        g5_versions: true,
        g5_tombstones: true,
        g6_reverse_proven: true,
        g8_ids_ahead: true,
        g9_delivered: true,
        g10_fits: true,
        fence: Fence::None,
    };

    /// Nothing is waited for, as in an emergency; what the stores and schemas are is as it should be.
    pub const AT_ONCE: Self = Self {
        g1_adopted: false,
        g2_finished: false,
        g3_caught_up: false,
        g4_copied: false,
        g9_delivered: false,
        ..Self::ALL
    };
}

/// Whether writes are held on all nodes while a move takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fence {
    /// Writes are never held.
    #[default]
    None,
    /// Writes are held, running ones end, streams drain, and writes go on under the new phase; reads follow node by
    /// node.
    Writes,
    /// The same, and writes go on only once the reads of every node have moved.
    WritesUntilAdopted,
}

/// What may happen besides.
///
/// ```
/// use cutover_safety::Faults;
/// assert_eq!(Faults::USUAL.nodes, 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// How many nodes adopt a phase at different times: 1 to 3.
    pub nodes: u8,
    /// How many writes there are to one record: 1 to 3.
    pub writes: u8,
    /// Whether a write may begin while an earlier one still runs.
    pub concurrent: bool,
    /// Whether a write may be a delete.
    pub deletes: bool,
    /// Whether a node may crash between the two stores.
    pub crash: bool,
    /// Whether the second store may refuse a write.
    pub refusal: bool,
    /// Whether a store may fail to answer a read.
    pub failing_reads: bool,
    /// How many deliveries may happen twice: 0 to 3.
    pub duplicates: u8,
    /// Whether deliveries may overtake each other.
    pub reordering: bool,
}

impl Faults {
    /// Two nodes and two writes, with deletes, crashes, refusals, a duplicate and reordering.
    pub const USUAL: Self = Self {
        nodes: 2,
        writes: 2,
        concurrent: false,
        deletes: true,
        crash: true,
        refusal: true,
        failing_reads: true,
        duplicates: 1,
        reordering: true,
    };
}
