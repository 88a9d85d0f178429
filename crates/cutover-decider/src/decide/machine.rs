//! The machine that evaluates conditions: one pass over flat code, one accumulator, two bits per open group.

use super::flag;
use super::observer::Observer;
use super::truth::Truth;
use super::{drawn, test, window};
use crate::arena::View;
use crate::context::{AttributeId, ContextView};
use crate::format::{MAX_CHAIN, header, op, segment};
use crate::program::Program;

/// One evaluation: a program, what is known of the request, the time, and who watches.
#[derive(Debug)]
pub struct Machine<'p, 'c, C: ?Sized, O: ?Sized> {
    /// What decides.
    pub program: &'p Program,
    /// What is known of the request.
    pub view: &'c C,
    /// The time in milliseconds since the epoch.
    pub now_ms: i64,
    /// Who watches.
    pub observer: &'c mut O,
    /// How many flags and segments are being asked by each other.
    depth: u32,
}

impl<'p, 'c, C: ContextView + ?Sized, O: Observer + ?Sized> Machine<'p, 'c, C, O> {
    /// A machine at the start.
    #[inline]
    pub fn new(program: &'p Program, view: &'c C, now_ms: i64, observer: &'c mut O) -> Self {
        Self { program, view, now_ms, observer, depth: 0 }
    }

    #[inline(always)]
    pub(crate) fn arena(&self) -> View<'p> {
        self.program.arena.view()
    }

    /// What one test says, whose instruction lies at a place.
    #[inline(always)]
    pub(crate) fn test(&mut self, at: u32, head: u32, operand: u32) -> Truth {
        let text =
            if self.observer.is_silent() { self.view.text(AttributeId::from_index(head >> 8)) } else { None };
        match text {
            Some(text) => test::of_text(&self.program.arena, head, operand, text),
            None => self.test_value(at, head, operand),
        }
    }

    /// The same of any value.
    #[inline(never)]
    fn test_value(&mut self, at: u32, head: u32, operand: u32) -> Truth {
        let value = self.view.value(AttributeId::from_index(head >> 8));
        let truth = test::of_value(&self.program.arena, head, operand, value);
        self.observer.test(self.program, at, value, truth);
        truth
    }

    /// What the condition between two places says. Groups are no recursion; segments and flags are, whose chain
    /// [`Machine::chained`] bounds.
    #[inline(never)]
    pub(crate) fn condition(&mut self, start: u32, end: u32) -> Truth {
        let program = self.program;
        let ops = self.arena().slice(start, end.wrapping_sub(start)).as_chunks::<{ op::WORDS as usize }>().0;
        let mut accumulator = Truth::Unknown;
        let mut groups = Groups(0);
        let mut index = 0;
        while let Some(&[head, _, _, operand]) = ops.get(index) {
            let at = start.wrapping_add(u32::try_from(index).unwrap_or(0).wrapping_mul(op::WORDS));
            // Where to go on is onwards, or it is not gone to.
            let onwards = ((operand / op::WORDS) as usize).max(index + 1);
            match head & op::KIND {
                op::SET..=op::LAST_TEST => accumulator = self.test(at, head, operand),
                op::JOIN_ALL => {
                    let joined = groups.top().min(accumulator);
                    groups.set(joined);
                    if joined == Truth::False {
                        index = onwards;
                        continue;
                    }
                }
                op::JOIN_ANY => {
                    let joined = groups.top().max(accumulator);
                    groups.set(joined);
                    if joined == Truth::True {
                        index = onwards;
                        continue;
                    }
                }
                op::BEGIN => groups.open(if operand == 0 { Truth::True } else { Truth::False }),
                op::END => accumulator = groups.close(),
                op::NOT => accumulator = accumulator.opposite(),
                op::TIME => {
                    accumulator = window::contains(self.arena(), operand, self.now_ms).into();
                    self.observer.leaf(program, at, accumulator);
                }
                op::SEGMENT => {
                    accumulator = self.segment(operand);
                    self.observer.leaf(program, at, accumulator);
                }
                op::FLAG => accumulator = flag::is_one_of(self, operand),
                _ => accumulator = self.seldom(at, head, operand, accumulator),
            }
            index += 1;
        }
        accumulator
    }

    /// What the instructions of imported rulesets say: apart, so that the others cost no more for them.
    #[inline(never)]
    fn seldom(&mut self, at: u32, head: u32, operand: u32, before: Truth) -> Truth {
        match head & op::KIND {
            op::SETTLE if before == Truth::Unknown => {
                let truth = Truth::from(operand != 0);
                self.observer.settled(truth);
                truth
            }
            op::SETTLE => before,
            op::BUCKET => drawn::is_within(self, at, operand),
            _ => Truth::Unknown,
        }
    }

    #[inline(never)]
    fn segment(&mut self, number: u32) -> Truth {
        let arena = self.arena();
        if number >= arena.word(header::SEGMENTS + 1) {
            return Truth::Unknown;
        }
        let place = arena.word(header::SEGMENTS).saturating_add(number.saturating_mul(segment::WORDS));
        let (start, end) =
            (arena.word(place.saturating_add(segment::CODE)), arena.word(place.saturating_add(segment::END)));
        self.observer.enter_segment(self.program, number);
        let truth = self.chained(Truth::Unknown, |machine| machine.condition(start, end));
        self.observer.leave_segment();
        truth
    }

    /// Asks a flag or segment out of another, unless the chain of them is too long, which it is in no program that
    /// was validated.
    pub(crate) fn chained<T>(&mut self, otherwise: T, ask: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MAX_CHAIN {
            return otherwise;
        }
        self.depth += 1;
        let answer = ask(self);
        self.depth -= 1;
        answer
    }
}

/// The open groups, two bits each, the innermost lowest. Validation refuses deeper nesting than fits.
struct Groups(u64);

impl Groups {
    fn open(&mut self, start: Truth) {
        self.0 = self.0 << 2 | start as u64;
    }

    fn top(&self) -> Truth {
        match self.0 & 3 {
            0 => Truth::False,
            1 => Truth::Unknown,
            _ => Truth::True,
        }
    }

    fn set(&mut self, truth: Truth) {
        self.0 = self.0 & !3 | truth as u64;
    }

    fn close(&mut self) -> Truth {
        let top = self.top();
        self.0 >>= 2;
        top
    }
}

const _: () = assert!(crate::format::MAX_GROUPS * 2 <= u64::BITS);
