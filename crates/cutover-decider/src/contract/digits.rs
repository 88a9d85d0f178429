//! Whole numbers in digits, without memory of their own.

/// Room for the digits of a number of 64 bits and its sign.
#[derive(Debug, Default)]
pub(crate) struct Digits([u8; 20]);

impl Digits {
    /// The digits of a number, in base ten, with a sign where it is negative.
    pub(crate) fn of(&mut self, number: i64) -> &[u8] {
        let mut rest = number.unsigned_abs();
        let mut from = self.0.len();
        while let Some(place) = from.checked_sub(1).and_then(|at| self.0.get_mut(at)) {
            *place = b'0' | u8::try_from(rest % 10).unwrap_or(0);
            from -= 1;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0
            && let Some(place) = from.checked_sub(1).and_then(|at| self.0.get_mut(at))
        {
            *place = b'-';
            from -= 1;
        }
        self.0.get(from..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Digits;
    use alloc::string::ToString;

    #[test]
    fn digits_are_those_of_the_standard_library() {
        for number in [0, 7, 10, -1, 99, 100, -123_456_789, i64::MAX, i64::MIN, i64::MIN + 1] {
            assert_eq!(Digits::default().of(number), number.to_string().as_bytes());
        }
    }
}
