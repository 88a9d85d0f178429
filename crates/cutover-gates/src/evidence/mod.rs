//! Evidence that may be looked at any time.
//!
//! An *e-process* is a number that starts at 1 and, as long as the hypothesis is true, is not expected to grow whenever
//! one looks. By Ville's inequality it *ever* reaches `1/alpha` with a probability of at most `alpha`, so that one may
//! look after every request and stop when one likes. All of these here are exact: they hold at every sample size, for
//! arms of any sizes, and where rates drift together.
//!
//! | type | what is tested | source of the formula |
//! |---|---|---|
//! | [`Odds`] | events of the new arm among the events of both, or requests of the new arm among all | Turner, Ly and Grünwald, "Generic E-variables for exact sequential k-sample tests that allow for optional stopping" (2024), theorem 1, in the limit of rare events; it is the partial likelihood ratio of ter Schure, Pérez-Ortiz, Ly and Grünwald, "The safe logrank test" (2020) |
//! | [`Excess`] | whether one rate exceeds the other by a margin | Turner and Grünwald, "Exact anytime-valid confidence intervals for contingency tables and beyond" (2023): the reverse information projection on a convex hypothesis |
//! | [`Rate`] | whether a rate is above or below a bound | likelihood ratios of Wald (1945), averaged over alternatives on one side |
//! | [`interval`] | an interval for the difference of two rates | the method of mixtures (Robbins, 1970) with Jeffreys' prior in each arm |

mod excess;
pub mod interval;
mod odds;
mod rate;
pub mod tail;

pub use excess::Excess;
pub use odds::Odds;
pub use rate::{Rate, clean_needed};

/// The natural logarithm, the same on every platform.
pub(crate) fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The logarithm of the mean of numbers that are given by their logarithms.
pub(crate) fn log_mean<const N: usize>(logs: &[f64; N]) -> f64 {
    /// What is smaller than the greatest by this factor (about 10^17) adds nothing to it.
    const NEGLIGIBLE: f64 = -40.0;
    let greatest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if greatest == f64::NEG_INFINITY {
        return greatest;
    }
    let rest = logs.iter().map(|log| log - greatest).filter(|log| *log > NEGLIGIBLE);
    let sum: f64 = rest.map(libm::exp).sum();
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let count = N as f64;
    greatest + ln(sum / count)
}

/// An e-value from its logarithm, kept within what JSON and people can read.
pub(crate) fn e_value(log: f64) -> f64 {
    /// More than this is not more convincing.
    const ENOUGH: f64 = 1e12;
    libm::exp(log.min(28.0)).min(ENOUGH)
}

/// Whether the logarithm of an e-value is that of `1/alpha` or more.
pub(crate) fn shows(log: f64, alpha: f64) -> bool {
    log >= -ln(alpha)
}
