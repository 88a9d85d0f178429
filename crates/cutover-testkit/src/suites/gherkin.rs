//! Scenarios of Gherkin, as far as flagd's suites use it: outlines with tagged examples, and tables behind steps.

/// A scenario with its examples filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scenario {
    pub(super) name: String,
    /// Those of the feature, the scenario and the examples.
    pub(super) tags: Vec<String>,
    pub(super) steps: Vec<String>,
}

#[derive(Debug, Default)]
struct Outline {
    name: String,
    tags: Vec<String>,
    steps: Vec<String>,
    /// Tags, heads and rows of each table of examples.
    examples: Vec<(Vec<String>, Vec<Vec<String>>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Background,
    Steps,
    Examples,
}

/// The scenarios of a file, one for each example.
pub(super) fn scenarios(text: &str) -> Vec<Scenario> {
    let (mut of_feature, mut tags) = (Vec::new(), Vec::new());
    let mut background = Vec::new();
    let mut outlines: Vec<Outline> = Vec::new();
    let mut within = Within::Nothing;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with('@') {
            tags.extend(line.split_whitespace().map(str::to_owned));
        } else if line.starts_with("Feature:") {
            of_feature = std::mem::take(&mut tags);
        } else if line.starts_with("Background:") {
            within = Within::Background;
        } else if line.starts_with("Scenario") {
            within = Within::Steps;
            let name = line.split_once(':').map_or("", |(_, name)| name.trim()).to_owned();
            let all = of_feature.iter().cloned().chain(std::mem::take(&mut tags)).collect();
            outlines.push(Outline { name, tags: all, ..Outline::default() });
        } else if line.starts_with("Examples") {
            within = Within::Examples;
            let own = std::mem::take(&mut tags);
            outlines
                .iter_mut()
                .last()
                .into_iter()
                .for_each(|outline| outline.examples.push((own.clone(), Vec::new())));
        } else {
            match within {
                Within::Nothing => {}
                Within::Background => background.push(line.to_owned()),
                Within::Steps => {
                    outlines
                        .iter_mut()
                        .last()
                        .into_iter()
                        .for_each(|outline| outline.steps.push(line.to_owned()));
                }
                Within::Examples => {
                    let table = outlines.last_mut().and_then(|outline| outline.examples.last_mut());
                    table.into_iter().for_each(|(_, rows)| rows.push(cells(line)));
                }
            }
        }
    }
    outlines.into_iter().flat_map(|outline| filled(&background, outline)).collect()
}

fn filled(background: &[String], outline: Outline) -> Vec<Scenario> {
    let steps: Vec<String> = background.iter().cloned().chain(outline.steps).collect();
    if outline.examples.is_empty() {
        return vec![Scenario { name: outline.name, tags: outline.tags, steps }];
    }
    let mut all = Vec::new();
    for (tags, rows) in outline.examples {
        let Some((heads, rows)) = rows.split_first() else { continue };
        for row in rows {
            let fill = |step: &String| {
                let pairs = heads.iter().zip(row);
                pairs.fold(step.clone(), |step, (head, cell)| step.replace(&format!("<{head}>"), cell))
            };
            all.push(Scenario {
                name: format!("{} [{}]", outline.name, row.join(" | ")),
                tags: outline.tags.iter().cloned().chain(tags.clone()).collect(),
                steps: steps.iter().map(fill).collect(),
            });
        }
    }
    all
}

/// The cells of a row; a bar behind a backslash belongs to its cell.
pub(super) fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut characters = line.trim_matches('|').chars();
    while let Some(character) = characters.next() {
        match (character, cells.last_mut()) {
            ('|', _) => cells.push(String::new()),
            ('\\', Some(cell)) => match characters.next() {
                Some(escaped @ ('|' | '\\')) => cell.push(escaped),
                Some('n') => cell.push('\n'),
                Some(other) => {
                    cell.push('\\');
                    cell.push(other);
                }
                None => cell.push('\\'),
            },
            (character, Some(cell)) => cell.push(character),
            (_, None) => {}
        }
    }
    cells.into_iter().map(|cell| cell.trim().to_owned()).collect()
}

/// The texts in quotes of a step, in order. Quotes within a last text belong to it.
pub(super) fn quoted(step: &str, count: usize) -> Option<Vec<String>> {
    let mut texts = Vec::with_capacity(count);
    let mut rest = step;
    for index in 0..count {
        let (_, behind) = rest.split_once('"')?;
        let (text, behind) =
            if index + 1 == count { behind.rsplit_once('"')? } else { behind.split_once('"')? };
        texts.push(text.to_owned());
        rest = behind;
    }
    Some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_are_filled_in() {
        let text = "@a\nFeature: f\n  Background:\n    Given an evaluator\n  @b\n  Scenario Outline: s\n    Then it is \"<x>\"\n\n    \
                    @c\n    Examples: one\n      | x |\n      | 1 |\n      |  |\n    @d\n    Examples:\n      | x |\n      | 2 |\n";
        let all = scenarios(text);
        assert_eq!(all.len(), 3);
        assert_eq!(all[0].tags, ["@a", "@b", "@c"]);
        assert_eq!(all[0].steps, ["Given an evaluator", "Then it is \"1\""]);
        assert_eq!(all[1].steps[1], "Then it is \"\"");
        assert_eq!(all[2].tags, ["@a", "@b", "@d"]);
    }

    #[test]
    fn quotes_are_read() {
        let step = "And a context containing a key \"a\", with type \"Object\" and with value \"{\"b\": 1}\"";
        assert_eq!(quoted(step, 3), Some(vec!["a".to_owned(), "Object".to_owned(), "{\"b\": 1}".to_owned()]));
        assert_eq!(quoted("none", 1), None);
    }
}
