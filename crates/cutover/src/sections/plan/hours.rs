//! The hours in which the steps of a plan begin, and what days are where they do.

use super::PlanReader;
use crate::compile::zone::Zone;
use crate::document::{Content, Node, Path};
use crate::ruleset::fields::Fields;
use cutover_plans::{Hours, Offsets, Spec};

/// Where clocks are changed, a day is so much shorter.
const CLOCK_CHANGE_MS: u64 = 3_600_000;

impl<'a> PlanReader<'_, 'a> {
    /// Takes `hours`: a window of the day and the week, with the offsets of its zone.
    pub(super) fn hours(
        &mut self,
        fields: &mut Fields<'a>,
        path: Path<'_>,
    ) -> Option<Option<(Hours, Offsets)>> {
        let Some(node) = fields.take("hours") else { return Some(None) };
        let path = path.key("hours");
        let window = self.reader.window(node, path)?;
        if window.after.is_some() || window.before.is_some() {
            let what = "the hours of a plan come again; when it begins is its `start`";
            self.refuse(node, path, what, "from, to, days and timezone");
            return None;
        }
        let (from, to) = window.hours.unwrap_or((0, 86_400));
        let timezone = window.timezone.as_ref().map(|zone| zone.value).or(self.timezone).unwrap_or("UTC");
        let Zone { first, transitions } = Zone::load(timezone).unwrap_or_default();
        let hours = Hours { from, to, days: window.days, timezone: timezone.to_owned() };
        Some(Some((hours, Offsets { first, changes: transitions })))
    }

    /// Days end when the hours of a plan begin: what a step needs until every node has acknowledged it must not cost it a day.
    pub(super) fn whole_days(spec: &mut Spec, nodes: &[Node<'_>]) {
        if spec.hours.is_none() {
            return;
        }
        let less = spec.ack_within_ms.saturating_add(CLOCK_CHANGE_MS);
        for (step, node) in spec.steps.iter_mut().zip(nodes) {
            let Content::Map(entries) = node.content else { continue };
            if entries.iter().any(|entry| entry.key == "days") {
                step.bake_ms = step.bake_ms.saturating_sub(less);
            }
        }
    }
}
