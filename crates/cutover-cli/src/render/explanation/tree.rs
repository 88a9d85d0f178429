//! Steps as a tree. An explanation lists them in the order in which they ended, so what a step asked for stands
//! before it.

use cutover::Step;

/// A step and the steps that it asked for.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) step: &'a Step,
    pub(super) children: Vec<Node<'a>>,
}

/// The steps of the flag asked for, each with what it asked for.
pub(super) fn grow(steps: &[Step]) -> Vec<Node<'_>> {
    let mut grown: Vec<Node<'_>> = Vec::new();
    for step in steps {
        let at = match step {
            // All steps of the flag that was asked.
            Step::Flag { depth: asked, .. } => begin(&grown, |node| depth(node.step) > *asked),
            // Its conditions, and those of its segments.
            Step::Rule { depth: rule, path, .. } => begin(&grown, |node| {
                depth(node.step) == *rule && is_condition(node.step) && under(node.step, path)
            }),
            Step::Segment { depth: asking, segment, .. } => {
                let prefixes = [format!("segments.{segment}."), format!("segments[{segment:?}].")];
                begin(&grown, |node| {
                    depth(node.step) == *asking && prefixes.iter().any(|prefix| under(node.step, prefix))
                })
            }
            // The bucket belongs to the rule that asked for it.
            Step::Share { .. } | Step::Split { .. } | Step::NoUnit { .. } => match grown.last_mut() {
                Some(rule) if matches!(rule.step, Step::Rule { .. }) && depth(rule.step) == depth(step) => {
                    rule.children.push(Node { step, children: Vec::new() });
                    continue;
                }
                _ => grown.len(),
            },
            Step::Condition { .. } | Step::Bucket { .. } | Step::Time { .. } => grown.len(),
        };
        let children = grown.split_off(at);
        grown.push(Node { step, children });
    }
    grown
}

/// Where the nodes at the end begin that all satisfy `belongs`.
fn begin(grown: &[Node<'_>], belongs: impl Fn(&Node<'_>) -> bool) -> usize {
    grown.iter().rposition(|node| !belongs(node)).map_or(0, |last| last + 1)
}

fn is_condition(step: &Step) -> bool {
    matches!(
        step,
        Step::Condition { .. }
            | Step::Bucket { .. }
            | Step::Segment { .. }
            | Step::Time { .. }
            | Step::Flag { .. }
    )
}

/// Whether the step's place in the ruleset is below `path`.
fn under(step: &Step, path: &str) -> bool {
    match step {
        Step::Condition { path: place, .. }
        | Step::Bucket { path: place, .. }
        | Step::Segment { path: place, .. }
        | Step::Time { path: place, .. }
        | Step::Flag { path: place, .. }
        | Step::Rule { path: place, .. } => place.starts_with(path),
        Step::Share { .. } | Step::Split { .. } | Step::NoUnit { .. } => false,
    }
}

/// How deep a step stands among flags that ask other flags.
pub(super) fn depth(step: &Step) -> usize {
    match step {
        Step::Condition { depth, .. }
        | Step::Bucket { depth, .. }
        | Step::Segment { depth, .. }
        | Step::Time { depth, .. }
        | Step::Flag { depth, .. }
        | Step::Rule { depth, .. }
        | Step::Share { depth, .. }
        | Step::Split { depth, .. }
        | Step::NoUnit { depth, .. } => *depth,
    }
}
