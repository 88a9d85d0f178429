//! Rules and their tests as the YAML that Prometheus and `promtool` read.

use super::{Alerts, Probe, Rule};
use crate::ruleset::duration::spelled;
use std::fmt::Write as _;

impl Alerts {
    /// The rules, for `rule_files` of Prometheus. `source` is what the ruleset is called.
    #[must_use]
    pub fn rules(&self, source: &str) -> String {
        let mut out = String::new();
        comment(
            &mut out,
            "",
            &format!("Written from {source} by `cutover alerts`: change the ruleset, and not this file."),
        );
        out.push_str("groups:\n");
        for group in &self.groups {
            line(&mut out, "  - name: ", &group.name);
            out.push_str("    rules:\n");
            for rule in &group.rules {
                one(&mut out, rule);
            }
        }
        out
    }

    /// The tests of the rules, for `promtool test rules`. `file` is where the rules are, seen from the tests.
    #[must_use]
    pub fn tests(&self, file: &str) -> String {
        let rules = || self.groups.iter().flat_map(|group| &group.rules);
        let mut out = String::new();
        comment(&mut out, "", "The tests of the alert rules, written by `cutover alerts --format tests`.");
        line(&mut out, "rule_files:\n  - ", file);
        let _ = writeln!(out, "evaluation_interval: {}", spelled(self.step_ms));
        out.push_str("tests:\n");
        for rule in rules() {
            for probe in &rule.probes {
                test(&mut out, rule, probe);
            }
            if rule.probes.is_empty() {
                let (kind, of) = &rule.of;
                comment(
                    &mut out,
                    "  ",
                    &format!(
                        "{} of {kind} {of} has no test: its query is more than a metric with labels, or it waits for more than a week.",
                        rule.name
                    ),
                );
            }
        }
        if rules().all(|rule| rule.probes.is_empty()) {
            out.push_str("  []\n");
        }
        out
    }
}

fn one(out: &mut String, rule: &Rule) {
    comment(out, "      ", &rule.comment);
    line(out, "      - alert: ", &rule.name);
    line(out, "        expr: ", &rule.expr);
    if rule.for_ms > 0 {
        let _ = writeln!(out, "        for: {}", spelled(rule.for_ms));
    }
    out.push_str("        labels:\n");
    for (label, value) in labels(rule) {
        line(out, &format!("          {label}: "), &untemplated(value));
    }
    out.push_str("        annotations:\n");
    for (key, value) in annotations(rule) {
        line(out, &format!("          {key}: "), &untemplated(&value));
    }
}

fn test(out: &mut String, rule: &Rule, probe: &Probe) {
    comment(out, "  ", &format!("{}: {}", rule.name, probe.name));
    let _ = writeln!(out, "  - interval: {}", spelled(probe.interval_ms));
    out.push_str("    input_series:\n");
    for series in &probe.series {
        line(out, "      - series: ", &series.name);
        line(out, "        values: ", &series.values);
    }
    out.push_str("    alert_rule_test:\n");
    for look in &probe.looks {
        let _ = writeln!(out, "      - eval_time: {}", spelled(look.at_ms));
        line(out, "        alertname: ", &rule.name);
        let Some(of_series) = &look.fires else {
            out.push_str("        exp_alerts: []\n");
            continue;
        };
        out.push_str("        exp_alerts:\n          - exp_labels:\n");
        let own = labels(rule);
        // The labels of a rule stand above those of a series.
        let others = of_series.iter().filter(|(label, _)| own.iter().all(|(name, _)| name != label));
        for (label, value) in others.map(|(label, value)| (label.as_str(), value.as_str())).chain(own) {
            line(out, &format!("              {label}: "), value);
        }
        out.push_str("            exp_annotations:\n");
        for (key, value) in annotations(rule) {
            line(out, &format!("              {key}: "), &value);
        }
    }
}

fn labels(rule: &Rule) -> [(&str, &str); 2] {
    let (label, value) = &rule.of;
    [("severity", rule.severity.name()), (label, value)]
}

fn annotations(rule: &Rule) -> Vec<(&'static str, String)> {
    let mut all = vec![("summary", rule.summary.clone())];
    if !rule.actions.is_empty() {
        all.push(("actions", rule.actions.join(", ")));
    }
    all
}

/// A text that Prometheus, to which labels and annotations are templates, leaves as it is.
fn untemplated(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// A comment of one line, broken where it is long.
fn comment(out: &mut String, indent: &str, text: &str) {
    const WIDTH: usize = 100;
    let mut width = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count() + 1;
        if width == 0 || width + length > WIDTH {
            if width > 0 {
                out.push('\n');
            }
            let _ = write!(out, "{indent}#");
            width = 0;
        }
        width += length;
        out.push(' ');
        out.extend(word.chars().filter(|char| is_plain(*char)));
    }
    if width > 0 {
        out.push('\n');
    }
}

/// A key and a text after it, in single quotes; in double ones where there is something to be escaped.
fn line(out: &mut String, key: &str, text: &str) {
    out.push_str(key);
    if text.chars().all(is_plain) {
        let _ = writeln!(out, "'{}'", text.replace('\'', "''"));
        return;
    }
    out.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            _ if is_plain(char) => out.push(char),
            _ => {
                let _ = write!(out, "\\U{:08x}", u32::from(char));
            }
        }
    }
    out.push_str("\"\n");
}

/// Whether YAML takes it as it is.
fn is_plain(char: char) -> bool {
    !char.is_control() && !matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}
