//! Which phases may share a key: the compatibility matrix, computed from what the phases write.
//!
//! Two units in different phases may touch the same record, and during a move two nodes do. Phases that begin
//! their writes on the same side are in order there. Phases that begin on different sides agree only where both
//! write both sides and wait for both; otherwise one of them acknowledges a write that the other never sees.

use super::hazard::Stores;
use super::shape::Shape;
use super::words::{Ack, Side};

/// A write that is lost where two phases share a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Loss {
    /// Whether the writes of the first of the two phases are lost, rather than those of the second.
    pub(crate) of_first: bool,
    /// The side that those writes begin on.
    pub(crate) written: Side,
    /// How they reach the other side, where the other phase begins its writes.
    pub(crate) second: Option<Ack>,
}

/// The writes that are lost where units in the phases `a` and `b` share a key; none where they may.
pub(crate) fn losses(a: Shape, b: Shape) -> impl Iterator<Item = Loss> {
    let apart = a.first != b.first;
    [(true, a), (false, b)]
        .into_iter()
        .filter(move |(_, shape)| apart && shape.second != Some(Ack::Required))
        .map(|(of_first, shape)| Loss { of_first, written: shape.first, second: shape.second })
}

impl Loss {
    /// One sentence that says which write is lost; `a` and `b` are the names of the two phases.
    pub(crate) fn sentence(&self, stores: Stores<'_>, a: &str, b: &str) -> String {
        let (writer, other) = if self.of_first { (a, b) } else { (b, a) };
        let (written, missed) = (stores.name(self.written), stores.name(self.written.other()));
        let how = match self.second {
            None => format!("goes to {written} only"),
            Some(Ack::Outbox) => format!("is acknowledged once {written} has it, before it reaches {missed}"),
            Some(Ack::BestEffort | Ack::Required) => {
                format!("is acknowledged once {written} has it, whether or not {missed} takes it")
            }
        };
        format!("a write in `{writer}` {how}, and is lost to `{other}`, which writes {missed} first")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Side::{New, Old};

    const STORES: Stores<'static> = Stores { old: "recruiters", new: "jobs_partners" };

    fn stages(ack: Ack) -> [Shape; 4] {
        let off = Shape::new(Old, Old);
        let dual_write = Shape::new(Old, Old).then(ack);
        let live = Shape::new(New, New).then(ack);
        let complete = Shape::new(New, New);
        [off, dual_write, live, complete]
    }

    #[test]
    fn the_matrix_is_the_one_of_the_model() {
        // "Cohorts or skewed nodes sharing one key": both writes required | second write best effort.
        let model = [
            ["ok / ok", "ok / ok", "L / L", "L / L"],
            ["ok / ok", "ok / ok", "ok / L", "L / L"],
            ["L / L", "ok / L", "ok / ok", "ok / ok"],
            ["L / L", "L / L", "ok / ok", "ok / ok"],
        ];
        let word = |safe: bool| if safe { "ok" } else { "L" };
        for (row, cells) in model.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                for late in [Ack::BestEffort, Ack::Outbox] {
                    let with = |ack| word(losses(stages(ack)[row], stages(ack)[column]).next().is_none());
                    assert_eq!(format!("{} / {}", with(Ack::Required), with(late)), *cell, "{row} {column}");
                }
            }
        }
    }

    #[test]
    fn one_required_second_write_is_not_enough() {
        let dual_write = Shape::new(Old, Old).then(Ack::Required);
        let live = Shape::new(New, New).then(Ack::Outbox);
        let lost: Vec<Loss> = losses(dual_write, live).collect();
        assert_eq!(lost, [Loss { of_first: false, written: New, second: Some(Ack::Outbox) }]);
    }

    #[test]
    fn a_loss_says_which_write() {
        let say = |a, b| losses(a, b).map(|loss| loss.sentence(STORES, "a", "b")).collect::<Vec<_>>();
        let [off, dual, ..] = stages(Ack::BestEffort);
        let [.., live, complete] = stages(Ack::Outbox);
        assert_eq!(
            say(off, complete),
            [
                "a write in `a` goes to recruiters only, and is lost to `b`, which writes jobs_partners first",
                "a write in `b` goes to jobs_partners only, and is lost to `a`, which writes recruiters first",
            ]
        );
        assert_eq!(
            say(dual, live),
            [
                "a write in `a` is acknowledged once recruiters has it, whether or not jobs_partners takes it, \
                 and is lost to `b`, which writes jobs_partners first",
                "a write in `b` is acknowledged once jobs_partners has it, before it reaches recruiters, \
                 and is lost to `a`, which writes recruiters first",
            ]
        );
    }
}
