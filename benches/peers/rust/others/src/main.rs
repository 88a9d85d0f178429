//! The engines that Cutover is measured against.

#[cfg(feature = "eppo")]
mod eppo;
#[cfg(feature = "growthbook")]
mod growthbook;
#[cfg(feature = "launchdarkly")]
mod launchdarkly;
#[cfg(feature = "statsig")]
mod statsig;
#[cfg(feature = "yggdrasil")]
mod yggdrasil;

use peers_harness::Row;

fn main() {
    peers_harness::run(&[
        #[cfg(feature = "eppo")]
        Row::new::<eppo::Eppo>("eppo", "eppo"),
        #[cfg(feature = "growthbook")]
        Row::new::<growthbook::Client>("growthbook", "growthbook"),
        #[cfg(feature = "growthbook")]
        Row::new::<growthbook::Direct>("growthbook, past its client", "growthbook"),
        #[cfg(feature = "launchdarkly")]
        Row::new::<launchdarkly::LaunchDarkly>("launchdarkly", "launchdarkly"),
        #[cfg(feature = "statsig")]
        Row::new::<statsig::Statsig>("statsig", "statsig"),
        #[cfg(feature = "yggdrasil")]
        Row::new::<yggdrasil::Yggdrasil>("yggdrasil", "unleash"),
    ]);
}
