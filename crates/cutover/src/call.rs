//! The one door for questions that are not asked by the million: a name and JSON go in, JSON comes out.
//!
//! So a binding needs one function for all of them, and what they mean is here.

use crate::engine::Engine;
use crate::value::Value;

/// Why a question has no answer, in a sentence for whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    message: String,
    code: &'static str,
}

impl CallError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: "bad_argument" }
    }

    pub(crate) fn coded(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    /// A stable name of what is wrong: `unknown_question`, `unknown_name` (the ruleset has nothing of that name), `bad_path`
    /// (a path that two readers could read differently: answer 400, and forward nothing), `bad_argument`, or what `alerts` misses
    /// (such as `no_alerts`).
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The ruleset has nothing of that name.
    pub(crate) fn unknown<'a>(
        call: &str,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<String> = known.take(12).map(|name| format!("`{name}`")).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Self::new(format!("{call}: the ruleset has no {what} `{name}` (it has {known})"))
            .coded("unknown_name")
    }
}

impl Engine {
    /// Answers a question by its name, for bindings. `arguments` is a JSON object, and so is the answer.
    ///
    /// | name | arguments | answer |
    /// |---|---|---|
    /// | `safety` | `migration`, `nodes?`, `writes?` | a [`SafetyReport`](crate::SafetyReport) |
    /// | `select` | `flag`, `variant?`, `unavailable`: a list of variants | a [`Selection`](crate::Selection) |
    /// | `overlay` | `ruleset`: a text; `flags?`: a `variant` or a `value` of each, `migrations?`: `phase?`, `emergency?` and `switches?` of each; `create?`: whether flags may be new | `ruleset`: the text of one that answers so |
    /// | `diff` | `to`: the text of the ruleset after, `now`, `from?`: the text of this one, `population?`: a list of contexts, `switches?`, `accept?`, `examples?`, `traffic?` | a [`DiffReport`](crate::diff::DiffReport) |
    /// | `changed` | `from` and `to`: texts of rulesets | [`Changed`](crate::diff::Changed): the names of what may decide otherwise |
    /// | `log` | `flag`, or `migration` and `switches?`; `context`, `now` | `line`: a [line](Self::log_decision) of a decision log |
    /// | `replay` | `lines`, `original?`: the text of the ruleset that made them | a [`ReplayReport`](crate::replay::ReplayReport) |
    /// | `runbook` | `migration`; `phase?` and `emergency?`, or `from?` and `to?`; `language?`, `file?` | `runbook`: a [`Runbook`](crate::runbook::Runbook), and `markdown` |
    /// | `handbook` | `of`: `plan`, `work` or `incidents`, `name`; `at?`, `language?`, `file?` | `runbook`: a [`Handbook`](crate::runbook::Handbook), and `markdown` |
    /// | `alerts` | `file?`: what the ruleset is called, `rules_file?`: where its rules are, seen from their tests | `rules` and `tests`, texts for Prometheus and `promtool`, and `groups`, the same rules as data |
    /// | `compare` | `comparator`, `control` and `candidate`, texts of JSON | a [`Comparison`](cutover_compare::Comparison) |
    /// | `judge` | `comparator?`, `control` and `candidate`: what each side said | a [`Verdict`](cutover_compare::Verdict) |
    /// | `delivery` | `policy` or `migration`: a name | a [`DeliveryPolicy`](crate::DeliveryPolicy) |
    /// | `path` | `table`, `method`, `target`, `now`, `headers?`, `attributes?` | a [`Found`](cutover_paths::Found), or null |
    /// | `gate` | `gate`, `state?`, `observations`, `now` | `state`, to be given the next time, and a [`Report`](cutover_gates::Report) |
    /// | `advance` | `plan`, `state?`, `event`, `now` | `state`, to be given the next time, `effects`, and the `reports` of gates |
    /// | `simulate` | `plan`, `scenario?`: a name or a world of metrics, `seed?` | a [`Simulation`](cutover_plans::Simulation) |
    /// | `report` | `plan`, `state?`, `observations`, `now`, `alpha?` | a [`PlanReport`](crate::PlanReport) |
    /// | `plan_spec` | `plan` | `plan`, `spec`: a [`Spec`](cutover_plans::Spec), `gates`: the metrics of each, and `metrics`, as the ruleset declares them |
    /// | `gate_replay` | `gate`, `state` | a [`Replayed`](cutover_gates::Replayed) |
    /// | `compare_arms` | `old` and `new`, `better?`, `alpha?`, `slow_old?` and `slow_new?`, `share?` | `answer`, and a [`Comparison`](cutover_gates::Comparison) of each |
    /// | `work` | `name`, `state?`, `event?` | `{"state": …, "effects": […]}` of [`cutover_work::step`]; without an event a [`cutover_work::Status`] |
    /// | `incident` | `name`, `state?`, and `event` or `now` | `{"state": …, "effects": […]}` of [`cutover_work::incident::step`]; without an event a [`cutover_work::incident::Standing`] |
    /// | `post_mortem` | `name`, `state` | Markdown, as a text |
    /// | `drill` | `name`, `scenario?` as [`Engine::drill_scenario`] reads it | a [`cutover_work::drill::Report`] |
    ///
    /// # Errors
    /// [`CallError`] where there is no such question, or an argument is missing, unknown or of the wrong type.
    ///
    /// ```
    /// use cutover::Engine;
    /// let engine = Engine::from_str(
    ///     "cutover: 1\nmigrations: { orders: { old: sql, new: mongo, ladder: standard, phase: sync } }",
    /// )?;
    /// let report = engine.call("safety", r#"{"migration":"orders"}"#)?;
    /// assert!(report.contains(r#""safe":true"#));
    /// assert!(engine.call("safety", r#"{"migration":"order"}"#).unwrap_err().to_string().contains("`orders`"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn call(&self, name: &str, arguments: &str) -> Result<String, CallError> {
        let given = Arguments::read(name, arguments)?;
        match name {
            "safety" => crate::safety::called(self, given),
            #[cfg(feature = "overlay")]
            "overlay" => crate::overlay::called(given),
            "select" => crate::sections::select::called(self, given),
            #[cfg(feature = "diff")]
            "diff" => crate::diff::called(self, given),
            #[cfg(feature = "diff")]
            "changed" => crate::diff::changed(given),
            #[cfg(feature = "replay")]
            "log" => crate::replay::log(self, given),
            #[cfg(feature = "replay")]
            "replay" => crate::replay::replay(self, given),
            #[cfg(feature = "runbook")]
            "runbook" => crate::runbook::called(self, given),
            #[cfg(feature = "runbook")]
            "handbook" => crate::runbook::handbook_called(self, given),
            #[cfg(feature = "alerts")]
            "alerts" => crate::alerts::called(self, given),
            #[cfg(feature = "compare")]
            "compare" => crate::sections::called::compare(self, given),
            #[cfg(feature = "compare")]
            "judge" => crate::sections::called::judge(self, given),
            #[cfg(feature = "delivery")]
            "delivery" => crate::sections::delivery_called::called(self, given),
            #[cfg(feature = "paths")]
            "path" => crate::sections::called::path(self, given),
            #[cfg(feature = "work")]
            "work" => crate::sections::work::called(self, given),
            #[cfg(feature = "work")]
            "incident" => crate::sections::incident::called(self, given),
            #[cfg(feature = "work")]
            "post_mortem" => crate::sections::incident::post_mortem(self, given),
            #[cfg(feature = "work")]
            "drill" => crate::sections::drill::called(self, given),
            #[cfg(feature = "plans")]
            "advance" => crate::sections::plan_called::advance(self, given),
            #[cfg(feature = "plans")]
            "simulate" => crate::sections::plan_called::simulate(self, given),
            #[cfg(feature = "plans")]
            "report" => crate::sections::report_called::report(self, given),
            #[cfg(feature = "plans")]
            "plan_spec" => crate::sections::report_called::spec(self, given),
            #[cfg(feature = "gates")]
            "gate" => crate::sections::gate_called::gate(self, given),
            #[cfg(feature = "gates")]
            "gate_replay" => crate::sections::gate_called::replay(self, given),
            #[cfg(feature = "gates")]
            "compare_arms" => crate::sections::gate_called::compare_arms(self, given),
            _ => Err(CallError::new(format!("there is no question `{name}`")).coded("unknown_question")),
        }
    }
}

/// The arguments of a question, taken one by one.
pub(crate) struct Arguments<'a> {
    call: &'a str,
    entries: Vec<(String, Value)>,
}

impl<'a> Arguments<'a> {
    fn read(call: &'a str, json: &str) -> Result<Self, CallError> {
        match Value::from_json(json) {
            Ok(Value::Map(entries)) => Ok(Self { call, entries }),
            Ok(_) => Err(CallError::new(format!("{call}: the arguments are no object"))),
            Err(error) => {
                Err(CallError::new(format!("{call}: the arguments are no JSON: {}", error.message)))
            }
        }
    }

    /// The argument of a name, where it is given and not null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.entries.iter().position(|(key, _)| key == name)?;
        let (_, value) = self.entries.swap_remove(at);
        (!matches!(value, Value::Null)).then_some(value)
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<String, CallError> {
        match self.take(name) {
            Some(Value::Text(text)) => Ok(text),
            found => Err(self.wrong(name, "a text", found.as_ref())),
        }
    }

    /// A whole number from 0 to 255.
    pub(crate) fn small(&mut self, name: &str, otherwise: u8) -> Result<u8, CallError> {
        match self.take(name) {
            None => Ok(otherwise),
            Some(Value::Int(number)) if u8::try_from(number).is_ok() => {
                Ok(u8::try_from(number).unwrap_or(otherwise))
            }
            found => Err(self.wrong(name, "a small whole number", found.as_ref())),
        }
    }

    /// True or false; false where it is not given.
    #[cfg(feature = "overlay")]
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, CallError> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(value),
            found => Err(self.wrong(name, "true or false", found.as_ref())),
        }
    }

    /// The text of a name, where it is given.
    #[cfg(any(feature = "diff", feature = "replay", feature = "runbook", feature = "alerts"))]
    pub(crate) fn optional_text(&mut self, name: &str) -> Result<Option<String>, CallError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            found => Err(self.wrong(name, "a text", found.as_ref())),
        }
    }

    /// The items of a list; none where it is not given.
    #[cfg(any(feature = "diff", feature = "replay"))]
    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<Value>, CallError> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::List(items)) => Ok(items),
            found => Err(self.wrong(name, "a list", found.as_ref())),
        }
    }

    /// A whole number.
    #[cfg(any(feature = "paths", feature = "gates", feature = "diff", feature = "replay", feature = "work"))]
    pub(crate) fn whole(&mut self, name: &str) -> Result<i64, CallError> {
        match self.take(name) {
            Some(Value::Int(number)) => Ok(number),
            found => Err(self.wrong(name, "a whole number", found.as_ref())),
        }
    }

    /// The entries of an object; none where it is not given.
    #[cfg(any(feature = "paths", feature = "diff", feature = "replay", feature = "overlay"))]
    pub(crate) fn entries(&mut self, name: &str) -> Result<Vec<(String, Value)>, CallError> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Map(entries)) => Ok(entries),
            found => Err(self.wrong(name, "an object", found.as_ref())),
        }
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> Result<(), CallError> {
        match self.entries.first() {
            None => Ok(()),
            Some((name, _)) => Err(CallError::new(format!("{}: there is no argument `{name}`", self.call))),
        }
    }

    fn wrong(&self, name: &str, expected: &str, found: Option<&Value>) -> CallError {
        let found = found.map_or_else(|| "nothing".to_owned(), crate::wire::to_json);
        CallError::new(format!("{}: `{name}` is {expected}, and {found} was given", self.call))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, arguments: &str) -> String {
        let engine = Engine::from_str(
            r#"{"cutover":1,"migrations":{"m":{"old":"a","new":"b","ladder":"standard","phase":"sync"}}}"#,
        );
        engine.unwrap().call(name, arguments).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_asked_is_said() {
        assert_eq!(asked("dance", "{}"), "there is no question `dance`");
        assert_eq!(asked("safety", "[]"), "safety: the arguments are no object");
        assert!(asked("safety", "{").starts_with("safety: the arguments are no JSON: "));
        assert_eq!(asked("safety", "{}"), "safety: `migration` is a text, and nothing was given");
        assert_eq!(asked("safety", r#"{"migration":1}"#), "safety: `migration` is a text, and 1 was given");
        assert_eq!(
            asked("safety", r#"{"migration":"m","nodes":300}"#),
            "safety: `nodes` is a small whole number, and 300 was given"
        );
        assert_eq!(
            asked("safety", r#"{"migration":"m","nodes":9}"#),
            "safety: a model has 1 to 3 nodes, and 9 were asked for"
        );
        assert_eq!(asked("safety", r#"{"migration":"m","node":1}"#), "safety: there is no argument `node`");
        assert_eq!(
            asked("safety", r#"{"migration":"M"}"#),
            "safety: the ruleset has no migration `M` (it has `m`)"
        );
    }
}
