//! Words of reports.

use crate::spec::Target;
use alloc::format;
use alloc::string::{String, ToString as _};
use cutover_gates::{Better, Check, Test};

/// Whom a step reaches.
pub(super) fn target(target: &Target) -> String {
    match target {
        Target::Share(millionths) => crate::percent(*millionths),
        Target::Segment(name) => format!("segment {name}"),
        Target::Phase(name) => format!("phase {name}"),
    }
}

/// What a check asks for.
pub(super) fn asked(check: &Check) -> String {
    let worse = |better: &Better| if *better == Better::Higher { "lower" } else { "higher" };
    match &check.test {
        Test::Threshold(threshold) => threshold.bound.to_string(),
        Test::Harm { better } => format!("not shown to be {} than old", worse(better)),
        Test::Margin { at_most, better } => {
            format!("shown to be {} by less than {}", worse(better), share(*at_most))
        }
        Test::Share { at_most } => format!("shown to be below {}", share(*at_most)),
        Test::SlowerThan { than, at_most } => {
            format!("shown that fewer than {} are slower than {than} ms", share(*at_most))
        }
        Test::SampleRatio { share: Some(planned) } => format!("{} of the requests", share(*planned)),
        Test::SampleRatio { share: None } => "the planned share of the requests".to_string(),
        Test::Divergence { at_most: Some(at_most) } => {
            format!("shown to differ in less than {}", share(*at_most))
        }
        Test::Divergence { at_most: None } => {
            "not shown to differ more often than old from itself".to_string()
        }
    }
}

/// A share as a percentage, to six digits.
fn share(share: f64) -> String {
    let percent = libm::round(share * 1e8) / 1e6;
    format!("{percent}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage() {
        assert_eq!(share(0.001), "0.1%");
    }
}
