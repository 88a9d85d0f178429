//! Numbers, as sections write them: themselves, or percentages of one.

#[cfg(feature = "gates")]
use crate::diagnostic::Diagnostic;
#[cfg(feature = "gates")]
use crate::document::decimal;
use crate::document::{Content, Node, Path};
use crate::ruleset::fields::Reader;

/// Reads a number, whole or not.
#[cfg(any(feature = "compare", feature = "work"))]
pub(super) fn read(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<f64> {
    let number = float(&node.content);
    if number.is_none() {
        reader.wrong_type(node, path, "a number");
    }
    number
}

#[cfg(feature = "gates")]
impl Reader {
    /// Reads a number, or a percentage such as `0.1%`, which is 0.001.
    pub(crate) fn measure(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<f64> {
        let number = match node.content {
            Content::Float(_) | Content::Int(_) => float(&node.content),
            Content::Text(text) => percentage(text),
            _ => {
                self.wrong_type(node, path, "a number or a percentage");
                return None;
            }
        };
        let number = number.filter(|number| number.is_finite());
        if number.is_none() {
            self.note(
                Diagnostic::error("bad_number", path.to_string(), node.at, "this is no number")
                    .found(node.quoted())
                    .expected(["a number such as 0.01", "a percentage such as 1%"]),
            );
        }
        number
    }
}

/// A percentage as the float nearest to it: the exponent is part of what is parsed, so that nothing is rounded twice.
#[cfg(feature = "gates")]
fn percentage(text: &str) -> Option<f64> {
    let digits = text.strip_suffix('%')?;
    let plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    if !digits.bytes().all(plain) || !digits.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    float(&decimal(&format!("{digits}e-2"))?)
}

fn float(content: &Content<'_>) -> Option<f64> {
    match content {
        Content::Float(number) => Some(*number),
        #[expect(clippy::cast_precision_loss, reason = "bounds beyond 2^53 are one more or less")]
        Content::Int(number) => Some(*number as f64),
        _ => None,
    }
}

#[cfg(all(test, feature = "gates"))]
mod tests {
    use super::percentage;

    #[test]
    fn a_percentage_is_a_hundredth() {
        for (text, number) in [("1%", 0.01), ("0.1%", 0.001), ("120%", 1.2), ("0%", 0.0), ("33.3%", 0.333)] {
            assert_eq!(percentage(text), Some(number), "{text}");
        }
        for text in ["1", "%", "-1%", "1e3%", "1 %", ".%", "1.2.3%", "NaN%"] {
            assert_eq!(percentage(text), None, "{text}");
        }
    }
}
