//! Decimals and floats, where size comes before speed: see [`cutover_decider::decimal`].

pub(crate) use cutover_decider::decimal::{json, parse, plain};

/// An answer as JSON.
#[cfg(cutover_small)]
pub(crate) fn serialised(answer: &impl serde::Serialize) -> String {
    struct Format;
    impl serde_json::ser::Formatter for Format {
        fn write_f64<W: ?Sized + std::io::Write>(
            &mut self,
            writer: &mut W,
            number: f64,
        ) -> std::io::Result<()> {
            writer.write_all(json(number).as_bytes())
        }
    }
    let mut bytes = Vec::new();
    let written = answer.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, Format));
    written.ok().and_then(|()| String::from_utf8(bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{json, parse, plain};
    use proptest::prelude::*;

    fn same(literal: &str) {
        assert_eq!(parse(literal).map(f64::to_bits), literal.parse().ok().map(f64::to_bits), "{literal}");
    }

    fn written(number: f64) {
        if number.is_finite() {
            // Of two that are as near the standard library takes now this one, now that one.
            assert_eq!(plain(number).len(), number.to_string().len(), "{number}");
            assert_eq!(json(number), serde_json::to_string(&number).unwrap_or_default());
            same(&plain(number));
            same(&json(number));
        }
    }

    proptest! {
        #[test]
        fn floats_are_written_and_read_as_the_standard_library_does(bits: u64, few in 0_u64..1 << 53, power in -40_i32..40) {
            written(f64::from_bits(bits));
            #[expect(clippy::cast_precision_loss, reason = "there are 53 bits of it")]
            written(few as f64 * 2_f64.powi(power));
        }

        #[test]
        fn literals_mean_the_nearest_float(literal in "[-+]?[0-9]{0,25}[.]?[0-9]{0,25}([eE][-+]?[0-9]{0,3})?") {
            same(&literal);
        }

        #[test]
        fn what_lies_between_two_floats_goes_to_the_even_one(few in 0_u128..1 << 53, power in 0..70, last in "[.]?[049]{0,3}") {
            let middle = ((1 << 53 | few) << 1 | 1) << power;
            same(&format!("{middle}{last}"));
            same(&format!("{middle}e-25"));
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        let numbers = [
            0.0,
            -0.0,
            5e-324,
            f64::MIN_POSITIVE,
            f64::MIN_POSITIVE.next_down(),
            f64::MAX,
            1e22,
            1e23,
            2e-44,
        ];
        numbers.into_iter().for_each(written);
        let literals = [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "+1.5",
            "1e",
            "1e+",
            "e1",
            "1.5.2",
            "1 ",
            "0x1",
            "1e400",
            "-1e400",
            "1e-400",
            "0e999999999999",
            "1e99999999999",
            "1e-99999999999",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "179769313486231580793728971405301e276",
            "9007199254740993",
            "9007199254740992.999",
            "00001.50000",
        ];
        literals.into_iter().for_each(same);
        same(&format!("0.{}1e401", "0".repeat(400)));
        same(&format!("1{}1", "0".repeat(900)));
        same(&format!("9007199254740993.{}1", "0".repeat(900)));
    }
}
