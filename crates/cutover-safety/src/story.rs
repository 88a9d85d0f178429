//! A trace as a story that a person can read.

use crate::explore::Trace;
use crate::model::Model;
use crate::phase::{Second, Side};
use crate::state::{Cell, State, Status};
use crate::step::Event;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What things are called in a story.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The store that is left.
    pub old: &'a str,
    /// The store that is moved to.
    pub new: &'a str,
    /// The phases of the path, in its order.
    pub phases: &'a [&'a str],
}

impl<'a> Names<'a> {
    fn store(&self, side: Side) -> &'a str {
        match side {
            Side::Old => self.old,
            Side::New => self.new,
        }
    }

    fn phase(&self, index: u8) -> &'a str {
        self.phases.get(usize::from(index)).copied().unwrap_or("?")
    }
}

impl Model<'_> {
    /// The sentences of a trace of this model.
    ///
    /// ```
    /// use cutover_safety::{Faults, Guards, Model, Names, Phase, Side};
    /// let path = [Phase::new(Side::Old, Side::Old), Phase::new(Side::New, Side::New)];
    /// let faults = Faults { nodes: 1, writes: 1, deletes: false, ..Faults::USUAL };
    /// let model = Model::new(&path, Guards::ALL, faults)?;
    /// let names = Names { old: "orders_sql", new: "orders_mongo", phases: &["off", "complete"] };
    /// let lost = model.explore().lost.unwrap();
    /// assert_eq!(
    ///     model.story(&lost, &names),
    ///     [
    ///         "write 1 begins on a node in `off`",
    ///         "orders_sql takes write 1, and it is acknowledged",
    ///         "`complete` is published",
    ///         "a node in `off` adopts `complete`",
    ///         "a node in `complete` reads orders_mongo and gets the record as it was before write 1: \
    ///          write 1 is lost, for nothing is on its way any more",
    ///     ]
    /// );
    /// # Ok::<(), cutover_safety::Invalid>(())
    /// ```
    #[must_use]
    pub fn story(&self, trace: &Trace, names: &Names<'_>) -> Vec<String> {
        let mut state = self.start();
        let mut sentences = Vec::new();
        for &event in &trace.events {
            let (next, _) = self.after(state, event);
            sentences.push(self.sentence(event, state, next, names));
            state = next;
        }
        if let Some(read) = trace.read {
            sentences.push(self.ending(read, state, names));
        }
        sentences
    }

    fn sentence(&self, event: Event, before: State, after: State, names: &Names<'_>) -> String {
        let target = names.phase(after.target());
        match event {
            Event::Begin { version, phase, delete, unfit, collides } => {
                let what = if delete { ", a delete," } else { "" };
                let which = match (unfit, collides) {
                    (true, _) => format!(", whose value does not fit the schema of {}", names.old),
                    (_, true) => String::from(", which creates a record under an id that is taken"),
                    _ => String::new(),
                };
                format!("write {version}{what} begins on a node in `{}`{which}", names.phase(phase))
            }
            Event::First { version } => self.first_sentence(version, before, after, names),
            Event::Second { version } => {
                let phase = self.phase(before.write(version).phase);
                let other = names.store(phase.first.other());
                match phase.second {
                    Some(Second::Outbox) => {
                        format!("write {version} is put into the outbox to {other}, and is acknowledged")
                    }
                    _ => format!("{other} takes write {version}, and it is acknowledged"),
                }
            }
            Event::Refused { version } => {
                let phase = self.phase(before.write(version).phase);
                let other = names.store(phase.first.other());
                if after.write(version).status == Status::Acknowledged {
                    format!("{other} fails to take write {version}, which is acknowledged all the same")
                } else {
                    format!("{other} refuses write {version}, which is not acknowledged")
                }
            }
            Event::Crash { version } => match before.write(version).status {
                Status::First => format!("the node crashes with write {version} between the two stores"),
                _ => format!("the node crashes before any store takes write {version}"),
            },
            Event::Outbox { version } => {
                let side = before.owed(version).unwrap_or(Side::Old);
                format!(
                    "the outbox delivers write {version} to {}{}",
                    names.store(side),
                    kept(side, before, after)
                )
            }
            Event::Deliver { from, position, again } => {
                let version = before.queued_at(from, position);
                let to = from.other();
                let how = match (again, position) {
                    (true, _) => " (and will once more)",
                    (false, 0) => "",
                    _ => " (out of order)",
                };
                let stream = if from == Side::Old { "forward" } else { "reverse" };
                let kept = if before.dead_letter() == after.dead_letter() {
                    kept(to, before, after)
                } else {
                    ", which cannot take it: it is a dead letter"
                };
                format!("the {stream} stream delivers write {version} to {}{how}{kept}", names.store(to))
            }
            Event::CopyRead => format!("the copy reads {}: {}", names.old, shown(before.cell(Side::Old))),
            Event::CopyWrite => {
                format!("the copy writes that to {}{}", names.new, kept(Side::New, before, after))
            }
            Event::Hold => String::from("writes are held"),
            Event::Move => format!("`{target}` is published"),
            Event::Release => String::from("writes go on"),
            Event::Adopt { node } => {
                format!("a node in `{}` adopts `{target}`", names.phase(before.node(node)))
            }
            Event::ReverseBroken => format!("the stream from {} to {} does not work", names.new, names.old),
        }
    }

    fn first_sentence(&self, version: u8, before: State, after: State, names: &Names<'_>) -> String {
        let first = names.store(self.phase(before.write(version).phase).first);
        match after.write(version).status {
            Status::Acknowledged => format!("{first} takes write {version}, and it is acknowledged"),
            Status::First => format!("{first} takes write {version}"),
            _ if before == after || Side::ALL.iter().all(|side| before.cell(*side) == after.cell(*side)) => {
                format!("{first} refuses write {version}: there is a record of that id")
            }
            _ => format!("{first} takes write {version}, over the record of that id"),
        }
    }

    fn ending(&self, read: crate::explore::Read, state: State, names: &Names<'_>) -> String {
        let phase = self.phase(read.phase);
        let from = names.store(read.from);
        let asked = match (read.failing, read.from == phase.read) {
            (true, _) => format!("reads {from}, for {} fails,", names.store(phase.read)),
            (false, true) => format!("reads {from}"),
            (false, false) => format!("finds nothing in {}, reads {from}", names.store(phase.read)),
        };
        let newest = state.newest_acknowledged();
        if !read.failing && !phase.on_missing && read.from != phase.read {
            let missed = if newest == 0 { "the record".to_string() } else { format!("write {newest}") };
            return format!(
                "{from}, which `{}` keeps up to date, holds {}: {missed} is missing there for good",
                names.phase(read.phase),
                shown(read.cell)
            );
        }
        let lost = self.is_at_rest(state) && !read.failing;
        let missed = match (newest, lost) {
            (0, true) => "the record is lost, for nothing is on its way any more".to_string(),
            (0, false) => "the read misses a record that was there before".to_string(),
            (_, true) => format!("write {newest} is lost, for nothing is on its way any more"),
            (_, false) => format!("the read misses write {newest}, which was acknowledged"),
        };
        let got = match read.cell {
            Cell::Row(0) if newest > 0 => "the record as it was before write 1".to_string(),
            cell => shown(cell),
        };
        format!("a node in `{}` {asked} and gets {got}: {missed}", names.phase(read.phase))
    }
}

/// What a store holds.
fn shown(cell: Cell) -> String {
    match cell {
        Cell::Absent => "nothing".to_string(),
        Cell::Row(0) => "the record as it was at first".to_string(),
        Cell::Row(version) => format!("the record as write {version} left it"),
        Cell::Tombstone(version) => format!("that write {version} deleted it"),
        Cell::Foreign => "another record".to_string(),
    }
}

/// That a store keeps what it has, where it does.
fn kept(side: Side, before: State, after: State) -> &'static str {
    if before.cell(side) == after.cell(side) { ", which keeps what it has" } else { "" }
}
