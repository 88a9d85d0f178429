//! The machine that evaluates conditions: one pass over flat code, one accumulator, two bits per open group.

use super::flag;
use super::truth::Truth;
use crate::context::ContextView;
use crate::explain::Observer;
use crate::program::op::Op;
use crate::program::{Code, Program};

/// One evaluation: a program, what is known of the request, the time, and who watches.
pub(crate) struct Machine<'p, 'c, C, O> {
    pub(crate) program: &'p Program,
    pub(crate) view: &'c C,
    pub(crate) now_ms: i64,
    pub(crate) observer: O,
}

impl<C: ContextView, O: Observer> Machine<'_, '_, C, O> {
    /// What the condition of this code says. Segments and flags inside it are evaluated by recursion, whose
    /// depth the compiler has bounded.
    pub(crate) fn condition(&mut self, code: Code) -> Truth {
        let program = self.program;
        let mut accumulator = Truth::Unknown;
        let mut groups = Groups(0);
        let mut at = code.start;
        while at < code.end {
            let Some(op) = program.code.get(at as usize) else { break };
            match *op {
                Op::Test { attribute, test, .. } => {
                    let value = self.view.value(attribute);
                    accumulator = super::test::evaluate(&program.tables, test, value);
                    self.observer.test(program, at, value, accumulator);
                }
                Op::Segment(index) => {
                    accumulator = match program.segments.get(index as usize) {
                        Some(segment) => self.condition(segment.code),
                        None => Truth::Unknown,
                    };
                    self.observer.leaf(program, at, accumulator);
                }
                Op::Flag(index) => {
                    accumulator = match program.tables.flag_tests.get(index as usize) {
                        Some(test) => flag::is_one_of(self, test),
                        None => Truth::Unknown,
                    };
                    self.observer.leaf(program, at, accumulator);
                }
                Op::Time(index) => {
                    let window = program.tables.windows.get(index as usize);
                    accumulator = window
                        .is_some_and(|window| window.contains(&program.tables.zones, self.now_ms))
                        .into();
                    self.observer.leaf(program, at, accumulator);
                }
                Op::Not => accumulator = accumulator.not(),
                Op::Begin { any } => groups.open(if any { Truth::False } else { Truth::True }),
                Op::Join { any, end } => {
                    let (joined, decided) = if any {
                        let joined = groups.top().max(accumulator);
                        (joined, joined == Truth::True)
                    } else {
                        let joined = groups.top().min(accumulator);
                        (joined, joined == Truth::False)
                    };
                    groups.set(joined);
                    if decided {
                        at = end;
                        continue;
                    }
                }
                Op::End => accumulator = groups.close(),
            }
            at += 1;
        }
        accumulator
    }
}

/// The open groups, two bits each, the innermost lowest. The compiler refuses deeper nesting than fits.
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

const _: () = assert!(crate::ruleset::condition::MAX_CONDITION_DEPTH * 2 <= u64::BITS as usize);
