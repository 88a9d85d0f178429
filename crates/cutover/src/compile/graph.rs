//! Who asks whom: names that refer to something, cycles refused, and an order in which everything that is asked
//! comes before whoever asks.

use super::Compiler;
use crate::diagnostic::{Diagnostic, Position};
use crate::ruleset::condition::{Condition, Kind};
use crate::ruleset::fields::Spanned;

/// A name that a condition or prerequisite refers to.
pub(super) enum Reference<'a> {
    Segment(&'a Spanned<&'a str>),
    Flag(&'a Spanned<&'a str>, &'a [Spanned<&'a str>]),
}

fn references<'a>(condition: &'a Condition<'a>, found: &mut Vec<Reference<'a>>) {
    match &condition.kind {
        Kind::All(inner) | Kind::Any(inner) => inner.iter().for_each(|inner| references(inner, found)),
        Kind::Not(inner) => references(inner, found),
        Kind::Segment(name) => found.push(Reference::Segment(name)),
        Kind::Flag { flag, variants } => found.push(Reference::Flag(flag, variants)),
        Kind::Attribute { .. } | Kind::Time(_) | Kind::Bucket(_) => {}
    }
}

impl<'r> Compiler<'r> {
    /// What the segment or flag of this number refers to. Segments come first, then flags.
    pub(super) fn references(&self, node: usize) -> Vec<Reference<'r>> {
        let mut found = Vec::new();
        let segments = self.ruleset.segments.len();
        if let Some(segment) = self.ruleset.segments.get(node) {
            references(&segment.condition, &mut found);
        } else if let Some(flag) = node.checked_sub(segments).and_then(|index| self.ruleset.flags.get(index))
        {
            found.extend(
                flag.requires.iter().map(|require| Reference::Flag(&require.flag, &require.variants)),
            );
            for condition in flag.rules.iter().filter_map(|rule| rule.condition.as_ref()) {
                references(condition, &mut found);
            }
        }
        found
    }

    /// Notes every name that refers to nothing.
    pub(super) fn check_names(&mut self) {
        let ruleset = self.ruleset;
        for node in 0..self.footprints.len() {
            for reference in self.references(node) {
                match reference {
                    Reference::Segment(name) => {
                        if self.segment_number(name.value).is_none()
                            && !ruleset.unreadable.contains(&name.value)
                        {
                            let known = ruleset.segments.iter().map(|segment| segment.name);
                            self.reader.unknown_name("unknown_segment", "segment", name, known);
                        }
                    }
                    Reference::Flag(name, variants) => match self.flag_number(name.value) {
                        None if ruleset.unreadable.contains(&name.value) => {}
                        None => {
                            let known = ruleset.flags.iter().map(|flag| flag.name);
                            self.reader.unknown_name("unknown_flag", "flag", name, known);
                        }
                        Some(index) => {
                            let Some(flag) = ruleset.flags.get(index as usize) else { continue };
                            let known = flag.variants.iter().map(|variant| variant.key);
                            let names = self.variants_of(index);
                            for variant in
                                variants.iter().filter(|variant| names.binary_search(&variant.value).is_err())
                            {
                                self.reader.unknown_name(
                                    "unknown_variant",
                                    "variant",
                                    variant,
                                    known.clone(),
                                );
                            }
                        }
                    },
                }
            }
        }
    }

    /// The segments and flags, those that are asked first; none where some ask each other in a circle, which
    /// is noted.
    pub(super) fn order(&mut self) -> Option<Vec<usize>> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Done,
        }
        let segments = self.ruleset.segments.len();
        let edges: Vec<Vec<usize>> = (0..self.footprints.len())
            .map(|node| {
                let numbers = self.references(node).into_iter().filter_map(|reference| match reference {
                    Reference::Segment(name) => self.segment_number(name.value).map(|number| number as usize),
                    Reference::Flag(name, _) => {
                        self.flag_number(name.value).map(|number| segments + number as usize)
                    }
                });
                numbers.collect()
            })
            .collect();
        for asked in edges.iter().flatten() {
            set(&mut self.is_asked, *asked, true);
        }
        let mut marks = vec![Mark::New; edges.len()];
        let mut order = Vec::with_capacity(edges.len());
        let mut circles: Vec<Vec<usize>> = Vec::new();
        // Depth first with a stack of its own: a chain of ten thousand flags must not use up the thread's.
        let mut stack: Vec<(usize, usize)> = Vec::new();
        for root in 0..edges.len() {
            stack.push((root, 0));
            while let Some((node, next)) = stack.pop() {
                if next == 0 {
                    if marks.get(node) != Some(&Mark::New) {
                        continue;
                    }
                    set(&mut marks, node, Mark::Open);
                }
                match edges.get(node).and_then(|edges| edges.get(next)) {
                    None => {
                        set(&mut marks, node, Mark::Done);
                        order.push(node);
                    }
                    Some(&asked) => {
                        stack.push((node, next + 1));
                        match marks.get(asked) {
                            Some(Mark::New) => stack.push((asked, 0)),
                            Some(Mark::Open) => {
                                let from = stack.iter().position(|(node, _)| *node == asked).unwrap_or(0);
                                circles.push(stack.iter().skip(from).map(|(node, _)| *node).collect());
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
        fn set<T>(marks: &mut [T], node: usize, mark: T) {
            if let Some(slot) = marks.get_mut(node) {
                *slot = mark;
            }
        }
        for circle in &circles {
            let names: Vec<String> =
                circle.iter().chain(circle.first()).map(|node| self.name_of(*node).0).collect();
            let Some((path, at)) = circle.first().map(|node| self.name_of(*node)) else { continue };
            self.reader.note(
                Diagnostic::error("cycle", path, at, "these ask each other in a circle")
                    .found(names.join(" → "))
                    .help("take one of the references out"),
            );
        }
        circles.is_empty().then_some(order)
    }

    fn name_of(&self, node: usize) -> (String, Position) {
        let segments = self.ruleset.segments.len();
        match (
            self.ruleset.segments.get(node),
            node.checked_sub(segments).and_then(|index| self.ruleset.flags.get(index)),
        ) {
            (Some(segment), _) => (format!("segments.{}", segment.name), segment.at),
            (_, Some(flag)) => (format!("flags.{}", flag.name), flag.at),
            _ => (String::new(), Position::default()),
        }
    }
}
