//! The decisions that were handed out for a flag.

use crate::decision::Decision;
use cutover::Outcome;
use pyo3::prelude::*;
use std::sync::OnceLock;

/// So many outcomes are kept beside the flag itself: most flags have no more.
const FEW: usize = 3;

/// The chains that further outcomes of a flag are spread over.
const CHAINS: usize = 16;

/// The decisions of a flag that have been made, by outcome. Looking one up neither locks nor waits, so that threads
/// do not meet here, and a fork finds nothing locked.
#[derive(Default)]
pub(crate) struct Decisions {
    /// Outcomes, packed, with their decisions, in the order in which they came.
    few: [OnceLock<(u32, Py<Decision>)>; FEW],
    chains: OnceLock<Box<[Link; CHAINS]>>,
}

type Link = OnceLock<Box<Known>>;

struct Known {
    outcome: u32,
    decision: Py<Decision>,
    next: Link,
}

impl Decisions {
    fn chain(outcome: u32) -> usize {
        // Fibonacci hashing: the upper bits of the product depend on all bits of the outcome.
        (outcome.wrapping_mul(0x9E37_79B9) >> 28) as usize
    }

    #[inline]
    pub(crate) fn get(&self, outcome: Outcome) -> Option<&Py<Decision>> {
        let outcome = outcome.pack();
        for kept in &self.few {
            let (known, decision) = kept.get()?;
            if *known == outcome {
                return Some(decision);
            }
        }
        let mut link = self.chains.get()?.get(Self::chain(outcome))?;
        loop {
            let known = link.get()?;
            if known.outcome == outcome {
                return Some(&known.decision);
            }
            link = &known.next;
        }
    }

    /// Keeps a decision. Where another thread was first, there are two of them from now on, which are equal.
    pub(crate) fn add(&self, outcome: Outcome, decision: Py<Decision>) {
        let outcome = outcome.pack();
        let mut new = (outcome, decision);
        for free in &self.few {
            match free.set(new) {
                Ok(()) => return,
                Err(back) => new = back,
            }
        }
        let mut link = self.chains.get_or_init(Box::default).get(Self::chain(outcome));
        let mut new = Box::new(Known { outcome, decision: new.1, next: Link::new() });
        while let Some(end) = link {
            match end.set(new) {
                Ok(()) => return,
                Err(back) => new = back,
            }
            link = end.get().map(|known| &known.next);
        }
    }
}

impl Drop for Known {
    /// One after the other: by recursion a long chain would be a deep one.
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut known) = next {
            next = known.next.take();
        }
    }
}
