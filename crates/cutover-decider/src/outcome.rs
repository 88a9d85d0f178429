//! Outcomes: what is decided, in numbers, and why.

/// Why a decision is what it is: OpenFeature's reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    /// The flag reads neither attributes nor time: the answer is the same for everyone.
    Static = 0,
    /// No rule matched, or a prerequisite was not met: the flag's default.
    Default = 1,
    /// A rule matched.
    TargetingMatch = 2,
    /// A rule matched, and the unit's bucket in a rollout, ramp or split decided.
    Split = 3,
    /// The flag is not enabled: its default.
    Disabled = 4,
    /// There is no answer; [`ErrorCode`] says why, and the value is the caller's default.
    Error = 5,
    /// There is an answer, of a ruleset that may be out of date: what [`Reason::shown`] puts for the reasons before where
    /// nothing was heard of the ruleset for too long. No outcome packs it.
    Stale = 6,
}

impl Reason {
    /// All reasons, by their number.
    pub const ALL: [Self; 7] = [
        Self::Static,
        Self::Default,
        Self::TargetingMatch,
        Self::Split,
        Self::Disabled,
        Self::Error,
        Self::Stale,
    ];

    /// The reason that is shown: of a stale program, every answer is [`Reason::Stale`]. Where there is none, it stays an
    /// error.
    ///
    /// ```
    /// use cutover_decider::Reason;
    /// assert_eq!(Reason::Split.shown(true), Reason::Stale);
    /// assert_eq!(Reason::Error.shown(true), Reason::Error);
    /// assert_eq!(Reason::Split.shown(false), Reason::Split);
    /// ```
    #[must_use]
    pub fn shown(self, stale: bool) -> Self {
        if stale && self != Self::Error { Self::Stale } else { self }
    }

    /// The name in OpenFeature, such as `TARGETING_MATCH`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Static => "STATIC",
            Self::Default => "DEFAULT",
            Self::TargetingMatch => "TARGETING_MATCH",
            Self::Split => "SPLIT",
            Self::Disabled => "DISABLED",
            Self::Error => "ERROR",
            Self::Stale => "STALE",
        }
    }
}

/// Why there is no answer: OpenFeature's error codes, and `MISSING_UNIT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ErrorCode {
    /// The ruleset has no flag, or no migration, of that name.
    FlagNotFound = 1,
    /// The flag does not serve values of the type asked for.
    TypeMismatch = 2,
    /// The context has no unit for the rollout that the rule asks for; a missing unit is never hashed.
    MissingUnit = 3,
    /// The unit is neither a text nor a whole number, or the context was prepared for another ruleset.
    InvalidContext = 4,
}

impl ErrorCode {
    /// All codes, in the order of their numbers, which start at 1.
    pub const ALL: [Self; 4] =
        [Self::FlagNotFound, Self::TypeMismatch, Self::MissingUnit, Self::InvalidContext];

    /// The name in OpenFeature, such as `FLAG_NOT_FOUND`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FlagNotFound => "FLAG_NOT_FOUND",
            Self::TypeMismatch => "TYPE_MISMATCH",
            Self::MissingUnit => "MISSING_UNIT",
            Self::InvalidContext => "INVALID_CONTEXT",
        }
    }
}

/// An answer in numbers: what crosses a language boundary instead of texts and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The index of the variant served, in the order of the document.
    pub variant: Option<u16>,
    /// The index of the rule that decided.
    pub rule: Option<u16>,
    /// Why.
    pub reason: Reason,
    /// Why there is no answer.
    pub error: Option<ErrorCode>,
}

/// The most variants, and the most rules, that a flag may have, so that an [`Outcome`] fits 32 bits.
pub const MAX_PER_FLAG: usize = 4094;

const NONE: u32 = 0xFFF;

impl Outcome {
    /// The answer where there is none.
    #[must_use]
    pub fn error(error: ErrorCode, rule: Option<u16>) -> Self {
        Self { variant: None, rule, reason: Reason::Error, error: Some(error) }
    }

    /// The answer as one integer: bits 0–11 the variant and 12–23 the rule (`0xFFF`: none), 24–27 the reason,
    /// 28–31 the error (0: none).
    #[must_use]
    pub fn pack(self) -> u32 {
        let index = |value: Option<u16>| value.map_or(NONE, u32::from) & NONE;
        index(self.variant)
            | index(self.rule) << 12
            | (self.reason as u32) << 24
            | self.error.map_or(0, |error| error as u32) << 28
    }

    /// The answer that [`Outcome::pack`] packed.
    #[must_use]
    #[inline]
    pub fn unpack(packed: u32) -> Option<Self> {
        let index = |shift: u32| match (packed >> shift) & NONE {
            NONE => None,
            value => u16::try_from(value).ok(),
        };
        let error = match packed >> 28 {
            0 => None,
            code => Some(*ErrorCode::ALL.get(code as usize - 1)?),
        };
        let reason = *Reason::ALL.get(((packed >> 24) & 0xF) as usize)?;
        Some(Self { variant: index(0), rule: index(12), reason, error })
    }
}
