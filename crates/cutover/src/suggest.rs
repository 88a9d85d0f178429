//! The nearest right name to a wrong one.

/// The longest name that is compared; longer ones are no slip of the fingers.
const LONGEST_CHARS: usize = 64;

/// The one of `names` that is nearest to `found`, where the distance is at most a third of its length.
pub(crate) fn nearest<'a>(found: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = found.chars().take(LONGEST_CHARS + 1).collect();
    if wanted.is_empty() || wanted.len() > LONGEST_CHARS {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        let letters: Vec<char> = name.chars().take(LONGEST_CHARS + 1).collect();
        let limit = (wanted.len().max(letters.len()) / 3).max(1);
        if letters.len() > LONGEST_CHARS || letters.len().abs_diff(wanted.len()) > limit {
            continue;
        }
        let distance = edits(&wanted, &letters);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`
/// (optimal string alignment; case differences cost nothing).
fn edits(a: &[char], b: &[char]) -> usize {
    let same = |x: char, y: char| x.eq_ignore_ascii_case(&y);
    let width = b.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1; width];
        for (j, &y) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(!same(x, y))).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && same(x, b[j - 1]) && same(a[i - 1], y) {
                cost = cost.min(before[j - 1] + 1);
            }
            row[j + 1] = cost;
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_slips_and_leaves_strangers() {
        let names = ["is", "is_not", "in", "not_in", "starts_with", "at_least"];
        assert_eq!(nearest("iss", names), Some("is"));
        assert_eq!(nearest("start_with", names), Some("starts_with"));
        assert_eq!(nearest("at_laest", names), Some("at_least"));
        assert_eq!(nearest("wombat", names), None);
        assert_eq!(nearest("", names), None);
    }
}
