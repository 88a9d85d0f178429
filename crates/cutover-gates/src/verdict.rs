use serde::{Deserialize, Serialize};

/// What a check, or a gate of several, says. Only [`Verdict::Pass`] promotes.
///
/// The order is from best to worst, so that the verdict of several is the greatest of them:
///
/// ```
/// use cutover_gates::Verdict;
///
/// assert_eq!(Verdict::worst([Verdict::Pass, Verdict::NoData, Verdict::Inconclusive]), Some(Verdict::NoData));
/// assert_eq!(Verdict::worst([]), None); // of nothing there is no verdict, least of all a pass
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// What was asked for is shown.
    Pass,
    /// There is not enough yet to tell.
    Inconclusive,
    /// Nothing was measured.
    NoData,
    /// What was measured is too old.
    Stale,
    /// The measurement went wrong: an error of the source, or what is no number.
    Error,
    /// What must not be is shown.
    Fail,
}

impl Verdict {
    /// The worst of several verdicts; `None` where there are none.
    pub fn worst(verdicts: impl IntoIterator<Item = Self>) -> Option<Self> {
        verdicts.into_iter().max()
    }
}
