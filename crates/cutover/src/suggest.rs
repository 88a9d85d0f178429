//! The nearest right name to a wrong one.

/// The longest name that is compared; longer ones are no slip of the fingers.
const LONGEST_CHARS: usize = 64;

/// The one of `names` that is nearest to `found`, where the distance is at most a third of its length.
pub(crate) fn nearest<'a>(found: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = found.chars().count();
    if length == 0 || length > LONGEST_CHARS {
        return None;
    }
    let wanted = found.to_ascii_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        let letters = name.chars().count();
        let limit = (length.max(letters) / 3).max(1);
        if letters > LONGEST_CHARS || letters.abs_diff(length) > limit {
            continue;
        }
        let distance = strsim::osa_distance(&wanted, &name.to_ascii_lowercase());
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
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
