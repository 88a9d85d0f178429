//! Flags for clients: a browser is sent those that are marked `client: true`, with the segments that they use and nothing
//! else. So none of them asks a flag that is not marked.

use super::Compiler;
use super::graph::Reference;
use crate::diagnostic::Diagnostic;

impl Compiler<'_> {
    /// Notes every flag that a client could not ask.
    pub(super) fn check_clients(&mut self) {
        let ruleset = self.ruleset;
        let segments = ruleset.segments.len();
        let flags = (segments..).zip(&ruleset.flags);
        let mut open: Vec<(usize, &str)> =
            flags.filter(|(_, flag)| flag.client).map(|(node, flag)| (node, flag.name)).collect();
        let mut seen = vec![false; segments];
        while let Some((node, client)) = open.pop() {
            for reference in self.references(node) {
                match reference {
                    Reference::Segment(name) => {
                        let Some(number) = self.segment_number(name.value) else { continue };
                        let number = number as usize;
                        if let Some(seen) = seen.get_mut(number).filter(|seen| !**seen) {
                            *seen = true;
                            open.push((number, client));
                        }
                    }
                    Reference::Flag(asked, _) => {
                        let number = self.flag_number(asked.value);
                        let found = number.and_then(|number| ruleset.flags.get(number as usize));
                        if found.is_none_or(|flag| flag.client) {
                            continue;
                        }
                        let path = self.reader.paths.render(asked.path);
                        let said = format!("clients decide `{client}`, and this flag is not for them");
                        self.reader.note(
                            Diagnostic::error("not_for_clients", path, asked.at, said)
                                .found(asked.value)
                                .help(format!(
                                    "mark `{}` with `client: true`, or `{client}` without",
                                    asked.value
                                )),
                        );
                    }
                }
            }
        }
    }
}
