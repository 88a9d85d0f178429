//! Choosing among variants of which some cannot be served: what a breaker holds back is skipped.

use crate::call::{Arguments, CallError};
use crate::engine::Engine;
use crate::value::Value;
use crate::wire::to_json;
use serde::Serialize;

/// What is served where variants cannot be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Selection<'a> {
    /// The variant; none where no variant can be served.
    pub variant: Option<&'a str>,
    /// Its value.
    pub value: Option<&'a Value>,
    /// The variants that would have been served first and cannot be, in order.
    pub skipped: Vec<&'a str>,
}

impl Engine {
    /// What is served of a flag that decided for `variant`, where some variants cannot be served just now. It is the
    /// variant itself, or the first that can be of those behind it among the flag's `fallbacks`; where it is none of these,
    /// of all of them. A variant is never served instead of one that is preferred to it.
    ///
    /// ```
    /// use cutover::Engine;
    /// let engine = Engine::from_str("
    /// cutover: 1
    /// flags:
    ///   matcher:
    ///     variants: { nexten: 1, smart: 2, enhanced: 3 }
    ///     default: nexten
    ///     fallbacks: [nexten, smart, enhanced]
    /// ")?;
    /// let down = |variant: &str| variant != "nexten";
    /// let selection = engine.select("matcher", Some("nexten"), down);
    /// assert_eq!((selection.variant, selection.skipped), (Some("smart"), vec!["nexten"]));
    /// assert_eq!(engine.select("matcher", Some("enhanced"), |_| false).variant, None);
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    pub fn select<'a>(
        &'a self,
        flag: &str,
        variant: Option<&str>,
        can_serve: impl Fn(&str) -> bool,
    ) -> Selection<'a> {
        let mut skipped = Vec::new();
        let nothing = |skipped| Selection { variant: None, value: None, skipped };
        let Some(number) = self.program().find(flag) else { return nothing(skipped) };
        let variants = || self.program().variants(number);
        let decided = variants().find(|(name, _)| Some(*name) == variant).map(|(name, _)| name);
        let fallbacks = self.fallbacks(flag);
        let behind = match fallbacks.iter().position(|name| Some(name.as_str()) == decided) {
            Some(at) => fallbacks.get(at + 1..).unwrap_or_default(),
            None => fallbacks,
        };
        for name in decided.into_iter().chain(behind.iter().map(String::as_str)) {
            if can_serve(name) {
                let value =
                    variants().find(|(known, _)| *known == name).and_then(|(_, value)| self.value(value));
                return Selection { variant: Some(name), value, skipped };
            }
            skipped.push(name);
        }
        nothing(skipped)
    }

    /// The fallbacks of a flag, in order.
    #[must_use]
    pub fn fallbacks(&self, flag: &str) -> &[String] {
        self.sections().fallbacks.get(flag).map_or(&[], Vec::as_slice)
    }
}

/// `select`, as bindings ask it.
pub(crate) fn called(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let flag = given.text("flag")?;
    let variant = given.take("variant");
    let variant = match &variant {
        None => None,
        Some(Value::Text(name)) => Some(name.as_str()),
        Some(_) => return Err(CallError::new("select: `variant` is a text")),
    };
    let Some(Value::List(held_back)) = given.take("unavailable") else {
        return Err(CallError::new("select: `unavailable` is a list of variants"));
    };
    given.finish()?;
    let can_serve =
        |name: &str| !held_back.iter().any(|held| matches!(held, Value::Text(text) if text == name));
    Ok(to_json(&engine.select(&flag, variant, can_serve)))
}
