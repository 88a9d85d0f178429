//! The verdict on what two sides came to, of which a document is only one possibility.

use alloc::string::{String, ToString};

use crate::compare::compare;
use crate::comparison::Comparison;
use crate::error::Error;
use crate::profile::Profile;

/// What one side of a comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side<'a> {
    /// It answered with this JSON document.
    Value(&'a [u8]),
    /// It failed.
    Error {
        /// The class of the error, such as `NotFound`.
        class: &'a str,
        /// What the error says.
        message: &'a str,
    },
    /// It did not answer in time.
    TimedOut,
    /// It was not asked: not sampled, or the breaker was open.
    NotRun(&'a str),
}

/// How a side failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Failure {
    /// The class of the error.
    pub class: String,
    /// What the error says.
    pub message: String,
}

/// Which side did not answer in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Late {
    /// The control.
    Control,
    /// The candidate.
    Candidate,
    /// Neither answered.
    Both,
}

/// What is to be said of a control and a candidate.
///
/// Serialized it is one object whose `verdict` is the [`name`](Self::name).
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "verdict", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Verdict {
    /// Both answered the same.
    Match,
    /// Both answered, and not the same.
    Mismatch(Comparison),
    /// The control answered and the candidate failed.
    CandidateError(Failure),
    /// The candidate answered and the control failed.
    ControlError(Failure),
    /// Both failed.
    BothError {
        /// With the same class and message, which is agreement.
        same: bool,
        /// How the control failed.
        control: Failure,
        /// How the candidate failed.
        candidate: Failure,
    },
    /// A side did not answer in time, whatever the other did.
    TimedOut {
        /// Which one.
        late: Late,
    },
    /// A side was not asked, so there is nothing to say.
    Skipped {
        /// Why.
        reason: String,
    },
    /// Both answered, and the answers could not be compared.
    Error {
        /// Why.
        #[cfg_attr(feature = "serde", serde(serialize_with = "as_text"))]
        error: Error,
    },
}

#[cfg(feature = "serde")]
fn as_text<S: serde::Serializer>(error: &Error, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(error)
}

impl Verdict {
    /// `match`, `mismatch`, `candidate_error`, `control_error`, `both_error`, `timed_out`, `skipped` or `error`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Mismatch(_) => "mismatch",
            Self::CandidateError(_) => "candidate_error",
            Self::ControlError(_) => "control_error",
            Self::BothError { .. } => "both_error",
            Self::TimedOut { .. } => "timed_out",
            Self::Skipped { .. } => "skipped",
            Self::Error { .. } => "error",
        }
    }

    /// Whether both sides did the same: a match, or the same error.
    pub fn is_agreement(&self) -> bool {
        matches!(self, Self::Match | Self::BothError { same: true, .. })
    }
}

/// Judges what two sides came to.
///
/// A side that was not asked comes first, then one that was late, then errors: only two answers are compared.
///
/// ```
/// use cutover_compare::{Profile, Side, judge};
/// let profile = Profile::default();
/// let failed = Side::Error { class: "NotFound", message: "no product 7" };
/// assert_eq!(judge(&profile, Side::Value(b"{}"), failed).name(), "candidate_error");
/// assert!(judge(&profile, failed, failed).is_agreement());
/// assert_eq!(judge(&profile, failed, Side::TimedOut).name(), "timed_out");
/// assert_eq!(judge(&profile, Side::Value(b"{"), Side::Value(b"{")).name(), "error");
/// ```
pub fn judge(profile: &Profile, control: Side<'_>, candidate: Side<'_>) -> Verdict {
    use Side::{Error, NotRun, TimedOut, Value};
    let failure =
        |class: &str, message: &str| Failure { class: class.to_string(), message: message.to_string() };
    match (control, candidate) {
        (NotRun(reason), _) | (_, NotRun(reason)) => Verdict::Skipped { reason: reason.to_string() },
        (TimedOut, TimedOut) => Verdict::TimedOut { late: Late::Both },
        (TimedOut, _) => Verdict::TimedOut { late: Late::Control },
        (_, TimedOut) => Verdict::TimedOut { late: Late::Candidate },
        (Error { class, message }, Error { class: other_class, message: other_message }) => {
            Verdict::BothError {
                same: (class, message) == (other_class, other_message),
                control: failure(class, message),
                candidate: failure(other_class, other_message),
            }
        }
        (Value(_), Error { class, message }) => Verdict::CandidateError(failure(class, message)),
        (Error { class, message }, Value(_)) => Verdict::ControlError(failure(class, message)),
        (Value(control), Value(candidate)) => match compare(profile, control, candidate) {
            Ok(comparison) if comparison.is_match() => Verdict::Match,
            Ok(comparison) => Verdict::Mismatch(comparison),
            Err(error) => Verdict::Error { error },
        },
    }
}
