//! Combinations of switches: what a ladder does for each setting of `read`, `write` and `backup`.
//!
//! A switch is thrown by hand, so every combination is answered, also one that no phase covers.

use super::ladder::Ladder;
use super::shape::Shape;
use super::words::Side::{New, Old};
use super::words::{Ack, StreamState};

/// What one combination of the switches does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Combination {
    /// The phases that this combination selects: the document's own where it is one of them, otherwise the first.
    pub(crate) phases: &'static [&'static str],
    /// Where no phase covers the combination: what it does all the same, and the phase that writes the same.
    pub(crate) uncovered: Option<(Shape, &'static str)>,
    /// Whether `backup` is on and has no effect.
    pub(crate) backup_ignored: bool,
}

impl Combination {
    const fn phases(phases: &'static [&'static str]) -> Self {
        Self { phases, uncovered: None, backup_ignored: false }
    }

    const fn uncovered(shape: Shape, like: &'static str) -> Self {
        Self { phases: &[], uncovered: Some((shape, like)), backup_ignored: false }
    }

    const fn backup_ignored(self) -> Self {
        Self { backup_ignored: true, ..self }
    }

    /// The index of the phase whose emergency and jobs apply.
    pub(crate) fn phase(&self, ladder: &Ladder, document: Option<usize>) -> Option<usize> {
        if let Some((_, like)) = self.uncovered {
            return ladder.index(like);
        }
        let indices = || self.phases.iter().filter_map(|name| ladder.index(name));
        indices().find(|index| Some(*index) == document).or_else(|| indices().next())
    }
}

/// The number of combinations of three switches.
pub(crate) const COMBINATIONS: usize = 8;

/// The place of a combination in its table.
pub(crate) fn index(read: bool, write: bool, backup: bool) -> usize {
    usize::from(read) << 2 | usize::from(write) << 1 | usize::from(backup)
}

/// Whether the switch of writes is on in the combination at `place`.
pub(crate) fn writes(place: usize) -> bool {
    place & index(false, true, false) != 0
}

/// The switches of `recruiters_four_phase`, in the order of [`index`]. `direct_write_3b` and `cleanup` have the
/// same setting of the switches. The stream runs with the backup, as in `direct_write_3a`.
pub(crate) const RECRUITERS_COMBINATIONS: &[Combination; COMBINATIONS] = &[
    Combination::phases(&["sync"]),
    Combination::phases(&["sync"]).backup_ignored(),
    Combination::uncovered(Shape::new(Old, New), "direct_write_3b"),
    Combination::uncovered(
        Shape::new(Old, New).then(Ack::BestEffort).forward(StreamState::Active),
        "direct_write_3a",
    ),
    Combination::phases(&["dual_read"]),
    Combination::phases(&["dual_read"]).backup_ignored(),
    Combination::phases(&["direct_write_3b", "cleanup"]),
    Combination::phases(&["direct_write_3a"]),
];

#[cfg(test)]
mod tests {
    use super::super::builtin::LADDERS;
    use super::*;

    #[test]
    fn every_combination_of_every_ladder_is_answered() {
        for data in LADDERS {
            let ladder = Ladder::from(*data);
            assert!(matches!(data.combinations.len(), 0 | COMBINATIONS), "{}", data.name);
            for combination in data.combinations {
                assert!(combination.phase(&ladder, None).is_some());
                assert!(combination.phases.iter().all(|name| ladder.index(name).is_some()));
            }
        }
    }

    #[test]
    fn the_document_tells_phases_of_one_setting_apart() {
        let ladder = Ladder::from(&super::super::builtin::RECRUITERS);
        let direct = RECRUITERS_COMBINATIONS[index(true, true, false)];
        assert_eq!(direct.phase(&ladder, None), Some(3));
        assert_eq!(direct.phase(&ladder, Some(1)), Some(3));
        assert_eq!(direct.phase(&ladder, Some(4)), Some(4));
        assert_eq!(RECRUITERS_COMBINATIONS[index(false, true, true)].phase(&ladder, Some(4)), Some(2));
    }
}
