//! Ladders: the ordered phases of a migration, built in or written out.

use super::combination::Combination;
use super::shape::Shape;
use super::words::{Side, StreamState};

/// A phase that is built in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PhaseData {
    pub(crate) name: &'static str,
    /// A name for several phases of the ladder, which only `after` of a job may use.
    pub(crate) group: Option<&'static str>,
    pub(crate) shape: Shape,
    /// What the emergency does in this phase.
    pub(crate) emergency: Shape,
    /// Whether the old store no longer takes writes, or is gone.
    pub(crate) frozen: bool,
}

impl PhaseData {
    /// A phase with the emergency that [`Shape::emergency`] gives.
    pub(crate) const fn new(name: &'static str, shape: Shape) -> Self {
        Self { name, group: None, shape, emergency: shape.emergency(), frozen: false }
    }

    pub(crate) const fn group(self, group: &'static str) -> Self {
        Self { group: Some(group), ..self }
    }

    pub(crate) const fn emergency(self, emergency: Shape) -> Self {
        Self { emergency, ..self }
    }

    pub(crate) const fn frozen(self) -> Self {
        Self { frozen: true, ..self }
    }
}

/// A ladder that is built in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LadderData {
    pub(crate) name: &'static str,
    pub(crate) phases: &'static [PhaseData],
    /// What each combination of the switches `read`, `write` and `backup` does, where the ladder has them.
    pub(crate) combinations: &'static [Combination],
}

/// A phase of a ladder, built in or written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phase {
    pub(crate) name: String,
    pub(crate) group: Option<&'static str>,
    pub(crate) shape: Shape,
    pub(crate) emergency: Shape,
    pub(crate) frozen: bool,
}

impl Phase {
    /// A phase that is written out; without an emergency of its own it gets the one of [`Shape::emergency`].
    pub(crate) fn new(name: &str, shape: Shape, emergency: Option<Shape>) -> Self {
        let emergency = emergency.unwrap_or_else(|| shape.emergency());
        Self { name: name.to_owned(), group: None, shape, emergency, frozen: false }
    }

    /// What this phase does, calm or in an emergency.
    pub(crate) fn shape_in(&self, emergency: bool) -> Shape {
        if emergency { self.emergency } else { self.shape }
    }
}

/// The ordered phases of a migration. Two phases are adjacent where they are neighbours in this order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ladder {
    pub(crate) phases: Vec<Phase>,
    pub(crate) combinations: &'static [Combination],
}

impl From<&LadderData> for Ladder {
    fn from(data: &LadderData) -> Self {
        let phases = data.phases.iter().map(|phase| Phase {
            name: phase.name.to_owned(),
            group: phase.group,
            shape: phase.shape,
            emergency: phase.emergency,
            frozen: phase.frozen,
        });
        Self { phases: phases.collect(), combinations: data.combinations }
    }
}

impl Ladder {
    /// The index of the phase `name`.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.phases.iter().position(|phase| phase.name == name)
    }

    /// The index of the phase `name`, or of the last phase of the group `name`.
    pub(crate) fn last_index(&self, name: &str) -> Option<usize> {
        self.index(name).or_else(|| self.phases.iter().rposition(|phase| phase.group == Some(name)))
    }

    /// The names of the phases of the group `name`.
    pub(crate) fn group<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.phases.iter().filter(move |phase| phase.group == Some(name)).map(|phase| phase.name.as_str())
    }

    /// The names of all phases, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.phases.iter().map(|phase| phase.name.as_str())
    }

    /// The first phase, at `index` or before it, that brings anything to the new store.
    pub(crate) fn fills_new(&self, index: usize) -> Option<usize> {
        let fills = |phase: &Phase| {
            let shape = phase.shape;
            shape.forward != StreamState::Off || shape.first == Side::New || shape.second.is_some()
        };
        self.phases.iter().take(index + 1).position(fills)
    }

    /// The phase before the one at `index`.
    pub(crate) fn before(&self, index: usize) -> Option<&Phase> {
        self.phases.get(index.checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::builtin::{LADDERS, RECRUITERS};
    use super::*;

    #[test]
    fn a_group_means_its_last_phase_and_is_no_phase() {
        let ladder = Ladder::from(&RECRUITERS);
        assert_eq!(ladder.index("direct_write"), None);
        assert_eq!(ladder.last_index("direct_write"), ladder.index("direct_write_3b"));
        assert_eq!(ladder.last_index("dual_read"), ladder.index("dual_read"));
        assert_eq!(ladder.group("direct_write").collect::<Vec<_>>(), ["direct_write_3a", "direct_write_3b"]);
        assert_eq!(ladder.last_index("nowhere"), None);
    }

    #[test]
    fn names_are_unique_and_no_group_hides_a_phase() {
        for ladder in LADDERS {
            let ladder = Ladder::from(*ladder);
            for (index, phase) in ladder.phases.iter().enumerate() {
                assert_eq!(ladder.index(&phase.name), Some(index));
                assert_eq!(ladder.index(phase.group.unwrap_or("")), None);
                assert_eq!(
                    ladder.before(index).map(|before| ladder.index(&before.name)),
                    index.checked_sub(1).map(Some)
                );
            }
        }
    }
}
