//! Versions as texts whose order is that of the versions: numbers are padded, so that `10` comes behind `9`.

/// How many characters a number is padded to; longer ones stay as they are.
const WIDTH: &[u8] = b"     ";

/// Gives a version part by part to `push`, padded: a leading `v` and everything from a `+` on are taken away, points
/// and hyphens become hyphens, numbers get blanks before them, and a version of three parts gets a `~` behind, which
/// puts a release behind what precedes it. Every text is a version; the empty one is `0`.
///
/// ```
/// let pad = |text: &str| {
///     let mut padded = Vec::new();
///     cutover_decider::pad_version(text.as_bytes(), |part| padded.extend_from_slice(part));
///     String::from_utf8(padded).unwrap()
/// };
/// assert_eq!(pad("v1.20.3+build"), "    1-   20-    3-~");
/// assert_eq!(pad("1.0-rc"), "    1-    0-rc-~");
/// assert_eq!(pad(""), "    0");
/// ```
pub fn pad_version(version: &[u8], mut push: impl FnMut(&[u8])) {
    let version = if version.is_empty() { b"0" } else { version };
    let version = version.strip_prefix(b"v").unwrap_or(version);
    let version = version.split(|byte| *byte == b'+').next().unwrap_or_default();
    let mut count = 0;
    for part in version.split(|byte| matches!(byte, b'.' | b'-')) {
        if count > 0 {
            push(b"-");
        }
        if part.iter().all(u8::is_ascii_digit) && !part.is_empty() {
            push(WIDTH.get(part.len()..).unwrap_or_default());
        }
        push(part);
        count += 1;
    }
    if count == 3 {
        push(b"-~");
    }
}
